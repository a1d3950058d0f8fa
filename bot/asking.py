"""Asks: a card's questions to one person, as one form or one after another, kept in storage so that a restart loses none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import answers
from bot.sealing import new_ref, without_ask
from bot.visit import Visit
from handlers.card import Ask, Button, Card, Question, bold, para, row
from handlers.card_json import pack, pack_question, question, unpack
from handlers.route import Words
from smm.errors import N_, Invalid
from storage import alerts, asks, brands
from storage.asks import AskRow
from storage.channels import ChatRef
from storage.unit_of_work import UnitOfWork

LIFE = timedelta(days=1)
SHOWN = 200  # characters of an answer beside its question
SKIP, CANCEL, CHOOSE = "ask.skip", "ask.cancel", "ask.choose"
STEPS = frozenset({SKIP, CANCEL, CHOOSE})


@dataclass(frozen=True, slots=True)
class Asked:
    """A card that asks, ready for the chat: as a form or as its first question."""

    card: Card
    ref: str


def open_ask(visit: Visit, card: Card, ask: Ask, brand_id: int | None, *, form: bool) -> Asked:
    """Keep a card's questions as open to the visitor and return what to show."""
    ref = new_ref()
    if not form:
        cancel_all(visit)
    _keep(visit, card, ask, ref, brand_id)
    if form:
        return Asked(replace(card, ask=replace(ask, ref=ref)), ref)
    kept = asks.get(visit.uow, ref)
    assert kept is not None
    return Asked(prompt(visit, kept), ref)


def cancel_all(visit: Visit) -> int:
    """Close every question that is open to the visitor here; return how many there were."""
    closed = asks.cancel_all(visit.uow, visit.incoming.chat, visit.incoming.sender.user_id)
    for ask in closed:
        put_away(visit, ask)
    return len(closed)


def put_away(visit: Visit, ask: AskRow) -> None:
    """Take away the message that asked: what came of it stands in the chat by itself."""
    if ask.message_id:
        chat = ChatRef(ask.platform, ask.chat_id, ask.topic_id)
        alerts.queue(visit.uow, chat, language=visit.t.language, edits=ask.message_id)  # after what came of it


def leave(visit: Visit, ask: AskRow, given: str = "") -> None:
    """Be done with the current question: in a group it is taken away, in private it stays as a line of the talk."""
    asked = current(ask)
    if asked is None or not visit.incoming.private or not ask.message_id:
        put_away(visit, ask)
        return
    chat = ChatRef(ask.platform, ask.chat_id, ask.topic_id)
    line = Card(body=(para(bold(asked.label), f" {_chosen(visit, asked, given)}"),))
    alerts.queue(visit.uow, chat, language=visit.t.language, card=pack(line), edits=ask.message_id)
    if asked.kind == "secret" and visit.incoming.kind == "words":
        alerts.queue(visit.uow, chat, language=visit.t.language, edits=visit.incoming.message_id)


def _chosen(visit: Visit, asked: Question, given: str) -> str:
    """Return an answer that was pressed; one that was written stands below the question."""
    if visit.incoming.kind != "press" or asked.kind == "files":
        return ""
    return dict(asked.options).get(given, given)[:SHOWN]


def _keep(visit: Visit, card: Card, ask: Ask, ref: str, brand_id: int | None) -> None:
    incoming = visit.incoming
    asks.add(
        visit.uow,
        ref=ref,
        action=ask.action,
        brand_id=brand_id,
        object_id=ask.object_id,
        version=ask.version,
        args=dict(ask.args),
        member_id=visit.member.id if visit.member else None,
        platform=incoming.platform,
        chat_id=incoming.chat.chat_id,
        topic_id=incoming.chat.topic_id,
        user_id=incoming.sender.user_id,
        message_id="",
        questions=[pack_question(one) for one in ask.questions],
        answers={},
        card=pack(without_ask(card)),
        expires_at=visit.uow.now + LIFE,
    )


def questions(ask: AskRow) -> tuple[Question, ...]:
    """Return what an ask asks."""
    return tuple(question(packed) for packed in ask.questions)


def current(ask: AskRow) -> Question | None:
    """Return the question that waits for an answer, None when all are answered."""
    return next((one for one in questions(ask) if one.name not in ask.answers), None)


def zone_of(uow: UnitOfWork, ask: AskRow) -> str:
    """Return the zone that an ask's moments are meant in."""
    brand = brands.get(uow, ask.brand_id) if ask.brand_id is not None else None
    return brand.zone if brand is not None else "UTC"


def take_answer(visit: Visit, ask: AskRow, given: str) -> AskRow:
    """Keep the answer to the current question; raise Invalid when it cannot be used, Conflict when nothing waits."""
    asked = current(ask)
    if asked is None:
        return ask
    along = answers.beside(questions(ask), questions(ask).index(asked))
    values = {asked.name: given} | ({along.name: " ".join(visit.incoming.files)} if along else {})
    both = (asked, along) if along else (asked,)
    good, wrong = answers.read_all(visit.t, both, values, zone_of(visit.uow, ask), visit.uow.now)
    if wrong:
        refused = next(iter(wrong.values()))
        raise Invalid(refused.words, field=asked.name, **refused.facts)
    kept = {**ask.answers, **good}
    asks.keep_answers(visit.uow, ask.id, kept)
    return replace(ask, answers=kept)


def prompt(visit: Visit, ask: AskRow, error: str = "") -> Card:
    """Return the card that asks the current question."""
    asked = current(ask)
    assert asked is not None
    first = not ask.answers
    base = unpack(ask.card) if first and not error else Card(title="")
    rows = _rows(visit, ask, asked)
    return replace(
        base,
        body=(*((para(error),) if error else ()), *base.body),
        buttons=rows,
        ask=Ask(ask.action, (_said_plainly(visit, ask, asked),), "", ref=ask.ref),
        footer=_how(visit, asked, stoppable=bool(rows)),
        tone="warn" if error else base.tone,
    )


def _how(visit: Visit, asked: Question, *, stoppable: bool) -> str:
    if not stoppable:
        return visit.t(N_("/cancel stops."))
    return "" if visit.incoming.private or asked.options else visit.t(N_("Reply to this message to answer."))


def _said_plainly(visit: Visit, ask: AskRow, asked: Question) -> Question:
    """Return a question as a message asks it: what stands there beforehand in people's words, not as it is kept."""
    t, zone = visit.t, zone_of(visit.uow, ask)
    example = t(N_("For example: tomorrow 10:00. Times are in {zone}."), zone=zone) if asked.kind == "moment" else ""
    hint = "\n".join(filter(None, (asked.hint, example)))
    return replace(asked, hint=hint, value=_plain(t, asked, zone), options=())


def _plain(t: Words, asked: Question, zone: str) -> str:
    value = asked.value
    if asked.kind == "moment" and value:
        return t.when(datetime.fromisoformat(value), zone)
    if asked.kind == "files" and value:
        return t.n("{count} file", "{count} files", len(value.split()))
    return dict(asked.options).get(value, value)


def _rows(visit: Visit, ask: AskRow, asked: Question) -> tuple[tuple[Button, ...], ...]:
    def press(label: str, action: str, **args: str) -> Button:
        return Button(label, action, ask.id, args={"ask": ask.ref, "question": asked.name, **args})

    t = visit.t
    options = [row(press(label, CHOOSE, value=value)) for value, label in asked.options]
    keep = press(t(N_("Keep")), CHOOSE, value=asked.value) if asked.value and not asked.options else None
    skip = press(t(N_("Skip")), SKIP) if not asked.required else None
    if not (options or keep or skip or visit.incoming.private):
        return ()  # in a group the platform's own reply prompt stands here instead
    return (*options, row(keep, skip, press(t(N_("Cancel")), CANCEL)))
