"""The moves of a mention: which is allowed from which state, made by compare-and-set, and what to say where it is not.

Every move leaves an audit line and redraws every copy of the card. When to make one is for smm/inbox.py (people),
smm/ingest.py (the network) and smm/replies.py (answers) to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from smm.actors import Actor
from smm.alerts import refresh
from smm.errors import N_, Conflict, NotFound
from storage import audit, members, mentions
from storage.mentions import Mention
from storage.unit_of_work import UnitOfWork

CLAIM = timedelta(minutes=10)


class State(StrEnum):
    """Where a mention stands."""

    NEW = "new"
    CLAIMED = "claimed"
    SENDING = "sending"  # an answer is on its way
    SNOOZED = "snoozed"
    ESCALATED = "escalated"
    REPLIED = "replied"
    ELSEWHERE = "elsewhere"  # answered on the network itself
    RESOLVED = "resolved"
    NOT_OURS = "not_ours"
    SPAM = "spam"
    DELETED = "deleted"  # by its author


OPEN = frozenset({State.NEW, State.CLAIMED, State.SNOOZED, State.ESCALATED})
ANSWERED = frozenset({State.REPLIED, State.ELSEWHERE})
PUT_ASIDE = frozenset({State.RESOLVED, State.NOT_OURS, State.SPAM})


@dataclass(frozen=True, slots=True)
class Move:
    """From which states a mention may go, and where to."""

    before: frozenset[State]
    after: State


MOVES: dict[str, Move] = {
    "claim": Move(OPEN, State.CLAIMED),
    "take_over": Move(frozenset({State.CLAIMED}), State.CLAIMED),
    "release": Move(frozenset({State.CLAIMED}), State.NEW),
    "lapse": Move(frozenset({State.CLAIMED}), State.NEW),
    "snooze": Move(OPEN, State.SNOOZED),
    "wake": Move(frozenset({State.SNOOZED}), State.NEW),
    "escalate": Move(OPEN - {State.ESCALATED}, State.ESCALATED),
    "resolve": Move(OPEN, State.RESOLVED),
    "not_ours": Move(OPEN, State.NOT_OURS),
    "spam": Move(OPEN, State.SPAM),
    "reopen": Move(ANSWERED | PUT_ASIDE | {State.SNOOZED, State.ESCALATED}, State.NEW),
    "send": Move(OPEN | ANSWERED | PUT_ASIDE, State.SENDING),
    "unsend": Move(frozenset({State.SENDING}), State.CLAIMED),
    "replied": Move(frozenset(State), State.REPLIED),
    "answered_elsewhere": Move(OPEN | {State.SENDING}, State.ELSEWHERE),
    "deleted": Move(OPEN | {State.SENDING}, State.DELETED),
}

UNHELD: dict[str, Any] = {"claimed_by": None, "claimed_until": None}
SINCE_THEN = N_("This has just changed. Look at its newest card, then press again.")
_WHY_NOT = {
    State.SENDING: N_("{who}'s answer is on its way. Wait for it, or leave a note."),
    State.REPLIED: N_("{who} has answered already. Reopen it to answer again."),
    State.ELSEWHERE: N_("It was answered on the network already, by {who}. Reopen it to answer again."),
    State.RESOLVED: N_("It is resolved already. Reopen it first."),
    State.NOT_OURS: N_("It is marked as not ours. Reopen it first."),
    State.SPAM: N_("It is marked as spam. Reopen it first."),
    State.DELETED: N_("The author has deleted it. There is nothing left to answer: see /inbox for the rest."),
}


DESK = Actor(0, 0, "", frozenset())  # what nobody did: the clock, the network


def signature(actor: Actor) -> str:
    """Return the name under which something is written into the audit trail."""
    return f"member:{actor.member_id}" if actor.member_id else "desk"


def get(uow: UnitOfWork, mention_id: int, brand_id: int | None = None) -> Mention:
    """Return a mention, of a brand where one is named."""
    mention = mentions.get(uow, mention_id)
    if mention is None or (brand_id is not None and mention.brand_id != brand_id):
        raise NotFound(N_("This is not in your inbox. See what is: /inbox"))
    return mention


def holder(mention: Mention, now: datetime) -> int | None:
    """Return who holds a mention now: a claim that has run out holds nothing."""
    if mention.state != State.CLAIMED or mention.claimed_until is None or mention.claimed_until <= now:
        return None
    return mention.claimed_by


def move(uow: UnitOfWork, mention: Mention, name: str, by: Actor, *, note: str = "", **values: Any) -> Mention:
    """Make a move that the table allows, or say why not; return the mention after it."""
    allowed = MOVES[name]
    if mention.state not in allowed.before:
        raise why_not(uow, mention)
    if not mentions.change(uow, mention, **{"state": str(allowed.after), **values}):
        raise why_not(uow, get(uow, mention.id))
    keep_line(uow, mention, name, by, {"from": mention.state, "to": str(allowed.after)}, note)
    refresh(uow, "mention", mention.id)
    return get(uow, mention.id)


def keep_line(
    uow: UnitOfWork, mention: Mention, name: str, by: Actor, facts: Mapping[str, Any], note: str = ""
) -> None:
    """Write what was done to a mention into the audit trail."""
    audit.append(
        uow,
        actor=signature(by),
        action=f"mention.{name}",
        object=f"mention:{mention.id}",
        brand_id=mention.brand_id,
        identity=by.identity,
        facts=dict(facts),
        note=note,
    )


def why_not(uow: UnitOfWork, mention: Mention) -> Conflict:
    """Return what stands in the way, with who and the next step."""
    if holder(mention, uow.now) is not None:
        return held(uow, mention)
    words = _WHY_NOT.get(State(mention.state), SINCE_THEN)
    return Conflict(words, who=mention.answered_by or name_of(uow, mention.claimed_by))


def held(uow: UnitOfWork, mention: Mention) -> Conflict:
    """Return that somebody holds it, and for how long."""
    return Conflict(
        N_("{who} is replying ({minutes} min). Take it over, or leave a note."),
        who=name_of(uow, mention.claimed_by),
        minutes=held_minutes(mention, uow.now),
    )


def held_minutes(mention: Mention, now: datetime) -> int:
    """Return for how many minutes the holder has been at it, at least one."""
    since = (mention.claimed_until or now) - CLAIM
    return max(1, round((now - since).total_seconds() / 60))


def name_of(uow: UnitOfWork, member_id: int | None) -> str:
    """Return a member's name, empty for nobody."""
    member = members.get(uow, member_id) if member_id else None
    return member.name if member else ""
