"""The ledger: what may go out, what was tried, and what came of it. Transitions of targets, each one transaction.

    scheduled, retry_wait --begin--> publishing --finish_ok--> published
                                         |--finish_refused--> failed            certainly not done, no use in repeating
                                         |--finish_later----> retry_wait        certainly not done, again later
                                         |--finish_blocked--> auth_blocked      certainly not done, until reconnected
                                         '--finish_unknown--> publishing        may have happened: looked for after the settle time
    publishing, its time come --begin(probes)--> found: published, absent: retry_wait, neither: outcome_unknown (ask)

The attempt is written before any byte leaves and closed by proof alone, so no crash, time-out or second process repeats a call
whose end nobody knows; "failed" is said only where every attempt is closed. A claim raises the fence: whoever was presumed dead
can no longer move the target, but the news that it is live is always believed. A target that is being published carries the
time of its own probe (`due_at`), so a process that dies leaves nothing that nobody looks at.

The calls themselves are made by smm/publisher.py; what people answer is in smm/outcomes.py. Where no program may publish, the
claim ends in smm/by_hand.py instead of in a call.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from smm import alerts, declared, extras, first_comment, moments, posts, public_media, states, versions
from smm.errors import N_, AuthExpired, DeskError
from smm.health import record_failure
from smm.networks import Options
from smm.posts import Whole
from storage import accounts, attempts, media, targets
from storage import posts as kept
from storage.posts import Target
from storage.unit_of_work import UnitOfWork

KIND = "target"
CALL = timedelta(seconds=60)  # no call runs longer: see smm/publisher.py
EARLY = timedelta(milliseconds=250)  # a timer may fire a little before its time
TRIES, LOOKS = 6, 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Picture:
    """A file that goes along: the name of our file is its digest."""

    digest: str
    mime: str
    alt: str
    token: str  # under which the network may fetch it


@dataclass(frozen=True, slots=True)
class Publication:
    """A claim on a target: what to call for, or with `probes` what to look for since `since`. `fence` proves the claim."""

    target_id: int
    post_id: int
    account_id: int
    network: str
    fence: int
    attempt_id: int
    probes: bool
    since: datetime
    settle: timedelta
    hash: str
    key: str
    text: str
    pictures: tuple[Picture, ...]
    link: str
    language: str
    options: Options
    by_hand: bool  # a person publishes it


def due(uow: UnitOfWork, until: datetime) -> list[tuple[int, datetime]]:
    """Return the targets that come due before `until`, and when: to publish, to try again, or to look for."""
    return targets.due(uow, until)


def begin(uow: UnitOfWork, target_id: int) -> Publication | None:
    """Claim a due target and write the attempt down; None if it may not go out now, which its card then says."""
    found = lock(uow, target_id)
    if found is None:
        return None
    whole, target = found
    if target.due_at is None or target.due_at > uow.now + EARLY:
        return None
    if target.state == "publishing":
        return _look_for(uow, whole, target)
    return _call_for(uow, whole, target) if target.state in states.WAITING and _may_go(uow, whole, target) else None


def lock(uow: UnitOfWork, target_id: int) -> tuple[Whole, Target] | None:
    """Lock a target's post, and its brand against a hold; return both as they stand now."""
    target = targets.get(uow, target_id)
    post = kept.get(uow, target.post_id) if target else None
    if target is None or post is None or targets.share_brand(uow, post.brand_id) is None:
        return None
    post = kept.lock(uow, post.id)
    assert post is not None
    whole = posts.look(uow, post)
    return whole, next(each for each in whole.targets if each.id == target_id)


def _may_go(uow: UnitOfWork, whole: Whole, target: Target) -> bool:
    """Check, in the transaction that would claim it, everything that can forbid a publication."""
    if whole.post.on_hold or whole.brand.on_hold:
        return _stop(uow, whole, target, "held", due_at=target.due_at)
    if not whole.is_approved:
        return _stop(uow, whole, target, "draft", note(N_("This version is not approved. Send it for approval.")))
    if uow.now - (whole.post.slot_at or uow.now) > whole.policy.late:
        words = N_("Its time passed while nothing could be published. Publish it now, or pick another time.")
        return _stop(uow, whole, target, "missed", note(words))
    return _account_may(uow, whole, target)


def _account_may(uow: UnitOfWork, whole: Whole, target: Target) -> bool:
    account = accounts.get(uow, target.account_id)
    if account is None or account.closed_at is not None:
        return _stop(uow, whole, target, "failed", note(N_("The account is not connected any more: /accounts")))
    facts = {"network": declared.title(account.network)}
    if account.health == "auth_expired":
        words = N_("{network} has to be reconnected: /accounts. Then it goes out by itself.")
        return _stop(uow, whole, target, "auth_blocked", note(words, **facts))
    begins = moments.midnight(moments.local_day(uow.now, whole.brand.zone), whole.brand.zone)
    if targets.live_since(uow, account.id, begins) >= whole.policy.daily_cap:
        words = N_("{network} has had {cap} posts today, which is the most a day. Pick another day.")
        return _stop(uow, whole, target, "missed", note(words, cap=str(whole.policy.daily_cap), **facts))
    return True


def _stop(
    uow: UnitOfWork, whole: Whole, target: Target, to: str, error: str = "", due_at: datetime | None = None
) -> bool:
    targets.move(uow, target, *states.WAITING, to=to, due_at=due_at, error=error, claim=True)
    posts.record(uow, None, whole, "target.stop", target=target.id, state=to)
    posts.settle(uow, whole.post.id)
    if to != "held":
        alerts.tell(uow, whole.brand.id, "alerts", "post_alert", whole.post.id, urgency=alerts.URGENT)
    return False


def _call_for(uow: UnitOfWork, whole: Whole, target: Target) -> Publication | None:
    generation = _generation(uow, whole, target)
    lease = uow.now + CALL + whole.policy.settle
    if not targets.move(uow, target, *states.WAITING, to="publishing", due_at=lease, claim=True):
        return None
    if generation != target.generation:
        targets.change(uow, target.id, generation=generation)
    key = _key(whole, target, generation)
    fence = target.fence + 1
    attempt = attempts.open_attempt(uow, KIND, target.id, generation, fence, key, whole.version.hash)
    posts.record(uow, None, whole, "target.begin", target=target.id, attempt=attempt.number)
    posts.settle(uow, whole.post.id)
    return _publication(uow, whole, target, attempt, probes=False)


def _generation(uow: UnitOfWork, whole: Whole, target: Target) -> int:
    """Return the generation to publish as: a key once used for one content is never used for another."""
    made = [each for each in attempts.all_of(uow, KIND, target.id) if each.generation == target.generation]
    return target.generation + any(each.content_hash != whole.version.hash for each in made)


def _key(whole: Whole, target: Target, generation: int) -> str:
    made = f"{whole.post.created_at.isoformat()}|{target.id}|{generation}"
    return hashlib.sha256(made.encode()).hexdigest()[:32]


def _look_for(uow: UnitOfWork, whole: Whole, target: Target) -> Publication | None:
    lease = uow.now + CALL + whole.policy.settle
    waiting = attempts.open_of(uow, KIND, target.id)
    if not waiting or not targets.move(
        uow, target, "publishing", to="publishing", due_at=lease, error=target.error, claim=True
    ):
        return None
    return _publication(uow, whole, target, waiting[0], probes=True)


def _publication(
    uow: UnitOfWork, whole: Whole, target: Target, attempt: attempts.Attempt, *, probes: bool
) -> Publication:
    account = accounts.get(uow, target.account_id)
    assert account is not None
    files = media.of(uow, [each.digest for each in whole.content.media])
    return Publication(
        target_id=target.id,
        post_id=whole.post.id,
        account_id=account.id,
        network=account.network,
        fence=target.fence + 1,
        attempt_id=attempt.id,
        probes=probes,
        since=attempt.started_at,
        settle=whole.policy.settle,
        hash=attempt.content_hash,
        key=attempt.key,
        text=versions.words_for(whole.content, account.id),
        pictures=tuple(
            Picture(
                each.digest,
                files[each.digest].mime,
                each.alt,
                public_media.token(uow, target.id, each.digest, files[each.digest].mime),
            )
            for each in whole.content.media
            if each.digest in files
        ),
        link=whole.content.link,
        language=whole.content.options.language or whole.brand.language,
        options=extras.had(account, whole.content.options, versions.words_for(whole.content, account.id)),
        by_hand=declared.by_hand(account),
    )


def finish_ok(uow: UnitOfWork, publication: Publication, remote_id: str, link: str) -> None:
    """Write down that it is live; believed from whoever brings it."""
    whole, _ = _again(uow, publication)
    if attempts.is_closed_as(uow, publication.attempt_id, "ok"):
        return  # no news: it may have been taken down since, to be published anew
    for attempt in attempts.open_of(uow, KIND, publication.target_id):
        attempts.close_attempt(uow, attempt.id, "ok", remote_id)
    if targets.set_live(uow, publication.target_id, remote_id, link, publication.hash):
        posts.record(uow, None, whole, "target.live", target=publication.target_id, remote_id=remote_id, link=link)
        first_comment.ask(uow, whole, publication.target_id)
        posts.settle(uow, publication.post_id)


def finish_refused(uow: UnitOfWork, publication: Publication, error: str) -> None:
    """Write down that it certainly did not go out, and that trying the same again is of no use."""
    _close(uow, publication, "refused", "failed", error)


def finish_later(uow: UnitOfWork, publication: Publication, error: str, wait: timedelta | None = None) -> None:
    """Write down that it certainly did not go out; it is tried again when the network says, or after a growing pause."""
    _try_again(uow, publication, "refused", error, wait)


def finish_blocked(uow: UnitOfWork, publication: Publication, error: AuthExpired) -> None:
    """Write down that it certainly did not go out, and waits until somebody has reconnected the account."""
    _close(uow, publication, "refused", "auth_blocked", note_of(error))
    record_failure(uow, publication.account_id, error)


def finish_unknown(uow: UnitOfWork, publication: Publication, error: str) -> None:
    """Write down that nobody knows; after the settle time it is looked for. The attempt stays open."""
    whole, target = _again(uow, publication)
    if target is not None:
        looked_for = uow.now + publication.settle
        targets.move(uow, target, "publishing", to="publishing", due_at=looked_for, error=error, failures=0)
        posts.record(uow, None, whole, "target.unknown", target=target.id)
        posts.settle(uow, publication.post_id)


def absent(uow: UnitOfWork, publication: Publication) -> None:
    """Write down that the network was looked at and does not have it: only now may it be sent again."""
    words = N_("The first try got lost and was looked for in vain. It is sent again.")
    _try_again(uow, publication, "absent", note(words), timedelta())


def unseen(uow: UnitOfWork, publication: Publication, error: str, *, can_look: bool) -> None:
    """Write down that it could not be looked for: later, and where that is of no use a person is asked."""
    whole, target = _again(uow, publication)
    if target is None:
        return
    looks = target.failures + 1
    if can_look and looks < LOOKS:
        later = uow.now + pause_of(publication.key, looks)
        targets.move(uow, target, "publishing", to="publishing", due_at=later, error=error, failures=looks)
        return
    targets.move(uow, target, "publishing", to="outcome_unknown", error=error, claim=True)
    posts.record(uow, None, whole, "target.ask", target=target.id)
    _tell(uow, whole)


def recover(uow: UnitOfWork) -> int:
    """After a start: whatever was being published is looked for once the settle time has passed; return how many."""
    count = 0
    for target in targets.in_flight(uow, uow.now):
        post = kept.get(uow, target.post_id)
        assert post is not None
        looked_for = uow.now + posts.look(uow, post).policy.settle
        if target.due_at is not None and target.due_at > looked_for:
            targets.change(uow, target.id, due_at=looked_for)
        count += 1
    return count


def unblock(uow: UnitOfWork) -> int:
    """Let go what waited for an account that works again, unless its time has passed; return how many."""
    rows = targets.unblocked(uow)
    freed = {row.id for row in rows}
    for post in kept.lock_many(uow, [row.post_id for row in rows]):
        for target in targets.of_post(uow, post.id):
            if target.id in freed:
                targets.move(uow, target, "auth_blocked", to="scheduled", due_at=uow.now, failures=0, claim=True)
        posts.settle(uow, post.id)
    if rows:
        uow.wake("due")
    return len(rows)


def _again(uow: UnitOfWork, publication: Publication) -> tuple[Whole, Target | None]:
    """Lock the post once more; the target is None where the claim was lost meanwhile."""
    found = lock(uow, publication.target_id)
    assert found is not None
    whole, target = found
    mine = target.fence == publication.fence and target.state == "publishing"
    return whole, target if mine else None


def _close(uow: UnitOfWork, publication: Publication, outcome: str, to: str, error: str) -> bool:
    whole, target = _again(uow, publication)
    attempts.close_attempt(uow, publication.attempt_id, outcome, said(error)[0])
    if target is None:
        return False
    targets.move(uow, target, "publishing", to=to, error=error)
    posts.record(uow, None, whole, f"target.{to}", target=target.id, reason=said(error)[0])
    _tell(uow, whole)
    return True


def _try_again(uow: UnitOfWork, publication: Publication, outcome: str, error: str, wait: timedelta | None) -> None:
    whole, target = _again(uow, publication)
    attempts.close_attempt(uow, publication.attempt_id, outcome, said(error)[0])
    if target is None:
        return
    failures = target.failures + 1 if outcome == "refused" else _tries(uow, target)
    if failures >= TRIES:
        targets.move(uow, target, "publishing", to="failed", error=error)
        _tell(uow, whole)
        return
    pause = pause_of(publication.key, failures) if wait is None else wait + _jitter(publication.key, failures, wait)
    targets.move(uow, target, "publishing", to="retry_wait", due_at=uow.now + pause, error=error, failures=failures)
    posts.record(uow, None, whole, "target.later", target=target.id, outcome=outcome)
    posts.settle(uow, publication.post_id)


def _tries(uow: UnitOfWork, target: Target) -> int:
    return sum(each.generation == target.generation for each in attempts.all_of(uow, KIND, target.id))


def _tell(uow: UnitOfWork, whole: Whole) -> None:
    posts.settle(uow, whole.post.id)
    alerts.tell(uow, whole.brand.id, "alerts", "post_alert", whole.post.id, urgency=alerts.URGENT)


def pause_of(key: str, failures: int) -> timedelta:
    """Return how long to wait after so many failures; the key spreads what failed together."""
    wait = min(FIRST_WAIT * int(2 ** (failures - 1)), LONGEST_WAIT)
    return wait + _jitter(key, failures, wait)


def _jitter(key: str, failures: int, wait: timedelta) -> timedelta:
    """Return up to a fifth more, so that what was refused together does not come back together."""
    drawn = int.from_bytes(hashlib.sha256(f"{key}|{failures}".encode()).digest()[:4], "big") / 2**32
    return wait * 0.2 * drawn


def note(words: str, **facts: str) -> str:
    """Return words of the catalogue and their facts as they are kept in `targets.error`."""
    return json.dumps({"words": words, "facts": facts})


def note_of(error: DeskError) -> str:
    """Return what an error says as it is kept in `targets.error`."""
    return note(error.words, **{name: str(fact)[:500] for name, fact in error.facts.items()})


def said(kept_note: str) -> tuple[str, Mapping[str, str]]:
    """Return the words of the catalogue and the facts that `note` packed."""
    if not kept_note:
        return "", {}
    read = json.loads(kept_note)
    return read["words"], read["facts"]
