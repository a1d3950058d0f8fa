"""Forms: the answers to an `Ask`, between what a browser sends and what the router reads.

A moment is shown and sent as the wall-clock time of the brand's zone; the router reads it in that zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.card import Question

PREFIX = "q."  # of a question's field, so that no question can be mistaken for a field of ours
KEPT = "kept."  # of the digests that were kept before the form came back


def local(value: str, zone: str) -> str:
    """Return an ISO date-time as a browser's field takes it, in a zone; empty for anything else."""
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo is None else at.astimezone(ZoneInfo(zone))).strftime("%Y-%m-%dT%H:%M")
    except (ValueError, OverflowError):
        return ""


def zone_name(zone: str) -> str:
    """Return a zone's name for people."""
    return zone.replace("_", " ")


def values(questions: tuple[Question, ...], given: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    """Return what was answered, by question; files are named by what was kept of them."""
    return {
        question.name: kept.get(question.name, "")
        if question.kind == "files"
        else given.get(PREFIX + question.name, "").replace("\r\n", "\n")
        for question in questions
    }


def open_ones(questions: tuple[Question, ...], given: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that may be shown again: a secret is not kept for that."""
    secret = {question.name for question in questions if question.kind == "secret"}
    return {name: value for name, value in given.items() if name not in secret}
