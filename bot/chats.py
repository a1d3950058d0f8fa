"""The chat platforms that the settings name. Each is imported only when it is: what is not used costs nothing at the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pydantic import SecretStr

from bot.transport import Transport
from config.settings import Settings
from config.words import words
from storage.engine import Database


class Chat(Transport, Protocol):
    """A platform of other people's, that may push to us."""

    webhook_path: str

    async def webhook(self, headers: Mapping[str, str], body: bytes) -> int | tuple[int, str]:
        """Take what was pushed; return the HTTP status, perhaps with what is said back."""


def chats(settings: Settings, database: Database) -> list[Chat]:
    """Return the platforms that are set up."""
    found: list[Chat] = []
    if settings.telegram_token is not None:
        found.append(_telegram(settings, database, settings.telegram_token))
    if settings.slack_bot_token is not None:
        found.append(_slack(settings, database, settings.slack_bot_token))
    return found


def _telegram(settings: Settings, database: Database, token: SecretStr) -> Chat:
    from bot.telegram import Telegram

    return Telegram(
        database,
        words,
        token=token.get_secret_value(),
        media=settings.data / "media",
        api=settings.telegram_api,
        webhook_secret=_plain(settings.telegram_webhook_secret),
        public_url=settings.public_url,
    )


def _slack(settings: Settings, database: Database, token: SecretStr) -> Chat:
    from bot.slack import Slack

    return Slack(
        database,
        words,
        bot_token=token.get_secret_value(),
        media=settings.data / "media",
        app_token=_plain(settings.slack_app_token),
        signing_secret=_plain(settings.slack_signing_secret),
        public_url=settings.public_url,
        api=settings.slack_api,
    )


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""
