"""The buttons of a mention's card: what can be done about it in the state that it is in, as far as its account may."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, get_args

from handlers import suggestion_parts
from handlers.card import Button, Look, row
from handlers.route import Words
from smm import tending
from smm.inbox_reading import Whole
from smm.mention_moves import ANSWERED, OPEN, PUT_ASIDE, State
from smm.networks import PRIVATE

DEEDS: Final = get_args(tending.Deed)


def own_buttons(t: Words, found: Whole) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of a mention; what is suggested with it can be decided before it is answered and after."""
    decide = suggestion_parts.deeds(t, found.suggestion, found.account) if found.suggestion else ()
    return (*decide, *_by_state(t, found))


def _by_state(t: Words, found: Whole) -> tuple[tuple[Button, ...], ...]:
    state = State(found.mention.state)
    note = press(t("Note"), "mention.note", found)
    if state in OPEN and state is not State.SNOOZED:
        return _open_buttons(t, found)
    if state is State.SNOOZED:
        return (row(press(t("Wake now"), "mention.reopen", found), _reply(t, found), note),)
    if state is State.SENDING:
        return (row(_undo_sending(t, found), note),)
    if state in PUT_ASIDE:
        return (row(press(t("Undo"), "mention.reopen", found), note),)
    return (row(press(t("Reopen"), "mention.reopen", found) if state in ANSWERED else None, note),)


def _open_buttons(t: Words, found: Whole) -> tuple[tuple[Button, ...], ...]:
    suggest = press(t("Suggest"), "mention.suggest", found) if found.answerable else _by_hand(t, found)
    held = press(t("Release"), "mention.release", found) if found.held_by else press(t("Claim"), "mention.claim", found)
    return (
        row(_reply(t, found), suggest, held),
        row(
            press(t("Undo"), "mention.reopen", found) if _is_escalated(found) else _snooze(t, found),
            press(t("Resolve"), "mention.resolve", found),
            press(t("More…"), "mention.more", found),
        ),
    )


def more_buttons(t: Words, found: Whole) -> tuple[tuple[Button, ...], ...]:
    """Return what is done with an open mention less often."""
    up = _snooze(t, found) if _is_escalated(found) else press(t("Escalate"), "mention.escalate", found)
    return (
        row(up, press(t("Assign"), "mention.assign", found), press(t("Note"), "mention.note", found)),
        row(
            press(t("Not ours"), "mention.not_ours", found),
            press(t("Spam"), "mention.spam", found),
            press(t("Noise…"), "mention.noise", found) if found.matched else None,
            press(t("Take over"), "mention.take_over", found) if found.held_by else None,
        ),
        _tending(t, found),
        row(press(t("Tone…"), "mention.tone", found), press(t("Less"), "mention.back", found)),
    )


def _tending(t: Words, found: Whole) -> tuple[Button, ...]:
    """Return what can be done with the thing itself on the network, as far as this account may."""
    aside = found.ways.private and found.mention.kind not in PRIVATE
    gone = t("Remove it from {network} for good? Everybody sees that it is gone.", network=found.network)
    able = {deed: tending.can(found.account, found.mention, deed) for deed in DEEDS}
    return row(
        press(t("Reply in private"), "mention.reply_private", found) if aside else None,
        press(t("Hide"), "mention.hide", found) if able["hide"] else None,
        press(t("Show again"), "mention.unhide", found) if able["show"] else None,
        replace(press(t("Remove"), "mention.remove", found, look="bad"), confirm=gone) if able["remove"] else None,
    )


def _by_hand(t: Words, found: Whole) -> Button:
    return press(t("I answered"), "mention.answered", found)


def _is_escalated(found: Whole) -> bool:
    return found.mention.state == State.ESCALATED


def _snooze(t: Words, found: Whole) -> Button:
    return press(t("Snooze"), "mention.snooze", found)


def _reply(t: Words, found: Whole) -> Button | None:
    look: Look = "plain" if found.suggestion else "good"  # a suggested post is decided first of all
    return press(t("Reply"), "mention.reply", found, look=look) if found.answerable else None


def _undo_sending(t: Words, found: Whole) -> Button | None:
    reply = found.moving
    return Button(t("Undo"), "reply.cancel", reply.id) if reply is not None and reply.state == "queued" else None


def press(label: str, action: str, found: Whole, look: Look = "plain", **args: str) -> Button:
    """Return a button about a mention."""
    return Button(label, action, found.mention.id, found.mention.revision, args, look)
