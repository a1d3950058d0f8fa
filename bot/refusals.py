"""What is told when an update comes to nothing: refused, impossible, or broken on our side. Nothing of it has happened."""

from __future__ import annotations

import secrets

from bot.transport import Incoming, Outcome
from bot.visit import Visit
from handlers.card import Card, Notice, para
from handlers.card_json import pack
from handlers.route import Words
from smm import alerts as telling
from smm.errors import N_, DeskError, Forbidden, Invalid
from storage import alerts, audit
from storage.channels import ChatRef
from storage.unit_of_work import UnitOfWork

TOLD = frozenset({"words", "press", "reply", "answer"})


def error_id() -> str:
    """Return a short name for one failure, for the log and for the person."""
    return f"E-{secrets.token_hex(2).upper()}"


def tell(visit: Visit, error: DeskError) -> Outcome:
    """Say to the person what was wrong: to the presser alone, in a form beside its question, else in the chat."""
    incoming = visit.incoming
    said = error.say(visit.t)
    if incoming.kind == "answer" and isinstance(error, Invalid) and error.field:
        return Outcome(errors={error.field: said})
    if incoming.kind in {"press", "reply", "answer"}:
        return Outcome(notice=Notice(said, alarm=True))
    if incoming.kind == "words":
        _say(visit, Card(body=(para(said),), tone="warn"), private=isinstance(error, Forbidden))
    return Outcome()


def _say(visit: Visit, card: Card, *, private: bool) -> None:
    """Answer words: in a group to their sender alone, as far as the platform can."""
    incoming = visit.incoming
    if incoming.private or not incoming.sender.user_id:
        show(visit, card)
    else:
        telling.whisper(
            visit.uow, incoming.chat, incoming.sender.user_id, pack(card), visit.t.language, private=private
        )


def note(visit: Visit, error: Forbidden) -> None:
    """Put a refusal into the audit trail: an attempt without the right is worth knowing about."""
    incoming = visit.incoming
    audit.append(
        visit.uow,
        action=f"{incoming.kind}.refused",
        actor=f"member:{visit.member.id}" if visit.member else "stranger",
        object=f"chat:{incoming.chat.platform}:{incoming.chat.chat_id}"[:64],
        brand_id=visit.brand.id if visit.brand else None,
        identity=visit.identity[:128],
        facts={"reason": error.words[:200], "what": _what(incoming)},
    )


def _what(incoming: Incoming) -> str:
    if incoming.kind != "words":
        return incoming.ref[:24]
    return next(iter(incoming.text.split(maxsplit=1)), "files")[:40]


def broken(visit: Visit, name: str) -> Outcome:
    """Say that the fault is ours, with the name under which it stands in the log."""
    said = visit.t(
        N_("Something broke on our side ({name}). Nothing was changed. Try again; if it stays, show this to an owner."),
        name=name,
    )
    if visit.incoming.kind == "words":
        show(visit, Card(body=(para(said),), tone="bad"))
        return Outcome()
    return Outcome(notice=Notice(said, alarm=True)) if visit.incoming.kind in TOLD else Outcome()


def show(visit: Visit, card: Card, chat: ChatRef | None = None) -> None:
    """Queue a card without buttons for the chat of the update."""
    brand_id = visit.brand.id if visit.brand else None
    alerts.queue(
        visit.uow,
        chat or visit.incoming.chat,
        language=visit.t.language,
        card=pack(card),
        brand_id=brand_id,
        urgency=0,
    )


def complain(uow: UnitOfWork, chat: ChatRef, error: Invalid, t: Words) -> None:
    """Say in a chat why something that was sent there could not be kept."""
    card = Card(body=(para(error.say(t)),), tone="warn")
    alerts.queue(uow, chat, language=t.language, card=pack(card), urgency=0)
