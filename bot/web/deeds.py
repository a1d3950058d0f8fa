"""What a person does in a room: writes, presses, answers. Each deed carries a key, so that sending it twice does it once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from bot import media
from bot.transport import ChatRef, Incoming, Outcome, Sender
from bot.web import forms, sight
from bot.web.chat import room_of, show
from bot.web.drawing import Refused
from bot.web.front import Seated, Vouched, answer, back_of, front_of, is_id, page, reader_of, wants_json
from bot.web.pages.stage import returning
from bot.web.seats import Seat, is_page, is_private
from handlers.card import Ask
from handlers.card_json import unpack
from smm.errors import N_, Conflict, Invalid, NotFound
from smm.text import line
from storage import buttons, web
from storage.unit_of_work import UnitOfWork

MOST_WORDS = 20_000
_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
router = APIRouter(prefix="/s/{seat}")


@router.post("/chat/{chat_id}/words")
async def words(request: Request, seat: Seated, form: Vouched, chat_id: str) -> Response:
    """Take what a member wrote, with files."""
    room = room_of(seat, chat_id)
    text = str(form.get("text", "")).replace("\r\n", "\n").strip()
    if len(text) > MOST_WORDS:
        raise Invalid(N_("A message has at most {most} characters. Send it in parts."), most=MOST_WORDS)
    key = key_of(form)
    files = await keep_files(request, room.brand_id, form.getlist("files"))
    if not text and not files:
        raise Invalid(N_("Write something or attach a file first."))
    front = front_of(request)
    said = await front.web.say(chat_id, seat.member.id, text, files, key)
    outcome = await front.web.hand_on(_incoming(seat, room, "words", key, text=text, files=tuple(files), message=said))
    return answer(request, seat, f"/s/{seat.name}/chat/{chat_id}", outcome)


@router.post("/press")
async def press(request: Request, seat: Seated, form: Vouched) -> Response:
    """Take a press of a card's button, or of one of a page's own."""
    ref = str(form.get("ref", ""))
    message = await _message(request, seat, form) if form.get("message") else None
    room = _room(seat, message) if message else await _room_of_button(request, seat, ref)
    question = _confirmation(message, ref) if message else line(str(form.get("sure", "")), 200)
    if question and not form.get("confirmed") and not wants_json(request):
        t, back = reader_of(request, seat, room.zone).t, _back(form, seat, room)
        hidden = {name: str(form.get(name, "")) for name in ("csrf", "message", "key", "ref", "back") if name in form}
        return page(request, "confirm.html", t, question=question, to=f"/s/{seat.name}/press", back=back, hidden=hidden)
    return await _told(
        request, seat, room, form, _incoming(seat, room, "press", key_of(form), ref=ref, message=message)
    )


@router.post("/answer")
async def answers(request: Request, seat: Seated, form: Vouched) -> Response:
    """Take the answers to a card's questions; those that cannot be used come back beside their field."""
    message = await _message(request, seat, form)
    room = _room(seat, message)
    ask = unpack(message.card).ask if message.card else None
    if ask is None or ask.ref != form.get("ref"):
        raise Conflict(N_("These questions have changed. Look at the newest card and answer there."))
    if form.get("cancel"):
        stopped = _incoming(seat, room, "answer", key_of(form), ref=ask.ref, message=message, cancelled=True)
        return await _told(request, seat, room, form, stopped)
    front, reader = front_of(request), reader_of(request, seat, room.zone)
    kept, wrong = await _kept(request, seat, room, form, ask)
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    values = forms.values(ask.questions, given, kept)
    errors = {name: error.say(reader.t) for name, error in wrong.items()}
    if not errors:
        incoming = _incoming(seat, room, "answer", key_of(form), ref=ask.ref, values=values, message=message)
        outcome, before = await _hand_on(request, seat, room, incoming)
        if not outcome.errors:
            await front.web.redraw(room.chat_id, message.id)
            return answer(request, seat, _after(form, seat, room, outcome, before), outcome)
        errors = dict(outcome.errors)
    if wants_json(request):
        return answer(request, seat, "", Outcome(errors=errors), 422)
    return await _refused(
        request, seat, room, form, Refused(message.id, errors, forms.open_ones(ask.questions, values))
    )


async def _refused(request: Request, seat: Seat, room: web.Room, form: FormData, refused: Refused) -> Response:
    """Show a form again with what was wrong: in its room, or on the page that it came from."""
    front = front_of(request)
    if is_page(room):
        front.refused[seat.session.id] = refused
        return RedirectResponse(_back(form, seat, room), 303)
    whole = await front.database.read(sight.of_page, seat, room.chat_id)
    return show(request, seat, room, whole, refused, 422)


async def _told(request: Request, seat: Seat, room: web.Room, form: FormData, incoming: Incoming) -> Response:
    outcome, before = await _hand_on(request, seat, room, incoming)
    return answer(request, seat, _after(form, seat, room, outcome, before), outcome)


async def _hand_on(request: Request, seat: Seat, room: web.Room, incoming: Incoming) -> tuple[Outcome, int]:
    """Give an update to the router; return what came of it, and up to where the room had come before."""
    front = front_of(request)
    before = await front.database.read(web.newest_revision, room.chat_id) if is_page(room) else 0
    return await front.web.hand_on(incoming), before


def _after(form: FormData, seat: Seat, room: web.Room, outcome: Outcome, before: int) -> str:
    """Return what is looked at after a deed; a page shows what was said to it, unless a notice was all."""
    back = _back(form, seat, room)
    return returning(back, before) if is_page(room) and outcome.notice is None else back


def _back(form: FormData, seat: Seat, room: web.Room) -> str:
    return back_of(form, seat, "" if is_page(room) else f"chat/{room.chat_id}")


def _room(seat: Seat, message: web.Message) -> web.Room:
    """Return the room of a message that the seat may see."""
    room = seat.room(message.chat_id)
    assert room is not None
    return room


async def _room_of_button(request: Request, seat: Seat, ref: str) -> web.Room:
    """Return the chat behind a page, for a button of the page's own: such a button stands in no message."""
    button = await front_of(request).database.read(buttons.get, ref)
    room = seat.room(button.chat_id) if button and button.platform == web.PLATFORM else None
    if room is None or not is_page(room):
        raise NotFound(N_("This button does not work any more. Load the page again."))
    return room


async def _message(request: Request, seat: Seat, form: FormData) -> web.Message:
    given = str(form.get("message", ""))
    message = None
    if is_id(given):
        message = await front_of(request).database.read(web.message, int(given))
    if message is None or seat.room(message.chat_id) is None:
        raise NotFound(N_("This message is not there any more. Load the page again."))
    return message


def _confirmation(message: web.Message, ref: str) -> str:
    card = unpack(message.card) if message.card else None
    rows = card.buttons if card else ()
    return next((button.confirm for row in rows for button in row if button.ref == ref), "")


def _incoming(
    seat: Seat,
    room: web.Room,
    kind: Literal["words", "press", "answer"],
    key: str,
    *,
    text: str = "",
    ref: str = "",
    values: dict[str, str] | None = None,
    files: tuple[str, ...] = (),
    message: web.Message | None = None,
    cancelled: bool = False,
) -> Incoming:
    return Incoming(
        platform="web",
        key=f"{seat.member.id}:{key}",
        chat=ChatRef("web", room.chat_id),
        sender=Sender(seat.user_id, seat.member.name, seat.member.language),
        kind=kind,
        text=text,
        ref=ref,
        values=values or {},
        files=files,
        message_id=str(message.id) if message else "",
        title=room.title,
        private=is_private(room),
        cancelled=cancelled,
        hears=True,
    )


def key_of(form: FormData) -> str:
    """Return the key that a form carries, so that sent twice it is done once."""
    key = str(form.get("key", ""))
    if not _KEY.fullmatch(key):
        raise Invalid(N_("This form came without its key. Load the page again and repeat what you did."))
    return key


async def keep_files(request: Request, brand_id: int, given: Sequence[UploadFile | str]) -> list[str]:
    """Keep the files of a form for a brand (0 for none) and return their digests; raise Invalid for one that cannot be."""
    front = front_of(request)
    digests = []
    for file in given:
        if isinstance(file, UploadFile) and file.filename:
            data = await file.read()
            kept = await media.keep(front.database, front.media, data, brand_id=brand_id or None, name=file.filename)
            digests.append(kept.digest)
    return list(dict.fromkeys(digests))


async def _kept(
    request: Request, seat: Seat, room: web.Room, form: FormData, ask: Ask
) -> tuple[dict[str, str], dict[str, Invalid]]:
    """Keep the files of every question that asks for some, those kept before the form came back included."""
    kept: dict[str, str] = {}
    wrong: dict[str, Invalid] = {}
    for question in (one for one in ask.questions if one.kind == "files"):
        before = [digest for digest in form.getlist(forms.KEPT + question.name) if isinstance(digest, str)]
        try:
            new = await keep_files(request, room.brand_id, form.getlist(forms.PREFIX + question.name))
        except Invalid as error:
            wrong[question.name], new = error, []
        allowed = await front_of(request).database.write(_own, seat, [*before, *new], new)
        kept[question.name] = " ".join(allowed)
    return kept, wrong


def _own(uow: UnitOfWork, seat: Seat, digests: Sequence[str], new: Sequence[str]) -> list[str]:
    """Let a member see the files that they have just sent, and leave out those that they may not see."""
    web.show(uow, seat.user_id, new)
    return [digest for digest in dict.fromkeys(digests) if web.is_shown(uow, digest, seat.chat_ids)]
