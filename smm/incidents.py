"""Incidents: the same said by many becomes one story with one card that counts, instead of a card each.

A story begins with the second text that says what another said lately, and grows as long as more come. Its mentions stay
mentions: each can be answered by itself. Muted, it grows without a word; settled, nothing joins it any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from smm import inbox
from smm.actors import Actor
from smm.alerts import LATER, NOW, refresh, tell
from smm.errors import N_, Conflict, NotFound
from smm.likeness import alike, pairs, sketch
from smm.mention_moves import OPEN
from smm.roles import Right
from storage import audit, incidents
from storage.incidents import Incident
from storage.mentions import Mention
from storage.unit_of_work import UnitOfWork

VIEW: Final = "incident"
LATELY: Final = timedelta(hours=48)  # a story that nobody tells any more for so long is over
CANDIDATES: Final = 20
_GONE = N_("This story is not there any more. See /inbox for what waits.")


@dataclass(frozen=True, slots=True)
class Story:
    """An incident with all who tell it, oldest first; `waiting` are those that wait for an answer."""

    incident: Incident
    mentions: list[Mention]
    waiting: list[Mention]


def gather(uow: UnitOfWork, mention: Mention) -> Incident | None:
    """Put a new mention to what says the same; return the story that it tells, None where it is alone."""
    said = pairs(mention.text)
    if not said:
        return None
    numbers = sketch(said)
    since = uow.now - LATELY
    others = incidents.maybe_alike(uow, mention.brand_id, numbers, since, mention.id, CANDIDATES)
    incidents.keep_sketch(uow, mention.brand_id, mention.id, numbers)
    first = next((other for other in others if alike(said, pairs(other.text))), None)
    return _joined(uow, first, mention) if first is not None else None


def _joined(uow: UnitOfWork, first: Mention, mention: Mention) -> Incident | None:
    if first.author_id == mention.author_id and first.author_id:
        return None  # one person who says it again is one person
    story = incidents.of_mention(uow, first.id)
    if story is not None and (story.state == "settled" or story.last_at < uow.now - LATELY):
        return None
    if story is None:
        story = incidents.get(uow, incidents.open_one(uow, mention.brand_id))
        assert story is not None
        incidents.join(uow, story.id, first.id)
    incidents.join(uow, story.id, mention.id)
    return story


def tell_of(uow: UnitOfWork, story: Incident, urgency: int = NOW, room_id: int | None = None) -> None:
    """Show a story that has grown: a card where there is none, else the standing ones count on."""
    if incidents.count(uow, story.id) == 2:  # noqa: PLR2004 - it has just become one
        tell(uow, story.brand_id, "alerts", VIEW, story.id, urgency=urgency, room_id=room_id)
    else:
        refresh(uow, VIEW, story.id, LATER)


def look(uow: UnitOfWork, incident_id: int, brand_id: int | None = None) -> Story | None:
    """Return a story with all who tell it."""
    incident = incidents.get(uow, incident_id)
    if incident is None or (brand_id is not None and incident.brand_id != brand_id):
        return None
    found = incidents.members(uow, incident_id)
    return Story(incident, found, [mention for mention in found if mention.state in OPEN])


def of_mention(uow: UnitOfWork, mention_id: int) -> Incident | None:
    """Return the story that a mention tells."""
    return incidents.of_mention(uow, mention_id)


def mute(uow: UnitOfWork, by: Actor, incident_id: int) -> None:
    """Let a story grow without a word."""
    _change(uow, by, incident_id, "muted")


def unmute(uow: UnitOfWork, by: Actor, incident_id: int) -> None:
    """Let a story be told again as it grows."""
    _change(uow, by, incident_id, "open")


def settle(uow: UnitOfWork, by: Actor, incident_id: int) -> int:
    """Close a story and all of it that waits and nobody holds; return how many that were."""
    story = _change(uow, by, incident_id, "settled")
    closed = 0
    for mention in story.waiting:
        try:
            inbox.resolve(uow, mention.id, by)
        except Conflict:
            continue  # somebody is at it
        closed += 1
    return closed


def _change(uow: UnitOfWork, by: Actor, incident_id: int, state: str) -> Story:
    by.must(Right.REPLY)
    story = look(uow, incident_id, by.brand_id)
    if story is None:
        raise NotFound(_GONE)
    if not incidents.change(uow, story.incident, state=state):
        raise Conflict(N_("Somebody has just decided about this story. Look at its newest card."))
    audit.append(
        uow,
        actor=f"member:{by.member_id}",
        identity=by.identity,
        action=f"incident.{state}",
        object=f"incident:{incident_id}",
        brand_id=by.brand_id,
        facts={"mentions": len(story.mentions)},
    )
    refresh(uow, VIEW, incident_id)
    return story


def tidy(uow: UnitOfWork) -> None:
    """Forget by what old texts were found alike."""
    incidents.forget_sketches(uow, uow.now - LATELY)
