"""Telegram as a transport: the Bot API in and out, over python-telegram-bot's Bot and types and a loop of our own.

Updates are stored before they are confirmed (a library's own polling lost 35 of 3,000 presses in 30 kills, this none), by
long polling or by a webhook. What stands in which chat, who may press what and when something may be said is not known here.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from telegram import Bot
from telegram.error import InvalidToken

from bot.errands import Errands
from bot.intake import TRIES, Intake
from bot.line import PAUSES, outcome, persist
from bot.telegram_commands import Menus
from bot.telegram_files import Files
from bot.telegram_line import telegram_line, told
from bot.telegram_messages import Messages
from bot.telegram_offers import Offers
from bot.telegram_pictures import Pictures
from bot.telegram_polling import Polling, key
from bot.telegram_reception import Reception
from bot.telegram_request import TOKEN, UNFIT, Requests
from bot.telegram_updates import ALLOWED, KIND, PLATFORM, Me
from bot.telegram_whispers import Whispers
from bot.transport import ChatRef, MessageRef, Pace, Receive
from handlers.card import Card
from handlers.route import Words, routes
from smm import tokens
from smm.errors import ConfigError
from storage import asks
from storage.engine import Database

WEBHOOK_PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  https://core.telegram.org/bots/api#setwebhook
MOST_BODY = 1024 * 1024
GRACE = 5.0
FIRST_SECONDS = 5.0  # the desk opens without Telegram if it is slower
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Telegram:
    """The Telegram platform. With a webhook secret and a public address updates are pushed to us, else we ask for them."""

    platform = PLATFORM
    webhook_path = WEBHOOK_PATH
    # https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    pace = Pace(overall=30, per_chat=1.0, per_group=20, group_window=60.0)

    def __init__(
        self,
        database: Database,
        words: Callable[[str], Words],
        *,
        token: str,
        media: Path,
        api: str = "https://api.telegram.org",
        webhook_secret: str = "",
        public_url: str = "",
        album_wait: float = 0.5,
        poll_seconds: int = 50,
        pauses: Sequence[float] = PAUSES,
        tries: Sequence[float] = TRIES,
    ) -> None:
        self._bot_id = _checked(token, webhook_secret)
        self._database = database
        self._words = words
        self._secret = webhook_secret if public_url else ""
        self._public_url = public_url.rstrip("/")
        self._poll_seconds = poll_seconds
        base = api.rstrip("/")
        self._requests = Requests(f"{base}/bot{token}")
        bot = Bot(token, f"{base}/bot", f"{base}/file/bot", self._requests, self._requests)
        files = Files(bot, database, media)
        offers = Offers()
        self._whispers = Whispers(self._requests, offers)
        self._reception = Reception(database, self._requests, files, self._whispers, words, self._bot_id)
        self._messages = Messages(self._requests, Pictures(bot, files), offers, self._reception.note_move)
        self._menus = Menus(self._requests, database, words, routes())
        self._intake = Intake(database, KIND, self._reception.handle, album_wait=album_wait, tries=tries)
        self._line = telegram_line(pauses)
        self._tasks = Errands()
        self._menus_changed = asyncio.Event()
        for topic in ("members", "channels"):
            database.listen(topic, self._menus_changed.set)

    # ---- life

    async def start(self, receive: Receive) -> None:
        """Open the line; raise ConfigError when the token is refused. An unreachable Telegram is waited for meanwhile."""
        self._reception.receive = receive
        await self._requests.initialize()
        failure = await outcome(self._introduce())
        if isinstance(failure, InvalidToken):
            await self._requests.shutdown()
            raise ConfigError(told(failure))
        self._tasks.spawn(self._run())

    async def stop(self) -> None:
        """Take no more updates, let running ones end, close the line."""
        await self._tasks.cancel()
        await self._intake.close(GRACE)
        await self._reception.finish(GRACE)
        await self._requests.shutdown()

    @property
    def trouble(self) -> str:
        """What keeps us from Telegram at the moment, in words; empty while all is well."""
        return self._line.trouble

    async def _introduce(self) -> None:
        said = await self._requests.call("getMe", FIRST_SECONDS)
        me = Me(int(said["id"]), str(said["username"]))
        # https://core.telegram.org/bots/features#deep-linking
        await self._database.write(tokens.note_address, PLATFORM, f"https://t.me/{me.username}?start=")
        self._reception.me = me

    async def _run(self) -> None:
        if not self._reception.ready:
            await persist(self._introduce, self._line)
        await self._intake.open()
        self._tasks.spawn(self._keep_menus())
        if self._secret:
            await persist(self._hook, self._line)
        else:
            await Polling(self._requests, self._intake, self._bot_id, self._line, self._poll_seconds).run()

    async def _hook(self) -> None:
        await self._requests.call(
            "setWebhook",
            url=self._public_url + WEBHOOK_PATH,
            secret_token=self._secret,
            allowed_updates=list(ALLOWED),
        )

    async def _keep_menus(self) -> None:
        line = telegram_line()  # of its own: a menu that is refused does not mean that updates do not come
        while True:
            self._menus_changed.clear()
            await persist(self._menus.refresh, line)
            await self._menus_changed.wait()

    # ---- in

    async def webhook(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take one pushed update; return the HTTP status. 200 means that it is stored."""
        given = next((value for name, value in headers.items() if name.lower() == SECRET_HEADER.lower()), "")
        if not self._secret or not hmac.compare_digest(given.encode("utf-8", "replace"), self._secret.encode()):
            return 403
        if len(body) > MOST_BODY:
            return 413
        try:
            update = json.loads(body)
            bodies = {key(self._bot_id, update): update}
        except (ValueError, TypeError, KeyError, RecursionError):
            return 400
        await self._intake.keep(bodies)
        return 200

    # ---- out

    def is_group(self, chat: ChatRef) -> bool:
        """Say whether the per-group limit holds: groups have negative ids."""
        return chat.chat_id.startswith("-")

    async def send(self, chat: ChatRef, card: Card) -> MessageRef:
        """Send a sealed card as a new message."""
        return await self._messages.send(chat, card, await self._asked(chat, card))

    async def edit(self, message: MessageRef, card: Card) -> MessageRef | None:
        """Draw a sealed card over a message; return where it stands now, if that one was gone and it was sent anew."""
        return await self._messages.edit(message, card)

    async def remove(self, message: MessageRef) -> None:
        """Take a message of ours away."""
        await self._messages.remove(message)

    async def whisper(self, chat: ChatRef, user_id: str, card: Card) -> bool:
        """Show a card without buttons to one person in a group; False where that cannot be."""
        return await self._whispers.say(chat, user_id, card)

    async def _asked(self, chat: ChatRef, card: Card) -> str:
        """Return whom a question in a group is put to."""
        if card.ask is None or not self.is_group(chat):
            return ""
        ask = await self._database.read(asks.get, card.ask.ref)
        return ask.user_id if ask is not None else ""


def _checked(token: str, webhook_secret: str) -> int:
    """Return the bot's id, which its token begins with; refuse what Telegram would refuse."""
    named = TOKEN.fullmatch(token)
    if named is None:
        raise ConfigError(UNFIT)
    if webhook_secret and not _SECRET.fullmatch(webhook_secret):
        raise ConfigError("COPYDESK_TELEGRAM_WEBHOOK_SECRET takes 1 to 256 of A-Z, a-z, 0-9, _ and -.")
    return int(named[1])
