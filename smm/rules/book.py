"""The rule book of a brand: rules are made, changed, switched and taken away by people; their word forms come from a job.

A rule is tried before it is kept: what cannot be read is refused with the reason. While its forms are looked up it waits; it
listens from the moment that they are there. People may strike forms that mean something else, or add their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from smm import alerts
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import N_, Conflict, Invalid, NotFound
from smm.inbox import answerers
from smm.roles import Right
from smm.rules.forms import MOST_FORMS, bendable, expand
from smm.rules.query import Node, fold, parse
from storage import audit, channels, jobs, rules, searches
from storage.rules import Rule, Tally
from storage.unit_of_work import UnitOfWork

VIEW: Final = "rule"
MOST: Final = 1_000  # rules of one brand
URGENCIES: Final = ("urgent", "now", "later", "inbox")
LOOK_BACK: Final = timedelta(days=30)
_GONE = N_("This rule is not there any more. See /rules.")
_CHANGED = N_("Somebody has just changed this rule. Look at it again: /rules")


def make(uow: UnitOfWork, by: Actor, query: str) -> Rule:
    """Keep a new rule and have its forms looked up; the same words again are the rule that there is."""
    by.must(Right.MANAGE)
    typed = _typed(query)
    known = rules.of_brand(uow, by.brand_id)
    for rule in known:
        if rule.query == typed:
            return rule
    if len(known) >= MOST:
        raise Conflict(N_("A brand has {most} rules at most. Remove one first: /rules"), most=MOST)
    rule_id = rules.add(uow, by.brand_id, typed, by.member_id)
    _look_forms_up(uow, rule_id)
    rule = get(uow, by.brand_id, rule_id)
    _keep(uow, by, rule, "rule.make")
    return rule


def rewrite(uow: UnitOfWork, by: Actor, rule_id: int, query: str) -> Rule:
    """Change what a rule listens for."""
    typed = _typed(query)
    searches.drop_of_rule(uow, rule_id)
    return _change(uow, by, rule_id, "rule.rewrite", query=typed, forms={}, state="preparing")


def _typed(query: str) -> str:
    typed = " ".join(query.split())
    parse(typed)
    return typed


def _look_forms_up(uow: UnitOfWork, rule_id: int) -> None:
    jobs.queue(uow, "rule_forms", f"rule:{rule_id}:{uow.now.isoformat()}", {"rule_id": rule_id})


def route(
    uow: UnitOfWork, by: Actor, rule_id: int, *, urgency: str, channel_id: int | None, member_id: int | None
) -> Rule:
    """Say how urgent it is what a rule finds, in which room it is told (None: where alerts go), and who is given it."""
    if urgency not in URGENCIES:
        raise Invalid(N_("Choose how urgent it is."), field="urgency")
    room = channels.get(uow, channel_id) if channel_id else None
    if channel_id and (room is None or room.brand_id != by.brand_id or room.purpose == "client"):
        raise Invalid(N_("That room is not the team's any more. Choose another."), field="room")
    if member_id and member_id not in {each.id for each in answerers(uow, by.brand_id)}:
        raise Invalid(N_("This person may not answer for the brand. Choose somebody else."), field="who")
    return _change(uow, by, rule_id, "rule.route", urgency=urgency, channel_id=channel_id, member_id=member_id)


def switch(uow: UnitOfWork, by: Actor, rule_id: int, *, on: bool) -> Rule:
    """Let a rule listen, or let it rest."""
    rule = get(uow, by.brand_id, rule_id)
    if rule.state == "preparing":
        raise Conflict(N_("The forms of its words are being looked up. Try again in a moment."))
    return _change(uow, by, rule_id, "rule.switch", state="on" if on else "off")


def choose_forms(uow: UnitOfWork, by: Actor, rule_id: int, word: str, forms: str) -> Rule:
    """Take the forms of a word as somebody typed them; the word itself always counts."""
    rule = get(uow, by.brand_id, rule_id)
    if word not in rule.forms:
        raise NotFound(_GONE)
    typed = [fold(form) for form in forms.replace(",", " ").split()]
    wrong = next((form for form in typed if not form.isalpha()), None)
    if wrong is not None:
        raise Invalid(
            N_("“{form}” is not a word. Type words with spaces between them."), field="forms", form=wrong[:60]
        )
    chosen = list(dict.fromkeys([word, *typed]))[: MOST_FORMS + 1]
    return _change(uow, by, rule_id, "rule.forms", forms={**rule.forms, word: chosen})


def remove(uow: UnitOfWork, by: Actor, rule_id: int) -> None:
    """Take a rule away; what it found stays in the inbox."""
    by.must(Right.MANAGE)
    rule = get(uow, by.brand_id, rule_id)
    rules.remove(uow, rule.id)
    _keep(uow, by, rule, "rule.remove")
    alerts.refresh(uow, VIEW, rule.id)


def _change(uow: UnitOfWork, by: Actor, rule_id: int, name: str, **values: Any) -> Rule:
    by.must(Right.MANAGE)
    rule = get(uow, by.brand_id, rule_id)
    if not rules.change(uow, rule, **values):
        raise Conflict(_CHANGED)
    if values.get("state") == "preparing":
        _look_forms_up(uow, rule_id)
    changed = get(uow, by.brand_id, rule_id)
    _keep(uow, by, changed, name)
    alerts.refresh(uow, VIEW, rule_id)
    return changed


def _keep(uow: UnitOfWork, by: Actor, rule: Rule, name: str) -> None:
    facts = {"query": rule.query, "state": rule.state, "urgency": rule.urgency}
    audit.append(
        uow,
        actor=f"member:{by.member_id}",
        identity=by.identity,
        action=name,
        object=f"rule:{rule.id}",
        brand_id=rule.brand_id,
        facts=facts,
    )


async def look_forms_up(desk: Desk, args: Mapping[str, Any]) -> None:
    """Open a rule's words into their forms and let it listen."""
    rule = await desk.database.read(rules.get, args["rule_id"])
    if rule is not None and rule.state == "preparing":
        forms = await asyncio.to_thread(expand, bendable(parse(rule.query)))
        await desk.database.write(_listen, rule, forms)


def _listen(uow: UnitOfWork, rule: Rule, forms: Mapping[str, list[str]]) -> None:
    if rules.change(uow, rule, forms=forms, state="on"):
        alerts.refresh(uow, VIEW, rule.id)


def get(uow: UnitOfWork, brand_id: int, rule_id: int) -> Rule:
    """Return a brand's rule or raise NotFound."""
    rule = rules.get(uow, rule_id)
    if rule is None or rule.brand_id != brand_id:
        raise NotFound(_GONE)
    return rule


def find(uow: UnitOfWork, rule_id: int) -> Rule | None:
    """Return a rule, None if it was taken away."""
    return rules.get(uow, rule_id)


def all_of(uow: UnitOfWork, brand_id: int) -> list[Rule]:
    """Return a brand's rules, oldest first."""
    return rules.of_brand(uow, brand_id)


def tallies(uow: UnitOfWork, found: list[Rule]) -> dict[int, Tally]:
    """Return what each rule brought in the last thirty days."""
    return rules.tallies(uow, [rule.id for rule in found], uow.now - LOOK_BACK)


def tree_of(rule: Rule) -> Node:
    """Return what a rule listens for, as a tree."""
    return parse(rule.query)
