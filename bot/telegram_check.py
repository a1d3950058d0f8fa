"""Asking Telegram whether a token works, without opening a line."""

from __future__ import annotations

from telegram.error import InvalidToken, TelegramError

from bot.telegram_request import Requests
from smm.errors import N_, DeskError, Forbidden


async def ask_name(token: str, api: str) -> str:
    """Return the bot's username; raise a DeskError that says what to do where Telegram does not answer for it."""
    requests = Requests(f"{api.rstrip('/')}/bot{token}")
    await requests.initialize()
    try:
        return str((await requests.call("getMe"))["username"])
    except InvalidToken:
        raise Forbidden(
            N_("Telegram does not know this token. Copy it again from @BotFather into COPYDESK_TELEGRAM_TOKEN.")
        ) from None
    except TelegramError:
        raise DeskError(N_("Telegram cannot be reached. Check the network and COPYDESK_TELEGRAM_API.")) from None
    finally:
        await requests.shutdown()
