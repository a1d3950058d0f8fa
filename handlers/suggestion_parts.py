"""What the cards of a suggested post have in common: what is offered, and where it stands. Pressed is handlers/suggestions.py."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from handlers.card import Block, Button, Field, Picture, bold, para, row
from handlers.route import Words
from smm import declared, suggestions
from smm.errors import N_

if TYPE_CHECKING:
    from storage.accounts import Account
    from storage.suggestions import Suggestion

STATES: Final = {
    "open": N_("waits for a decision"),
    "asked": N_("the client is asked"),
    "planned": N_("approved, waits for its time"),
    "accepting": N_("is being approved…"),
    "accepted": N_("approved"),
    "declining": N_("is being declined…"),
    "declined": N_("declined"),
}
MONEY: Final = {
    "paid": N_("paid"),
    "refunded": N_("paid back: the post was taken down, or whoever paid asked for it"),
    "unpaid": N_("could not be paid"),
}


def offered(t: Words, found: Suggestion, zone: str) -> tuple[Field, ...]:
    """Return what is offered besides the words."""
    price = f"{found.price} · {t(MONEY[found.money])}" if found.money in MONEY else found.price
    wanted = t.when(found.publish_at, zone) if found.publish_at else t("at any time")
    return (
        Field(t("Price offered"), price or t("none")),
        Field(t("Wanted for"), wanted, at=found.publish_at),
    )


def stands(t: Words, found: Suggestion, zone: str) -> tuple[Field, ...]:
    """Return where a suggestion stands, and when it goes out."""
    said = Field(t("Suggestion"), t(STATES[found.state]))
    goes_out = found.slot_at or found.publish_at
    if found.state not in {"asked", "planned", "accepting", "accepted"} or goes_out is None:
        return (said,)
    return said, Field(t("Goes out"), t.when(goes_out, zone), at=goes_out)


def trouble(t: Words, found: Suggestion, account: Account) -> Iterable[Block]:
    """Say what stood in the way of the last decision, and what stands in the way of any."""
    if found.state == "open" and not suggestions.can_accept(account):
        yield para(t(suggestions.why_not(account), network=declared.title(account.network)))
    if found.error:
        words, facts = found.error["words"], found.error["facts"]
        yield para(bold(t(words, **facts)))


def lacking(t: Words, found: Suggestion, network: str, *, cut: bool = False) -> Iterable[Block]:
    """Say that there is more than what is shown: files that are not here, or words that were `cut`."""
    if cut or not found.whole or len(found.pictures) < len(found.files):
        yield para(bold(t("It has more than is shown here. Look at it on {network} first.", network=network)))


def pictures(found: Suggestion) -> tuple[Picture, ...]:
    """Return its pictures."""
    return tuple(Picture(digest=digest) for digest in found.pictures)


def deeds(t: Words, found: Suggestion, account: Account) -> tuple[tuple[Button, ...], ...]:
    """Return a row of what the team can decide now, none where that is nothing."""
    buttons = _deeds(t, found, account)
    return (buttons,) if buttons else ()


def _deeds(t: Words, found: Suggestion, account: Account) -> tuple[Button, ...]:
    if found.state == "open":
        return row(
            Button(t("Approve…"), "suggestion.look", found.id, look="good")
            if suggestions.can_accept(account)
            else None,
            Button(t("Decline…"), "suggestion.decline", found.id, found.revision, look="bad"),
        )
    return row(Button(t("Take back"), "suggestion.back", found.id) if found.state in suggestions.UNDOABLE else None)
