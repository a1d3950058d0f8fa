"""Every command, said in private on Slack, on Telegram and on the web: one list, the same answer everywhere."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from clocks import Clock
from three_platforms import ThreePlatforms, three_platforms
from waiting import PATIENCE

from handlers.route import load, routes
from smm.members import web_user
from storage.engine import Database

# What is seen after each command by somebody who runs the desk.
SEEN = {
    "accounts": "Accounts of Northwind Coffee",
    "approvals": "Approvals",
    "brands": "Brands",
    "channels": "Rooms of Northwind Coffee",
    "draft": "What is the post about?",
    "help": "What you can do",
    "hold": "is on hold",
    "inbox": "Inbox of Northwind Coffee",
    "invite": "What will they be?",
    "link": "Add another account",
    "material": "What do you need?",
    "materials": "Requests",
    "me": "Slack: Anna, Telegram: Anna",
    "members": "People of Northwind Coffee",
    "plan": "Plan: ",
    "policy": "Who approves posts?",
    "post": "Text",
    "report": "A report for the client",
    "resume": "publishes again",
    "rules": "Nothing is listened for yet",
    "start": "Each step can be done again",
    "templates": "Saved answers",
    "today": "What waits for you",
}


def test_the_list_is_whole() -> None:
    load()
    commands = {each.name for each in routes().values() if each.kind == "command"}
    assert commands == SEEN.keys()


@pytest.fixture
async def desk(database: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[ThreePlatforms]:
    async with three_platforms(database, clock, tmp_path) as opened:
        yield opened


async def on_slack(desk: ThreePlatforms, command: str) -> None:
    desk.anna.commands(desk.slack.private(desk.anna), command)


async def seen_on_slack(desk: ThreePlatforms) -> str:
    alone = desk.slack.private(desk.anna)
    return "\n".join([*(card.text for card in alone.cards), *(modal.text for modal in desk.anna.modals)])


async def on_telegram(desk: ThreePlatforms, command: str) -> None:
    desk.anna_there.says(desk.telegram.private(desk.anna_there), f"/{command}")


async def seen_on_telegram(desk: ThreePlatforms) -> str:
    return "\n".join(card.text for card in desk.telegram.private(desk.anna_there).cards)


async def on_the_web(desk: ThreePlatforms, command: str) -> None:
    alone = web_user(desk.world.anna.id)
    await desk.browser.sends(f"/chat/{alone}/words", text=f"/{command}", key=f"somebody-says-{command}")


async def seen_on_the_web(desk: ThreePlatforms) -> str:
    page = (await desk.browser.opens(f"/chat/{web_user(desk.world.anna.id)}")).text
    messages = page[page.index('class="messages"') : page.index('class="composer"')]
    return html.unescape(re.sub(r"<[^>]+>", "", messages))


Says = Callable[[ThreePlatforms, str], Awaitable[None]]
Sees = Callable[[ThreePlatforms], Awaitable[str]]
PLATFORMS: dict[str, tuple[Says, Sees]] = {
    "slack": (on_slack, seen_on_slack),
    "telegram": (on_telegram, seen_on_telegram),
    "web": (on_the_web, seen_on_the_web),
}


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_every_command_is_answered(desk: ThreePlatforms, platform: str) -> None:
    says, sees = PLATFORMS[platform]
    for command, words in SEEN.items():
        before = (await sees(desk)).count(words)
        await says(desk, command)
        try:
            async with asyncio.timeout(PATIENCE):
                while (await sees(desk)).count(words) <= before:  # noqa: ASYNC110 - what is seen tells nobody
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(
                f"/{command} on {platform} shows no {words!r}, but ends: {(await sees(desk))[-300:]}"
            ) from None
