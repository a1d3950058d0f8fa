"""The first comment under a publication of ours: written once, looked for where nobody knows, told where it failed.

It is asked for in the transaction that learns that the publication is live, and its attempt is written down before the call, as
the publication's own is (smm/publishing.py): no crash loses it or writes it twice.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from smm import alerts, extras, posts
from smm.desk import Desk
from smm.errors import N_, ConnectorError, OutcomeUnknown, RateLimited, Unavailable, Unreadable
from smm.networks import Answer, PostKind
from smm.posts import Whole
from storage import accounts, attempts, jobs, targets
from storage import posts as kept
from storage.attempts import Attempt
from storage.posts import Target
from storage.unit_of_work import UnitOfWork

KIND: Final = "first_comment"
PATIENCE: Final = 60.0  # seconds for one call
SETTLE: Final = timedelta(seconds=120)  # longer than any call: before that, "not there" proves nothing
TRIES: Final = 5
MISSING: Final = N_("its first comment may be missing: look there, and write it by hand")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A comment to be written, or with `since` to be looked for first."""

    target_id: int
    account_id: int
    attempt_id: int
    answer: Answer
    since: datetime | None


def ask(uow: UnitOfWork, whole: Whole, target_id: int) -> None:
    """Ask for the first comment of a publication that has just become live, where it is to have one."""
    target = next((each for each in whole.targets if each.id == target_id), None)
    account = accounts.get(uow, target.account_id) if target else None
    options = whole.content.options
    if account is None or not options.first_comment or options.kind is PostKind.STORY:  # under a story nobody comments
        return
    if extras.writes_comment(account):
        _queue(uow, target_id, 1, timedelta())


def _queue(uow: UnitOfWork, target_id: int, number: int, wait: timedelta) -> None:
    target = targets.get(uow, target_id)
    again = f":{target.generation}" if target and target.generation > 1 else ""
    name, args = f"{KIND}:{target_id}:{number}{again}", {"target_id": target_id, "number": number}
    jobs.queue(uow, KIND, name, args, uow.now + wait)


async def write(desk: Desk, args: Mapping[str, Any]) -> None:
    """Write a first comment, or look whether an earlier try did."""
    wanted, number = await desk.database.write(_begin, args["target_id"]), args["number"]
    if wanted is None:
        return
    try:
        async with asyncio.timeout(PATIENCE):
            connector = await desk.networks.connector(wanted.account_id)
            found = await connector.find_reply(wanted.answer, wanted.since) if wanted.since else None
            found = found or await connector.reply(wanted.answer)
    except (OutcomeUnknown, Unreadable, TimeoutError):
        await desk.database.write(_later, wanted, number, SETTLE, known=False)
    except (RateLimited, Unavailable) as error:
        wait = error.retry_after if isinstance(error, RateLimited) else timedelta(minutes=3**number)
        await desk.database.write(_later, wanted, number, wait, known=wanted.since is None)
    except ConnectorError:
        await desk.database.write(_missing, wanted)
    else:
        await desk.database.write(_there, wanted, found.remote_id)


def _begin(uow: UnitOfWork, target_id: int) -> Wanted | None:
    found = _whole(uow, target_id)
    if found is None or found[1].state != "published" or not found[1].remote_id:
        return None
    whole, target = found
    made = [each for each in attempts.all_of(uow, KIND, target_id) if each.generation == target.generation]
    if any(each.outcome == "ok" for each in made):
        return None
    waiting = [each for each in made if each.outcome is None]
    attempt = waiting[0] if waiting else _open(uow, target)
    answer = Answer(attempt.key, whole.content.options.first_comment, target.remote_id, target.remote_id)
    return Wanted(target_id, target.account_id, attempt.id, answer, attempt.started_at if waiting else None)


def _open(uow: UnitOfWork, target: Target) -> Attempt:
    key = f"{target.published_hash[:24]}-{target.id}-first"
    return attempts.open_attempt(uow, KIND, target.id, target.generation, 0, key, target.published_hash)


def _whole(uow: UnitOfWork, target_id: int) -> tuple[Whole, Target] | None:
    target = targets.get(uow, target_id)
    post = kept.lock(uow, target.post_id) if target else None
    return (posts.look(uow, post), target) if post is not None and target is not None else None


def _there(uow: UnitOfWork, wanted: Wanted, remote_id: str) -> None:
    attempts.close_attempt(uow, wanted.attempt_id, "ok", remote_id)
    if found := _whole(uow, wanted.target_id):
        posts.record(uow, None, found[0], "target.first_comment", target=wanted.target_id, remote_id=remote_id)


def _later(uow: UnitOfWork, wanted: Wanted, number: int, wait: timedelta, *, known: bool) -> None:
    """Try again later; `known`: it was certainly not written, so that nothing need be looked for."""
    if known:
        attempts.close_attempt(uow, wanted.attempt_id, "refused", "")
    if number >= TRIES:
        _missing(uow, wanted, "refused" if known else "unknown")
    else:
        _queue(uow, wanted.target_id, number + 1, wait)


def _missing(uow: UnitOfWork, wanted: Wanted, outcome: str = "refused") -> None:
    """Tell that a publication stands there, perhaps without its first comment."""
    attempts.close_attempt(uow, wanted.attempt_id, outcome, "")
    if (found := _whole(uow, wanted.target_id)) is None:
        return
    whole, target = found
    posts.record(uow, None, whole, "target.first_comment", target=target.id, missing=True)
    targets.change(uow, target.id, error=json.dumps({"words": MISSING, "facts": {}}))
    posts.settle(uow, whole.post.id)
    alerts.tell(uow, whole.brand.id, "alerts", "post_alert", whole.post.id)
