"""The inbox: what people do with a mention — claim, snooze, assign, close, note — and what the clock does for them.

Which move is allowed from where is smm/mention_moves.py; what arrives is smm/ingest.py, what goes out smm/replies.py.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from smm.actors import Actor
from smm.alerts import NOW, URGENT, refresh, tell
from smm.errors import N_, Conflict, Invalid
from smm.mention_moves import (
    CLAIM,
    DESK,
    OPEN,
    SINCE_THEN,
    UNHELD,
    State,
    get,
    held,
    holder,
    keep_line,
    move,
    name_of,
    why_not,
)
from smm.moments import at, local_day
from smm.roles import ROLES, Right
from smm.text import clean
from storage import members, mentions, notes, replies
from storage.members import Member
from storage.mentions import Mention
from storage.notes import Note
from storage.unit_of_work import UnitOfWork

FARTHEST = timedelta(days=366)
NOTE = 2_000  # characters
SHOWN_NOTES = 3


def _free(uow: UnitOfWork, mention_id: int, by: Actor) -> Mention:
    """Return a mention that nobody else holds."""
    mention = get(uow, mention_id)
    if holder(mention, uow.now) not in {None, by.member_id}:
        raise held(uow, mention)
    return mention


def claim(uow: UnitOfWork, mention_id: int, by: Actor) -> Mention:
    """Hold a mention for one person; holding it again makes the time run anew."""
    mention = _free(uow, mention_id, by)
    if holder(mention, uow.now) == by.member_id:
        return extend(uow, mention)
    return move(uow, mention, "claim", by, **_held_by(uow, by))


def _held_by(uow: UnitOfWork, by: Actor) -> dict[str, Any]:
    return {"claimed_by": by.member_id, "claimed_until": uow.now + CLAIM, "snoozed_until": None}


def extend(uow: UnitOfWork, mention: Mention) -> Mention:
    """Let the holder's time run anew, because something was typed."""
    if not mentions.mark(uow, mention, claimed_until=uow.now + CLAIM):
        raise why_not(uow, get(uow, mention.id))
    return get(uow, mention.id)


def take_over(uow: UnitOfWork, mention_id: int, by: Actor) -> Mention:
    """Hold a mention instead of whoever holds it; their previews stay, but can no longer be sent."""
    mention = get(uow, mention_id)
    if mention.claimed_by == by.member_id or mention.state != State.CLAIMED:
        return claim(uow, mention_id, by)
    taken = move(uow, mention, "take_over", by, note=name_of(uow, mention.claimed_by), **_held_by(uow, by))
    for reply in replies.of_mention(uow, mention_id, ("preview",)):
        refresh(uow, "reply", reply.id)
    return taken


def release(uow: UnitOfWork, mention_id: int, by: Actor) -> Mention:
    """Let go of a mention, so that others may take it."""
    return move(uow, _free(uow, mention_id, by), "release", by, **UNHELD)


def snooze(uow: UnitOfWork, mention_id: int, by: Actor, until: datetime) -> Mention:
    """Put a mention away until a moment."""
    if until <= uow.now:
        raise Invalid(N_("That moment has passed. Choose one in the future."), field="until")
    if until > uow.now + FARTHEST:
        raise Invalid(N_("That is more than a year away. Choose an earlier moment."), field="until")
    return move(uow, _free(uow, mention_id, by), "snooze", by, snoozed_until=until, **UNHELD)


def presets(now: datetime, zone: str) -> dict[str, datetime]:
    """Return the moments that a snooze offers: in an hour, tomorrow at 9:00 and Monday at 9:00 in the brand's zone."""
    today = local_day(now, zone)
    monday = today + timedelta(days=7 - today.weekday())
    return {
        "hour": now + timedelta(hours=1),
        "tomorrow": at(today + timedelta(days=1), time(9), zone),
        "monday": at(monday, time(9), zone),
    }


def resolve(uow: UnitOfWork, mention_id: int, by: Actor) -> Mention:
    """Close a mention that needs no answer."""
    return _put_aside(uow, mention_id, "resolve", by)


def answered_by_hand(uow: UnitOfWork, mention_id: int, by: Actor) -> Mention:
    """Note that somebody of the team answered on the network itself."""
    mention = get(uow, mention_id, by.brand_id)
    values: dict[str, Any] = {"answered_by": by.name, "answered_at": uow.now, "snoozed_until": None}
    return move(uow, mention, "answered_elsewhere", by, **values, **UNHELD)


def not_ours(uow: UnitOfWork, mention_id: int, by: Actor) -> Mention:
    """Close a mention that is not about the brand."""
    return _put_aside(uow, mention_id, "not_ours", by)


def spam(uow: UnitOfWork, mention_id: int, by: Actor) -> Mention:
    """Close a mention as spam."""
    return _put_aside(uow, mention_id, "spam", by)


def _put_aside(uow: UnitOfWork, mention_id: int, name: str, by: Actor) -> Mention:
    return move(uow, _free(uow, mention_id, by), name, by, snoozed_until=None, **UNHELD)


def escalate(uow: UnitOfWork, mention_id: int, by: Actor, note: str = "") -> Mention:
    """Hand a mention to the managers: the team's rooms are told at once."""
    escalated = move(uow, _free(uow, mention_id, by), "escalate", by, note=note, snoozed_until=None, **UNHELD)
    if note.strip():
        _keep_note(uow, mention_id, by, note)
    tell(uow, escalated.brand_id, "team", "mention", mention_id, {"why": "escalated", "by": by.name}, URGENT)
    return escalated


def managers(uow: UnitOfWork, brand_id: int) -> list[Member]:
    """Return who a mention is escalated to."""
    return _with_right(uow, brand_id, Right.MANAGE)


def answerers(uow: UnitOfWork, brand_id: int) -> list[Member]:
    """Return who a mention can be assigned to."""
    return _with_right(uow, brand_id, Right.REPLY)


def _with_right(uow: UnitOfWork, brand_id: int, right: Right) -> list[Member]:
    found = {each.id: each for role in sorted(ROLES[right]) for each in members.with_role(uow, brand_id, role)}
    return [found[member_id] for member_id in sorted(found)]


def assign(uow: UnitOfWork, mention_id: int, by: Actor, to: int | None) -> Mention:
    """Give a mention to one person, or to nobody; the team's rooms are told whom."""
    mention = get(uow, mention_id)
    if mention.state not in OPEN:
        raise why_not(uow, mention)
    if to is not None and to not in {each.id for each in answerers(uow, mention.brand_id)}:
        raise Invalid(N_("This person may not answer for the brand. Choose somebody else."), field="to")
    if not mentions.mark(uow, mention, assigned_to=to):
        raise Conflict(SINCE_THEN)
    keep_line(uow, mention, "assign", by, {"to": to})
    refresh(uow, "mention", mention_id)
    if to is not None and to != by.member_id:
        tell(uow, mention.brand_id, "team", "mention", mention_id, {"why": "assigned", "by": by.name})
    return get(uow, mention_id)


def reopen(uow: UnitOfWork, mention_id: int, by: Actor) -> Mention:
    """Put a mention back where everybody sees it: the undo of whatever took it away."""
    return move(uow, get(uow, mention_id), "reopen", by, snoozed_until=None, **UNHELD)


def add_note(uow: UnitOfWork, mention_id: int, by: Actor, text: str) -> None:
    """Leave a note for the team on a mention; it never leaves the team."""
    mention = get(uow, mention_id)
    if not text.strip():
        raise Invalid(N_("The note is empty. Write something."), field="text")
    _keep_note(uow, mention_id, by, text)
    keep_line(uow, mention, "note", by, {})
    refresh(uow, "mention", mention_id)


def _keep_note(uow: UnitOfWork, mention_id: int, by: Actor, text: str) -> None:
    notes.add_to_mention(uow, mention_id, by.member_id, clean(text.strip(), NOTE))


def newest_notes(uow: UnitOfWork, mention_id: int) -> list[Note]:
    """Return the notes that a card shows."""
    return notes.of_mention(uow, mention_id, SHOWN_NOTES)


def due(uow: UnitOfWork, until: datetime) -> list[tuple[int, datetime]]:
    """Return the mentions to `wake` by then, each with its moment: snoozes that end, claims that lapse."""
    return mentions.due(uow, until)


def wake(uow: UnitOfWork, mention_id: int) -> bool:
    """Bring back a mention whose snooze is over or whose claim has lapsed; False where nothing was to be done."""
    mention = get(uow, mention_id)
    ends = {State.SNOOZED: mention.snoozed_until, State.CLAIMED: mention.claimed_until}.get(State(mention.state))
    if ends is None or ends > uow.now:
        return False
    snoozed = mention.state == State.SNOOZED
    move(uow, mention, "wake" if snoozed else "lapse", DESK, snoozed_until=None, **UNHELD)
    if snoozed:
        tell(uow, mention.brand_id, "alerts", "mention", mention_id, {"why": "woken"}, NOW)
    return True
