"""Asking Telegram whether a token works and what its server offers, without opening a line."""

from __future__ import annotations

from dataclasses import dataclass

from telegram.error import InvalidToken, TelegramError

from bot.telegram_request import TOKEN, UNFIT, Requests
from bot.telegram_whispers import knows_whispers
from smm.errors import N_, ConfigError, DeskError, Forbidden


@dataclass(frozen=True, slots=True)
class Answer:
    """What Telegram says of a bot. `whispers`: its server can show something to one person in a group (Bot API 10.2)."""

    name: str
    whispers: bool


async def ask(token: str, api: str) -> Answer:
    """Return what Telegram says of a bot; raise what says what to do where it does not answer for it."""
    if not TOKEN.fullmatch(token):
        raise ConfigError(UNFIT)
    requests = Requests(f"{api.rstrip('/')}/bot{token}")
    await requests.initialize()
    try:
        me = await requests.call("getMe")
        return Answer(str(me["username"]), await knows_whispers(requests, me["id"], me["id"]))
    except InvalidToken:
        raise Forbidden(
            N_("Telegram does not know this token. Copy it again from @BotFather into COPYDESK_TELEGRAM_TOKEN.")
        ) from None
    except TelegramError:
        raise DeskError(N_("Telegram cannot be reached. Check the network and COPYDESK_TELEGRAM_API.")) from None
    finally:
        await requests.shutdown()
