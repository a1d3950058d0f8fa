"""What was decided about suggestions, told to the network, and what the network tells about them, whoever decided.

Telling it once more is harmless: it publishes a suggestion once. Where its answer is lost, what it tells afterwards stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from smm import accounts, health, policy
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import N_, AuthExpired, DeskError
from smm.mention_moves import DESK, get, name_of
from smm.networks import Fate, Item, Verdict
from smm.suggestions import REASON, redraw, reopen, settle, tell_again
from smm.text import clean
from storage import brands, mentions, suggestions
from storage.mentions import Mention
from storage.suggestions import Suggestion
from storage.unit_of_work import UnitOfWork

CALLED: Final = {"accepting": "accepted", "declining": "declined"}
EARLY: Final = timedelta(seconds=1)  # a timer may fire a moment before its time
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
            await connector.accept(mention.remote_id)
        else:
            await connector.decline(mention.remote_id, found.reason)
    except DeskError as error:
        await desk.database.write(_failed, found, mention, error)
    else:
        await desk.database.write(_done, found, args)


def _start(uow: UnitOfWork, suggestion_id: int) -> tuple[Suggestion, Mention] | None:
    """Return what is to be told now; what a hold or a late hour keeps back goes to the team again."""
    found = suggestions.get(uow, suggestion_id)
    if found is None or found.state not in {*CALLED, "planned"}:
        return None
    if found.state == "planned" and (found.slot_at is None or found.slot_at > uow.now + EARLY):
        return None  # it was planned anew
    mention = get(uow, found.mention_id)
    if found.state != "declining" and (words := _kept_back(uow, found, mention)):
        suggestions.change(uow, found, found.state, state="open", signed=[])
        tell_again(uow, mention.id, words)
        redraw(uow, found)
        return None
    if found.state == "planned":
        suggestions.change(uow, found, "planned", state="accepting")
        found = suggestions.get(uow, suggestion_id)
        assert found is not None
    return found, mention


def _kept_back(uow: UnitOfWork, found: Suggestion, mention: Mention) -> str:
    """Return why a suggestion may not go out now, empty where it may."""
    brand = brands.get(uow, mention.brand_id)
    if brand is None or brand.on_hold:
        return N_("Everything was on hold when it was to go out. Approve it again.")
    if found.slot_at is not None and uow.now - found.slot_at > policy.read(brand.policy).late:
        return N_("It was too late for its time when it could go out. Approve it again.")
    return ""


def _done(uow: UnitOfWork, found: Suggestion, args: Mapping[str, Any]) -> None:
    if not suggestions.change(uow, found, found.state, state=CALLED[found.state], decided_at=uow.now):
        return  # the network has told it first
    mention = get(uow, found.mention_id)
    by = Actor(mention.brand_id, args["member_id"], "", frozenset(), args["identity"])
    settle(uow, mention.id, name_of(uow, found.decided_by), found.reason, by)
    redraw(uow, found)


def _failed(uow: UnitOfWork, found: Suggestion, mention: Mention, error: DeskError) -> None:
    if isinstance(error, AuthExpired):
        health.record_failure(uow, mention.account_id, error)
    said = {"words": error.words, "facts": {name: str(fact) for name, fact in error.facts.items()}}
    if suggestions.change(uow, found, found.state, state="open", signed=[], error=said):
        reopen(uow, mention.id)
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
        account = accounts.find(uow, mention.account_id)
        elsewhere = account.name if account else ""
        settle(uow, mention.id, name_of(uow, found.decided_by) if found.state in CALLED else elsewhere, reason, DESK)
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
        reopen(uow, found.mention_id)
    else:
        suggestions.change(uow, found, found.state, money=str(fate))
    redraw(uow, found)
