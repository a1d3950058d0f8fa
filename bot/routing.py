"""Finding what answers an update: a command, a button's route, an open question, a reply to a card, or nothing."""

from __future__ import annotations

import difflib
from collections.abc import Callable

from bot import asking, steps
from bot.calling import Reply, call
from bot.visit import Visit, brand_named
from handlers.card import Card, Notice, para
from handlers.route import routes
from smm import rooms
from smm.errors import N_, Conflict, Forbidden, Invalid, NotFound
from smm.roles import allows
from storage import buttons, copies, media, members
from storage.buttons import ButtonRow
from storage.channels import MessageRef


def route_update(visit: Visit) -> Reply:
    """Find what answers an update and call it."""
    kinds: dict[str, Callable[[Visit], Reply]] = {
        "words": _words,
        "press": _press,
        "reply": _reply,
        "answer": steps.take_form,
        "moved": _moved,
        "lost": _lost,
        "joined": _joined,
    }
    return kinds[visit.incoming.kind](visit)


def _words(visit: Visit) -> Reply:
    said = visit.incoming.text.strip()
    if said.startswith("/"):
        return _command(visit, said)
    ask = steps.waiting(visit)
    if ask is not None:
        return steps.take_step(visit, ask, " ".join(visit.incoming.files) if steps.wants_files(ask) else said)
    return _said_to_card(visit, said) or steps.beside(visit) or _not_understood(visit)


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
    return call(visit, route, visit.brand, text=rest.strip(), files=visit.incoming.files)


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
    said = N_("Stopped. Nothing was changed.") if asking.cancel_all(visit) else N_("There is nothing to stop.")
    return Reply(Notice(visit.t(said)), visit.brand)


def _said_to_card(visit: Visit, said: str) -> Reply | None:
    incoming = visit.incoming
    if not incoming.reply_to:
        return None
    copy = copies.at(visit.uow, MessageRef(incoming.chat, incoming.reply_to))
    route = routes().get(f"{copy.view}.{_manner(visit)}") if copy is not None else None
    if copy is None or route is None:
        return None
    args = {name: str(value) for name, value in copy.args.items()}
    return call(visit, route, visit.brand, text=said, object_id=copy.object_id, args=args, files=incoming.files)


def _manner(visit: Visit) -> str:
    """Return how somebody answers a card: in words, or in a voice note."""
    files = media.of(visit.uow, visit.incoming.files).values()
    return "heard" if any(file.mime.startswith("audio/") for file in files) else "said"


def _not_understood(visit: Visit) -> Reply:
    if not visit.incoming.private:
        return Reply()  # people talk to each other in a group
    raise NotFound(N_("I did not understand. /help shows what there is."))


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
        return steps.press_step(visit, button)
    return _act(visit, button)


def _act(visit: Visit, button: ButtonRow) -> Reply:
    route = routes().get(button.action)
    if route is None or route.kind != "action":
        raise NotFound(_GONE)
    brand = brand_named(visit, button.brand_id)
    args = {name: str(value) for name, value in button.args.items()}
    reply = call(visit, route, brand, object_id=button.object_id, version=button.version, args=args)
    return Reply(reply.answer, reply.brand, visit.incoming.message_id)


def _reply(visit: Visit) -> Reply:
    """Open the answer to what a card shows, or to what the card shows that its thread hangs on, beginning with its words."""
    incoming = visit.incoming
    for message_id in (incoming.message_id, incoming.reply_to):
        copy = copies.at(visit.uow, MessageRef(incoming.chat, message_id))
        route = routes().get(f"{copy.view}.reply") if copy is not None else None
        if copy is not None and route is not None:
            brand = brand_named(visit, copy.brand_id)
            return call(visit, route, brand, text=incoming.text, object_id=copy.object_id)
    raise Invalid(N_("There is nothing to answer here. Choose this on the card of a comment."))


def _moved(visit: Visit) -> Reply:
    incoming = visit.incoming
    if incoming.text:
        rooms.move(visit.uow, incoming.platform, incoming.chat.chat_id, incoming.text[:64])
    return Reply()


def _lost(visit: Visit) -> Reply:
    rooms.lose(visit.uow, visit.incoming.chat)
    return Reply()


def _joined(visit: Visit) -> Reply:
    if visit.incoming.private:
        members.note_back(visit.uow, visit.incoming.platform, visit.incoming.chat.chat_id)
        return Reply()
    if rooms.reopen(visit.uow, visit.incoming.chat):
        return Reply(
            Card(body=(para(visit.t(N_("I am back. New cards arrive here again."))),), tone="good"), visit.brand
        )
    said = N_("Hello. An owner or a manager can make this chat a room of a brand: type /channels here.")
    return Reply(Card(body=(para(visit.t(said)),)), visit.brand)
