"""Talking to the Bot API as one channel's bot: the address, the bot's id, the channel, and what every call has in common.

What is asked is for the classes above: telegram_channel_guests.py and telegram_channel.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Final, Never
from urllib.parse import quote

from connectors.base import Base
from connectors.outcomes import GONE
from connectors.reading import Body
from connectors.telegram_channel_errors import meaning
from connectors.telegram_channel_reading import SITE, Channel, read_channel
from connectors.wire import Reply
from smm.errors import N_, ConnectorError, Rejected

HOST: Final = "https://api.telegram.org"
_NAME = re.compile(r"(?:(?:https?://)?(?:t|telegram)\.me/(?:s/)?|@)?([A-Za-z]\w{3,31})(?:[/?].*)?")
_NUMBER = re.compile(r"(?:(?:https?://)?t\.me/c/|-100)(\d{5,})(?:/.*)?")

OWN_BOT = N_(
    "That is the desk's own bot, and it serves the team's chats. Make another for the channel with @BotFather."
)
NO_CHANNEL = N_("That is no channel. Give its address, as https://t.me/northwind.")


class TelegramChannelCalls(Base):
    """One channel, as its bot calls it."""

    name: ClassVar[str] = "telegram_channel"
    title: ClassVar[str] = "Telegram"

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._known: Channel | None = None

    def _base(self) -> str:
        token = quote(self._secrets.get("token", ""), safe=":")
        return f"{self._outside.bases.get(self.name, HOST).rstrip('/')}/bot{token}/"

    @property
    def _bot(self) -> str:
        """The bot's id, which its token begins with."""
        return self._secrets.get("token", "").partition(":")[0]

    @property
    def _address(self) -> str | int:
        """What a person gave as the channel, as the Bot API takes it."""
        given = self._secrets.get("channel", "")
        if found := _NUMBER.fullmatch(given):
            return int(f"-100{found[1]}")
        if found := _NAME.fullmatch(given):
            return f"@{found[1]}"
        raise Rejected(NO_CHANNEL, field="channel", network=self.title, account=self._account)

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        return meaning(reply, self._link())

    def _link(self) -> str:
        address = str(self._address)
        return f"{SITE}/{address[1:]}" if address.startswith("@") else f"{SITE}/c/{address[4:]}"

    async def _ask(self, method: str, *, effect: bool = False, **asked: Any) -> Body:
        """Call a method; return the whole answer, of which `result` is read."""
        self._refuse_own_bot()
        return (await self._wire.call("POST", method, json=asked, effect=effect)).body()

    def _refuse_own_bot(self) -> None:
        if self._bot in self._outside.own_bots:
            raise Rejected(OWN_BOT, field="token", network=self.title, account=self._account)

    async def _channel(self, *, fresh: bool = False) -> Channel:
        if self._known is None or fresh:
            body = await self._ask("getChat", chat_id=self._address)
            if body.read("result.type", str) != "channel":
                raise Rejected(NO_CHANNEL, field="channel", network=self.title, account=self._account)
            self._known = read_channel(body.part("result"))
        return self._known

    def _numbers(self, ids: Iterable[str]) -> list[int]:
        try:
            return [int(each) for each in ids]
        except ValueError:
            self._gone()

    def _gone(self) -> Never:
        raise Rejected(GONE, field="target", network=self.title, account=self._account)
