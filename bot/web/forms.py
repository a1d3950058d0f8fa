"""Forms: the answers to an `Ask`, between what a browser sends and what a handler is given.

A moment is asked in the brand's zone and handed on as an ISO date-time with its offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from handlers.card import Question
from smm.errors import N_, Invalid

PREFIX = "q."  # of a question's field, so that no question can be mistaken for a field of ours
KEPT = "kept."  # of the digests that were kept before the form came back


def moment(given: str, zone: str) -> str:
    """Return a browser's local date-time as ISO with offset; of an hour that comes twice, the first."""
    try:
        naive = datetime.fromisoformat(given).replace(tzinfo=None)
    except ValueError:
        raise Invalid(N_("This is not a date and time. Write it like 2026-03-02 10:00.")) from None
    aware = naive.replace(tzinfo=ZoneInfo(zone))
    if aware.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive:
        raise Invalid(N_("On this day the clocks in {zone} skip this time. Choose another."), zone=zone)
    return aware.isoformat()


def local(value: str, zone: str) -> str:
    """Return an ISO date-time as a browser's field takes it, in a zone; empty for anything else."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return ""
    return (at if at.tzinfo is None else at.astimezone(ZoneInfo(zone))).strftime("%Y-%m-%dT%H:%M")


def zone_name(zone: str) -> str:
    """Return a zone's name for people."""
    return zone.replace("_", " ")


def answers(
    questions: tuple[Question, ...], given: Mapping[str, str], kept: Mapping[str, str], zone: str
) -> tuple[dict[str, str], dict[str, Invalid]]:
    """Return the answers to hand on, and by question what cannot be read."""
    read: dict[str, str] = {}
    wrong: dict[str, Invalid] = {}
    for question in questions:
        raw = given.get(PREFIX + question.name, "").replace("\r\n", "\n")
        try:
            read[question.name] = _answer(question, raw, kept.get(question.name, ""), zone)
        except Invalid as error:
            wrong[question.name] = error
            read[question.name] = raw
    return read, wrong


def _answer(question: Question, raw: str, kept: str, zone: str) -> str:
    if question.kind == "files":
        return kept
    if question.kind == "moment" and raw:
        return moment(raw, zone)
    return raw if question.kind == "text" else raw.strip()
