"""`copydesk check`: what is ready, what is missing, and what to do about it, in words.

Each check makes the real call where there is one, and says no secret. Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from bot import place_check
from bot.model_check import fault_of
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
        _folder,
        _key,
        _database,
        _telegram,
        _slack,
        _writer,
        _transcriber,
        _tone,
        _port,
        _address,
        _apps,
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


async def _folder(settings: Settings) -> Finding:
    free = place_check.room_in(settings.data)
    told = f"The data folder {settings.data} can be written to; {free / 1e9:.1f} GB are free there."
    if free < place_check.LITTLE:
        return Finding("optional", f"{told} That is little: pictures and videos need more.")
    return Finding("ready", told)


async def _key(settings: Settings) -> Finding:
    from bot.keys import key_file, vault

    if settings.keys:
        vault(settings)
        return Finding("ready", f"Secrets are sealed with {len(settings.keys)} key(s) from the settings.")
    path = key_file(settings)
    if path.exists():
        try:
            vault(settings)
        except OSError as error:
            return Finding(
                "missing", f"The key in {path} cannot be read ({error.strerror}). Give it to the desk's user."
            )
        if place_check.is_open_to_others(path):
            return Finding("optional", f"Others on this machine may read the key in {path}. Run: chmod 600 {path}")
        return Finding(
            "ready", f"Secrets are sealed with the key in {path}. Keep a copy of it apart from the database."
        )
    return Finding("optional", f"A key for secrets will be made at the first start, in {path}.")


async def _database(settings: Settings) -> Finding:
    from storage.migrate import head

    have = await _schema(settings)
    if have == head():
        return Finding("ready", "The database opens and has today's schema.")
    if not have:
        return Finding("optional", "The database is empty; it will be set up at the first start.")
    return Finding("optional", "The database has an older schema; `copydesk migrate` or the next start brings it up.")


async def _schema(settings: Settings) -> str:
    from storage.migrate import current

    try:
        return await current(settings.database_url)
    except Exception as error:
        raise ConfigError(f"The database does not open ({type(error).__name__}). Check COPYDESK_DATABASE.") from error


async def _telegram(settings: Settings) -> Finding:
    if settings.telegram_token is None:
        return Finding("optional", "No Telegram bot. Make one with @BotFather and set COPYDESK_TELEGRAM_TOKEN.")
    from bot.telegram_check import ask

    if settings.telegram_webhook_secret is not None and not settings.public_url:
        return Finding(
            "missing", "COPYDESK_TELEGRAM_WEBHOOK_SECRET is for calls at COPYDESK_PUBLIC_URL, which is not set."
        )
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
    from connectors.writer import LanguageModel

    model = LanguageModel(settings.writer_url, settings.writer_key.get_secret_value(), settings.writer_model)
    if fault := await fault_of(model, "The language model", "COPYDESK_WRITER"):
        return Finding("missing", fault)
    return Finding("ready", f"Drafts are written by {settings.writer_model}: it answers.")


async def _transcriber(settings: Settings) -> Finding:
    if settings.transcriber_key is None:
        return Finding("optional", "Voice notes are kept, not written down. Set COPYDESK_TRANSCRIBER_KEY to have that.")
    from connectors.transcriber import TranscriptionModel

    key = settings.transcriber_key.get_secret_value()
    model = TranscriptionModel(settings.transcriber_url, key, settings.transcriber_model)
    if fault := await fault_of(model, "The transcription model", "COPYDESK_TRANSCRIBER"):
        return Finding("missing", fault)
    return Finding("ready", f"Voice notes are written down by {settings.transcriber_model}: it answers.")


async def _tone(settings: Settings) -> Finding:
    from connectors.labels import usable

    if usable():
        return Finding("ready", "Language and tone of what is said are read on this machine.")
    return Finding("optional", "Tone is not read. `make labels` installs the model (Linux on x86-64).")


async def _port(settings: Settings) -> Finding:
    from bot.web.server import address_here, listen

    host, port = settings.web_host, settings.web_port
    at = "a free port" if port == 0 else f"port {port}"
    try:
        listen(host, port).close()
    except ConfigError:
        if not await place_check.leads_to_a_desk(address_here(settings.web_host, settings.web_port)):
            raise
        return Finding("ready", f"The web chat is open on {host}, {at}: a desk answers there now.")
    return Finding("ready", f"The web chat can listen on {host}, {at}.")


async def _address(settings: Settings) -> Finding:
    from bot.web.server import address_here

    if not settings.public_url:
        return Finding(
            "optional",
            f"The web chat is at {settings.link_base}, for this machine alone. Set COPYDESK_PUBLIC_URL for others.",
        )
    if fault := place_check.fault_of_address(settings.public_url):
        return Finding("missing", fault)
    here = address_here(settings.web_host, settings.web_port)
    if not await place_check.leads_to_a_desk(here):
        return Finding("ready", f"Others reach the web chat at {settings.link_base}; that is tried once the desk runs.")
    if await place_check.leads_to_a_desk(settings.link_base):
        return Finding("ready", f"The web chat answers at {settings.link_base}.")
    return Finding(
        "missing",
        f"{settings.link_base} does not lead to the desk that runs here. Check the name's DNS entry, and that your proxy "
        f"passes everything on to {here}.",
    )


async def _apps(settings: Settings) -> Finding:
    from connectors.registry import find, networks

    more = {name for network in networks() for name in network.more_apps}
    for name, setting in [
        *((each, "NETWORKS") for each in settings.networks),
        *((each, "APPS") for each in settings.apps if each not in more),
    ]:
        if find(name) is None:
            return Finding("missing", f"COPYDESK_{setting} names “{name}”, which is no network. See: copydesk networks")
    for name, app in settings.apps.items():
        if not all(app.get_secret_value().partition(":")):
            return Finding("missing", f"COPYDESK_APPS has no secret for {name}: write client id:client secret.")
    if not settings.apps:
        return Finding(
            "optional", "No apps of your own: accounts are connected by keys. COPYDESK_APPS adds consent pages."
        )
    return Finding("ready", f"Networks are asked for consent by your own apps: {', '.join(settings.apps)}.")


async def _versions(settings: Settings) -> Finding:
    from connectors.versions import AS_OF, VERSIONS
    from smm.declared import ends_soon
    from storage.engine import utc_now

    ending = {name: known for name, known in VERSIONS.items() if ends_soon(known.until, utc_now().date())}
    if not ending:
        known = f"by what the networks had announced on {AS_OF}"
        return Finding(
            "ready", f"No version of a network's API that is spoken here ends soon, {known}; none was asked."
        )
    told = ", ".join(f"{name} {known.version} until {known.until}" for name, known in ending.items())
    return Finding("optional", f"Networks let go of versions of their API: {told}. Upgrade Copydesk before.")


async def _audit(settings: Settings) -> Finding:
    from bot.keys import vault
    from storage.audit import verify
    from storage.engine import Database
    from storage.migrate import head

    if await _schema(settings) != head():
        return Finding("optional", "There is no audit trail yet: it begins with the first start.")
    database = Database(settings.database_url, vault(settings))
    try:
        broken = await database.read(verify)
    finally:
        await database.close()
    if broken is None:
        return Finding("ready", "The audit trail is whole: every entry follows from the one before it.")
    return Finding("missing", f"The audit trail is broken: {broken}.")
