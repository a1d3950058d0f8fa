"""Answers to a card's questions, checked on our side whatever the chat has checked already."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.card import Question
from handlers.route import Words
from smm import moments, text
from smm.errors import N_, DeskError, Invalid

FILES = 20
FARTHEST = timedelta(days=2 * 366)
_DIGEST = re.compile(r"[0-9a-f]{64}")


def read_all(
    t: Words, questions: tuple[Question, ...], given: Mapping[str, str], zone: str, now: datetime
) -> tuple[dict[str, str], dict[str, DeskError]]:
    """Return the answers that can be used, and what is wrong with the others, by question; `t` writes their times."""
    good: dict[str, str] = {}
    wrong: dict[str, DeskError] = {}
    for number, question in enumerate(questions):
        along = beside(questions, number)
        excused = along is not None and bool(given.get(along.name))
        try:
            good[question.name] = read(t, _excused(question, excused), given.get(question.name, ""), zone, now)
        except Invalid as error:
            wrong[question.name] = error
    return good, wrong


def beside(questions: Sequence[Question], number: int) -> Question | None:
    """Return the question whose files may come along with the answer to another, None where there is none."""
    following = questions[number + 1] if number + 1 < len(questions) else None
    return following if following is not None and following.along else None


def _excused(question: Question, excused: bool) -> Question:
    return replace(question, required=False) if excused else question


def read(t: Words, question: Question, given: str, zone: str, now: datetime) -> str:
    """Return one answer in the form that handlers are promised, or raise Invalid."""
    answer = text.clean(given).strip() if question.kind == "text" else text.line(given, text.MOST)
    if not answer:
        if question.required:
            raise Invalid(N_("This needs an answer."), field=question.name)
        return ""
    if question.kind == "choice":
        return _choice(question, answer)
    if question.kind == "moment":
        return _moment(t, question, answer, zone, now)
    if question.kind == "files":
        return _files(question, answer)
    return _words(question, answer, len(given.strip()))


def _words(question: Question, answer: str, length: int) -> str:
    limit = question.limit or text.MOST
    if max(len(answer), length) > limit:
        raise Invalid(
            N_("This is too long: {count} characters, at most {limit}."), field=question.name, count=length, limit=limit
        )
    return answer


def _moment(t: Words, question: Question, answer: str, zone: str, now: datetime) -> str:
    moment = moments.parse(answer, zone, now).astimezone(ZoneInfo(zone))
    if question.value and _shown(moment) == _shown(datetime.fromisoformat(question.value).astimezone(ZoneInfo(zone))):
        return question.value  # left as it was, also when that has passed meanwhile: the other answers are the point
    if moment <= now:
        raise Invalid(N_("{time} has passed. Choose a later time."), time=t.when(moment, zone))
    if moment - now > FARTHEST:
        raise Invalid(N_("{time} is more than two years away. Choose an earlier time."), time=t.when(moment, zone))
    return moment.isoformat()


def _shown(moment: datetime) -> str:
    """Return a moment as forms show it: to the minute, and the hour that comes twice without which of them it is."""
    return f"{moment:%Y-%m-%d %H:%M}"


def _choice(question: Question, answer: str) -> str:
    for value, label in question.options:
        if answer == value or answer.casefold() == label.casefold():
            return value
    labels = ", ".join(label for _value, label in question.options)
    raise Invalid(N_("Choose one of: {options}."), field=question.name, options=labels)


def _files(question: Question, answer: str) -> str:
    digests = answer.split(" ")
    if not all(_DIGEST.fullmatch(digest) for digest in digests):
        raise Invalid(N_("Attach a file, please."), field=question.name)
    if len(digests) > FILES:
        raise Invalid(N_("These are too many files: at most {limit}."), field=question.name, limit=FILES)
    return " ".join(dict.fromkeys(digests))
