"""The members page: who sees it, and inviting, changing and removing people by plain forms."""

from __future__ import annotations

import html
import re

from web_desk import WebDesk

from smm.roles import Role
from storage import members

PAGE = "/b/northwind-coffee/members"


async def test_everybody_of_the_team_sees_who_works_here_and_owners_can_change_it(open_desk: WebDesk) -> None:
    anna, boris = await open_desk.browser(open_desk.world.anna), await open_desk.browser(open_desk.world.boris)
    page = (await anna.opens(PAGE)).text
    for name in ("Anna", "Boris", "Vera", "Clara"):
        assert name in page
    assert "Invite somebody" in page
    seen = await boris.opens(PAGE)
    assert "Clara" in seen.text
    assert "Invite somebody" not in seen.text
    assert "members.show" not in seen.text


async def test_an_invitation_is_made_without_script(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    asked = await anna.presses(PAGE, "Invite somebody")
    assert "What will they be?" in asked.text
    made = await anna.answers(asked, role="content", name="Olga")
    assert "Invitation: Content" in made.text
    assert re.search(r"/start [\w-]{20,}", made.text)
    assert "Olga" in (await anna.opens(PAGE)).text.split("Open invitations")[1]


async def test_a_role_is_given_and_a_person_removed_after_a_question(open_desk: WebDesk) -> None:
    anna, boris = await open_desk.browser(open_desk.world.anna), open_desk.world.boris
    person = await anna.presses(PAGE, "Change", number=1)
    assert "Boris" in person.text
    changed = await anna.presses(person, "Content")
    assert "✓ Content" in changed.text
    roles = {one.role for one in await open_desk.database.read(members.roles_of, boris.id)}
    assert roles == {Role.COMMUNITY, Role.CONTENT}
    sure = await anna.presses(changed, "Remove")
    assert "Remove Boris?" in html.unescape(sure.text)
    done = await anna.presses(sure, "Yes")
    assert "not on the desk any more" in done.text
    assert "Boris" not in done.text.split('id="people"')[1].split("</table>")[0]
