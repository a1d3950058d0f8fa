"""The ledger of corrections: other words for what is live, target by target. Each transition is one transaction.

    waiting --release (approved)--> due --begin--> working --finish_ok------> done
       |                             |                |--finish_later------> due       certainly not done, again later
       |                             |                |--finish_unknown----> working   put again when that has settled
       |                             |                |--finish_blocked----> blocked   until the account is reconnected
       '-> hands (no program may) <--'                '--finish_refused----> hands     people choose: see smm/corrections.py
    hands --anew--> removing --removed--> anew: taken down, and published again by the ledger of smm/publishing.py

To put the same words again is harmless, so what may have happened is not looked for but done once more; only other words wait
until nothing of it can be on its way. A target stays published whatever becomes of its correction. One that is being made carries
the time of its own next look (`due_at`), so a process that dies leaves nothing that nobody takes up. The calls are made by
smm/amender.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from smm import alerts, declared, posts, preflight, publishing, versions
from smm.errors import N_, AuthExpired
from smm.health import record_failure
from smm.networks import Can
from smm.posts import Whole
from smm.versions import Content, Media
from storage import accounts, corrections, media, metrics, targets
from storage import posts as kept
from storage.accounts import Account
from storage.corrections import Correction
from storage.posts import Target, Version
from storage.unit_of_work import UnitOfWork

VIEW: Final = "correction"
TRIES: Final = 6
HELD: Final = timedelta(minutes=1)  # so often it is looked whether a hold was lifted
LOST: Final = N_("The account is not connected any more: /accounts")
NOWHERE: Final = N_("It was published by hand: the desk does not know its place on {network}.")
NO_PROGRAM: Final = N_("{network} lets no program change what is published.")
UNSURE: Final = N_("Nobody knows which words stand on {network} now. Look there.")
ON_HOLD: Final = N_("It is on hold.")


@dataclass(frozen=True, slots=True)
class File:
    """What the post was published with: the digest is our file's name."""

    digest: str
    mime: str
    alt: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """A claim on a correction: the words to put, or with `removes` what to take down. `fence` proves the claim."""

    correction_id: int
    target_id: int
    account_id: int
    network: str
    fence: int
    removes: bool
    unsure: bool  # whether an earlier try may have been made
    remote_id: str
    settle: timedelta
    text: str
    link: str
    files: tuple[File, ...]


def due(uow: UnitOfWork, until: datetime) -> list[tuple[int, datetime]]:
    """Return the corrections that come due before `until`, and when."""
    return corrections.due(uow, until)


def live_version(uow: UnitOfWork, whole: Whole, target: Target) -> Version:
    """Return the version that stands on a target now."""
    made = [each for each in kept.versions_of(uow, whole.post.id) if each.hash == target.published_hash]
    return made[-1] if made else whole.version


def live(uow: UnitOfWork, whole: Whole, target: Target) -> Content:
    """Return what stands on a target now."""
    return versions.unpack(live_version(uow, whole, target).content)


def differs(uow: UnitOfWork, whole: Whole, target: Target) -> bool:
    """Say whether the current version has other words for a target than stand there, or than may by now."""
    rows = [row for row in whole.corrections if row.target_id == target.id and row.state not in {"done", "dropped"}]
    there, wanted = live(uow, whole, target), whole.content
    now, then = (preflight.outgoing_text(each, target.account_id) for each in (there, wanted))
    return now != then or any(row.unsure for row in rows)


def why_not(account: Account | None, target: Target) -> tuple[str, dict[str, str]]:
    """Return why no program can correct a target, in words of the catalogue with their facts; empty words: one can."""
    if account is None or account.closed_at is not None:
        return LOST, {}
    facts = {"network": declared.title(account.network)}
    if not declared.allows(account, Can.EDIT):
        return declared.why_not(account, Can.EDIT) or NO_PROGRAM, facts
    return ("", {}) if target.remote_id else (NOWHERE, facts)


def release(uow: UnitOfWork, whole: Whole) -> None:
    """Let the corrections of an approved version go to their networks; where no program may, people are asked."""
    known = {target.id: target for target in whole.targets}
    for row in corrections.of_post(uow, whole.post.id):
        if row.state == "waiting" and row.version == whole.post.version:
            _release(uow, whole, row, known[row.target_id])


def _release(uow: UnitOfWork, whole: Whole, row: Correction, target: Target) -> None:
    if target.state != "published" or not differs(uow, whole, target):
        corrections.move(uow, row, "dropped")
        return
    words, facts = why_not(accounts.get(uow, target.account_id), target)
    if words:
        _ask(uow, whole, row, publishing.note(words, **facts))
    else:
        corrections.move(uow, row, "due", due_at=uow.now)


def _ask(uow: UnitOfWork, whole: Whole, row: Correction, error: str) -> None:
    """Leave a correction to people, and tell them what they can do."""
    corrections.move(uow, row, "hands", error=error, unsure=row.unsure, claim=True)
    posts.record(uow, None, whole, "target.uncorrected", target=row.target_id, reason=publishing.said(error)[0])
    alerts.tell(uow, whole.brand.id, "team", VIEW, row.id)


def begin(uow: UnitOfWork, correction_id: int) -> Amendment | None:
    """Claim a due correction; None if it is not to be made now, which the post's card then says."""
    row = corrections.get(uow, correction_id)
    found = publishing.lock(uow, row.target_id) if row else None
    row = corrections.get(uow, correction_id)
    if row is None or found is None or row.due_at is None or row.due_at > uow.now + publishing.EARLY:
        return None
    whole, target = found
    if not _may_go(uow, whole, row, target):
        posts.settle(uow, whole.post.id)
        return None
    lease = uow.now + publishing.CALL + whole.policy.settle
    removes = row.state == "removing"
    corrections.move(uow, row, "removing" if removes else "working", due_at=lease, unsure=True, claim=True)
    return _amendment(uow, whole, row, target)


def _may_go(uow: UnitOfWork, whole: Whole, row: Correction, target: Target) -> bool:
    """Check, in the transaction that would claim it, everything that can stop a correction."""
    account = accounts.get(uow, target.account_id)
    if target.state != "published":
        corrections.move(uow, row, "dropped", claim=True)
    elif row.state != "removing" and row.version != whole.post.version:
        _outdated(uow, whole, row)
    elif row.state != "removing" and not whole.is_approved:
        corrections.move(uow, row, "waiting", claim=True)
    elif whole.post.on_hold or whole.brand.on_hold:
        corrections.move(uow, row, row.state, due_at=uow.now + HELD, error=publishing.note(ON_HOLD))
    elif account is None or account.closed_at is not None:
        _ask(uow, whole, row, publishing.note(LOST))
    elif account.health == "auth_expired":
        corrections.move(uow, row, "blocked" if row.state != "removing" else "hands", claim=True)
    elif ahead := _ahead(uow, row):
        corrections.move(uow, row, row.state, due_at=ahead)
    else:
        return True
    return False


def _outdated(uow: UnitOfWork, whole: Whole, row: Correction) -> None:
    """Let go of words that are the current ones no more; where they may stand by now, the current ones are put over them."""
    others = [each for each in corrections.of_post(uow, whole.post.id) if each.target_id == row.target_id]
    followed = any(each.state in corrections.OPEN and each.id != row.id for each in others)
    if followed or not row.unsure:
        corrections.move(uow, row, "dropped", claim=True)
        if row.unsure:
            corrections.doubt(uow, row.target_id)
        return
    current = {"version": whole.post.version, "hash": whole.version.hash}
    if whole.is_approved:
        corrections.move(uow, row, "due", due_at=uow.now, claim=True, **current)
    else:
        corrections.move(uow, row, "waiting", claim=True, **current)


def _ahead(uow: UnitOfWork, row: Correction) -> datetime | None:
    """Return until when an earlier correction of the same target may still arrive there."""
    others = [each for each in corrections.of_post(uow, row.post_id) if each.target_id == row.target_id]
    return max(
        (each.due_at for each in others if each.id != row.id and each.state == "working" and each.due_at), default=None
    )


def _amendment(uow: UnitOfWork, whole: Whole, row: Correction, target: Target) -> Amendment:
    account = accounts.get(uow, target.account_id)
    assert account is not None
    return Amendment(
        correction_id=row.id,
        target_id=target.id,
        account_id=account.id,
        network=account.network,
        fence=row.fence + 1,
        removes=row.state == "removing",
        unsure=row.unsure,
        remote_id=target.remote_id,
        settle=whole.policy.settle,
        text=versions.words_for(whole.content, account.id),
        link=whole.content.link,
        files=_files(uow, live(uow, whole, target).media),
    )


def _files(uow: UnitOfWork, shown: tuple[Media, ...]) -> tuple[File, ...]:
    known = media.of(uow, [each.digest for each in shown])
    return tuple(File(each.digest, known[each.digest].mime, each.alt) for each in shown if each.digest in known)


def finish_ok(uow: UnitOfWork, amendment: Amendment) -> None:
    """Write down that the words stand there."""
    whole, row = _again(uow, amendment)
    if row is None:
        return
    corrections.move(uow, row, "done", done_at=uow.now, unsure=False)
    targets.change(uow, row.target_id, published_hash=row.hash)
    posts.record(uow, None, whole, "target.corrected", target=row.target_id, to=row.version)
    posts.settle(uow, whole.post.id)


def finish_refused(uow: UnitOfWork, amendment: Amendment, error: str) -> None:
    """Write down that the network will not have it; people choose what to do."""
    whole, row = _undone(uow, amendment)
    if row is not None:
        _ask(uow, whole, row, error)
        posts.settle(uow, whole.post.id)


def finish_later(uow: UnitOfWork, amendment: Amendment, error: str, wait: timedelta | None = None) -> None:
    """Write down that it was certainly not done; it is tried again when the network says, or after a growing pause."""
    whole, row = _undone(uow, amendment)
    if row is None:
        return
    failures = row.failures + 1
    if failures >= TRIES:
        _ask(uow, whole, row, error)
    else:
        to = "removing" if row.state == "removing" else "due"
        pause = publishing.pause_of(f"correction-{row.id}", failures) if wait is None else wait
        later = {"due_at": uow.now + pause, "error": error, "failures": failures, "unsure": row.unsure}
        corrections.move(uow, row, to, claim=True, **later)
    posts.settle(uow, whole.post.id)


def finish_unknown(uow: UnitOfWork, amendment: Amendment, error: str) -> None:
    """Write down that nobody knows; it is done again once nothing of it can be on its way any more."""
    whole, row = _again(uow, amendment)
    if row is None:
        return
    current = row.state == "removing" or row.version == whole.post.version
    if current and row.failures + 1 >= TRIES:
        _ask(uow, whole, row, publishing.note(UNSURE, network=declared.title(amendment.network)))
    else:
        later = uow.now + amendment.settle
        corrections.move(uow, row, row.state, due_at=later, error=error, failures=row.failures + 1, claim=True)
    posts.settle(uow, whole.post.id)


def finish_blocked(uow: UnitOfWork, amendment: Amendment, error: AuthExpired) -> None:
    """Write down that it waits until somebody has reconnected the account."""
    whole, row = _undone(uow, amendment)
    record_failure(uow, amendment.account_id, error)
    if row is None:
        return
    if row.state == "removing":
        _ask(uow, whole, row, publishing.note_of(error))
    else:
        corrections.move(uow, row, "blocked", error=publishing.note_of(error), unsure=row.unsure, claim=True)
    posts.settle(uow, whole.post.id)


def removed(uow: UnitOfWork, amendment: Amendment) -> None:
    """Write down that it was taken down: the current version is published anew, if it may be, under a key of its own."""
    whole, row = _again(uow, amendment)
    target = next((each for each in whole.targets if each.id == amendment.target_id), None)
    if row is None or target is None:
        return
    corrections.move(uow, row, "anew", done_at=uow.now, claim=True)
    if targets.move(uow, target, "published", to="scheduled", due_at=uow.now, failures=0, claim=True):
        fresh = {"remote_id": "", "link": "", "published_hash": "", "published_at": None}
        targets.change(uow, target.id, generation=target.generation + 1, **fresh)
        metrics.forget(uow, target.id)
        kept.change_post(uow, whole.post.id, slot_at=uow.now, late_at=None)
    posts.record(uow, None, whole, "target.taken_down", target=target.id, remote_id=target.remote_id)
    posts.settle(uow, whole.post.id)


def unblock(uow: UnitOfWork) -> int:
    """Let go what waited for an account that works again; return how many."""
    rows = corrections.unblocked(uow)
    kept.lock_many(uow, [row.post_id for row in rows])
    freed = sum(corrections.move(uow, row, "due", due_at=uow.now, claim=True) for row in rows)
    for post_id in sorted({row.post_id for row in rows}):
        posts.settle(uow, post_id)
    return freed


def _undone(uow: UnitOfWork, amendment: Amendment) -> tuple[Whole, Correction | None]:
    """As `_again`, for what was certainly not done: it is as sure as before, and let go of where its words are outdated."""
    whole, row = _again(uow, amendment)
    if row is None:
        return whole, None
    row = replace(row, unsure=amendment.unsure)
    if row.state != "removing" and row.version != whole.post.version:
        _outdated(uow, whole, row)
        posts.settle(uow, whole.post.id)
        return whole, None
    return whole, row


def _again(uow: UnitOfWork, amendment: Amendment) -> tuple[Whole, Correction | None]:
    """Lock the post once more; the correction is None where the claim was lost meanwhile."""
    found = publishing.lock(uow, amendment.target_id)
    assert found is not None
    row = corrections.get(uow, amendment.correction_id)
    mine = row is not None and row.fence == amendment.fence and row.state in {"working", "removing"}
    return found[0], row if mine else None
