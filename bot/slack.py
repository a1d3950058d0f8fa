"""Slack as a transport: slack-bolt in and out, by Socket Mode or pushed to us over HTTP.

Updates are stored before they are acknowledged. What stands in which chat, who may press what and when something may be said is
not known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import structlog

from bot.errands import Errands
from bot.intake import TRIES, Intake
from bot.line import PAUSES, outcome, persist
from bot.slack_check import check_kinds
from bot.slack_doors import Doors
from bot.slack_files import Files
from bot.slack_gate import BEAT, Body, Gate
from bot.slack_homes import Homes
from bot.slack_manifest import COMMAND, PATH
from bot.slack_messages import Messages
from bot.slack_modal import refused
from bot.slack_reception import Reception
from bot.slack_refusals import DEAD, slack_line, told
from bot.slack_request import Refused, Requests
from bot.slack_signature import Signature
from bot.slack_updates import KIND, PLATFORM, Me, is_form, key
from bot.slack_whispers import Whispers
from bot.transport import ChatRef, MessageRef, Outcome, Pace, Receive
from handlers.card import Card
from handlers.route import Words
from smm import tokens
from smm.errors import ConfigError
from storage.engine import Database

log = structlog.get_logger(__name__)

MOST_BODY = 1024 * 1024
GRACE = 5.0
FIRST_SECONDS = 5.0  # the desk opens without Slack if it is slower


class Slack:
    """The Slack platform. With a signing secret and a public address updates are pushed to us, else we hold a socket open."""

    platform = PLATFORM
    webhook_path = PATH
    # One message a second to a channel, several hundred a minute in all: https://docs.slack.dev/apis/web-api/rate-limits
    pace = Pace(overall=8, per_chat=1.0)

    def __init__(
        self,
        database: Database,
        words: Callable[[str], Words],
        *,
        bot_token: str,
        media: Path,
        app_token: str = "",
        signing_secret: str = "",
        public_url: str = "",
        api: str = "https://slack.com/api/",
        beat: float = BEAT,
        pauses: Sequence[float] = PAUSES,
        tries: Sequence[float] = TRIES,
    ) -> None:
        self._pushed = bool(signing_secret and public_url)
        check_kinds(bot_token, app_token, pushed=self._pushed)
        self._database = database
        self._app_token = app_token
        self._beat = beat
        self._signature = Signature(signing_secret, database.clock) if self._pushed else None
        self._line = slack_line(pauses)
        self._requests = Requests(api, bot_token)
        doors = Doors(self._requests)
        files = Files(self._requests, database, media)
        self._homes = Homes(self._requests, database, words)
        self._whispers = Whispers(self._requests, doors)
        self._reception = Reception(
            database, self._requests, doors, files, self._homes, self._whispers, words, self._line
        )
        self._messages = Messages(self._requests, doors, files)
        self._intake = Intake(database, KIND, self._reception.handle, tries=tries)
        self._gate = Gate(self._requests, self._take, self._line)
        self._tasks = Errands()

    # ---- life

    async def start(self, receive: Receive) -> None:
        """Open the line; raise ConfigError when the token is refused. An unreachable Slack is waited for meanwhile."""
        self._reception.receive = receive
        await self._requests.initialize()
        failure = await outcome(asyncio.wait_for(self._introduce(), FIRST_SECONDS))
        if isinstance(failure, Refused) and failure.code in DEAD:
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
        """What keeps us from Slack at the moment, in words; empty while all is well."""
        return self._line.trouble

    async def _introduce(self) -> None:
        said = await self._requests.call("auth.test")
        await self._database.write(tokens.note_address, PLATFORM, f"Slack: {COMMAND} start ")
        self._reception.me = Me(str(said["user_id"]))

    async def _run(self) -> None:
        if not self._reception.ready:
            await persist(self._introduce, self._line)
        await self._intake.open()
        self._tasks.spawn(self._homes.keep())
        if self._pushed:
            return
        socket = self._gate.socket(self._app_token, self._beat)
        try:
            await socket.open()
            await asyncio.Event().wait()
        finally:
            await socket.close()

    # ---- in

    async def _take(self, body: Body) -> Body:
        """Store an update; return what is said back with its acknowledgement."""
        name = key(body)
        if not is_form(body):
            await self._intake.keep({name: body})
            return {}
        first = self._reception.submissions.expect(name)
        kept = await self._intake.keep({name: body})
        if first and name not in kept:  # it was handled before the last start
            self._reception.submissions.answer(name, Outcome())
        came = await self._reception.submissions.outcome(name)
        return refused(_in_view(came.errors, body)) if came is not None and came.errors else {}

    async def webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        """Take one pushed request; return the HTTP status and what is said back. 200 means that it is stored."""
        if len(body) > MOST_BODY:
            return 413, ""
        if self._signature is None or not self._signature.holds(headers, body):
            return 403, ""
        try:
            return await self._gate.push(headers, body.decode())
        except (ValueError, TypeError, AttributeError, RecursionError):
            return 400, ""

    # ---- out

    def is_group(self, chat: ChatRef) -> bool:
        """Say that no limit holds for groups alone."""
        return False

    async def send(self, chat: ChatRef, card: Card) -> MessageRef:
        """Send a sealed card as a new message."""
        return await self._messages.send(chat, card)

    async def whisper(self, chat: ChatRef, user_id: str, card: Card) -> bool:
        """Show a card to one person in a channel; False where that cannot be."""
        return await self._whispers.show(chat, user_id, card)

    async def edit(self, message: MessageRef, card: Card) -> MessageRef | None:
        """Draw a sealed card over a message; return where it stands now, if that one was gone and it was sent anew."""
        return await self._messages.edit(message, card)

    async def remove(self, message: MessageRef) -> None:
        """Take a message of ours away."""
        await self._messages.remove(message)


def _in_view(errors: Mapping[str, str], body: Body) -> dict[str, str]:
    """Return errors by the fields that a modal has: Slack shows none for any other."""
    inputs = [str(block["block_id"]) for block in body["view"]["blocks"] if block.get("type") == "input"]
    return {name if name in inputs else inputs[0]: error for name, error in errors.items()} if inputs else {}
