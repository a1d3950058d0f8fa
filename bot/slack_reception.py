"""Receiving one stored update: what it means, the files in it, who handles it, and what its sender is owed at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.errands import Errands
from bot.intake import Body
from bot.line import Line
from bot.refusals import complain
from bot.slack_doors import Doors
from bot.slack_files import Files
from bot.slack_forms import Forms, decode_form
from bot.slack_homes import Homes
from bot.slack_people import People
from bot.slack_request import Refused, Requests
from bot.slack_submissions import Submissions
from bot.slack_talk import find_place, meant
from bot.slack_updates import PLATFORM, Decoded, Me, decode, is_modal
from bot.slack_whispers import Whispers
from bot.transport import Incoming, MessageRef, Outcome, Receive
from handlers.route import Words
from smm import rooms
from smm.errors import N_, Invalid
from storage import asks, channels, copies, updates
from storage.channels import Channel
from storage.engine import Database
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

_NOT_INSIDE = N_("I am not in this channel, so I cannot answer here. Invite me first: /invite and my name.")


class Reception:
    """Hands updates on to `receive`, once it and `me` are known."""

    def __init__(
        self,
        database: Database,
        requests: Requests,
        doors: Doors,
        files: Files,
        homes: Homes,
        whispers: Whispers,
        words: Callable[[str], Words],
        line: Line,
    ) -> None:
        self._database = database
        self._doors = doors
        self._files = files
        self._homes = homes
        self._whispers = whispers
        self._people = People(requests)
        self._forms = Forms(requests, database, words)
        self._words = words
        self._line = line
        self._owed = Errands()  # a slow answer keeps nobody waiting
        self.submissions = Submissions()
        self.me: Me | None = None
        self.receive: Receive | None = None

    @property
    def ready(self) -> bool:
        """Whether updates can be handed on."""
        return self.me is not None and self.receive is not None

    async def handle(self, name: str, body: Body) -> None:
        """Hand one update on, and give its sender what is owed, whatever came of it."""
        outcome = Outcome()
        try:
            decoded = await self._decoded(name, body)
            if decoded is not None:
                decoded, outcome = await self._do(name, decoded)
        finally:
            in_form = self.submissions.answer(name, outcome)
        if decoded is not None:
            self._owed.spawn(self._give(decoded, outcome, in_form=in_form))

    async def finish(self, grace: float) -> None:
        """Let the last answers out."""
        await self._owed.finish(grace)

    async def _decoded(self, name: str, body: Body) -> Decoded | None:
        assert self.me is not None
        try:
            decoded = decode_form(name, body) if is_modal(body) else decode(name, body, self.me)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, StopIteration) as error:
            log.warning("an update cannot be read", key=name, error=type(error).__name__)
            await self._database.write(updates.poison, PLATFORM, name, f"unreadable: {type(error).__name__}")
            return None
        if decoded is None:
            await self._database.write(updates.take, PLATFORM, name)
        return decoded

    async def _do(self, name: str, decoded: Decoded) -> tuple[Decoded, Outcome]:
        """Do what an update asks for; return it with all that belongs to it, and what came of it."""
        assert self.receive is not None
        if decoded.deed == "receive":
            complete = await self._complete(decoded)
            if isinstance(complete, Incoming):
                return replace(decoded, incoming=complete), await self.receive(complete)
            await self._database.write(updates.take, PLATFORM, name)
            return decoded, complete
        fresh = await self._database.write(_take, name, decoded)
        if decoded.deed == "home":
            self._homes.open(decoded.incoming.sender.user_id)
        elif decoded.deed == "dead":
            self._line.down(Refused("token_revoked"))
        elif decoded.deed == "ask" and fresh:
            self._owed.spawn(self._put(decoded))
        return decoded, Outcome()

    # ---- what came with it

    async def _complete(self, decoded: Decoded) -> Incoming | Outcome:
        """Return an update with all that belongs to it, or what came of it where nothing is left to hand on."""
        incoming = decoded.incoming
        if incoming.kind in {"joined", "lost"}:
            self._doors.forget(incoming.chat)
        elif incoming.kind == "words":
            return await self._complete_words(decoded)
        elif incoming.kind in {"press", "reply"}:
            thread = await self._database.read(_thread, incoming)
            title = self._doors.title(incoming.chat, incoming.title)
            return replace(incoming, chat=replace(incoming.chat, topic_id=thread), title=title)
        elif decoded.files:
            return await self._complete_form(decoded)
        return incoming

    async def _complete_words(self, decoded: Decoded) -> Incoming | Outcome:
        incoming = decoded.incoming
        if decoded.addressed:
            incoming = replace(incoming, sender=await self._people.named(incoming.sender))
        place = await self._database.read(find_place, decoded)
        incoming = meant(incoming, decoded, place)
        if incoming.text.startswith("/") and not incoming.private:
            door = await self._doors.look(incoming.chat)
            if not door.inside and decoded.respond:
                await self._whispers.respond(decoded.respond, self._words(incoming.sender.language)(_NOT_INSIDE))
                return Outcome()
            incoming = replace(incoming, title=door.title or incoming.title)
        if not decoded.files or not (decoded.addressed or place.listens):
            return incoming if incoming.text else Outcome()
        digests, errors = await self._fetch(decoded, place.room)
        for error in errors:
            language = place.room.language if place.room is not None else incoming.sender.language
            await self._database.write(complain, incoming.chat, error, self._words(language))
        return replace(incoming, files=tuple(digests)) if digests or incoming.text else Outcome()

    async def _complete_form(self, decoded: Decoded) -> Incoming | Outcome:
        """Fetch what was put into a form; what cannot be kept is told beside its question."""
        incoming = decoded.incoming
        room, question = await self._database.read(_asked_for_files, incoming)
        digests, errors = await self._fetch(decoded, room)
        if errors:
            t = self._words(room.language if room is not None else incoming.sender.language)
            return Outcome(errors={question: errors[0].say(t)})
        return replace(incoming, files=tuple(digests))

    async def _fetch(self, decoded: Decoded, room: Channel | None) -> tuple[list[str], list[Invalid]]:
        digests: list[str] = []
        errors: list[Invalid] = []
        for ref in decoded.files:
            try:
                digests.append(await self._files.fetch(ref, room.brand_id if room is not None else None))
            except Invalid as error:
                errors.append(error)
        return digests, errors

    # ---- what is owed

    async def _give(self, decoded: Decoded, outcome: Outcome, *, in_form: bool) -> None:
        if outcome.form is not None:
            await self._tell(decoded, await self._forms.open(decoded, outcome.form))
        if outcome.notice is not None:
            await self._tell(decoded, outcome.notice.text)
        if outcome.errors and not in_form:
            await self._tell(decoded, "\n".join(outcome.errors.values()))

    async def _put(self, decoded: Decoded) -> None:
        await self._tell(decoded, await self._forms.put(decoded))

    async def _tell(self, decoded: Decoded, words: str) -> None:
        """Say something to the sender alone."""
        incoming = decoded.incoming
        if words:
            await self._whispers.tell(incoming.chat, incoming.sender.user_id, words, decoded.respond)


def _take(uow: UnitOfWork, name: str, decoded: Decoded) -> bool:
    if decoded.deed == "renamed":
        rooms.rename(uow, decoded.incoming.chat, decoded.incoming.title)
    return updates.take(uow, PLATFORM, name)


def _thread(uow: UnitOfWork, incoming: Incoming) -> str:
    """Return the thread that an answer belongs to: where the press was, else the one of the card that stands for something."""
    topic = incoming.chat.topic_id
    if topic or incoming.private or not incoming.message_id:
        return topic
    card = copies.at(uow, MessageRef(incoming.chat, incoming.message_id))
    return incoming.message_id if card is not None else ""


def _asked_for_files(uow: UnitOfWork, incoming: Incoming) -> tuple[Channel | None, str]:
    row = asks.get(uow, incoming.ref)
    names = [one["name"] for one in row.questions if one.get("kind") == "files"] if row is not None else []
    return channels.around(uow, incoming.chat), str(names[0]) if names else ""
