"""Rules: what a brand listens for, and which mention met which rule by which words. Woken topic: "rules"."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    select,
    update,
)

from storage import searches
from storage.base import Id, Json, Moment, key, metadata
from storage.unit_of_work import UnitOfWork

rules = Table(
    "rules",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False, index=True),
    Column("query", Text, nullable=False),
    Column("forms", Json, nullable=False),
    Column("state", String(9), nullable=False),
    Column("urgency", String(6), nullable=False),
    Column("channel_id", Id, nullable=True),
    Column("member_id", Id, nullable=True),
    Column("created_by", Id, ForeignKey("members.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
)

rule_matches = Table(
    "rule_matches",
    metadata,
    key(),
    Column("rule_id", Id, ForeignKey("rules.id"), nullable=False),
    Column("mention_id", Id, ForeignKey("mentions.id"), nullable=False, index=True),
    Column("words", Text, nullable=False),
    Column("noise", String(12), nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("rule_id", "mention_id"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What is listened for. `forms`: by word of the query, the forms that count.

    `state`: preparing (its forms are being looked up), on, off. `urgency`: urgent, now, later, or inbox (no alert at all).
    Alerts go to the room `channel_id`, None for where the brand's alerts go; `member_id` is who is given what it finds.
    `revision` is another random number after every change.
    """

    id: int
    brand_id: int
    query: str
    forms: dict[str, list[str]]
    state: str
    urgency: str
    channel_id: int | None
    member_id: int | None
    created_by: int
    created_at: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A mention that met a rule. `noise` is why somebody said that it should not have; empty for a good one."""

    id: int
    rule_id: int
    mention_id: int
    words: str
    noise: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """What a rule has brought since some moment."""

    found: int
    noise: int


_GET = select(rules).where(rules.c.id == bindparam("wanted"))
_OF_BRAND = select(rules).where(rules.c.brand_id == bindparam("of_brand")).order_by(rules.c.id)
_ON = _OF_BRAND.where(rules.c.state == "on")
_STAMP = select(func.count(), func.sum(rules.c.revision)).where(
    rules.c.brand_id == bindparam("of_brand"), rules.c.state == "on"
)
_TALLY = (
    select(rule_matches.c.rule_id, func.count(), func.count().filter(rule_matches.c.noise != ""))
    .where(rule_matches.c.rule_id.in_(bindparam("wanted", expanding=True)), rule_matches.c.at >= bindparam("since"))
    .group_by(rule_matches.c.rule_id)
)
_OF_MENTION = select(rule_matches).where(rule_matches.c.mention_id == bindparam("of_mention"))


def add(uow: UnitOfWork, brand_id: int, query: str, by: int, **values: Any) -> int:
    """Keep a rule whose forms are still to be looked up."""
    return uow.add(
        rules,
        brand_id=brand_id,
        query=query,
        forms={},
        state="preparing",
        created_by=by,
        created_at=uow.now,
        revision=_another(),
        **{"urgency": "now", "channel_id": None, "member_id": None, **values},
    )


def get(uow: UnitOfWork, rule_id: int) -> Rule | None:
    """Return a rule."""
    return uow.one(Rule, _GET, wanted=rule_id)


def of_brand(uow: UnitOfWork, brand_id: int) -> list[Rule]:
    """Return the brand's rules, oldest first."""
    return uow.many(Rule, _OF_BRAND, of_brand=brand_id)


def on(uow: UnitOfWork, brand_id: int) -> list[Rule]:
    """Return the brand's rules that are switched on."""
    return uow.many(Rule, _ON, of_brand=brand_id)


def stamp(uow: UnitOfWork, brand_id: int) -> tuple[int, int]:
    """Return what differs whenever the rules that are on are others than before, in this database or another."""
    ((count, revisions),) = uow.rows(_STAMP, of_brand=brand_id)
    return count, int(revisions or 0)


def change(uow: UnitOfWork, rule: Rule, **values: Any) -> bool:
    """Set columns of a rule that nobody has changed since; say whether it was still so."""
    uow.wake("rules")
    still = update(rules).where(rules.c.id == rule.id, rules.c.revision == rule.revision)
    return uow.change(still.values(revision=_another(), **values)) == 1


def _another() -> int:
    return secrets.randbits(31)


def remove(uow: UnitOfWork, rule_id: int) -> bool:
    """Forget a rule and what it found; the mentions stay."""
    uow.wake("rules")
    uow.change(delete(rule_matches).where(rule_matches.c.rule_id == rule_id))
    searches.drop_of_rule(uow, rule_id)
    return uow.change(delete(rules).where(rules.c.id == rule_id)) == 1


def note_matches(uow: UnitOfWork, found: Sequence[tuple[int, int, str]]) -> None:
    """Keep which (rule, mention) met by which words; what is kept already stays."""
    rows = [
        {"rule_id": rule_id, "mention_id": mention_id, "words": words, "noise": "", "at": uow.now}
        for rule_id, mention_id, words in found
    ]
    if rows:
        uow.put_new(rule_matches, rows, on=("rule_id", "mention_id"))


def of_mention(uow: UnitOfWork, mention_id: int) -> list[RuleMatch]:
    """Return by which rules a mention was found."""
    return uow.many(RuleMatch, _OF_MENTION, of_mention=mention_id)


def mark_noise(uow: UnitOfWork, mention_id: int, reason: str) -> int:
    """Say of all that found a mention that they should not have, or take that back; return how many."""
    return uow.change(update(rule_matches).where(rule_matches.c.mention_id == mention_id).values(noise=reason))


def tallies(uow: UnitOfWork, rule_ids: Collection[int], since: datetime) -> dict[int, Tally]:
    """Return by rule how much it found, and how much of that was noise."""
    found = uow.rows(_TALLY, wanted=list(rule_ids), since=since) if rule_ids else []
    return {rule_id: Tally(count, noise) for rule_id, count, noise in found}
