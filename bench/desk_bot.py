"""The real desk on Telegram, with two hundred people and one command that claims a mention. Usage: desk_bot.py URL FOLDER

`/tick N` is an ordinary handler: it reads mention N, claims it for whoever asks (one compare-and-set, its line in the mention's
history and in the audit trail) and answers with a card. Everything else is the desk as `copydesk run` opens it; only the pace of
Telegram's limits is lifted, since nobody could measure anything else behind it.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot_api import CHATS
from world import Prepared, prepare

from bot.app import App
from bot.telegram import Telegram
from bot.transport import Pace
from config.settings import Settings
from handlers.card import Card, para
from handlers.route import Context, command
from smm import inbox
from smm.roles import Right, Role
from storage import members
from storage.mentions import mentions
from storage.unit_of_work import UnitOfWork

MENTIONS = 20_000


@command("tick", needs=Right.REPLY, help="claim a mention")
def tick(context: Context) -> Card:
    """Claim the mention that was named."""
    claimed = inbox.claim(context.uow, int(context.text), context.actor)
    return Card(title=f"Claimed {claimed.id}", body=(para(claimed.text),))


def _people(uow: UnitOfWork, prepared: Prepared, platform: str, people: Sequence[str]) -> None:
    brand = prepared.world.brand
    for person in people:
        member = members.add(uow, brand.workspace_id, "Анна Ш", "ru", brand.id)
        members.identify(uow, member.id, platform, person, "Анна Ш")
        members.grant(uow, member.id, brand.id, Role.COMMUNITY)


def _mentions(uow: UnitOfWork, prepared: Prepared) -> None:
    plain: Mapping[str, Any] = {
        "brand_id": prepared.world.brand.id, "account_id": prepared.account_id, "kind": "comment", "thread_id": "p1",
        "parent_id": "", "author_id": "u1", "author_name": "Лена", "author_handle": "lena",
        "text": "Скажите, есть ли у вас овсяное молоко и до скольки вы открыты?", "link": "", "media": [], "language": "ru",
        "said_at": uow.now, "received_at": uow.now, "state": "new", "answered_by": "", "answer": "", "answer_link": "",
        "revision": 1, "raw": {},
    }  # fmt: skip
    uow.connection.execute(mentions.insert(), [{**plain, "remote_id": f"c{number}"} for number in range(MENTIONS)])


async def furnish(folder: Path, platform: str, people: Sequence[str]) -> None:
    """Prepare a folder with people of a platform, by their ids, and mentions for them to claim."""
    prepared = await prepare(folder)
    await prepared.database.write(_people, prepared, platform, people)
    await prepared.database.write(_mentions, prepared)
    await prepared.database.close()


async def keep_open(folder: Path, **platform: Any) -> None:
    """Open the desk over a prepared folder, and keep it open."""
    desk = App(Settings(data=folder, web_port=0, log_level="WARNING", demo_network_url="", **platform))
    await desk.start()
    gc.collect()
    await asyncio.Event().wait()


async def main(url: str, folder: Path) -> None:
    """Prepare the folder, then open the desk and keep it open."""
    await furnish(folder, "telegram", [str(person) for person in range(1001, 1001 + CHATS)])
    Telegram.pace = Pace(overall=1_000_000, per_chat=0.0)
    await keep_open(folder, telegram_token="1:" + "x" * 35, telegram_api=url)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
