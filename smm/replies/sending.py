"""Sending: the call is written down, then made, then its end recorded; an end that is not known is looked up.

`send` does the next step of one due reply, whatever that is, and may be started again at any time: after a restart an open
attempt is looked up, never repeated.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timedelta

from smm.alerts import refresh
from smm.desk import Desk
from smm.errors import ConnectorError, OutcomeUnknown, RateLimited, Unavailable, Unsupported
from smm.networks import Answer, Can
from smm.replies import outcome
from smm.replies.changes import Seen, since
from smm.replies.outcome import SETTLE, Call
from storage import accounts, attempts, brands, replies
from storage.attempts import Attempt
from storage.mentions import Mention
from storage.replies import Reply
from storage.unit_of_work import UnitOfWork

EARLY = timedelta(seconds=1)  # a timer may fire a moment before its time
PATIENCE = 90.0  # seconds for one call, connecting included; less than SETTLE
LOOK_AGAIN = timedelta(seconds=60)
GIVE_UP = timedelta(minutes=15)
SLACK = timedelta(minutes=1)  # their clock against ours


def due(uow: UnitOfWork, until: datetime) -> list[tuple[int, datetime]]:
    """Return the replies to `send` by then, each with its moment."""
    return replies.due(uow, until)


async def send(desk: Desk, reply_id: int) -> None:
    """Do what is due for a reply: send it, or look whether it was sent."""
    call = await desk.database.write(_start, reply_id)
    if call is None:
        return
    if call.reply.state == "sending":
        await _call(desk, call)
    else:
        await _look_up(desk, call)


def _start(uow: UnitOfWork, reply_id: int) -> Call | None:
    reply, mention = outcome.take(uow, reply_id)
    if reply.send_at is None or reply.send_at > uow.now + EARLY:
        return None
    if reply.state in {"sending", "unknown"}:
        return _start_looking(uow, reply, mention)
    if reply.state != "queued":
        return None
    if _no_longer_fits(uow, reply, mention):
        outcome.hold_back(uow, reply, mention)
        return None
    return _start_calling(uow, reply, mention)


def _no_longer_fits(uow: UnitOfWork, reply: Reply, mention: Mention) -> bool:
    brand = brands.get(uow, mention.brand_id)
    on_hold = brand is None or brand.on_hold
    return on_hold or bool(since(uow, mention, reply, Seen(reply.seen_revision, reply.seen_id)))


def _start_calling(uow: UnitOfWork, reply: Reply, mention: Mention) -> Call:
    fence = reply.fence + 1
    replies.change(uow, reply, "queued", state="sending", fence=fence, send_at=uow.now + SETTLE, error="")
    answer = _answer(reply, mention)
    attempt = attempts.open_attempt(
        uow, "reply", reply.id, reply.generation, fence, answer.key, _hash(mention.account_id, answer)
    )
    refresh(uow, "reply", reply.id)
    return _as_call(uow, reply.id, mention, attempt)


def _start_looking(uow: UnitOfWork, reply: Reply, mention: Mention) -> Call | None:
    opened = attempts.open_of(uow, "reply", reply.id)
    if not opened:
        outcome.ask(uow, reply.id, reply.fence)
        return None
    replies.change(uow, reply, reply.state, state="unknown", send_at=uow.now + SETTLE)
    return _as_call(uow, reply.id, mention, opened[0])


def _as_call(uow: UnitOfWork, reply_id: int, mention: Mention, attempt: Attempt) -> Call:
    reply, account = replies.get(uow, reply_id), accounts.get(uow, mention.account_id)
    assert reply is not None
    assert account is not None
    return Call(reply, mention, account.network, attempt, _answer(reply, mention))


def _answer(reply: Reply, mention: Mention) -> Answer:
    return Answer(
        key=f"{reply.key}-{reply.generation}",
        text=reply.text,
        remote_id=mention.remote_id,
        thread_id=mention.thread_id,
        author_handle=mention.author_handle,
        author_id=mention.author_id,
        private=reply.private,
    )


def _hash(account_id: int, answer: Answer) -> str:
    return hashlib.sha256(f"{account_id}\n{answer.remote_id}\n{answer.text}".encode()).hexdigest()


async def _call(desk: Desk, call: Call) -> None:
    reply, write = call.reply, desk.database.write
    try:
        async with asyncio.timeout(PATIENCE):
            connector = await desk.networks.connector(call.mention.account_id)
            published = await (connector.message if call.answer.private else connector.reply)(call.answer)
    except (OutcomeUnknown, TimeoutError):
        await write(_doubt, reply, searchable=desk.networks.can(call.network, Can.FIND_REPLY))
    except (RateLimited, Unavailable) as error:
        await write(outcome.put_off, reply.id, reply.fence, error)
    except ConnectorError as error:
        await write(outcome.refused, reply.id, reply.fence, error)
    else:
        await write(outcome.sent, reply.id, published)


def _doubt(uow: UnitOfWork, reply: Reply, *, searchable: bool) -> None:
    if searchable:
        outcome.doubtful(uow, reply.id, reply.fence)
    else:
        outcome.ask(uow, reply.id, reply.fence)


async def _look_up(desk: Desk, call: Call) -> None:
    reply, write = call.reply, desk.database.write
    try:
        async with asyncio.timeout(PATIENCE):
            connector = await desk.networks.connector(call.mention.account_id)
            found = await connector.find_reply(call.answer, call.attempt.started_at - SLACK)
    except Unsupported:
        await write(outcome.ask, reply.id, reply.fence)
    except (ConnectorError, TimeoutError):
        await write(_look_again, call)
    else:
        if found is None:
            await write(outcome.absent, reply.id, reply.fence)
        else:
            await write(outcome.sent, reply.id, found)


def _look_again(uow: UnitOfWork, call: Call) -> None:
    reply = call.reply
    if uow.now - call.attempt.started_at > GIVE_UP:
        outcome.ask(uow, reply.id, reply.fence)
    else:
        outcome.look_later(uow, reply.id, reply.fence, LOOK_AGAIN)
