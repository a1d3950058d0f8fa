"""What the kills are about: two networks in processes of their own, a prepared desk, posts and comments that never stop coming."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

import httpx
from measure import HERE, Child, free_port, get, wait_for
from world import Prepared, prepare

from bot.networks import declare_networks
from connectors.base import Outside
from smm import logins, posts
from smm.actors import Actor
from smm.networks import Profile
from smm.roles import Role
from smm.versions import Content
from storage import brands
from storage.unit_of_work import UnitOfWork

POLICY = {"mode": "none", "daily_cap": 1000, "settle_seconds": 3, "cutoff_minutes": 0, "late_minutes": 1440}
TOKEN = "mock_token"  # of an account that the Mastodon server brings along
HEADERS = {"authorization": f"Bearer {TOKEN}"}
POSTS, COMMENTS = (
    4,
    3,
)  # for each life of the desk; 200 lives stay below the cap on what one account may publish in a day
SEEN = """UPDATE mentions SET state = 'resolved', revision = revision + 1
          WHERE state = 'new' AND (id IN (SELECT object_id FROM copies WHERE view = 'mention')
              OR EXISTS (SELECT 1 FROM copies WHERE view = 'burst' AND copies.created_at >= mentions.received_at))"""


@dataclass(frozen=True, slots=True)
class Networks:
    """Where the networks are: directly, for the witness, and by the slow road, for the desk."""

    demo: str
    mastodon: str
    slow_demo: str
    slow_mastodon: str
    journal: Path


@contextmanager
def networks(folder: Path) -> Iterator[Networks]:
    """Run both networks and the slow road to them."""
    demo, mastodon, slow_demo, slow_mastodon = (free_port() for _ in range(4))
    journal = folder / "network.jsonl"
    commands = (
        ["-m", "bot.web.demo_network", "--port", str(demo), "--journal", str(journal), "--no-talk"],
        ["-m", "mastodon_mock", "serve", "--port", str(mastodon), "--in-memory", "--log-level", "critical"],
        [str(HERE / "slow_proxy.py"), str(slow_demo), str(demo), str(slow_mastodon), str(mastodon)],
    )
    with ExitStack() as running:
        for command in commands:
            started = Child(Popen([sys.executable, *command], stdout=DEVNULL, stderr=DEVNULL))
            running.callback(started.stop)
        found = Networks(*(f"http://127.0.0.1:{port}" for port in (demo, mastodon, slow_demo, slow_mastodon)), journal)
        for url in (f"{found.slow_demo}/network/feed", f"{found.slow_mastodon}/api/v1/instance"):
            wait_for(partial(get, url), url, 60)
        yield found


@dataclass
class Desk:
    """The prepared desk, as the driver writes into it from outside."""

    prepared: Prepared
    actor: Actor
    accounts: tuple[int, ...]
    world: Networks
    draw: random.Random
    posts: int = 0
    lives: int = 0
    comments: dict[str, str] = field(default_factory=dict)


async def open_desk(folder: Path, found: Networks, seed: int) -> Desk:
    """Prepare the data folder with an account on each network."""
    prepared = await prepare(folder, f"{found.slow_demo}/network/")
    declare_networks(Outside({"demo": f"{found.slow_demo}/network/"}, frozenset({"127.0.0.1"})))
    me = await asyncio.to_thread(_me, found)

    def connect(uow: UnitOfWork) -> int:
        brands.change(uow, prepared.world.brand.id, policy=POLICY)
        profile = Profile(me["id"], me["display_name"], f"{me['acct']}@127.0.0.1", me["url"])
        given = {"address": found.slow_mastodon, "token": TOKEN}
        return logins.connected(uow, prepared.world.brand.id, "mastodon", profile, given)

    mastodon = await prepared.database.write(connect)
    vera = prepared.world.vera
    actor = Actor(prepared.world.brand.id, vera.id, vera.name, frozenset({Role.CONTENT}))
    return Desk(prepared, actor, (prepared.account_id, mastodon), found, random.Random(seed))


def _me(found: Networks) -> Any:
    asked = urllib.request.Request(f"{found.mastodon}/api/v1/accounts/verify_credentials", headers=HEADERS)
    with urllib.request.urlopen(asked) as answer:
        return json.loads(answer.read())


async def keep_posting(desk: Desk) -> None:
    """Schedule posts for the next moments, some for each life of the desk."""
    while True:
        await asyncio.sleep(desk.draw.uniform(0.05, 0.4))
        if desk.posts < POSTS * desk.lives:
            desk.posts += 1
            delay = timedelta(seconds=desk.draw.uniform(0.05, 2))
            await desk.prepared.database.write(_schedule, desk, f"Post {desk.posts} of the long night", delay)


def _schedule(uow: UnitOfWork, desk: Desk, text: str, delay: timedelta) -> None:
    made = posts.create(uow, desk.actor, Content(text, desk.accounts))
    posts.place(uow, desk.actor, made.id, 1, uow.now + delay)


async def keep_commenting(desk: Desk) -> None:
    """Let people say something, some in each life of the desk; what has its card counts as looked at."""
    async with httpx.AsyncClient(base_url=desk.world.demo, trust_env=False) as people:
        while True:
            await asyncio.sleep(desk.draw.uniform(0.1, 0.6))
            if len(desk.comments) < COMMENTS * desk.lives:
                text = f"Comment {len(desk.comments)}: are you open tonight?"
                said = await people.post("/network/say", json={"name": "Lena", "text": text, "parent_id": ""})
                desk.comments[said.json()["id"]] = text
            await desk.prepared.database.write(lambda uow: uow.connection.exec_driver_sql(SEEN) and None)


def published_on_demo(found: Networks) -> dict[str, int]:
    """Count, in the network's own journal, how often each text was published."""
    entries = {entry["id"]: entry for entry in map(_entry, found.journal.read_text().splitlines()) if entry}
    return _count(entry["text"] for entry in entries.values() if entry.get("brand") and not entry.get("parent_id"))


def _entry(line: str) -> dict[str, Any] | None:
    try:
        read = json.loads(line)
    except ValueError:
        return None  # torn by the end of the process: it was never answered
    entry: dict[str, Any] | None = read.get("entry")
    return entry


def published_on_mastodon(found: Networks) -> dict[str, int]:
    """Count, in what the server shows, how often each text was published."""
    texts, newest, me = [], "", _me(found)["id"]
    with httpx.Client(base_url=found.mastodon, headers=HEADERS, trust_env=False) as witness:
        while page := witness.get(f"/api/v1/accounts/{me}/statuses?limit=40{newest}").json():
            texts += [status["content"].replace("<p>", "").replace("</p>", "") for status in page]
            newest = f"&max_id={page[-1]['id']}"
    return _count(texts)


def _count(texts: object) -> dict[str, int]:
    counted: dict[str, int] = {}
    for text in texts:  # type: ignore[attr-defined]
        counted[text] = counted.get(text, 0) + 1
    return counted
