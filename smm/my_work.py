"""My work: what waits for one person in one brand, gathered once for /today and for Slack's Home tab."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from smm import approvals, inbox_reading, posts, showing
from smm.actors import Actor
from smm.inbox_reading import SHELVES
from smm.mention_moves import State
from smm.posts import Whole
from smm.roles import Right
from storage import accounts, mention_lists
from storage import posts as kept
from storage.accounts import Account
from storage.approvals import Approval
from storage.brands import Brand
from storage.mention_lists import Narrow
from storage.mentions import Mention
from storage.unit_of_work import UnitOfWork

FEW = 5
MOST = 99  # mentions that are counted
MINE = SHELVES["mine"] - {State.SNOOZED}
AHEAD = timedelta(days=14)
UNFINISHED = ("draft", "changes_requested", "expired", "approved", "missed", "failed")  # its author goes on with it
OVER = frozenset({"published", "cancelled", "rejected", "changes_requested", "expired", "missed", "failed"})


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for somebody. `mine` are mentions they hold or were given, and what was escalated to them; `mine_count` all.

    `decisions` wait for this person's yes, `unfinished` are their own posts that wait for them, `coming` goes out next.
    """

    brand: Brand
    mine: tuple[tuple[Mention, Account], ...]
    mine_count: int
    unclaimed: int
    decisions: tuple[Approval, ...]
    unfinished: tuple[Whole, ...]
    coming: tuple[Whole, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits and nothing comes."""
        return not (self.mine or self.decisions or self.unfinished or self.coming)


def of(uow: UnitOfWork, brand: Brand, actor: Actor, *, team: bool) -> Work:
    """Return what waits for a person; where the client reads along, `team` is False and nothing internal is gathered."""
    if not team:
        decisions = approvals.for_me(uow, actor, "client")
        return Work(brand, (), 0, 0, tuple(decisions), (), tuple(islice(_coming(uow, brand, team=False), FEW)))
    found = _mine(uow, brand, actor)
    known = {account.id: account for account in accounts.of_brand(uow, brand.id)}
    return Work(
        brand,
        tuple((mention, known[mention.account_id]) for mention in found[:FEW]),
        len(found),
        inbox_reading.counts(uow, brand.id, actor.member_id)["unclaimed"],
        tuple(approvals.for_me(uow, actor, "internal", "client")),
        tuple(islice(_unfinished(uow, brand, actor), FEW)),
        tuple(islice(_coming(uow, brand, team=True), FEW)),
    )


def _mine(uow: UnitOfWork, brand: Brand, actor: Actor) -> list[Mention]:
    """Return what a person holds or was given, then what waits for the managers, where they are one; newest first."""
    held = mention_lists.newest(uow, brand.id, Narrow(MINE, actor.member_id), limit=MOST)
    if not actor.may(Right.MANAGE):
        return held
    escalated = mention_lists.newest(uow, brand.id, Narrow({State.ESCALATED}), limit=MOST)
    mine = {mention.id for mention in held}
    return [*held, *(mention for mention in escalated if mention.id not in mine)]


def _unfinished(uow: UnitOfWork, brand: Brand, actor: Actor) -> Iterator[Whole]:
    found = kept.in_states(uow, brand.id, UNFINISHED)
    return (posts.look(uow, post) for post in found if post.author_id == actor.member_id)


def _coming(uow: UnitOfWork, brand: Brand, *, team: bool) -> Iterator[Whole]:
    planned = kept.between(uow, brand.id, uow.now, uow.now + AHEAD)
    found = (posts.look(uow, post) for post in planned if post.state not in OVER)
    return (whole for whole in found if team or _is_shared(whole))


def _is_shared(whole: Whole) -> bool:
    """Say whether a client may see the post as it stands: it goes out, and this very version was put to them."""
    return whole.post.state == "scheduled" and whole.post.version in showing.for_client(whole)
