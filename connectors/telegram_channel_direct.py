"""What is written to a channel itself: direct messages, and posts that people suggest (https://core.telegram.org/bots/api#suggestedpostinfo).

A channel's direct messages are a chat of their own, with a topic for each person; only what is said there names that chat. Its id
is told apart from other channels' by asking for its parent, once. An approved suggestion is published by Telegram itself, at its
time and exactly as it was written, so approving twice publishes once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from connectors.reading import Body
from connectors.telegram_channel_guests import TelegramChannelGuests
from connectors.telegram_channel_reading import TALK, Channel, item, moment, says
from smm.errors import N_, NeedsHuman, Rejected
from smm.networks import Answer, Can, Fate, Item, Kind, Published, Suggestion, Verdict

DIRECT: Final = "direct"  # before the ids of what stands in the chat of direct messages
TALKS: Final = frozenset({Can.MESSAGE, Can.ACCEPT, Can.DECLINE, Can.FILE})
NO_DIRECT = N_(
    "The bot may not manage the channel's direct messages: switch these on in the channel, and allow it among the administrators."
)
NO_ACCEPTING = N_("The bot may not post in the channel: allow it among the administrators.")
OPENED: Final = "?direct"  # after a channel's address: its direct messages (https://core.telegram.org/api/links)
LARGEST: Final = 20 * 1024 * 1024  # https://core.telegram.org/bots/api#getfile
_NANO: Final = 10**9  # https://core.telegram.org/bots/api#suggestedpostprice
_STATES: Final = {"approved": Fate.ACCEPTED, "declined": Fate.DECLINED}
_FATES: Final = {
    "suggested_post_approved": Fate.ACCEPTED,
    "suggested_post_declined": Fate.DECLINED,
    "suggested_post_approval_failed": Fate.UNPAID,
    "suggested_post_paid": Fate.PAID,
    "suggested_post_refunded": Fate.REFUNDED,
}


class TelegramChannelDirect(TelegramChannelGuests):
    """A channel's direct messages and suggested posts."""

    def _place(self, remote_id: str) -> tuple[int, int]:
        """Return the chat of direct messages, and the message or the person's topic in it."""
        head, _, ids = remote_id.partition("/")
        numbers = self._numbers(ids.split("/")) if head == DIRECT else []
        return (numbers[0], numbers[1]) if len(numbers) == 2 else self._gone()  # noqa: PLR2004 - of a place

    async def message(self, answer: Answer) -> Published:
        """Answer in the person's topic, as the channel."""
        (chat, message), (_, topic) = self._place(answer.remote_id), self._place(answer.thread_id)
        asked = {"chat_id": chat, "direct_messages_topic_id": topic, "text": answer.text}
        said = await self._ask("sendMessage", effect=True, **asked, reply_parameters={"message_id": message})
        return Published(_named(chat, said.read("result.message_id", int)), self._link() + OPENED)

    async def accept(self, remote_id: str) -> None:
        """Approve a suggested post. One that names its time Telegram publishes then, any other at once."""
        await self._settle("approveSuggestedPost", remote_id, {})

    async def decline(self, remote_id: str, reason: str) -> None:
        """Decline a suggested post."""
        await self._settle("declineSuggestedPost", remote_id, {"comment": reason} if reason else {})

    async def _settle(self, method: str, remote_id: str, more: Mapping[str, Any]) -> None:
        chat, message = self._place(remote_id)
        done = await self._ask(method, effect=True, chat_id=chat, message_id=message, **more)
        done.read("result", bool)

    async def file(self, name: str) -> bytes:
        """Bring a picture of a suggested post."""
        path = (await self._ask("getFile", file_id=name)).read("result.file_path", str)
        base = self._base().rpartition("/bot")
        return (await self._wire.call("GET", f"{base[0]}/file/bot{base[2]}{path}", largest=LARGEST)).content

    async def _direct(self, updates: Iterable[Body], channel: Channel, known: int) -> int:
        """Return the chat of this channel's direct messages, 0 as long as nothing was said there."""
        for chat in {body.read("chat.id", int) for body in _talk(updates)} - {known}:
            if await self._belongs(chat, channel):
                return chat
        return known

    async def _belongs(self, chat: int, channel: Channel) -> bool:
        try:
            found = await self._ask("getChat", chat_id=chat)
        except (Rejected, NeedsHuman):  # the bot is there no longer
            return False
        return found.maybe("result.parent_chat.id", int) == channel.channel_id


def lacks_direct(rights: Body) -> Mapping[Can, str]:
    """Return what a bot with these rights cannot do about direct messages, and why."""
    if not rights.maybe("can_manage_direct_messages", bool):
        return dict.fromkeys((Can.MESSAGE, Can.ACCEPT, Can.DECLINE), NO_DIRECT)
    return {} if rights.maybe("can_post_messages", bool) else {Can.ACCEPT: NO_ACCEPTING}


def _talk(updates: Iterable[Body]) -> Iterator[Body]:
    for update in updates:
        for kind in TALK:
            if update.has(kind) and update.maybe(f"{kind}.chat.is_direct_messages", bool):
                yield update.part(kind)


def direct_items(updates: Iterable[Body], channel: Channel, chat: int) -> tuple[Item, ...]:
    """Return what was said in the chat of direct messages."""
    return tuple(_item(body, channel) for body in _ours(updates, chat) if says(body))


def _ours(updates: Iterable[Body], chat: int) -> Iterator[Body]:
    return (body for body in _talk(updates) if body.read("chat.id", int) == chat)


def _named(chat: int, number: int) -> str:
    return f"{DIRECT}/{chat}/{number}"


def _item(body: Body, channel: Channel) -> Item:
    """Return a direct message; in a person's topic every other person speaks for the channel."""
    chat, topic = body.read("chat.id", int), body.part("direct_messages_topic")
    person, place = topic.part("user"), body.maybe("sender_chat.id", int)
    own = place == channel.channel_id if place else body.id("from.id") != person.id("id")
    name = f"{person.read('first_name', str)} {person.maybe('last_name', str) or ''}".strip()
    who = (str(channel.channel_id), channel.title) if own else (person.id("id"), name)
    offer = _offer(body) if body.has("suggested_post_info") else None
    answered = body.maybe("reply_to_message.message_id", int)
    return item(
        body,
        Kind.SUGGESTION if offer else Kind.MESSAGE,
        _named(chat, body.read("message_id", int)),
        *who,
        author_handle="" if own else person.maybe("username", str) or "",
        link=channel.link + OPENED,
        thread_id=_named(chat, topic.read("topic_id", int)),
        parent_id=_named(chat, answered) if answered else "",
        own=own,
        suggestion=offer,
    )


def _offer(body: Body) -> Suggestion:
    info = body.part("suggested_post_info")
    photo = list(body.each("photo"))[-1:] if body.has("photo") else []  # the sizes of one picture, the largest last
    return Suggestion(
        publish_at=moment(info, "send_date") if info.has("send_date") else None,
        price=_price(info.part("price")) if info.has("price") else "",
        files=tuple(size.id("file_id") for size in photo),
        whole=body.has("photo") or body.has("text"),
        fate=_STATES.get(info.read("state", str)),
    )


def _price(price: Body) -> str:
    amount, currency = price.read("amount", int), price.read("currency", str)
    if currency == "XTR":
        return f"{amount} ⭐"
    if currency == "TON":
        return f"{(Decimal(amount) / _NANO).normalize():f} TON"
    return f"{amount} {currency[:8]}"


def verdicts(updates: Iterable[Body], chat: int) -> tuple[Verdict, ...]:
    """Return what became of suggested posts, in the order in which it is told."""
    told = (_verdict(body, kind, fate) for body in _ours(updates, chat) for kind, fate in _FATES.items())
    return tuple(verdict for verdict in told if verdict is not None)


def _verdict(body: Body, kind: str, fate: Fate) -> Verdict | None:
    """Return what a service message tells; one that does not name its suggestion tells nothing."""
    post = f"{kind}.suggested_post_message"
    if not body.has(post):
        return None
    at = moment(body, f"{kind}.send_date") if body.has(f"{kind}.send_date") else None
    reason = body.maybe(f"{kind}.comment", str) or body.maybe(f"{kind}.reason", str) or ""
    return Verdict(_named(body.read("chat.id", int), body.read(f"{post}.message_id", int)), fate, at, reason)
