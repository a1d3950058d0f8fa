"""What the cards of a post need to know: reads alone, for views that are drawn when they are delivered."""

from __future__ import annotations

from collections.abc import Mapping

from smm import posts, states, versions
from smm.posts import Whole
from smm.versions import Content
from storage import accounts, approvals, batches, brands, media, members, plans, voices
from storage import notes as remarks
from storage import posts as kept
from storage.accounts import Account
from storage.approvals import Approval
from storage.batches import Batch
from storage.brands import Brand
from storage.media import Media
from storage.notes import Note
from storage.plans import Plan
from storage.posts import Version
from storage.unit_of_work import UnitOfWork
from storage.voices import Voice


def whole(uow: UnitOfWork, post_id: int) -> Whole | None:
    """Return a post with all that belongs to it, None if there is none."""
    post = kept.get(uow, post_id)
    return posts.look(uow, post) if post else None


def content(uow: UnitOfWork, post_id: int, number: int) -> Content | None:
    """Return what one version said."""
    version = kept.version(uow, post_id, number)
    return versions.unpack(version.content) if version else None


def files(uow: UnitOfWork, shown: Content) -> dict[str, Media]:
    """Return what is known of a content's files, by digest."""
    return media.of(uow, [each.digest for each in shown.media])


def batch(uow: UnitOfWork, batch_id: int) -> Batch | None:
    """Return a list of posts for the client."""
    return batches.get(uow, batch_id)


def plan(uow: UnitOfWork, plan_id: int) -> Plan | None:
    """Return a month that is shared with the client."""
    return plans.get(uow, plan_id)


def version(uow: UnitOfWork, post_id: int, number: int) -> Version | None:
    """Return one version."""
    return kept.version(uow, post_id, number)


def history(uow: UnitOfWork, post_id: int) -> list[Version]:
    """Return every version of a post, oldest first."""
    return kept.versions_of(uow, post_id)


def unpacked(kept_version: Version) -> Content:
    """Return what a version says."""
    return versions.unpack(kept_version.content)


def accounts_of(uow: UnitOfWork, brand_id: int) -> dict[int, Account]:
    """Return every account that the brand has or had, by id."""
    return {account.id: account for account in accounts.of_brand(uow, brand_id)}


def chosen(shown: Content, known: Mapping[int, Account]) -> list[Account]:
    """Return the accounts that a content is for."""
    return [known[each] for each in shown.accounts if each in known]


def brand(uow: UnitOfWork, brand_id: int) -> Brand | None:
    """Return a brand."""
    return brands.get(uow, brand_id)


def name(uow: UnitOfWork, member_id: int | None) -> str:
    """Return a member's name."""
    member = members.get(uow, member_id) if member_id else None
    return member.name if member else "?"


def notes(uow: UnitOfWork, post_id: int, *audiences: str) -> list[Note]:
    """Return the remarks on a post for some audiences."""
    return remarks.on_post(uow, post_id, *audiences)


def approval(uow: UnitOfWork, approval_id: int) -> Approval | None:
    """Return one approval."""
    return approvals.get(uow, approval_id)


def voice(uow: UnitOfWork, approval_id: int) -> Voice | None:
    """Return the voice note of a decision."""
    return voices.of_approval(uow, approval_id)


def note(uow: UnitOfWork, note_id: int) -> Note | None:
    """Return one remark."""
    return remarks.get(uow, note_id)


def shared(shown: Whole) -> int:
    """Return the version that the client may see, 0 for none: the last one put to them; else what is public anyway, or will be.

    Where a brand's policy asks no client, what is planned is theirs to read, too.
    """
    numbers = for_client(shown)
    if numbers:
        return numbers[-1]
    asks_client = any(step.audience == "client" for step in shown.policy.steps)
    readable = states.PUBLIC if asks_client else (*states.PUBLIC, *states.PLANNED)
    if shown.post.state not in readable:
        return 0
    if shown.is_approved or shown.post.state not in states.PUBLIC:
        return shown.post.version
    return max((each.version for each in shown.approvals if each.state == "approved"), default=0)  # a correction waits


def for_client(shown: Whole) -> list[int]:
    """Return the numbers of the versions that were put to the client, in order. The rest is none of the client's business."""
    return sorted({each.version for each in shown.approvals if each.audience == "client"})
