"""Answers to a card's questions, as a form or one by one, up to the handler that gets them all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import answers, asking
from bot.calling import Reply, call
from bot.visit import Visit, brand_named
from handlers.card import Edit, Notice
from handlers.card_json import unpack
from handlers.route import routes
from smm.errors import N_, Conflict, DeskError, Forbidden, Invalid, NotFound
from storage import asks
from storage.asks import AskRow
from storage.buttons import ButtonRow

ASIDE = timedelta(minutes=10)
CLOSED = N_("These questions are not open any more. Nothing was changed.")


def take_form(visit: Visit) -> Reply:
    """Take all answers at once."""
    incoming = visit.incoming
    ask = asks.get(visit.uow, incoming.ref)
    if ask is None:
        raise NotFound(CLOSED)
    _check_mine(visit, ask)
    if ask.state != "open" or ask.expires_at <= visit.uow.now:
        raise Conflict(CLOSED)
    if incoming.cancelled:
        return _stop(visit, ask)
    # A form that cannot show which files there are leaves them out, and they stay.
    values = {one.name: one.value for one in asking.questions(ask) if one.kind == "files"} | dict(incoming.values)
    if incoming.files:
        values |= {one.name: " ".join(incoming.files) for one in asking.questions(ask) if one.kind == "files"}
    zone = asking.zone_of(visit.uow, ask)
    good, wrong = answers.read_all(visit.t, asking.questions(ask), values, zone, visit.uow.now)
    if wrong:
        return Reply(errors={name: error.say(visit.t) for name, error in wrong.items()})
    reply = _finish(visit, ask, good)
    asking.put_away(visit, ask)
    return reply


def _stop(visit: Visit, ask: AskRow) -> Reply:
    asks.close(visit.uow, ask.id, "stopped")
    asking.put_away(visit, ask)
    return Reply(Notice(visit.t(N_("Stopped. Nothing was changed."))))


def _check_mine(visit: Visit, ask: AskRow) -> None:
    incoming = visit.incoming
    if (ask.platform, ask.chat_id) != (incoming.platform, incoming.chat.chat_id):
        raise Forbidden(N_("These questions belong to another chat. Answer them there."))
    if ask.user_id and ask.user_id != incoming.sender.user_id:
        raise Forbidden(N_("These questions were put to somebody else. Press the button yourself to answer them."))


def _finish(visit: Visit, ask: AskRow, given: dict[str, str]) -> Reply:
    route = routes().get(ask.action)
    if route is None:
        raise NotFound(CLOSED)
    if not asks.close(visit.uow, ask.id, "done"):
        raise Conflict(CLOSED)
    brand = brand_named(visit, ask.brand_id)
    args = {name: str(value) for name, value in ask.args.items()} | given
    files = tuple(
        digest for one in asking.questions(ask) if one.kind == "files" for digest in given.get(one.name, "").split()
    )
    reply = call(visit, route, brand, object_id=ask.object_id, version=ask.version, args=args, files=files)
    answer = reply.answer.card if isinstance(reply.answer, Edit) else reply.answer  # what asked is gone
    return Reply(answer, reply.brand)


def waiting(visit: Visit) -> AskRow | None:
    """Return the question that free text answers: in a group only a reply to its prompt does."""
    incoming = visit.incoming
    ask = asks.open_to(visit.uow, incoming.chat, incoming.sender.user_id)
    if ask is None or incoming.private:
        return ask
    return ask if ask.message_id and ask.message_id == incoming.reply_to else None


def beside(visit: Visit) -> Reply | None:
    """Tell whoever has a question open in a group that what they said there does not answer it: nothing of it goes out.

    Once in a while, for people who are asked something talk to each other about it.
    """
    incoming = visit.incoming
    ask = asks.open_to(visit.uow, incoming.chat, incoming.sender.user_id)
    if ask is None or incoming.private or ask.topic_id != incoming.chat.topic_id:
        return None
    if not asks.note_aside(visit.uow, ask.id, visit.uow.now - ASIDE):
        return None
    asked = asking.current(ask)
    title = unpack(ask.card).title or (asked.label if asked else "")
    said = N_("Only this room has read that: it was not taken as the answer. “{title}” is still open, write it there.")
    return Reply(Notice(visit.t(said, title=title), alarm=True), alone=True)


def wants_files(ask: AskRow) -> bool:
    """Say whether the current question wants files."""
    asked = asking.current(ask)
    return asked is not None and asked.kind == "files"


def press_step(visit: Visit, button: ButtonRow) -> Reply:
    """Take a pressed option, a skipped question or a change of mind."""
    ask = asks.get(visit.uow, str(button.args.get("ask", "")))
    if ask is None:
        raise NotFound(CLOSED)
    _check_mine(visit, ask)
    asked = asking.current(ask)
    if ask.state != "open" or asked is None or asked.name != button.args.get("question"):
        raise Conflict(CLOSED)
    if button.action == asking.CANCEL:
        return _stop(visit, ask)
    return take_step(visit, ask, str(button.args.get("value", "")))


def take_step(visit: Visit, ask: AskRow, given: str) -> Reply:
    """Take the answer to the current question; put the next, or call the handler when there is none."""
    try:
        answered = asking.take_answer(visit, ask, given)
    except Invalid as error:
        asking.leave(visit, ask)
        return _put(visit, ask, error.say(visit.t))
    asking.leave(visit, ask, given)
    ask = answered
    if asking.current(ask) is not None:
        return _put(visit, ask)
    try:
        return _finish(visit, ask, ask.answers)
    except Invalid as error:
        if error.field not in ask.answers:
            raise
        raise AskAgain(ask, error) from error


def _put(visit: Visit, ask: AskRow, error: str = "") -> Reply:
    """Put the current question."""
    return Reply(ready=asking.prompt(visit, ask, error), ask=ask.ref, brand=brand_named(visit, ask.brand_id))


class AskAgain(DeskError):
    """A handler refused one answer of several: everything is undone, and that question is put again."""

    def __init__(self, ask: AskRow, error: Invalid) -> None:
        self.ask = ask
        self.error = error
        super().__init__(error.words, **error.facts)


def put_again(visit: Visit, again: AskAgain) -> Reply:
    """Ask the refused question again, with the reason."""
    kept = {name: value for name, value in again.ask.answers.items() if name != again.error.field}
    if not asks.keep_answers(visit.uow, again.ask.id, kept):
        raise Conflict(CLOSED)
    asking.put_away(visit, again.ask)
    return _put(visit, replace(again.ask, answers=kept), again.error.say(visit.t))
