"""The approvals' page without script: what waits for whom and until when, many at once with a veto, and the client's own."""

from __future__ import annotations

from datetime import UTC, datetime

from planned_world import HOME, Planned

APPROVALS = f"{HOME}/approvals"
SLOT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


async def test_a_client_decides_what_waits_for_them_as_the_networks_show_it(planned: Planned) -> None:
    clara = await planned.browser(planned.desk.world.clara)
    post = await planned.make("Spring menu #coffee", SLOT, send=True)
    await planned.make("Secret draft", SLOT)
    planned.clock.advance(hours=5)
    page = await clara.opens(APPROVALS)
    assert "1 post waits for you" in page.text
    assert "Secret draft" not in page.text
    assert "5 h" in page.text
    assert "left" in page.text
    assert 'class="preview"' in page.text
    asked = await clara.presses(page, "Request changes")
    assert "What should change, and why?" in asked.text
    done = await clara.answers(asked, reason="Say when it begins")
    assert "Thank you. The team has been told" in done.text
    assert "Nothing waits for you." in done.text
    assert (await planned.whole(post.id)).post.state == "changes_requested"


async def test_many_are_approved_at_once_and_what_was_unticked_is_not(planned: Planned) -> None:
    clara = await planned.browser(planned.desk.world.clara)
    made = [await planned.make(f"Post {number}", SLOT, send=True) for number in range(3)]
    page = await clara.opens(APPROVALS)
    assert "Approve all that are ticked" in page.text
    assert page.text.count('type="checkbox"') == 3
    ticked = [f"{post.id}:1" for post in made[:2]]
    await planned.edit(made[1], "Changed meanwhile")
    sent = await clara.sends(APPROVALS, "client", item=ticked, audience="client", script=True)
    words = sent.json()["notice"]["text"]
    assert words.startswith("1 post approved. Post 2: ")
    assert [(await planned.whole(post.id)).post.state for post in made] == ["scheduled", "draft", "client_review"]


async def test_the_team_sees_both_steps_and_decides_its_own(planned: Planned) -> None:
    await planned.policy(mode="internal+client")
    world = planned.desk.world
    anna, vera, clara = [await planned.browser(one) for one in (world.anna, world.vera, world.clara)]
    post = await planned.make("Spring", SLOT, send=True)
    assert "Nothing waits for you." in (await clara.opens(APPROVALS)).text
    mine = await vera.opens(APPROVALS)
    assert "Waits for the team" in mine.text
    assert "Somebody else must approve it" in mine.text
    done = await anna.presses(APPROVALS, "Approve")
    assert "Approved. The client has it now." in done.text
    assert "Waits for the client" in done.text
    assert "Only the client can sign it off." in done.text
    assert (await planned.whole(post.id)).post.state == "client_review"


async def test_nobody_approves_in_another_name(planned: Planned) -> None:
    world = planned.desk.world
    post = await planned.make("Spring", SLOT, send=True)
    for browser in (await planned.browser(world.anna), await planned.browser(world.vera)):
        for audience in ("client", "internal"):
            fields = {"item": f"{post.id}:1", "audience": audience, "key": f"as-{audience}"}
            sent = await browser.sends(APPROVALS, **fields, script=True)
            assert sent.json()["notice"]["text"].startswith("0 posts approved. Post 1: ")
    clara = await planned.browser(world.clara)
    assert (await clara.sends(APPROVALS, "client", audience="client", script=True)).status_code == 422
    assert (await planned.whole(post.id)).post.state == "client_review"


async def test_a_time_that_is_over_is_said(planned: Planned) -> None:
    clara = await planned.browser(planned.desk.world.clara)
    await planned.make("Spring", SLOT, send=True)
    planned.clock.advance(days=3)
    assert "The time is over" in (await clara.opens(APPROVALS)).text
