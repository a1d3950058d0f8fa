"""Noise: what a rule should not have found. Said with a reason, counted by rule, and taken back as easily."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smm import inbox
from smm.actors import Actor
from smm.errors import N_, Invalid
from smm.mention_moves import State, get
from smm.rules import book
from storage import rules
from storage.mentions import Mention
from storage.rules import Rule, Tally
from storage.unit_of_work import UnitOfWork

REASONS: Final = ("sense", "advert", "robot", "place", "other")


@dataclass(frozen=True, slots=True)
class Noisy:
    """A rule that found some noise, and how much of what it found lately was."""

    rule: Rule
    tally: Tally


def mark(uow: UnitOfWork, mention_id: int, by: Actor, reason: str) -> list[Noisy]:
    """Put a mention away as noise; return what the rules that found it have brought lately."""
    if reason not in REASONS:
        raise Invalid(N_("Choose why this should not have come."), field="reason")
    inbox.not_ours(uow, mention_id, by)
    rules.mark_noise(uow, mention_id, reason)
    found = [rule for match in rules.of_mention(uow, mention_id) if (rule := rules.get(uow, match.rule_id)) is not None]
    tallies = book.tallies(uow, found)
    return [Noisy(rule, tallies[rule.id]) for rule in found if rule.id in tallies]


def reopen(uow: UnitOfWork, mention_id: int, by: Actor) -> Mention:
    """Put a mention back where everybody sees it; what was called noise is none any more."""
    if get(uow, mention_id).state == State.NOT_OURS:
        rules.mark_noise(uow, mention_id, "")
    return inbox.reopen(uow, mention_id, by)
