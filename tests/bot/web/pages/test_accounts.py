"""The accounts page: how each login is, what it can, and connecting, checking and closing by plain forms."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from inbox_world import add_account
from web_desk import Browser, WebDesk

from smm import health
from smm.declared import Declared, declare
from smm.errors import N_, AuthExpired
from smm.networks import Can, Credential, Limits
from storage import accounts, jobs
from storage.unit_of_work import UnitOfWork

PAGE = "/b/northwind-coffee/accounts"


@pytest.fixture
async def anna(open_desk: WebDesk) -> Browser:
    """The owner, with one account on a network that cannot hide comments."""
    limits = Limits(text=500, media=4, media_bytes=1_000_000, source="https://network.example/limits")
    can = frozenset({Can.FETCH, Can.REPLY, Can.PUBLISH, Can.ASSIST})
    declare(Declared("demo", "Demo network", can, limits, (Credential("token", N_("Token")),)))
    await open_desk.database.write(add_account, open_desk.world.brand.id)
    return await open_desk.browser(open_desk.world.anna)


async def test_an_account_says_how_it_is_and_what_it_can(anna: Browser, open_desk: WebDesk) -> None:
    page = (await anna.opens(PAGE)).text
    assert "Northwind Coffee" in page
    assert "Works" in page
    assert "not yet" in page

    def fail(uow: UnitOfWork) -> None:
        health.record_failure(uow, 1, AuthExpired("The token does not work any more. Connect the account again."))
        accounts.change(uow, 1, expires_at=uow.now + timedelta(days=3))

    await open_desk.database.write(fail)
    page = (await anna.opens(PAGE)).text
    assert "Reconnect it" in page
    assert "The token does not work any more." in page


async def test_what_it_can_is_said_once_as_it_is_connected(anna: Browser, open_desk: WebDesk) -> None:
    why = N_("{network} gives that right to people alone.")
    can = {"can": [Can.FETCH, Can.ASSIST], "cannot": {Can.PUBLISH: why, Can.REPLY: why}}
    await open_desk.database.write(lambda uow: accounts.change(uow, 1, **can))
    page = (await anna.opens(PAGE)).text
    for words, reason in {
        "hears what people write: yes": "",
        "a person publishes what the desk prepares: yes": "Demo network gives that right to people alone.",
        "answers in public: no": "Demo network gives that right to people alone.",
        "hides comments: no": "The desk does not do this on Demo network.",
    }.items():
        (told,) = [plain for plain in abilities(page) if plain.startswith(words)]
        assert told.removeprefix(words).strip() == reason
    said = re.sub("<[^>]+>", "", page)
    for once in ("hears what people write", "answers in public", "gives that right to people alone.", "@northwind"):
        assert said.count(once) == (2 if once.startswith("gives") else 1), once


def abilities(page: str) -> list[str]:
    """Return what the page says that can be done and cannot, line by line."""
    listed = page.split('class="abilities"')[1].split("</ul>", maxsplit=1)[0].split("<li")[1:]
    return [" ".join(re.sub("^[^>]*>|<[^>]+>", "", line).split()) for line in listed]


async def test_an_account_is_connected_without_script_and_the_key_is_not_shown_again(
    anna: Browser, open_desk: WebDesk
) -> None:
    networks = await anna.presses(PAGE, "Connect an account")
    asked = await anna.presses(networks, "Demo network")
    assert 'type="password"' in asked.text
    sent = await anna.answers(asked, token="a-very-secret-key")
    assert "being checked by a real call" in sent.text
    assert "a-very-secret-key" not in sent.text
    assert [job.kind for job in await open_desk.database.read(lambda uow: uow.many(jobs.Job, jobs.jobs.select()))] == [
        "connect"
    ]


async def test_an_account_is_closed_after_a_question_and_can_be_connected_again(anna: Browser) -> None:
    sure = await anna.presses(PAGE, "Disconnect")
    assert "Disconnect Northwind Coffee?" in sure.text
    closed = await anna.presses(sure, "Yes")
    assert "is disconnected" in closed.text
    page = (await anna.opens(PAGE)).text
    assert "1 disconnected account" in page
    assert "Connect again" in page


async def test_who_does_not_manage_sees_it_without_buttons(anna: Browser, open_desk: WebDesk) -> None:
    boris = await open_desk.browser(open_desk.world.boris)
    page = (await boris.opens(PAGE)).text
    assert "Northwind Coffee" in page
    assert "Disconnect" not in page
    assert (await (await open_desk.browser(open_desk.world.clara)).opens(PAGE)).status_code == 403


async def test_join_links_are_made_and_looked_at_without_script(anna: Browser, open_desk: WebDesk) -> None:
    limits = Limits(text=500, media=4, media_bytes=1_000_000, source="https://network.example/limits")
    declare(Declared("demo", "Demo network", frozenset({Can.FETCH, Can.INVITE}), limits))
    listed = await anna.presses(PAGE, "Join links")
    assert "There is no link yet." in listed.text
    asked = await anna.presses(listed, "New link")
    sent = await anna.answers(asked, name="Anna's story, <b>12 May</b>")
    assert "Join link: Anna&#39;s story, &lt;b&gt;12 May&lt;/b&gt;" in sent.text
    boris = await open_desk.browser(open_desk.world.boris)
    looked = await boris.presses(PAGE, "Join links")
    assert "0 people joined" in looked.text
    assert "New link" not in looked.text
