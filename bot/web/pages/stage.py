"""What stands on a page of the chat behind it: cards of objects, the page's own buttons, and what was said to a press.

A card is drawn anew whenever its page is opened, and from then on kept in step by the outbox as in every chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import Request

from bot.outbox import digest_of
from bot.sealing import seal
from bot.web import sight
from bot.web.drawing import Bubble, Refused
from bot.web.front import Front, front_of, is_id
from bot.web.pages.place import Place
from handlers.card import Button, Card
from handlers.card_json import pack
from handlers.route import Scene, draw
from smm.roles import Right
from storage import alerts, copies, web
from storage.channels import ChatRef, MessageRef
from storage.copies import Copy
from storage.unit_of_work import UnitOfWork

MOST: Final = 60  # cards that stand behind one person's pages; the oldest give way
SAID: Final = "said"  # in a page's address: the revision of the chat behind it before the press
LOOK: Final = "x-look"  # the header of a page that only looks whether something is new
STANDS: Final = {"at": "page"}
PATIENCE: Final = 20
GLANCE: Final = 0.1  # seconds

Key = tuple[str, int]  # a view and its object


@dataclass(frozen=True, slots=True)
class Stage:
    """The cards by view and object, the sealed buttons by name, and the answers to a press. `revision` is the chat's."""

    cards: Mapping[Key, Bubble]
    buttons: Mapping[str, Button]
    answers: Sequence[Bubble]
    revision: int
    refused: Refused | None


async def set_stage(
    request: Request, place: Place, *, cards: Sequence[Key] = (), buttons: Mapping[str, Button] | None = None
) -> Stage:
    """Let cards stand on a page, seal its buttons, and gather what was said to the press that led here.

    Every object must be the brand's own: that is for the caller to have checked.
    """
    front = front_of(request)
    said = request.query_params.get(SAID, "")
    if is_id(said):
        await _settled(front, place.chat)
    after = int(said) if is_id(said) else None
    kept = 0 if LOOK in request.headers else after
    standing, seen, sealed = await front.database.write(_set, place, tuple(cards), buttons or {}, after, kept)
    drawn = {bubble.id: bubble for bubble in seen.bubbles(place.reader)}
    shown = {key: drawn.pop(number) for key, number in standing.items() if number in drawn}
    refused = front.refused.pop(place.seat.session.id, None)
    return Stage(shown, sealed, list(drawn.values()), seen.revision, refused)


def returning(back: str, revision: int | None) -> str:
    """Return the address of a page with what was said since a revision of its chat; None leaves it as it is."""
    if revision is None:
        return back
    parts = urlsplit(back)
    given = parse_qs(parts.query, keep_blank_values=True) | {SAID: [str(revision)]}
    return f"{parts.path}?{urlencode(given, doseq=True)}"


async def _settled(front: Front, chat: ChatRef) -> None:
    """Wait a moment for what is on its way to a chat."""
    with front.web.watch([chat.chat_id]) as woken:
        for _ in range(PATIENCE):
            if not await front.database.read(alerts.of_chat, chat):
                return
            woken.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), GLANCE)


def _set(
    uow: UnitOfWork,
    place: Place,
    cards: tuple[Key, ...],
    given: Mapping[str, Button],
    after: int | None,
    kept: int | None,
) -> tuple[dict[Key, int], sight.Sight, dict[str, Button]]:
    chat = place.chat
    known = copies.within(uow, chat)
    numbers = {key: _stand(uow, place, key, known, kept) for key in cards}
    standing = {key: number for key, number in numbers.items() if number}
    _make_room(uow, known, standing)
    sealed = seal(uow, Card(buttons=(tuple(given.values()),)), chat, place.brand.id).buttons[0]
    elsewhere = standing_in(uow, chat)
    messages = [web.message(uow, number) for number in standing.values()]
    said = web.since(uow, chat.chat_id, after, sight.MOST) if after is not None else []
    answers = [each for each in said if each.card and each.id not in {*standing.values(), *elsewhere}]
    seen = sight.of_messages(uow, place.seat, chat.chat_id, [*(each for each in messages if each), *answers])
    return standing, seen, dict(zip(given, sealed, strict=True))


def standing_in(uow: UnitOfWork, chat: ChatRef) -> frozenset[int]:
    """Return the messages of the chat behind somebody's pages that are cards of a page."""
    return frozenset(int(copy.message_id) for copy in copies.within(uow, chat) if copy.args == STANDS)


def _stand(uow: UnitOfWork, place: Place, key: Key, known: Sequence[Copy], kept: int | None) -> int:
    """Draw a card where it stands already, or as a new message; return the message, 0 where there is nothing to draw.

    One that has changed since the revision `kept` stays as it is: the press that led here may have drawn choices over it.
    """
    copy = next((one for one in known if (one.view, one.object_id) == key), None)
    message = web.message(uow, int(copy.message_id)) if copy else None
    if message is not None and kept is not None and message.revision > kept:
        return message.id
    view, object_id = key
    audience: Literal["team", "client"] = "team" if place.may(Right.SEE) else "client"
    drawn = draw(view, Scene(uow, place.t, place.chat, object_id, audience, STANDS))
    if drawn is None:
        return 0
    card = seal(uow, drawn, place.chat, place.brand.id)
    pictures = [picture.digest for picture in card.pictures if picture.digest]
    if copy is not None:
        web.edit_message(uow, int(copy.message_id), pack(card), pictures)
        copies.redrawn(uow, copy.id, digest_of(card), copy.message_id)
        return int(copy.message_id)
    added = web.add_message(uow, place.chat.chat_id, card=pack(card), pictures=pictures)
    where, language = MessageRef(place.chat, str(added.id)), place.t.language
    copies.add(uow, where, view, object_id, dict(STANDS), language, digest_of(card), place.brand.id)
    return added.id


def _make_room(uow: UnitOfWork, known: Sequence[Copy], standing: Mapping[Key, int]) -> None:
    """Take the oldest cards away where too many stand: each costs an edit whenever its object changes."""
    idle = [copy for copy in known if int(copy.message_id) not in standing.values()]
    for copy in idle[: max(0, len(idle) + len(standing) - MOST)]:
        web.remove_message(uow, int(copy.message_id))
        copies.drop(uow, copy.id)
