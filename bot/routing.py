"""Finding the route of an update, and what its answer becomes. Runs inside the update's transaction."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot import answers, asking
from bot.sealing import seal
from bot.transport import Outcome
from bot.visit import Visit, admit, context, keep_from_client
from handlers.card import Answer, Card, Edit, Notice, para
from handlers.card_json import pack, unpack
from handlers.route import Route, routes
from smm import rooms
from smm.errors import N_, Conflict, DeskError, Forbidden, Invalid, NotFound
from smm.roles import allows
from storage import alerts, brands, buttons
from storage.brands import Brand
from storage.buttons import AskRow, ButtonRow
from storage.channels import ChatRef, MessageRef


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answered, and where: `brand` seals its buttons, `edits` is the message that an Edit redraws."""

    answer: Answer = None
    brand: Brand | None = None
    edits: str = ""
    errors: dict[str, str] | None = None
    ready: Card | None = None  # a prompt that is sealed for one person already
    ask: str = ""


def route_update(visit: Visit, forms: bool) -> Reply:
    """Find what answers an update and call it."""
    kinds: dict[str, Callable[[Visit], Reply]] = {
        "words": _words,
        "press": _press,
        "answer": _form,
        "moved": _moved,
        "lost": _lost,
        "joined": _joined,
    }
    return kinds[visit.incoming.kind](visit)


# --- words ---------------------------------------------------------------------------------------------------------


def _words(visit: Visit) -> Reply:
    said = visit.incoming.text.strip()
    if said.startswith("/"):
        return _command(visit, said)
    ask = _waiting_ask(visit)
    if ask is not None:
        return _step(visit, ask, " ".join(visit.incoming.files) if _wants_files(ask) else said)
    return _said_to_card(visit, said) or _not_understood(visit)


def _command(visit: Visit, said: str) -> Reply:
    first, _, rest = said.partition(" ")
    head, _, tail = first.partition("\n")
    name = head[1:].partition("@")[0].lower()
    if name == "cancel":
        return _cancel(visit)
    route = routes().get(name)
    if route is None or route.kind != "command":
        return _unknown(visit, name)
    rest = f"{tail}\n{rest}" if tail else rest
    return _call(visit, route, visit.brand, text=rest.strip(), files=visit.incoming.files)


def _call(visit: Visit, route: Route, brand: Brand | None, **given: Any) -> Reply:
    keep_from_client(visit, route)
    roles = admit(visit, route, brand)
    return Reply(route.handler(context(visit, roles, brand, **given)), brand)


def _unknown(visit: Visit, name: str) -> Reply:
    roles = visit.roles(visit.brand)
    mine = [r.name for r in routes().values() if r.kind == "command" and allows(roles, r.needs)]
    close = difflib.get_close_matches(name, [*mine, "cancel"], n=3)
    if not close:
        raise NotFound(N_("I do not know that command. /help shows what there is."))
    meant = ", ".join(f"/{one}" for one in close)
    raise NotFound(
        N_("I do not know that command. Did you mean {commands}? /help shows what there is."), commands=meant
    )


def _cancel(visit: Visit) -> Reply:
    closed = buttons.cancel_asks(visit.uow, visit.incoming.chat, visit.incoming.sender.user_id)
    said = N_("Stopped. Nothing was changed.") if closed else N_("There is nothing to stop.")
    return Reply(Notice(visit.t(said)), visit.brand)


def _said_to_card(visit: Visit, said: str) -> Reply | None:
    incoming = visit.incoming
    if not incoming.reply_to:
        return None
    copy = buttons.copy_at(visit.uow, MessageRef(incoming.chat, incoming.reply_to))
    route = routes().get(f"{copy.view}.said") if copy is not None else None
    if copy is None or route is None:
        return None
    args = {name: str(value) for name, value in copy.args.items()}
    return _call(visit, route, visit.brand, text=said, object_id=copy.object_id, args=args, files=incoming.files)


def _not_understood(visit: Visit) -> Reply:
    if not visit.incoming.private:
        return Reply()  # people talk to each other in a group
    raise NotFound(N_("I did not understand. /help shows what there is."))


# --- presses -------------------------------------------------------------------------------------------------------

_GONE = N_("This button does not work any more. Open the card again: /help shows how.")


def _press(visit: Visit) -> Reply:
    incoming = visit.incoming
    button = buttons.get(visit.uow, incoming.ref)
    if button is None:
        raise NotFound(_GONE)
    if (button.platform, button.chat_id) != (incoming.platform, incoming.chat.chat_id):
        raise Forbidden(N_("This card belongs to another chat. Press it there."))
    if button.expires_at <= visit.uow.now:
        raise Conflict(N_("This card is too old to press. Open it again: /help shows how."))
    if button.action in asking.STEPS:
        return _step_pressed(visit, button)
    return _act(visit, button)


def _act(visit: Visit, button: ButtonRow) -> Reply:
    route = routes().get(button.action)
    if route is None or route.kind != "action":
        raise NotFound(_GONE)
    brand = brands.get(visit.uow, button.brand_id) if button.brand_id is not None else None
    args = {name: str(value) for name, value in button.args.items()}
    reply = _call(visit, route, brand, object_id=button.object_id, version=button.version, args=args)
    return Reply(reply.answer, brand, visit.incoming.message_id)


# --- answers to questions ------------------------------------------------------------------------------------------

_CLOSED = N_("These questions are not open any more. Nothing was changed.")


def _form(visit: Visit) -> Reply:
    incoming = visit.incoming
    ask = buttons.ask(visit.uow, incoming.ref)
    if ask is None:
        raise NotFound(_CLOSED)
    _check_mine(visit, ask)
    if ask.state != "open" or ask.expires_at <= visit.uow.now:
        raise Conflict(_CLOSED)
    values = dict(incoming.values)
    if incoming.files:
        values |= {one.name: " ".join(incoming.files) for one in asking.questions(ask) if one.kind == "files"}
    zone = asking.zone_of(visit.uow, ask)
    good, wrong = answers.read_all(asking.questions(ask), values, zone, visit.uow.now)
    if wrong:
        return Reply(errors={name: error.say(visit.t) for name, error in wrong.items()})
    return _finish(visit, ask, good)


def _check_mine(visit: Visit, ask: AskRow) -> None:
    incoming = visit.incoming
    if (ask.platform, ask.chat_id) != (incoming.platform, incoming.chat.chat_id):
        raise Forbidden(N_("These questions belong to another chat. Answer them there."))
    if ask.user_id and ask.user_id != incoming.sender.user_id:
        raise Forbidden(N_("These questions were put to somebody else. Press the button yourself to answer them."))


def _finish(visit: Visit, ask: AskRow, given: dict[str, str]) -> Reply:
    route = routes().get(ask.action)
    if route is None:
        raise NotFound(_CLOSED)
    if not buttons.close_ask(visit.uow, ask.id, "done"):
        raise Conflict(_CLOSED)
    brand = brands.get(visit.uow, ask.brand_id) if ask.brand_id is not None else None
    args = {name: str(value) for name, value in ask.args.items()} | given
    files = tuple(
        digest for one in asking.questions(ask) if one.kind == "files" for digest in given.get(one.name, "").split()
    )
    reply = _call(visit, route, brand, object_id=ask.object_id, version=ask.version, args=args, files=files)
    if ask.message_id and not isinstance(reply.answer, Edit):
        _put_away(visit, ask)
    return Reply(reply.answer, brand, ask.message_id)


def _put_away(visit: Visit, ask: AskRow) -> None:
    """Take answered questions off the card that asked them."""
    chat = ChatRef(ask.platform, ask.chat_id, ask.topic_id)
    card = seal(visit.uow, unpack(ask.card), chat, ask.brand_id)
    alerts.queue(visit.uow, chat, language=visit.t.language, card=pack(card), edits=ask.message_id, urgency=0)


def _waiting_ask(visit: Visit) -> AskRow | None:
    """Return the question that free text answers: in a group only a reply to its prompt does."""
    incoming = visit.incoming
    ask = buttons.open_ask(visit.uow, incoming.chat, incoming.sender.user_id)
    if ask is None or incoming.private:
        return ask
    return ask if ask.message_id and ask.message_id == incoming.reply_to else None


def _wants_files(ask: AskRow) -> bool:
    asked = asking.current(ask)
    return asked is not None and asked.kind == "files"


def _step_pressed(visit: Visit, button: ButtonRow) -> Reply:
    ask = buttons.ask(visit.uow, str(button.args.get("ask", "")))
    if ask is None:
        raise NotFound(_CLOSED)
    _check_mine(visit, ask)
    asked = asking.current(ask)
    if ask.state != "open" or asked is None or asked.name != button.args.get("question"):
        raise Conflict(_CLOSED)
    if button.action == asking.CANCEL:
        buttons.close_ask(visit.uow, ask.id, "cancelled")
        return Reply(
            Edit(Card(body=(para(visit.t(N_("Stopped. Nothing was changed."))),))), None, visit.incoming.message_id
        )
    return _step(visit, ask, str(button.args.get("value", "")))


def _step(visit: Visit, ask: AskRow, given: str) -> Reply:
    try:
        ask = asking.take_answer(visit, ask, given)
    except Invalid as error:
        return _ask_again(visit, ask, error)
    if asking.current(ask) is not None:
        return Reply(ready=asking.prompt(visit, ask), ask=ask.ref, brand=_brand_of(visit, ask))
    try:
        return _finish(visit, ask, ask.answers)
    except Invalid as error:
        if error.field not in ask.answers:
            raise
        raise AskAgain(ask.ref, error) from error


def _ask_again(visit: Visit, ask: AskRow, error: DeskError) -> Reply:
    return Reply(ready=asking.prompt(visit, ask, error.say(visit.t)), ask=ask.ref, brand=_brand_of(visit, ask))


class AskAgain(DeskError):
    """A handler refused one answer of several: everything is undone, and that question is put again."""

    def __init__(self, ref: str, error: Invalid) -> None:
        self.ref = ref
        self.error = error
        super().__init__(error.words, **error.facts)


def put_again(visit: Visit, again: AskAgain) -> Reply:
    """Ask the refused question again, with the reason."""
    ask = buttons.ask(visit.uow, again.ref)
    if ask is None or ask.state != "open":
        raise Conflict(_CLOSED)
    return _ask_again(visit, asking.forget_answer(visit.uow, ask, again.error.field), again.error)


def _brand_of(visit: Visit, ask: AskRow) -> Brand | None:
    return brands.get(visit.uow, ask.brand_id) if ask.brand_id is not None else None


# --- what happens to chats -----------------------------------------------------------------------------------------


def _moved(visit: Visit) -> Reply:
    incoming = visit.incoming
    if incoming.text:
        rooms.move(visit.uow, incoming.platform, incoming.chat.chat_id, incoming.text[:64])
    return Reply()


def _lost(visit: Visit) -> Reply:
    rooms.lose(visit.uow, visit.incoming.chat)
    return Reply()


def _joined(visit: Visit) -> Reply:
    if visit.channel is not None:
        rooms.reopen(visit.uow, visit.channel)
    said = N_("Hello. An owner or a manager can make this chat a room of a brand: type /channels here.")
    return Reply(Card(body=(para(visit.t(said)),)), visit.brand)


# --- answers of handlers -------------------------------------------------------------------------------------------


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
        _show(visit, reply, answer.card, reply.edits, form=form)
    elif isinstance(answer, Card):
        _show(visit, reply, answer, "", form=form)
    return Outcome()


def _notice(visit: Visit, reply: Reply, notice: Notice) -> Outcome:
    if visit.incoming.kind != "words":
        return Outcome(notice=notice)
    _queue(visit, reply, Card(body=(para(notice.text),)))
    return Outcome()


def _show(visit: Visit, reply: Reply, card: Card, edits: str, *, form: bool) -> None:
    if card.ask is None:
        _queue(visit, reply, card, edits)
        return
    brand_id = reply.brand.id if reply.brand else None
    asked = asking.open_ask(visit, card, card.ask, brand_id, form=form)
    _queue(visit, reply, asked.card, edits if form else "", ask=asked.ref)


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
