"""What is made of a call's end: sent, refused, later, or unknown until it is looked up or a person has said."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from smm import health
from smm.actors import Actor
from smm.alerts import URGENT, refresh, tell
from smm.errors import N_, AuthExpired, Conflict, ConnectorError, DeskError, NotFound, RateLimited
from smm.mention_moves import CLAIM, DESK, UNHELD, State, keep_line, move, name_of, signature
from smm.networks import Answer, Item, Published
from smm.replies.changes import answered_meanwhile
from storage import attempts, mentions, replies
from storage.attempts import Attempt
from storage.mentions import Mention
from storage.replies import Reply
from storage.unit_of_work import UnitOfWork

SETTLE = timedelta(seconds=120)  # longer than any call may take: before that, "not there" proves nothing
CALLS = 5  # made for one confirmation
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Call:
    """One call about a reply: what to send or to look for, and the attempt that was written down for it."""

    reply: Reply
    mention: Mention
    network: str
    attempt: Attempt
    answer: Answer


def take(uow: UnitOfWork, reply_id: int) -> tuple[Reply, Mention]:
    """Return a reply and its mention so that nobody else can change them; the mention is taken first, everywhere."""
    found = replies.get(uow, reply_id)
    mention = mentions.hold(uow, found.mention_id) if found else None
    reply = replies.hold(uow, reply_id)
    if reply is None or mention is None:
        raise NotFound(N_("This answer is not there any more. Open the comment from /inbox and answer again."))
    return reply, mention


def sent(uow: UnitOfWork, reply_id: int, published: Published, by: Actor = DESK) -> None:
    """Record that an answer is public, before anything else is made of it."""
    reply, mention = take(uow, reply_id)
    if reply.state == "sent":
        return
    _close_attempts(uow, reply, "ok", published.remote_id)
    values = {
        "remote_id": published.remote_id,
        "link": published.link,
        "sent_at": uow.now,
        "send_at": None,
        "error": "",
    }
    replies.change(uow, reply, reply.state, state="sent", **values)
    keep_line(uow, mention, "sent", by, {"reply": reply.id, "remote_id": published.remote_id})
    answer: dict[str, Any] = {
        "answered_by": name_of(uow, reply.member_id),
        "answered_at": uow.now,
        "answer": reply.text,
        "answer_link": published.link,
    }
    move(uow, mention, "replied", by, **answer, snoozed_until=None, **UNHELD)
    refresh(uow, "reply", reply.id)


def refused(uow: UnitOfWork, reply_id: int, fence: int, error: DeskError) -> None:
    """Record that an answer is certainly not public, and why; its writer can mend it and try again."""
    reply, mention = take(uow, reply_id)
    if not _mine(reply, fence):
        return
    _close_attempts(uow, reply, "refused", type(error).__name__)
    replies.change(uow, reply, reply.state, state="failed", send_at=None, error=remembered(error))
    if isinstance(error, AuthExpired):
        health.record_failure(uow, mention.account_id, error)
    bring_back(uow, mention, reply, DESK)
    keep_line(uow, mention, "not_sent", DESK, {"reply": reply.id, "error": type(error).__name__})
    _show(uow, mention, reply, "failed")


def put_off(uow: UnitOfWork, reply_id: int, fence: int, error: ConnectorError) -> None:
    """Try again later what was certainly not done, for a while; then give it back to its writer."""
    reply, mention = take(uow, reply_id)
    if not _mine(reply, fence):
        return
    calls = len(attempts.all_of(uow, "reply", reply.id))
    wait = error.retry_after if isinstance(error, RateLimited) else FIRST_WAIT * 3 ** (calls - 1)
    if calls >= CALLS or wait > LONGEST_WAIT:
        refused(uow, reply_id, fence, error)
        return
    _close_attempts(uow, reply, "refused", type(error).__name__)
    _wait(uow, reply, "queued", wait, error=remembered(error))
    keep_line(uow, mention, "put_off", DESK, {"reply": reply.id, "error": type(error).__name__})


def doubtful(uow: UnitOfWork, reply_id: int, fence: int) -> None:
    """Record that nobody knows whether an answer is public; it is looked up when it must have settled."""
    reply, mention = take(uow, reply_id)
    if not _mine(reply, fence):
        return
    _wait(uow, reply, "unknown", SETTLE)
    keep_line(uow, mention, "unknown", DESK, {"reply": reply.id})


def look_later(uow: UnitOfWork, reply_id: int, fence: int, wait: timedelta) -> None:
    """Look again after a while, because looking failed."""
    reply, _ = take(uow, reply_id)
    if _mine(reply, fence):
        _wait(uow, reply, "unknown", wait)


def absent(uow: UnitOfWork, reply_id: int, fence: int) -> None:
    """Record that a looked-up answer is not there, and let it be sent again."""
    reply, mention = take(uow, reply_id)
    if not _mine(reply, fence):
        return
    if len(attempts.all_of(uow, "reply", reply.id)) >= CALLS:
        ask(uow, reply_id, fence)
        return
    _close_attempts(uow, reply, "absent", "")
    _wait(uow, reply, "queued", timedelta())
    keep_line(uow, mention, "absent", DESK, {"reply": reply.id})


def ask(uow: UnitOfWork, reply_id: int, fence: int) -> None:
    """Ask a person what cannot be looked up."""
    reply, mention = take(uow, reply_id)
    if not _mine(reply, fence):
        return
    replies.change(uow, reply, reply.state, state="unknown", send_at=None)
    keep_line(uow, mention, "asked", DESK, {"reply": reply.id})
    _show(uow, mention, reply, "unknown")


def _mine(reply: Reply, fence: int) -> bool:
    return reply.fence == fence and reply.state in {"sending", "unknown"}


def _wait(uow: UnitOfWork, reply: Reply, state: str, wait: timedelta, **values: Any) -> None:
    replies.change(uow, reply, reply.state, state=state, send_at=uow.now + wait, **values)
    uow.wake("due")
    refresh(uow, "reply", reply.id)


def _close_attempts(uow: UnitOfWork, reply: Reply, outcome: str, note: str) -> None:
    for attempt in attempts.open_of(uow, "reply", reply.id):
        attempts.close_attempt(uow, attempt.id, outcome, note)


def _show(uow: UnitOfWork, mention: Mention, reply: Reply, why: str) -> None:
    refresh(uow, "reply", reply.id)
    tell(uow, mention.brand_id, "team", "reply", reply.id, {"why": why}, URGENT)


def bring_back(uow: UnitOfWork, mention: Mention, reply: Reply, by: Actor) -> None:
    """Give a mention whose answer did not go out back to the writer, or leave it where the world has put it meanwhile."""
    if mention.state != State.SENDING:
        return
    if mention.deleted_at is not None:
        move(uow, mention, "deleted", by, **UNHELD)
    elif answered_meanwhile(mention, reply):
        move(uow, mention, "answered_elsewhere", by, **UNHELD)
    else:
        back = move(uow, mention, "unsend", by, claimed_by=reply.member_id, claimed_until=uow.now + CLAIM)
        if mention.revision == reply.seen_revision:  # nothing happened but our own coming and going
            replies.change(uow, reply, "preview", "failed", seen_revision=back.revision)


def hold_back(uow: UnitOfWork, reply: Reply, mention: Mention) -> None:
    """Make a preview again of an answer that no longer fits what it answers, and tell the team."""
    replies.change(uow, reply, "queued", state="preview", send_at=None, error="")
    bring_back(uow, mention, reply, DESK)
    keep_line(uow, mention, "held_back", DESK, {"reply": reply.id})
    _show(uow, mention, reply, "held_back")


def it_is_there(uow: UnitOfWork, reply_id: int, by: Actor, link: str = "") -> None:
    """Take a person's word that an answer is public."""
    _asked(uow, reply_id)
    sent(uow, reply_id, Published("", link), by)


def send_again(uow: UnitOfWork, reply_id: int, by: Actor) -> None:
    """Send an answer of which a person says that it is not there: another generation, with another key."""
    reply, mention = _asked(uow, reply_id)
    _close_attempts(uow, reply, "unknown", signature(by))
    _wait(uow, reply, "queued", timedelta(), generation=reply.generation + 1)
    keep_line(uow, mention, "send_again", by, {"reply": reply.id, "generation": reply.generation + 1})


def drop(uow: UnitOfWork, reply_id: int, by: Actor) -> None:
    """Leave an answer whose fate is unknown as it is."""
    reply, mention = _asked(uow, reply_id)
    _close_attempts(uow, reply, "unknown", signature(by))
    replies.change(uow, reply, "unknown", state="cancelled")
    bring_back(uow, mention, reply, by)
    keep_line(uow, mention, "drop", by, {"reply": reply.id})
    refresh(uow, "reply", reply.id)


def _asked(uow: UnitOfWork, reply_id: int) -> tuple[Reply, Mention]:
    reply, mention = take(uow, reply_id)
    if reply.state != "unknown" or reply.send_at is not None:
        raise Conflict(N_("That has been settled meanwhile. Look at the newest card."))
    return reply, mention


def recognise(uow: UnitOfWork, mention: Mention, item: Item) -> bool:
    """Say whether something the brand said is an answer that the desk sent, or may have sent; settle it if that was open."""
    for reply in replies.of_mention(uow, mention.id, ("sending", "unknown", "sent")):
        if reply.remote_id and reply.remote_id == item.remote_id:
            return True
        if reply.state != "sent" and same_words(reply.text, item.text):
            if reply.state == "unknown":
                sent(uow, reply.id, Published(item.remote_id, item.link))
            return True
    return False


def same_words(ours: str, theirs: str) -> bool:
    """Compare after the network had its way with spaces and put a name in front."""
    return " ".join(ours.split()).casefold() in " ".join(theirs.split()).casefold()


def remembered(error: DeskError) -> str:
    """Return an error's words as they are kept: still to be translated."""
    return json.dumps({"words": error.words, "facts": {name: str(value) for name, value in error.facts.items()}})


def words_of(reply: Reply) -> tuple[str, dict[str, str]]:
    """Return the words of what went wrong, still to be translated, and their facts."""
    kept: dict[str, Any] = json.loads(reply.error) if reply.error else {"words": "", "facts": {}}
    return kept["words"], kept["facts"]
