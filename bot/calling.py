"""Calling a route's handler for a visitor, and what its answer becomes: a row of the outbox, or a word to the presser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot import asking
from bot.sealing import seal
from bot.transport import Outcome
from bot.visit import Visit, admit, context, keep_from_client
from handlers.card import Answer, Card, Edit, Notice, para
from handlers.card_json import pack
from handlers.route import Route
from smm import alerts as telling
from storage import alerts
from storage.brands import Brand


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answered, and where: `brand` seals its buttons, `edits` is the message that an Edit redraws."""

    answer: Answer = None
    brand: Brand | None = None
    edits: str = ""
    errors: dict[str, str] | None = None
    ready: Card | None = None  # a prompt that is sealed for one person already
    ask: str = ""
    alone: bool = False  # a notice about words that is for their sender alone


def call(visit: Visit, route: Route, brand: Brand | None, **given: Any) -> Reply:
    """Call a route's handler if its door is open to the visitor."""
    keep_from_client(visit, route)
    roles = admit(visit, route, brand)
    return Reply(route.handler(context(visit, roles, brand, **given)), brand if route.brand else None)


def respond(visit: Visit, reply: Reply, *, form: bool) -> Outcome:
    """Queue what a handler answered, or return it for the presser alone."""
    if reply.errors is not None:
        return Outcome(errors=reply.errors)
    if reply.ready is not None:
        _queue(visit, reply, reply.ready, ask=reply.ask)
        return Outcome()
    answer = reply.answer
    if isinstance(answer, Notice):
        return _notice(visit, reply, answer)
    if isinstance(answer, Edit):
        return _show(visit, reply, answer.card, reply.edits, form=form)
    if isinstance(answer, Card):
        return _show(visit, reply, answer, "", form=form)
    return Outcome()


def _notice(visit: Visit, reply: Reply, notice: Notice) -> Outcome:
    incoming = visit.incoming
    if incoming.kind != "words" or (reply.alone and incoming.hears):
        return Outcome(notice=notice)
    if reply.alone:
        card = Card(body=(para(notice.text),), tone="warn")
        telling.whisper(visit.uow, incoming.chat, incoming.sender.user_id, pack(card), visit.t.language)
        return Outcome()
    _queue(visit, reply, Card(body=(para(notice.text),)))
    return Outcome()


def _show(visit: Visit, reply: Reply, card: Card, edits: str, *, form: bool) -> Outcome:
    if card.ask is None:
        _queue(visit, reply, card, edits)
        return Outcome()
    brand_id = reply.brand.id if reply.brand else None
    asked = asking.open_ask(visit, card, card.ask, brand_id, form=form)
    if form and visit.incoming.opens:
        return Outcome(form=seal(visit.uow, asked.card, visit.incoming.chat, brand_id))
    _queue(visit, reply, asked.card, edits if form else "", ask=asked.ref)
    return Outcome()


def _queue(visit: Visit, reply: Reply, card: Card, edits: str = "", ask: str = "") -> None:
    chat = visit.incoming.chat
    brand_id = reply.brand.id if reply.brand else None
    alerts.queue(
        visit.uow,
        chat,
        language=visit.t.language,
        brand_id=brand_id,
        card=pack(seal(visit.uow, card, chat, brand_id)),
        args={"ask": ask} if ask else {},
        edits=edits,
        urgency=0,
    )
