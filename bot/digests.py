"""What goes out together: the newest of what says the same stands for all, and much for one room becomes a digest."""

from __future__ import annotations

from bot.outbox import HELD
from bot.pacing import Pacer
from storage.alerts import Alert

SAME = 500  # rows for which one can stand
DIGEST = 3  # fewer rows than this are not worth a digest


def together(pacer: Pacer[Alert], alert: Alert, now: float) -> tuple[list[Alert], list[Alert]]:
    """Return the rows that go out with one, taken from what waits, and those for which another stands."""
    same = pacer.take_also(alert.chat_id, lambda other: _covers(other, alert), SAME)
    newest = max([alert, *same], key=lambda one: one.id)
    merged = [one for one in (alert, *same) if one is not newest]
    if newest.held:
        held, covered = _held_with(pacer, newest)
        return held, [*merged, *covered]
    if not (_mergeable(newest) and pacer.crowded(newest.chat_id, now)):
        return [newest], merged
    if sum(_merges_with(one, newest) for one in pacer.waiting(newest.chat_id)) < DIGEST - 1:
        return [newest], merged
    return [newest, *pacer.take_also(newest.chat_id, lambda one: _merges_with(one, newest), HELD - 1)], merged


def _held_with(pacer: Pacer[Alert], alert: Alert) -> tuple[list[Alert], list[Alert]]:
    """Take all that was held for the same room, each object once: the newest row about it stands for all."""
    more = pacer.take_also(alert.chat_id, lambda one: one.held and _merges_with(one, alert), HELD - 1)
    rows = sorted([alert, *more], key=lambda one: one.id)
    newest = {(one.view, one.object_id): one for one in rows}
    kept = {one.id for one in newest.values()}
    return [one for one in rows if one.id in kept], [one for one in rows if one.id not in kept]


def _mergeable(alert: Alert) -> bool:
    """Only news of objects go into a digest: an answer to a person never does."""
    return bool(alert.view) and not alert.edits and alert.urgency > 0


def _merges_with(other: Alert, alert: Alert) -> bool:
    """Say whether a row may go into a digest with another: a topic of a chat is a room of its own, with readers of its own."""
    return _mergeable(other) and (other.topic_id, other.language) == (alert.topic_id, alert.language)


def _covers(other: Alert, alert: Alert) -> bool:
    """Say whether two rows are about the same message, so that the newer one covers the older."""
    if alert.edits or other.edits:
        return alert.edits == other.edits
    same = (alert.view, alert.object_id, alert.args) == (other.view, other.object_id, other.args)
    return bool(alert.view) and same and (alert.topic_id, alert.language) == (other.topic_id, other.language)
