"""Who may see what: other brands, the team's rooms, other people's chats, other people's files."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from web_desk import Browser, WebDesk

from handlers.card import Card, Picture
from handlers.route import Context
from smm.roles import Role
from storage import brands, channels, members
from storage.channels import ChatRef
from storage.members import Member
from storage.unit_of_work import UnitOfWork


def _stranger(uow: UnitOfWork, workspace_id: int | None) -> Member:
    """Make another brand with a team, in another workspace or in the same one."""
    home = workspace_id or brands.add_workspace(uow, "Other").id
    brand = brands.add(uow, home, "Other Tea", "other-tea", language="en", zone="UTC")
    member = members.add(uow, home, "Oleg", "en", brand.id)
    members.grant(uow, member.id, brand.id, Role.MANAGER)
    channels.add(uow, brand.id, ChatRef("web", "other-team"), "team", "Tea team", "en")
    return member


@pytest.fixture(params=["another workspace", "another brand"])
async def oleg(request: pytest.FixtureRequest, open_desk: WebDesk) -> Browser:
    """Somebody with no role in Northwind Coffee."""
    home = open_desk.world.workspace.id if request.param == "another brand" else None
    return await open_desk.browser(await open_desk.database.write(_stranger, home))


def picture() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (20, 20), "teal").save(data, "PNG")
    return data.getvalue()


async def test_rooms_of_other_brands_are_not_there(open_desk: WebDesk, oleg: Browser) -> None:
    await open_desk.shows("team", Card(title="Secret plan"))
    for chat_id in ("team", "client", f"member-{open_desk.world.anna.id}", "alerts", "nowhere"):
        page = await oleg.opens(f"/chat/{chat_id}")
        assert page.status_code == 404
        assert "Secret plan" not in page.text
        assert (await oleg.opens(f"/chat/{chat_id}/events")).status_code == 404
        assert (await oleg.sends(f"/chat/{chat_id}/words", "other-team", text="hi")).status_code == 404
        assert (await oleg.sends(f"/chat/{chat_id}/seen", "other-team", message="1")).status_code == 404
    assert "Northwind" not in (await oleg.opens("/chat/other-team")).text


async def test_cards_of_other_brands_cannot_be_pressed(
    open_desk: WebDesk, oleg: Browser, handed: list[Context]
) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    await anna.sends("/chat/team/words", text="/tryout", key="say-tryout")
    message = (await open_desk.messages("team"))[-1]
    assert message.card is not None
    ref = message.card["buttons"][0][0]["ref"]
    before = len(handed)
    assert (await oleg.sends("/press", "other-team", ref=ref, message=str(message.id))).status_code == 404
    assert (await oleg.sends("/answer", "other-team", ref=ref, message=str(message.id))).status_code == 404
    own = await open_desk.shows("other-team", Card(title="Mine"))
    told = await oleg.sends("/press", "other-team", ref=ref, message=own, key="press-own", script=True)
    assert told.json()["notice"]["text"]
    assert len(handed) == before


async def test_files_are_seen_only_where_they_stand(open_desk: WebDesk, oleg: Browser) -> None:
    vera = await open_desk.browser(open_desk.world.vera)
    await vera.sends("/chat/team/words", files=[("files", ("cup.png", picture(), "image/png"))])
    digest = (await open_desk.messages("team"))[0].files[0]
    clara = await open_desk.browser(open_desk.world.clara)
    assert (await vera.opens(f"/media/{digest}")).status_code == 200
    for browser in (oleg, clara):
        assert (await browser.opens(f"/media/{digest}")).status_code == 404
        assert (await browser.opens(f"/media/{digest}/small")).status_code == 404
    assert (await Browser(open_desk).opens(f"/media/{digest}")).status_code == 401
    await open_desk.shows("client", Card(title="Approve?", pictures=(Picture(digest=digest),)))
    assert (await clara.opens(f"/media/{digest}")).status_code == 200
    assert (await oleg.opens(f"/media/{digest}")).status_code == 404


async def test_a_client_sees_the_clients_room_and_their_own(open_desk: WebDesk) -> None:
    await open_desk.shows("team", Card(title="Secret plan"))
    clara = await open_desk.browser(open_desk.world.clara)
    page = await clara.opens("/chat/client")
    assert page.status_code == 200
    assert "team" not in page.text.split('class="chats"')[1].split("</nav>")[0]
    assert (await clara.opens("/chat/team")).status_code == 404
    assert (await clara.opens("/chat/team/events")).status_code == 404
    assert (await clara.sends("/chat/team/words", "client", text="hi")).status_code == 404
    assert (await clara.opens(f"/chat/member-{open_desk.world.clara.id}")).status_code == 200
    assert await open_desk.messages("team") != []


async def test_a_client_cannot_press_a_button_of_the_team(open_desk: WebDesk, handed: list[Context]) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    await anna.sends("/chat/team/words", text="/tryout", key="say-tryout")
    message = (await open_desk.messages("team"))[-1]
    assert message.card is not None
    ref = message.card["buttons"][0][0]["ref"]
    copied = await open_desk.shows("client", Card(title="Copied"))
    clara = await open_desk.browser(open_desk.world.clara)
    told = await clara.sends("/press", "client", ref=ref, message=copied, script=True)
    assert told.json()["notice"]["text"]
    assert len(handed) == 1


async def test_a_private_chat_is_its_members_alone(open_desk: WebDesk) -> None:
    boris = await open_desk.browser(open_desk.world.boris)
    assert (await boris.opens(f"/chat/member-{open_desk.world.anna.id}")).status_code == 404
    assert (await boris.opens(f"/chat/member-{open_desk.world.boris.id}")).status_code == 200


async def test_a_right_that_was_taken_away_is_gone_at_once(open_desk: WebDesk) -> None:
    boris = await open_desk.browser(open_desk.world.boris)
    assert (await boris.opens()).status_code == 200
    await open_desk.database.write(members.withdraw_all, open_desk.world.boris.id)
    assert (await boris.opens()).status_code == 404


async def test_the_team_is_told_that_the_client_reads(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    clara = await open_desk.browser(open_desk.world.clara)
    assert "The client reads this" in (await anna.opens("/chat/client")).text
    assert "The client reads this" not in (await clara.opens("/chat/client")).text
    assert "Team only" in (await anna.opens("/chat/team")).text
