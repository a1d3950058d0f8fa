"""The way of an answer in tests of use cases: previewed, confirmed, sent by the clock."""

from __future__ import annotations

from typing import Any

from clocks import Clock
from inbox_world import Inbox

from smm import replies
from storage import attempts
from storage.members import Member


async def preview(inbox: Inbox, member: Member, text: str = "Yes, we do!", mention_id: int | None = None) -> Any:
    """Make a preview."""
    mention_id = mention_id or await inbox.one()
    return await inbox.database.write(replies.preview, mention_id, member, text)


async def queued(inbox: Inbox, member: Member, **given: Any) -> Any:
    """Make a preview and confirm it."""
    reply = await preview(inbox, member, **given)
    return await inbox.database.write(replies.confirm, reply.id, member)


async def sent(inbox: Inbox, clock: Clock, member: Member, **given: Any) -> Any:
    """Confirm an answer, wait out the time for second thoughts and let the clock send it."""
    reply = await queued(inbox, member, **given)
    clock.advance(seconds=10)
    await tick(inbox, clock)
    return await inbox.reply(reply.id)


async def tick(inbox: Inbox, clock: Clock) -> None:
    """Let the clock do what is due."""
    for reply_id, _ in await inbox.database.read(replies.due, clock.now):
        await replies.send(inbox.desk, reply_id)


async def outcomes(inbox: Inbox, reply_id: int) -> Any:
    """Return how the calls for a reply ended."""
    return [attempt.outcome for attempt in await inbox.database.read(attempts.all_of, "reply", reply_id)]
