"""Labels: the language and the tone of what is said, read by a small model on this machine, and put right by people.

A label never decides anything about a mention's state. It shows on the card, and what reads bad is not held back by a room's
quiet hours. A person's word stands above the machine's, for good.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from smm import alerts
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import N_, Invalid
from smm.mention_moves import OPEN, get, keep_line
from smm.reading import TONES, Reading
from storage import jobs, labels, memos
from storage.labels import Label
from storage.mentions import Mention
from storage.unit_of_work import UnitOfWork

SHOWN: Final = 0.6  # less sure than that a machine's tone is not shown
URGENT: Final = 0.8  # at least so sure that it is bad, a machine may break the quiet hours
BATCH: Final = 50
_SEEN: Final = "labels:seen"


def ask(uow: UnitOfWork) -> None:
    """Have whatever came since the last time read."""
    newest, seen = labels.newest(uow), int(memos.get(uow, _SEEN) or 0)
    upto = min(newest, seen + BATCH)
    if upto > seen:
        memos.set(uow, _SEEN, str(upto))
        jobs.queue(uow, "labels", f"labels:{upto}", {"after": seen, "upto": upto})


async def read(desk: Desk, args: Mapping[str, Any]) -> None:
    """Read a batch of mentions and keep their labels."""
    if desk.reader is None:
        return
    found = await desk.database.read(labels.between, args["after"], args["upto"])
    readings = await desk.reader.read([mention.text for mention in found])
    await desk.database.write(_keep, found, readings)


def _keep(uow: UnitOfWork, found: Sequence[Mention], readings: Sequence[Reading]) -> None:
    rows = [
        {"mention_id": mention.id, "language": mention.language or each.language, "tone": each.tone, "sure": each.sure}
        for mention, each in zip(found, readings, strict=True)
    ]
    labels.put(uow, rows)
    for mention, each in zip(found, readings, strict=True):
        if mention.state in OPEN:
            alerts.refresh(uow, "mention", mention.id, alerts.LATER)
            if each.tone == "bad" and each.sure >= URGENT:
                alerts.urge(uow, "mention", mention.id)


def of(uow: UnitOfWork, mention_id: int) -> Label | None:
    """Return how a mention reads, as far as that is sure enough to be shown."""
    label = labels.of(uow, mention_id)
    return label if label is not None and label.tone and label.sure >= SHOWN else None


def say(uow: UnitOfWork, mention_id: int, by: Actor, tone: str) -> None:
    """Keep the tone that a person reads in a mention."""
    if tone not in TONES:
        raise Invalid(N_("Choose how it sounds."), field="tone")
    mention = get(uow, mention_id, by.brand_id)
    labels.say(uow, mention_id, tone, by.member_id)
    keep_line(uow, mention, "tone", by, {"tone": tone})
    alerts.refresh(uow, "mention", mention_id)
    if tone == "bad":
        alerts.urge(uow, "mention", mention_id)
