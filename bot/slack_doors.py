"""Doors: where a chat really is on Slack, for a private chat is a channel that has to be asked for, and whether we are in."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from bot.slack_request import Refused, Requests, Unreached
from bot.transport import ChatRef

REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class Door:
    """A channel as we found it. `inside`: we can read and write there."""

    channel: str
    inside: bool = True
    title: str = ""


class Doors:
    """Finds channels, and remembers those that were found."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._known: OrderedDict[str, Door] = OrderedDict()

    async def channel(self, chat: ChatRef) -> str:
        """Return the channel of a chat; a private one is addressed by its person (bot/slack_updates.py)."""
        _team, is_person, user_id = chat.chat_id.partition(":")
        if not is_person:
            return chat.chat_id
        known = self._known.get(chat.chat_id)
        if known is None:
            opened = await self._requests.call("conversations.open", users=user_id)
            known = self._remember(chat, Door(str(opened["channel"]["id"])))
        return known.channel

    async def look(self, chat: ChatRef) -> Door:
        """Return what is known of a channel, asking for it. Commands can be given where we are not."""
        if chat.chat_id in self._known:
            return self._known[chat.chat_id]
        try:
            found = (await self._requests.call("conversations.info", channel=chat.chat_id))["channel"]
        except Refused:
            return Door(chat.chat_id, inside=False)
        except Unreached:
            return Door(chat.chat_id)  # nobody's command waits for that; it is asked again next time
        door = Door(chat.chat_id, bool(found.get("is_member")), str(found.get("name") or ""))
        return self._remember(chat, door) if door.inside else door

    def title(self, chat: ChatRef, otherwise: str) -> str:
        """Return what a channel is called, without asking: Slack itself calls every closed one alike."""
        known = self._known.get(chat.chat_id)
        return known.title if known is not None and known.title else otherwise

    def forget(self, chat: ChatRef) -> None:
        """Ask again next time: it is not as it was."""
        self._known.pop(chat.chat_id, None)

    def _remember(self, chat: ChatRef, door: Door) -> Door:
        self._known[chat.chat_id] = door
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return door
