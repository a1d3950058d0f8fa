"""The tone of a mention: a machine's guess that says so, a person's word above it, and nothing bad waits for the morning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import FakeNetworks
from inbox_desk import InboxDesk, open_inbox_desk, words
from inbox_world import NoWriter

from smm import labels
from smm.desk import Desk
from smm.reading import Reading
from storage import channels
from storage.jobs import Job, jobs
from storage.unit_of_work import UnitOfWork


class Ear:
    """Reads the tone that a text names."""

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        return [Reading("en", text.split()[0], 0.9 if "sure" in text else 0.4) for text in texts]


@pytest.fixture
async def inbox(desk: TestDesk, clock: Clock) -> InboxDesk:
    return await open_inbox_desk(desk, clock)


async def read(inbox: InboxDesk) -> None:
    """Do what the clock does: ask, and read what was asked."""
    ports = Desk(inbox.desk.database, FakeNetworks(inbox.clock), NoWriter(), Path(), reader=Ear())
    await inbox.desk.database.write(labels.ask)
    for job in await inbox.desk.database.read(lambda uow: uow.many(Job, jobs.select())):
        await labels.read(ports, job.args)
    await inbox.desk.settle()


async def test_a_machine_says_how_it_sounds_and_that_it_is_a_machine(inbox: InboxDesk) -> None:
    await inbox.hears("good sure")
    await inbox.hears("bad perhaps")
    await read(inbox)
    await read(inbox)
    surely, perhaps = map(words, inbox.cards())
    assert "Tone: Friendly (says a machine, sure to 90 %)" in surely
    assert "Tone" not in perhaps


async def test_a_persons_word_stands_above_the_machines(inbox: InboxDesk) -> None:
    await inbox.hears("good sure")
    await inbox.anna.presses("More…")
    await inbox.anna.presses("Tone…")
    await inbox.anna.presses("Negative")
    assert "Tone: Negative\n" in words(inbox.cards()[0])
    await read(inbox)
    assert "Tone: Negative\n" in words(inbox.cards()[0])


async def test_what_sounds_bad_is_not_held_for_the_morning(inbox: InboxDesk) -> None:
    await inbox.desk.database.write(_rest_all_day)
    await inbox.hears("good sure")
    await inbox.hears("bad sure")
    assert inbox.cards() == []
    await read(inbox)
    (card,) = inbox.cards()
    assert "bad sure" in words(card)


def _rest_all_day(uow: UnitOfWork) -> None:
    (room,) = channels.of_purpose(uow, 1, "team")
    channels.change(uow, room.id, rhythm={"quiet": ["08:00", "20:00"]})
