"""What was decided about suggestions, told to the network, and what the network tells about them, whoever decided.

Telling it once more is harmless: it publishes a suggestion once. Where its answer is lost, what it tells afterwards stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from smm import accounts
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import N_, AuthExpired, DeskError
from smm.mention_moves import ANSWERED, DESK, UNHELD, get, move, name_of
from smm.networks import Fate, Item, Verdict
from smm.suggestions import REASON, redraw
from smm.text import clean
from storage import brands, mentions, suggestions
from storage.mentions import Mention
from storage.suggestions import Suggestion
from storage.unit_of_work import UnitOfWork

CALLED: Final = {"accepting": "accepted", "declining": "declined"}
DECIDED: Final = {Fate.ACCEPTED: "accepted", Fate.DECLINED: "declined"}


async def carry_out(desk: Desk, args: Mapping[str, Any]) -> None:
    """Accept or decline on the network, whichever is decided, and write down what came of it."""
    told = await desk.database.write(_start, args["suggestion_id"])
    if told is None:
        return
    found, mention = told
    try:
        connector = await desk.networks.connector(mention.account_id)
        if found.state == "accepting":
            await connector.accept(mention.remote_id, found.slot_at)
        else:
            await connector.decline(mention.remote_id, found.reason)
    except DeskError as error:
        await desk.database.write(_failed, found, mention, error)
    else:
        await desk.database.write(_done, found, args)


def _start(uow: UnitOfWork, suggestion_id: int) -> tuple[Suggestion, Mention] | None:
    """Return what is to be told; a hold that came meanwhile keeps it back."""
    found = suggestions.get(uow, suggestion_id)
    if found is None or found.state not in CALLED:
        return None
    mention = get(uow, found.mention_id)
    brand = brands.get(uow, mention.brand_id)
    if found.state == "accepting" and (brand is None or brand.on_hold):
        suggestions.change(uow, found, found.state, state="open", signed=[])
        redraw(uow, found)
        return None
    return found, mention


def _done(uow: UnitOfWork, found: Suggestion, args: Mapping[str, Any]) -> None:
    if not suggestions.change(uow, found, found.state, state=CALLED[found.state], decided_at=uow.now):
        return  # the network has told it first
    mention = get(uow, found.mention_id)
    by = Actor(mention.brand_id, args["member_id"], "", frozenset(), args["identity"])
    _settle(uow, mention.id, name_of(uow, found.decided_by), found.reason, by)
    redraw(uow, found)


def _failed(uow: UnitOfWork, found: Suggestion, mention: Mention, error: DeskError) -> None:
    if isinstance(error, AuthExpired):
        accounts.record_failure(uow, mention.account_id, error)
    said = {"words": error.words, "facts": {name: str(fact) for name, fact in error.facts.items()}}
    suggestions.change(uow, found, found.state, state="open", signed=[], error=said)
    redraw(uow, found)


def settled(items: Iterable[Item]) -> tuple[Verdict, ...]:
    """Return what items tell of suggestions that are decided already."""
    offers = ((item.remote_id, item.suggestion) for item in items if item.suggestion is not None)
    return tuple(Verdict(remote_id, offer.fate, offer.publish_at) for remote_id, offer in offers if offer.fate)


def learn(uow: UnitOfWork, account_id: int, told: Iterable[Verdict]) -> None:
    """Take over what the network tells, whoever decided it and wherever."""
    for verdict in told:
        mention = mentions.known(uow, account_id, [verdict.remote_id]).get(verdict.remote_id)
        found = suggestions.of_mention(uow, mention.id) if mention else None
        if mention is not None and found is not None:
            _learn(uow, mention, found, verdict)


def _learn(uow: UnitOfWork, mention: Mention, found: Suggestion, verdict: Verdict) -> None:
    state = DECIDED.get(verdict.fate)
    if state is None:
        _learn_of_money(uow, found, verdict.fate)
    elif found.state not in DECIDED.values():
        at, reason = verdict.publish_at or found.slot_at, clean(verdict.reason, REASON) or found.reason
        change = {"state": state, "slot_at": at, "reason": reason, "error": None, "decided_at": uow.now}
        suggestions.change(uow, found, found.state, **change)
        _settle(uow, mention.id, name_of(uow, found.decided_by) if found.state in CALLED else "", reason)
        redraw(uow, found)
    elif verdict.publish_at is not None and found.slot_at != verdict.publish_at:
        suggestions.change(uow, found, "accepted", slot_at=verdict.publish_at)
        redraw(uow, found)


def _learn_of_money(uow: UnitOfWork, found: Suggestion, fate: Fate) -> None:
    if found.money == fate:
        return
    if fate is Fate.UNPAID:
        words = {"words": N_("It was not approved: who offers it cannot pay what they offered."), "facts": {}}
        suggestions.change(uow, found, found.state, state="open", money=str(fate), error=words, decided_at=None)
        mention = get(uow, found.mention_id)
        if mention.state in ANSWERED:
            move(uow, mention, "reopen", DESK)
    else:
        suggestions.change(uow, found, found.state, money=str(fate))
    redraw(uow, found)


def _settle(uow: UnitOfWork, mention_id: int, who: str, reason: str, by: Actor = DESK) -> None:
    """Close the mention of a decided suggestion: it is answered, here or, with nobody's name, on the network itself."""
    mention = get(uow, mention_id)
    account = accounts.find(uow, mention.account_id)
    move(
        uow,
        mention,
        "replied",
        by,
        answered_by=who or (account.name if account else ""),
        answered_at=uow.now,
        answer=reason,
        snoozed_until=None,
        **UNHELD,
    )
