"""The outbox's side of delivery, inside transactions: what a row looks like now, and what became of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import structlog

from bot.sealing import needs_seal, seal
from handlers.card import Button, Card, para
from handlers.card_json import pack, unpack
from handlers.route import Scene, Words
from handlers.route import draw as draw_view
from smm import alerts as telling
from smm import readers, rooms
from smm.errors import N_
from storage import alerts, asks, channels, copies
from storage.alerts import Alert
from storage.channels import ChatRef, MessageRef
from storage.copies import Copy
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)
TRIES = 8
SLOWEST = timedelta(minutes=5)
TITLES = 20  # lines of a digest
HELD = 200  # rows that one digest can stand for


@dataclass(frozen=True, slots=True)
class Parcel:
    """Rows that go out as one message.

    `card` None: nothing to say any more. `same`: it stands in the chat already. `removes`: the message is taken away.
    """

    alerts: tuple[Alert, ...]
    card: Card | None = None
    digest: str = ""
    copy: Copy | None = None
    same: bool = False
    removes: bool = False

    @property
    def first(self) -> Alert:
        """The row that the parcel travels under."""
        return self.alerts[0]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a parcel."""

    parcel: Parcel
    outcome: Literal["delivered", "merged", "failed", "gone"]
    message_id: str = ""
    error: str = ""


def chat_of(alert: Alert) -> ChatRef:
    """Return where a row goes."""
    return ChatRef(alert.platform, alert.chat_id, alert.topic_id)


def digest_of(card: Card) -> str:
    """Return a short name of what a card looks like."""
    return hashlib.sha256(json.dumps(pack(card), sort_keys=True).encode()).hexdigest()


def finished(rows: Sequence[Alert]) -> Parcel | None:
    """Return a card that can go out as it is, without a look at the tables; None for what must be drawn or sealed."""
    alert = rows[0]
    if len(rows) == 1 and not alert.view and alert.card is None:
        return Parcel((alert,), removes=True)
    if len(rows) > 1 or alert.card is None:
        return None
    card = unpack(alert.card)
    return None if needs_seal(card) else Parcel((alert,), card)


def draw(uow: UnitOfWork, batches: Sequence[Sequence[Alert]], words: Callable[[str], Words]) -> list[Parcel]:
    """Draw what goes out with the newest state, and seal it."""
    return [_digest(uow, rows, words) if len(rows) > 1 else _one(uow, rows[0], words) for rows in batches]


def _one(uow: UnitOfWork, alert: Alert, words: Callable[[str], Words]) -> Parcel:
    chat = chat_of(alert)
    if telling.is_shown(uow, alert):
        return Parcel((alert,))
    copy = copies.at(uow, MessageRef(chat, alert.edits)) if alert.edits else None
    card = _drawn(uow, alert, words)
    if card is None:
        gone = Card(body=(para(words(alert.language)(N_("There is nothing to show here any more."))),))
        return Parcel((alert,), gone if alert.edits else None, "", copy)
    sealed = seal(uow, card, chat, brand_of(uow, alert))
    digest = digest_of(sealed)
    return Parcel((alert,), sealed, digest, copy, same=copy is not None and copy.digest == digest)


def _drawn(uow: UnitOfWork, alert: Alert, words: Callable[[str], Words], *, listed: bool = False) -> Card | None:
    if alert.card is not None:
        return unpack(alert.card)
    chat = chat_of(alert)
    audience = readers.of_chat(uow, chat, brand_of(uow, alert))
    if audience is None:
        return None
    args = {name: str(value) for name, value in alert.args.items()}
    return draw_view(alert.view, Scene(uow, words(alert.language), chat, alert.object_id, audience, args, listed))


def brand_of(uow: UnitOfWork, alert: Alert) -> int | None:
    """Return the brand that a row's buttons belong to: its own, else its room's."""
    if alert.brand_id is not None:
        return alert.brand_id
    room = channels.at(uow, chat_of(alert))
    return room.brand_id if room is not None else None


def _digest(uow: UnitOfWork, rows: Sequence[Alert], words: Callable[[str], Words]) -> Parcel:
    first, t = rows[0], words(rows[0].language)
    listed = [
        (alert.id, headline(card))
        for alert in rows
        if not telling.is_shown(uow, alert) and (card := _drawn(uow, alert, words, listed=True)) is not None
    ]
    card = digest_card(t, listed, held=first.held, settled=len(rows) - len(listed))
    shown = listed or first.held
    return Parcel(tuple(rows), seal(uow, card, chat_of(first), brand_of(uow, first)) if shown else None)


def headline(card: Card) -> str:
    """Return a card in one line."""
    first = next((block for block in card.body), None)
    text = "" if first is None else "".join(s.text for s in first.spans) if hasattr(first, "spans") else first.text
    return " · ".join(part for part in (card.title, text) if part)[:100]


def digest_card(t: Words, listed: Sequence[tuple[int, str]], *, held: bool = False, settled: int = 0) -> Card:
    """Return one card that stands for many, with a button that shows them; of what was held also what is settled by now."""
    lines = [para(f"• {title}") for _id, title in listed[:TITLES]]
    if len(listed) > TITLES:
        lines.append(para(t.n("and {count} more", "and {count} more", len(listed) - TITLES)))
    ids = " ".join(str(alert_id) for alert_id, _title in listed)
    show = Button(t(N_("Show them")), "alerts.show", args={"ids": ids})
    return Card(
        title=_digest_title(t, len(listed) + settled, held=held),
        body=tuple(lines),
        buttons=((show,),) if listed else (),
        footer=t.n("{count} is settled already.", "{count} are settled already.", settled) if held and settled else "",
    )


def _digest_title(t: Words, count: int, *, held: bool) -> str:
    return (
        t.n("{count} came meanwhile", "{count} came meanwhile", count)
        if held
        else t.n("{count} more", "{count} more", count)
    )


def record(uow: UnitOfWork, fates: Sequence[Fate], words: Callable[[str], Words], *, look_again: bool = True) -> None:
    """Write down what became of many parcels at once."""
    done = [fate for fate in fates if fate.outcome == "delivered"]
    alerts.close(uow, [fate.parcel.first.id for fate in done if len(fate.parcel.alerts) == 1], "delivered")
    together = [row.id for fate in done if len(fate.parcel.alerts) > 1 for row in fate.parcel.alerts]
    covered = [row.id for fate in fates if fate.outcome == "merged" for row in fate.parcel.alerts]
    alerts.close(uow, [*together, *covered], "merged")
    for fate in done:
        _stand(uow, fate, words, look_again=look_again)
    for fate in fates:
        if fate.outcome == "failed":
            _try_later(uow, fate)
    for chat in dict.fromkeys(chat_of(fate.parcel.first) for fate in fates if fate.outcome == "gone"):
        rooms.lose(uow, chat)


def _stand(uow: UnitOfWork, fate: Fate, words: Callable[[str], Words], *, look_again: bool) -> None:
    parcel, alert = fate.parcel, fate.parcel.first
    if "ask" in alert.args and not alert.view and fate.message_id:
        asks.prompted(uow, str(alert.args["ask"]), fate.message_id)
    if parcel.removes:
        return
    if alert.edits:
        _redrawn(uow, parcel, fate.message_id)
    elif alert.view and fate.message_id and len(parcel.alerts) == 1:
        message = MessageRef(chat_of(alert), fate.message_id)
        brand_id = brand_of(uow, alert)
        copies.add(uow, message, alert.view, alert.object_id, alert.args, alert.language, parcel.digest, brand_id)
        if look_again:
            _look_again(uow, alert, parcel, message, words)


def _redrawn(uow: UnitOfWork, parcel: Parcel, message_id: str) -> None:
    alert = parcel.first
    copy = parcel.copy or copies.at(uow, MessageRef(chat_of(alert), alert.edits))
    if copy is None or parcel.same:
        return
    if alert.view and not parcel.digest:
        copies.drop(uow, copy.id)
    else:
        copies.redrawn(uow, copy.id, parcel.digest or "another card", message_id or copy.message_id)


def _look_again(
    uow: UnitOfWork, alert: Alert, parcel: Parcel, message: MessageRef, words: Callable[[str], Words]
) -> None:
    """While a card was on its way nobody knew its message, so a change in that time could not edit it: do it now."""
    card = _drawn(uow, alert, words)
    brand_id = brand_of(uow, alert)
    if card is not None and digest_of(seal(uow, card, message.chat, brand_id)) == parcel.digest:
        return
    alerts.queue(
        uow,
        message.chat,
        language=alert.language,
        view=alert.view,
        object_id=alert.object_id,
        args=alert.args,
        edits=message.message_id,
        brand_id=brand_id,
    )


def _try_later(uow: UnitOfWork, fate: Fate) -> None:
    for alert in fate.parcel.alerts:
        failures = alert.failures + 1
        if failures < TRIES:
            wait = min(timedelta(seconds=2**failures), SLOWEST)
            alerts.put_off(uow, alert.id, uow.now + wait, failures, fate.error)
        else:
            _give_up(uow, alert, fate.error)


def _give_up(uow: UnitOfWork, alert: Alert, error: str) -> None:
    log.error("a message could not be delivered", alert=alert.id, view=alert.view, error=error)
    alerts.put_off(uow, alert.id, uow.now, alert.failures + 1, error)
    alerts.close(uow, [alert.id], "lost")
    brand_id = brand_of(uow, alert)
    if brand_id is not None and alert.view != "alert.lost":
        telling.tell(uow, brand_id, "alerts", "alert.lost", alert.id, urgency=telling.URGENT)
