"""`copydesk check`: what is ready, what is missing, and what to do about it, in words.

Each check makes the real call where there is one. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from config.settings import Settings
from smm.errors import ConfigError, DeskError

Level = Literal["ready", "optional", "missing"]
MARKS: dict[Level, tuple[str, str]] = {
    "ready": ("✓", "green"),
    "optional": ("·", "yellow"),
    "missing": ("✗", "red"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer. Only `missing` keeps the desk from doing its job."""

    level: Level
    words: str

    @property
    def mark(self) -> str:
        """A sign to begin the line with."""
        return MARKS[self.level][0]

    @property
    def colour(self) -> str:
        """The line's colour in a terminal."""
        return MARKS[self.level][1]


async def inspect(settings: Settings, *, audit: bool) -> list[Finding]:
    """Run every check; one that fails does not keep the others from running."""
    checks: list[Callable[[Settings], Awaitable[Finding]]] = [
        _key,
        _database,
        _telegram,
        _slack,
        _writer,
        _transcriber,
        _web,
        _versions,
    ]
    if audit:
        checks.append(_audit)
    return [await _guarded(check, settings) for check in checks]


async def _guarded(check: Callable[[Settings], Awaitable[Finding]], settings: Settings) -> Finding:
    try:
        return await check(settings)
    except (DeskError, ConfigError) as error:
        return Finding("missing", str(error))


async def _key(settings: Settings) -> Finding:
    from bot.keys import key_file, vault

    if settings.keys:
        vault(settings)
        return Finding("ready", f"Secrets are sealed with {len(settings.keys)} key(s) from the settings.")
    path = key_file(settings)
    if path.exists():
        return Finding(
            "ready", f"Secrets are sealed with the key in {path}. Keep a copy of it apart from the database."
        )
    return Finding("optional", f"A key for secrets will be made at the first start, in {path}.")


async def _database(settings: Settings) -> Finding:
    from storage.migrate import current, head

    try:
        have = await current(settings.database_url)
    except Exception as error:  # noqa: BLE001 - a check reports whatever is wrong with what it checks
        return Finding("missing", f"The database does not open ({type(error).__name__}). Check COPYDESK_DATABASE.")
    if have == head():
        return Finding("ready", "The database opens and has today's schema.")
    if not have:
        return Finding("optional", "The database is empty; it will be set up at the first start.")
    return Finding("optional", "The database has an older schema; `copydesk migrate` or the next start brings it up.")


async def _telegram(settings: Settings) -> Finding:
    if settings.telegram_token is None:
        return Finding("optional", "No Telegram bot. Make one with @BotFather and set COPYDESK_TELEGRAM_TOKEN.")
    from bot.telegram_check import ask

    bot = await ask(settings.telegram_token.get_secret_value(), settings.telegram_api)
    older = (
        "" if bot.whispers else " Its Bot API server is older than 10.2: a word to one person in a group is not hidden."
    )
    return Finding("ready", f"The Telegram bot @{bot.name} answers.{older}")


async def _slack(settings: Settings) -> Finding:
    tokens = (settings.slack_bot_token, settings.slack_app_token)
    if not any(tokens) and settings.slack_signing_secret is None:
        return Finding(
            "optional",
            "No Slack app. Make one from config/slack_manifest.yaml and set COPYDESK_SLACK_BOT_TOKEN and COPYDESK_SLACK_APP_TOKEN.",
        )
    from bot.slack_check import ask_names
    from bot.slack_manifest import PATH

    if settings.slack_signing_secret is not None and not settings.public_url:
        return Finding(
            "missing", "COPYDESK_SLACK_SIGNING_SECRET is for calls at COPYDESK_PUBLIC_URL, which is not set."
        )
    pushed = settings.slack_signing_secret is not None
    bot_token, app_token = (token.get_secret_value() if token is not None else "" for token in tokens)
    name, team = await ask_names(bot_token, app_token, settings.slack_api, pushed=pushed)
    way = f"Updates are pushed to {settings.link_base}{PATH}." if pushed else "Updates come over Socket Mode."
    return Finding("ready", f"The Slack app @{name} answers in {team}. {way}")


async def _writer(settings: Settings) -> Finding:
    if settings.writer_key is None:
        return Finding(
            "optional",
            "No language model: drafts are built from the brand's own words. Set COPYDESK_WRITER_KEY to use one.",
        )
    return Finding("ready", f"Drafts are written by {settings.writer_model}.")


async def _transcriber(settings: Settings) -> Finding:
    if settings.transcriber_key is None:
        return Finding("optional", "Voice notes are kept, not written down. Set COPYDESK_TRANSCRIBER_KEY to have that.")
    return Finding("ready", f"Voice notes are written down by {settings.transcriber_model}.")


async def _web(settings: Settings) -> Finding:
    if settings.public_url and not settings.public_url.startswith("https://"):
        return Finding("missing", "COPYDESK_PUBLIC_URL must begin with https://: sign-in cookies travel over it.")
    if not settings.public_url:
        return Finding(
            "optional",
            f"The web chat is at {settings.link_base}, for this machine alone. Set COPYDESK_PUBLIC_URL for others.",
        )
    return Finding("ready", f"The web chat is reached at {settings.link_base}.")


async def _versions(settings: Settings) -> Finding:
    from connectors.versions import VERSIONS
    from smm.declared import ends_soon
    from storage.engine import utc_now

    ending = {name: known for name, known in VERSIONS.items() if ends_soon(known.until, utc_now().date())}
    if not ending:
        return Finding("ready", "Every network still answers the version of its API that is spoken here.")
    told = ", ".join(f"{name} {known.version} until {known.until}" for name, known in ending.items())
    return Finding("optional", f"Networks let go of versions of their API: {told}. Upgrade Copydesk before.")


async def _audit(settings: Settings) -> Finding:
    from bot.keys import vault
    from storage.audit import verify
    from storage.engine import Database
    from storage.migrate import current, head

    if await current(settings.database_url) != head():
        return Finding("optional", "There is no audit trail yet: it begins with the first start.")
    database = Database(settings.database_url, vault(settings))
    try:
        broken = await database.read(verify)
    finally:
        await database.close()
    if broken is None:
        return Finding("ready", "The audit trail is whole: every entry follows from the one before it.")
    return Finding("missing", f"The audit trail is broken: {broken}.")
