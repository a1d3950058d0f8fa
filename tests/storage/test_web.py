"""What the web chat keeps: changes counted without gaps, sessions that end, files that stand somewhere. On both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from clocks import Clock

from smm.sample import World, build_world
from storage import copies, members, web
from storage.channels import ChatRef, MessageRef
from storage.engine import Database
from storage.unit_of_work import UnitOfWork


@pytest.fixture
async def world(any_database: Database) -> World:
    """The sample world."""
    return await any_database.write(build_world)


async def test_changes_of_a_chat_are_numbered_without_a_gap(any_database: Database, world: World) -> None:
    await asyncio.gather(*(any_database.write(web.add_message, "team", card={"title": str(n)}) for n in range(20)))
    changes = await any_database.read(web.since, "team", 0, 100)
    assert [one.revision for one in changes] == list(range(1, 21))
    await any_database.write(web.edit_message, changes[3].id, {"title": "edited"})
    assert [one.id for one in await any_database.read(web.since, "team", 20, 100)] == [changes[3].id]
    assert await any_database.read(web.since, "client", 0, 100) == []


async def test_a_message_with_a_key_is_kept_once(any_database: Database, world: World) -> None:
    sent = [any_database.write(web.add_message, "team", text="Hi", member_id=world.anna.id, key="a") for _ in range(6)]
    first, *again = await asyncio.gather(*sent)
    other = await any_database.write(web.add_message, "team", text="Hi", member_id=world.anna.id, key="b")
    assert again == [first] * 5
    assert other.id != first.id


async def test_an_edit_that_changes_nothing_wakes_nobody(any_database: Database, world: World) -> None:
    added = await any_database.write(web.add_message, "team", card={"title": "x"})
    assert await any_database.write(web.edit_message, added.id, {"title": "x"})
    assert await any_database.read(web.newest_revision, "team") == added.revision
    assert not await any_database.write(web.edit_message, 999, {"title": "x"})
    words = await any_database.write(web.add_message, "team", text="Hi", member_id=world.anna.id)
    assert not await any_database.write(web.edit_message, words.id, {"title": "x"})


async def test_a_removed_message_is_told_to_open_browsers_and_shown_nowhere(
    any_database: Database, world: World
) -> None:
    kept = await any_database.write(web.add_message, "team", card={"title": "kept"})
    gone = await any_database.write(web.add_message, "team", card={"title": "gone"})
    words = await any_database.write(web.add_message, "team", text="Hi", member_id=world.anna.id)
    for message_id in (gone.id, gone.id, words.id):
        await any_database.write(web.remove_message, message_id)
    assert [one.id for one in await any_database.read(web.latest, "team", 2**62, 9)] == [kept.id, words.id]
    (told,) = await any_database.read(web.since, "team", words.revision, 9)
    assert (told.id, told.card) == (gone.id, None)
    assert not await any_database.write(web.edit_message, gone.id, {"title": "late"})
    assert await any_database.read(web.unseen, world.anna.id, ["team"]) == {"team": 1}


async def test_unseen_messages_are_counted_by_chat(any_database: Database, world: World) -> None:
    for chat_id in ("team", "team", "client"):
        last = await any_database.write(web.add_message, chat_id, card={"title": "x"})
    await any_database.write(web.add_message, "team", text="mine", member_id=world.anna.id)
    both = ["team", "client"]
    assert await any_database.read(web.unseen, world.anna.id, both) == {"team": 2, "client": 1}
    assert await any_database.read(web.unseen, world.boris.id, both) == {"team": 3, "client": 1}
    await any_database.write(web.mark_seen, world.anna.id, "client", last.id)
    await any_database.write(web.mark_seen, world.anna.id, "client", 1)
    assert await any_database.read(web.unseen, world.anna.id, both) == {"team": 2}
    assert await any_database.read(web.seen_up_to, world.anna.id, "client") == last.id


async def test_sessions_end_with_their_time_and_with_their_member(
    any_database: Database, world: World, clock: Clock
) -> None:
    until = clock.now + timedelta(days=1)
    for member, digest in ((world.anna, "a" * 64), (world.boris, "b" * 64)):
        await any_database.write(web.open_session, member.id, digest, "csrf", until)
    assert await any_database.read(web.session, "a" * 64) is not None

    def revoke(uow: UnitOfWork) -> None:
        members.change(uow, world.boris.id, revoked_at=uow.now)

    await any_database.write(revoke)
    assert await any_database.read(web.session, "b" * 64) is None
    clock.advance(days=1)
    assert await any_database.read(web.session, "a" * 64) is None


async def test_a_file_stands_where_it_was_shown(any_database: Database, world: World) -> None:
    digest = "d" * 64
    for _ in range(2):
        await any_database.write(web.add_message, "team", card={"title": "x"}, pictures=[digest, digest])
    assert await any_database.read(web.is_shown, digest, ["client", "team"])
    assert not await any_database.read(web.is_shown, digest, ["client"])
    assert not await any_database.read(web.is_shown, digest, [])


async def test_rooms_are_those_of_the_workspace(any_database: Database, world: World) -> None:
    def rooms(uow: UnitOfWork) -> list[web.Room]:
        return web.rooms(uow, world.workspace.id)

    assert [(room.chat_id, room.purpose, room.zone) for room in await any_database.read(rooms)] == [
        ("team", "team", "Europe/Berlin"),
        ("client", "client", "Europe/Berlin"),
    ]
    assert await any_database.read(web.rooms, world.workspace.id + 1) == []


async def test_progress_counts_from_nothing(any_database: Database, world: World) -> None:
    assert await any_database.read(web.progress) == web.Progress(0, 0, 0)


async def test_who_speaks_another_language_learns_which_cards_do_not(any_database: Database, world: World) -> None:
    standing = (MessageRef(ChatRef("web", "team"), "1"), "mention", 7, {}, "en", "digest", world.brand.id)
    await any_database.write(copies.add, *standing)
    told = await any_database.write(web.speak, [world.anna.id], "ru")
    assert [(copy.view, copy.object_id) for copy in told] == [("mention", 7)]
    assert [copy.language for copy in await any_database.read(copies.of, "mention", 7)] == ["ru"]
    assert await any_database.write(web.speak, [world.anna.id], "ru") == []
