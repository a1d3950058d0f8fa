"""What arrives: one page of a network becomes mentions, alerts and a moved cursor in one transaction.

The same page twice changes nothing: a mention is unique by account and the network's id, an edit by its time. What the brand
itself said never alerts; where it answers a mention, that mention was answered elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from smm import by_hand, health, incidents, join_links, pulse, replies, suggestion_calls, suggestions
from smm.alerts import LATER, URGENT, refresh, tell
from smm.desk import Desk
from smm.errors import ConnectorError
from smm.mention_moves import DESK, MOVES, OPEN, UNHELD, State, keep_line, move, signature
from smm.networks import PRIVATE, Connector, Item, Kind, Page
from smm.rules.routing import Way, judge
from smm.text import clean, line
from storage import accounts, audit, copies, mentions
from storage.accounts import Account
from storage.mentions import Mention
from storage.unit_of_work import UnitOfWork

BACKLOG = timedelta(hours=24)  # older than that when the account was connected: stored without a word
BURST = 15  # cards in a minute from one account; Telegram takes 20 messages a minute in a group, edits included
BURST_WINDOW = timedelta(minutes=1)
BURST_STANDS = timedelta(minutes=10)
TEXT = 65_536  # characters kept of a text
RAW = 65_536  # bytes kept of the network's own body
IDENTIFIER = 255
LINK = 2_048
PICTURES = 10
PAGES = 25  # fetched in one go
_URL = re.compile(r"https?://[^\s/?#]+\S*")


@dataclass(frozen=True, slots=True)
class _Self:
    """How the brand's own accounts on a network are known: by id and by handle."""

    ids: frozenset[str]
    handles: frozenset[str]

    def said(self, item: Item) -> bool:
        """Say whether the brand itself said it. Some networks name the author by handle alone."""
        return item.own or item.author_id in self.ids or _handle(item.author_handle) in self.handles


def ingest(uow: UnitOfWork, account_id: int, page: Page) -> list[int]:
    """Take a page in and move the account's cursor; return the ids of the mentions that are new."""
    new = take(uow, account_id, page.items)
    account = accounts.get(uow, account_id) if page.joins else None
    if account is not None:
        join_links.count(uow, account, page.joins)
    suggestion_calls.learn(uow, account_id, (*suggestion_calls.settled(page.items), *page.verdicts))
    accounts.change(uow, account_id, cursor=page.cursor)
    return new


def take(uow: UnitOfWork, account_id: int, items: Sequence[Item]) -> list[int]:
    """Take in what was said, from wherever it came; return the ids of the mentions that are new."""
    account = accounts.get(uow, account_id)
    if account is None or account.closed_at is not None:
        return []
    own = _self(uow, account)
    usable = [item for item in items if item.remote_id and len(item.remote_id) <= IDENTIFIER]
    theirs = _newest(item for item in usable if not own.said(item))
    new = _take_in(uow, account, theirs)
    for item in usable:
        if own.said(item):
            _note_answer(uow, account, item)
            by_hand.recognise(uow, account, item)
    _tell(uow, account, new)
    _keep_line(uow, account, new, len(items) - len(usable))
    return new


def _keep_line(uow: UnitOfWork, account: Account, new: list[int], unusable: int) -> None:
    if new or unusable:
        facts = {"new": len(new), "first": min(new, default=0), "last": max(new, default=0), "unusable": unusable}
        audit.append(
            uow,
            actor=signature(DESK),
            action="inbox.ingest",
            object=f"account:{account.id}",
            brand_id=account.brand_id,
            facts=facts,
        )


def _self(uow: UnitOfWork, account: Account) -> _Self:
    family = [each for each in accounts.of_brand(uow, account.brand_id) if each.network == account.network]
    return _Self(
        frozenset(each.remote_id for each in family if each.remote_id),
        frozenset(_handle(each.handle) for each in family if each.handle),
    )


def _handle(handle: str) -> str:
    return handle.strip().removeprefix("@").casefold()


def _newest(items: Iterable[Item]) -> dict[str, Item]:
    newest: dict[str, Item] = {}
    for item in items:
        seen = newest.get(item.remote_id)
        if seen is None or item.deleted or _edit(item) >= _edit(seen):
            newest[item.remote_id] = item
    return newest


def _edit(item: Item) -> datetime:
    return _aware(item.edited_at or item.said_at)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _take_in(uow: UnitOfWork, account: Account, items: Mapping[str, Item]) -> list[int]:
    known = mentions.known(uow, account.id, items)
    fresh = [item for item in items.values() if item.remote_id not in known and not item.deleted]
    added = mentions.put_new(uow, [_row(uow, account, item) for item in fresh])
    for item in fresh:
        if item.suggestion is not None and item.remote_id in added:
            suggestions.begin(uow, added[item.remote_id], item.suggestion)
    for remote_id, mention in known.items():
        _catch_up(uow, mention, items[remote_id])
    return sorted(added.values())


def _row(uow: UnitOfWork, account: Account, item: Item) -> dict[str, Any]:
    return {
        "brand_id": account.brand_id,
        "account_id": account.id,
        "kind": str(item.kind),
        "remote_id": item.remote_id,
        "thread_id": item.thread_id[:IDENTIFIER],
        "parent_id": item.parent_id[:IDENTIFIER],
        "author_id": item.author_id[:IDENTIFIER],
        "author_name": line(item.author_name),
        "author_handle": line(item.author_handle),
        "text": clean(item.text, TEXT),
        "link": _link(item.link),
        "media": [url for url in item.media[:PICTURES] if _link(url)],
        "language": item.language[:8],
        "said_at": _aware(item.said_at),
        "received_at": uow.now,
        "edited_at": _aware(item.edited_at) if item.edited_at else None,
        "deleted_at": None,
        "state": str(State.NEW),
        **UNHELD,
        "assigned_to": None,
        "snoozed_until": None,
        "answered_by": "",
        "answered_at": None,
        "answer": "",
        "answer_link": "",
        "revision": 1,
        "raw": _bounded(item.raw),
        "answerable": item.answerable,
        "out_of_reach": item.out_of_reach,
        "reply_until": _aware(item.reply_until) if item.reply_until else None,
        "private_until": _aware(item.private_until) if item.private_until else None,
        "rating": item.rating if item.rating in range(1, 6) else None,
        "hidden_at": None,
    }


def _link(url: str) -> str:
    return url if len(url) <= LINK and _URL.fullmatch(url) else ""


def _bounded(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the network's own body, cut where it is too long, without what a database refuses."""
    try:
        body = json.dumps(raw, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError):
        body = json.dumps(raw, ensure_ascii=False, default=str).encode(errors="replace")
        raw = json.loads(body, parse_constant=lambda _: None)  # PostgreSQL has no NaN in jsonb
    if len(body) > RAW:
        return {"cut": True, "bytes": len(body), "start": body[: RAW // 2].decode(errors="replace")}
    return raw


def _catch_up(uow: UnitOfWork, mention: Mention, item: Item) -> None:
    if item.deleted and mention.deleted_at is None:
        deleted(uow, mention.id)
    elif item.edited_at and (mention.edited_at is None or _aware(item.edited_at) > mention.edited_at):
        edited(uow, mention.id, clean(item.text, TEXT), _aware(item.edited_at))
        if item.suggestion is not None:
            suggestions.renew(uow, mention.id, item.suggestion)


def _note_answer(uow: UnitOfWork, account: Account, item: Item) -> None:
    for mention in _answered(uow, account, item):
        if not replies.recognise(uow, mention, item):
            answered_elsewhere(uow, mention.id, item)


def _answered(uow: UnitOfWork, account: Account, item: Item) -> list[Mention]:
    if item.parent_id:
        return list(mentions.known(uow, account.id, [item.parent_id]).values())
    if item.kind not in PRIVATE or not item.thread_id:
        return []
    waiting = mentions.in_thread(uow, account.id, item.thread_id, MOVES["answered_elsewhere"].before)
    return [mention for mention in waiting if mention.said_at <= _aware(item.said_at)]


def edited(uow: UnitOfWork, mention_id: int, text: str, edited_at: datetime) -> bool:
    """Take over the author's newer text; an older or equal edit changes nothing."""
    mention = mentions.hold(uow, mention_id)
    if mention is None or (mention.edited_at is not None and edited_at <= mention.edited_at):
        return False
    mentions.change(uow, mention, text=text, edited_at=edited_at)
    keep_line(uow, mention, "edited", DESK, {"at": edited_at.isoformat(), "before": mention.text[:LINK]})
    refresh(uow, "mention", mention_id)
    return True


def deleted(uow: UnitOfWork, mention_id: int) -> bool:
    """Note that the author took a mention back; what was not answered is closed by that."""
    mention = mentions.hold(uow, mention_id)
    if mention is None or mention.deleted_at is not None:
        return False
    if mention.state in OPEN:
        move(uow, mention, "deleted", DESK, deleted_at=uow.now, snoozed_until=None, **UNHELD)
        return True
    mentions.change(uow, mention, deleted_at=uow.now)
    keep_line(uow, mention, "deleted", DESK, {})
    refresh(uow, "mention", mention_id)
    return True


def answered_elsewhere(uow: UnitOfWork, mention_id: int, item: Item) -> bool:
    """Note an answer given on the network itself. While ours waits to be sent, it only makes sending ask again."""
    mention = mentions.hold(uow, mention_id)
    said_at = _aware(item.said_at)
    if mention is None or mention.state not in MOVES["answered_elsewhere"].before:
        return False
    if mention.answered_at is not None and said_at <= mention.answered_at:
        return False
    who = line(item.author_name or item.author_handle)
    answer = {
        "answered_by": who,
        "answered_at": said_at,
        "answer": clean(item.text, TEXT),
        "answer_link": _link(item.link),
    }
    if mention.state == State.SENDING:
        mentions.change(uow, mention, **answer)
        keep_line(uow, mention, "answered_elsewhere", DESK, {"by": who, "while": mention.state})
    else:
        move(uow, mention, "answered_elsewhere", DESK, note=who, **answer, snoozed_until=None, **UNHELD)
    return True


def _tell(uow: UnitOfWork, account: Account, new: list[int]) -> None:
    if not new:
        return
    since = account.created_at - BACKLOG
    arrived = mentions.of(uow, new)
    ways = judge(uow, account.brand_id, arrived)
    recent = mentions.fresh(uow, account, State.NEW, uow.now - BURST_WINDOW, since, BURST + 1)
    flood = len(recent) > BURST
    for mention in arrived:
        if mention.said_at >= since:
            _tell_one(uow, mention, ways[mention.id], alone=mention.id in recent and not flood)
    if flood:
        _tell_burst(uow, account)
    if count := sum(mention.said_at >= since for mention in arrived):
        pulse.beat(uow, account, count)


def _tell_one(uow: UnitOfWork, mention: Mention, way: Way, *, alone: bool) -> None:
    """Tell of a mention, or of the story that it tells with others. Where it is not for itself `alone`, only what cannot wait."""
    story = None if mention.kind == Kind.SUGGESTION else incidents.gather(uow, mention)
    if way.urgency is None or (story is not None and story.state == "muted"):
        return
    if story is not None:
        incidents.tell_of(uow, story, way.urgency, way.channel_id)
    elif alone or way.urgency == URGENT:
        tell(uow, mention.brand_id, "alerts", "mention", mention.id, urgency=way.urgency, room_id=way.channel_id)


def _tell_burst(uow: UnitOfWork, account: Account) -> None:
    standing = copies.of(uow, "burst", account.id)
    if any(copy.created_at > uow.now - BURST_STANDS for copy in standing):
        refresh(uow, "burst", account.id, LATER)
        return
    since = (uow.now - BURST_WINDOW).isoformat()
    tell(uow, account.brand_id, "alerts", "burst", account.id, {"since": since})


async def poll(desk: Desk, account_id: int) -> None:
    """Fetch whatever an account has that is new, page by page, and note how that went."""
    account = await desk.database.read(accounts.get, account_id)
    if account is None or account.closed_at is not None:
        return
    try:
        connector = await desk.networks.connector(account.id)
        page = await _fetch(desk, account, connector)
    except ConnectorError as error:
        await desk.database.write(health.record_failure, account_id, error)
    else:
        wait = timedelta() if page.more else page.wait
        await desk.database.write(health.record_success, account_id, wait, connector.quota)


async def _fetch(desk: Desk, account: Account, connector: Connector) -> Page:
    cursor = account.cursor
    for _ in range(PAGES):
        page = await connector.fetch(cursor)
        await desk.database.write(ingest, account.id, page)
        if not page.more or page.cursor == cursor:
            break
        cursor = page.cursor
    return page
