"""/accounts as people in rooms see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import Clock
from dialog import TestDesk
from fake_networks import LIMITS, FakeNetworks

from handlers.account_cards import CAN
from handlers.card import Card, Notice
from smm import account_reading, accounts, declared, health, logins, tokens
from smm.desk import Desk
from smm.errors import N_, AuthExpired
from smm.networks import Can, Credential, Profile, Quota
from storage.jobs import Job, jobs

PROFILE = Profile("u-1", "Northwind", "northwind", "https://demo.example/northwind", LIMITS)


@pytest.fixture(autouse=True)
def demo_network(monkeypatch: pytest.MonkeyPatch) -> None:
    token = (Credential("token", "Key of the account"),)
    monkeypatch.setattr(declared, "_networks", {})
    declared.declare(declared.Declared("demo", "Demo network", frozenset(Can), LIMITS, token))


async def connected(desk: TestDesk) -> int:
    return await desk.database.write(logins.connected, desk.world.brand.id, "demo", PROFILE, {"token": "t"})


def shown(card: object) -> Card:
    assert isinstance(card, Card), card
    return card


async def test_connecting_from_the_web(desk: TestDesk, clock: Clock, tmp_path: Path) -> None:
    card = shown(await desk.anna.says("/accounts"))
    assert "No account is connected yet" in str(card.body)
    await desk.anna.presses("Connect an account")
    asked = shown(await desk.anna.presses("Demo network"))
    assert asked.ask is not None
    assert [question.label for question in asked.ask.questions] == ["Key of the account"]
    checking = shown(await desk.anna.answers(token="canary"))
    assert "being checked" in str(checking)
    (job,) = await desk.database.read(lambda uow: uow.many(Job, jobs.select()))
    await logins.connect(Desk(desk.database, FakeNetworks(clock), None, tmp_path), job.args)  # type: ignore[arg-type]
    await desk.settle()
    card = desk.room("team").cards[-1]
    assert card.title == "Northwind Coffee · Demo network"
    assert card.tone == "good"
    assert "canary" not in str(desk.room("team").cards)
    listed = shown(await desk.anna.says("/accounts"))
    assert "works" in str(listed.body)


async def test_what_can_be_chosen_is_offered_to_choose(desk: TestDesk) -> None:
    options = (("mentions", "Articles and posts"), ("reviews", "Reviews"))
    holds = Credential("holds", "What is in it", secret=False, default="mentions", required=False, options=options)
    declared.declare(declared.Declared("demo", "Demo network", frozenset(Can), LIMITS, (holds,)))
    await desk.anna.says("/accounts")
    await desk.anna.presses("Connect an account")
    asked = shown(await desk.anna.presses("Demo network"))
    assert asked.ask is not None
    (question,) = asked.ask.questions
    assert (question.kind, question.value, question.options) == ("choice", "mentions", options)


async def test_an_empty_answer_is_asked_for_again(desk: TestDesk) -> None:
    await desk.anna.says("/accounts")
    await desk.anna.presses("Connect an account")
    await desk.anna.presses("Demo network")
    errors = await desk.anna.answers(token="x" * 7000)
    assert errors == {"token": "This cannot be right: Key of the account. Copy it again."}


async def test_no_key_is_asked_for_in_a_group(database: object) -> None:
    from dialog import open_desk

    desk = await open_desk(database, forms=(), platform="telegram")  # type: ignore[arg-type]
    member = desk.world.anna

    def identify(uow: object) -> None:
        from storage import channels, members
        from storage.channels import ChatRef

        members.identify(uow, member.id, "telegram", f"member-{member.id}", "Anna")  # type: ignore[arg-type]
        channels.add(uow, desk.world.brand.id, ChatRef("telegram", "team"), "team", "Team", "en")  # type: ignore[arg-type]

    await desk.database.write(identify)
    await desk.anna.says("/accounts")
    await desk.anna.presses("Connect an account")
    card = shown(await desk.anna.presses("Demo network"))
    assert card.ask is None
    assert "private chat" in str(card.body)
    private = desk.anna.at("anna", private=True)
    await private.says("/accounts")
    await private.presses("Connect an account")
    card = shown(await private.presses("Demo network"))
    assert card.ask is not None
    assert "I delete your message" in str(card.body)


async def test_trouble_is_told_with_the_way_out(desk: TestDesk) -> None:
    account = await connected(desk)
    words = N_("{network} no longer accepts the key of this account. Reconnect it: /accounts")
    await desk.database.write(health.record_failure, account, AuthExpired(words, network="Demo network"))
    await desk.settle()
    card = desk.room("team").cards[-1]
    assert card.tone == "bad"
    assert "Reconnect it" in str(card.body)
    asked = shown(await desk.anna.presses("Reconnect"))
    assert asked.ask is not None
    assert asked.ask.object_id == account
    assert not any("Reconnect it" in str(card) for card in desk.room("client").cards)


async def test_disconnecting_is_asked_twice_and_done_once(desk: TestDesk) -> None:
    await connected(desk)
    await desk.anna.says("/accounts")
    card = shown(await desk.anna.presses("Demo network: Northwind"))
    gone = next(button for row in card.buttons for button in row if button.label == "Disconnect")
    assert gone.confirm
    card = shown(await desk.anna.presses("Disconnect"))
    assert "is disconnected" in str(card.body)
    assert "No account is connected yet" in str(shown(await desk.anna.presses("All accounts")).body)


async def test_checking_now(desk: TestDesk, clock: Clock) -> None:
    account = await connected(desk)
    await desk.database.write(health.record_success, account, clock.now - clock.now.replace(hour=0))
    await desk.anna.says("/accounts")
    await desk.anna.presses("Demo network: Northwind")
    assert isinstance(await desk.anna.presses("Check now"), Notice)
    assert await desk.database.read(health.poll_due, clock.now) == [(account, clock.now)]


async def test_others_see_but_do_not_touch(desk: TestDesk) -> None:
    await connected(desk)
    card = shown(await desk.boris.says("/accounts"))
    assert "Connect an account" not in str(card.buttons)
    await desk.anna.says("/accounts")
    await desk.anna.presses("Demo network: Northwind")
    assert not isinstance(await desk.boris.presses("Disconnect"), Card)
    assert len(await desk.database.read(accounts.connected_ones, desk.world.brand.id)) == 1
    assert "Northwind" not in str(await desk.clara.says("/accounts"))


async def test_a_card_says_what_the_key_allows_why_not_more_until_when_and_what_is_left(
    desk: TestDesk, clock: Clock
) -> None:
    narrow = Profile(
        "u-1",
        "Northwind",
        "northwind",
        "",
        expires_at=clock.now + timedelta(days=3),
        mode=N_("key of the community"),
        can=frozenset({Can.FETCH, Can.REPLY}),
        cannot={Can.PUBLISH: N_("{network} gives that right to people alone.")},
        quota=Quota(12, 200, clock.now + timedelta(hours=5)),
    )
    await desk.database.write(logins.connected, desk.world.brand.id, "demo", narrow, {"token": "t"}, desk.world.anna.id)
    listed = shown(await desk.anna.says("/accounts"))
    assert "its key ends in" in str(listed.body)
    card = shown(await desk.anna.presses("Demo network: Northwind"))
    fields = {field.label: field.value for field in card.fields}
    assert fields["Kind of key"] == "key of the community"
    assert fields["Can"] == "hears what people write, answers in public"
    assert fields["Left to do"].startswith("12 of 200 calls, anew")
    assert "its key ends in" in fields["Key valid until"]
    assert fields["Connected by"] == "Anna"
    assert "Not possible with this key: publishes posts. " in str(card.body)
    assert "Demo network gives that right to people alone." in str(card.body)
    assert card.tone == "warn"


async def test_a_network_that_was_never_tried_says_so_once(desk: TestDesk, clock: Clock, tmp_path: Path) -> None:
    known = declared.find("demo")
    assert known is not None
    declared.declare(replace(known, tried=False, until=clock.now.date() + timedelta(days=50)))
    await desk.anna.says("/accounts")
    await desk.anna.presses("Connect an account")
    await desk.anna.presses("Demo network")
    await desk.anna.answers(token="canary")
    (job,) = await desk.database.read(lambda uow: uow.many(Job, jobs.select()))
    await logins.connect(Desk(desk.database, FakeNetworks(clock), None, tmp_path), job.args)  # type: ignore[arg-type]
    await desk.settle()
    first = desk.room("team").cards[-1]
    assert "has not been tried against the network itself" in str(first.body)
    assert "lets go of this version of its API" in str(first.body)
    await desk.anna.says("/accounts")
    again = shown(await desk.anna.presses("Demo network: Northwind Coffee"))
    assert "has not been tried" not in str(again.body)


async def test_where_the_network_asks_people_itself_they_are_led_there_from_any_room(desk: TestDesk) -> None:
    await desk.database.write(tokens.note_address, "web", "https://desk.example/in/")
    known = declared.find("demo")
    assert known is not None
    declared.declare(replace(known, consent=True, credentials=()))
    await desk.anna.says("/accounts")
    await desk.anna.presses("Connect an account")
    card = shown(await desk.anna.presses("Demo network"))
    assert card.ask is None
    ((button,),) = card.buttons
    assert button.label == "Allow it on Demo network"
    assert button.url == f"https://desk.example/s/me/b/{desk.world.brand.slug}/accounts/connect/demo"


async def test_the_card_tells_where_the_network_may_push_to(desk: TestDesk) -> None:
    account_id = await connected(desk)
    await desk.anna.says("/accounts")
    assert "webhooks" not in str(shown(await desk.anna.presses("Demo network: Northwind")).fields)
    await desk.database.write(tokens.note_address, "web", "https://desk.example/in/")
    account = await desk.database.read(accounts.find, account_id)
    assert account is not None
    await desk.anna.says("/accounts")
    fields = {field.label: field.value for field in shown(await desk.anna.presses("Demo network: Northwind")).fields}
    assert fields["Address for webhooks"] == f"https://desk.example/hooks/demo/{account.hook}"


def test_every_ability_that_has_words_is_told() -> None:
    assert set(CAN) == set(account_reading.SHOWN)
