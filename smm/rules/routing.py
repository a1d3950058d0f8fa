"""What the rules that a mention meets make of it: the words it was found by, how urgent it is, where it is told, whose it is.

A mention that meets no rule is told as ever. Where several rules meet, the most urgent one decides; the first that names a
room or a person decides about that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from smm import alerts
from smm.rules import book
from smm.rules.matching import Match, Matcher
from smm.rules.matching import Rule as Ready
from storage import mention_lists, mentions, rules
from storage.mentions import Mention
from storage.rules import Rule
from storage.unit_of_work import UnitOfWork

LEVELS: Final = {"urgent": alerts.URGENT, "now": alerts.NOW, "later": alerts.LATER}
LOOKED_AT: Final = 500  # stored mentions, when a rule is tried out
_BRANDS: Final = 64  # matchers kept ready


@dataclass(frozen=True, slots=True)
class Way:
    """How a mention is told. `urgency` None: not at all, it waits in the inbox. `channel_id` None: where alerts go."""

    urgency: int | None = alerts.NOW
    channel_id: int | None = None
    member_id: int | None = None


class _Shelf:
    """Matchers made ready, by brand: made anew when the rules that are on are others than before."""

    def __init__(self) -> None:
        self._ready: dict[int, tuple[tuple[int, int], Matcher, dict[int, Rule]]] = {}

    def take(self, uow: UnitOfWork, brand_id: int) -> tuple[Matcher, dict[int, Rule]]:
        stamp = rules.stamp(uow, brand_id)
        kept = self._ready.get(brand_id)
        if kept is None or kept[0] != stamp:
            known = {rule.id: rule for rule in rules.on(uow, brand_id)}
            matcher = Matcher(Ready(rule.id, book.tree_of(rule), rule.forms) for rule in known.values())
            self._ready.pop(next(iter(self._ready)) if len(self._ready) >= _BRANDS else brand_id, None)
            kept = self._ready[brand_id] = (stamp, matcher, known)
        return kept[1], kept[2]


_shelf = _Shelf()


def judge(uow: UnitOfWork, brand_id: int, found: Iterable[Mention]) -> dict[int, Way]:
    """Keep which rules new mentions meet, give them to whom the rules say; return how each is told."""
    matcher, known = _shelf.take(uow, brand_id)
    ways: dict[int, Way] = {}
    kept: list[tuple[int, int, str]] = []
    for mention in found:
        met = matcher.match(mention.text) if known else []
        kept += [(each.rule_id, mention.id, " ".join(dict.fromkeys(each.words))) for each in met]
        ways[mention.id] = way = _way([known[each.rule_id] for each in met])
        if way.member_id is not None:
            mentions.mark(uow, mention, assigned_to=way.member_id)
    rules.note_matches(uow, kept)
    return ways


def _way(met: Sequence[Rule]) -> Way:
    if not met:
        return Way()
    levels = [LEVELS[rule.urgency] for rule in met if rule.urgency in LEVELS]
    return Way(
        min(levels, default=None),
        next((rule.channel_id for rule in met if rule.channel_id), None),
        next((rule.member_id for rule in met if rule.member_id), None),
    )


def words_of(uow: UnitOfWork, mention_id: int) -> tuple[str, ...]:
    """Return the words by which rules found a mention, each once."""
    found = rules.of_mention(uow, mention_id)
    return tuple(dict.fromkeys(word for match in found for word in match.words.split()))


def preview(uow: UnitOfWork, rule: Rule) -> tuple[int, list[tuple[Mention, Match]]]:
    """Return how many of the brand's newest mentions were looked at, and which of them the rule finds, newest first."""
    matcher = Matcher([Ready(rule.id, book.tree_of(rule), rule.forms)])
    newest = mention_lists.newest(uow, rule.brand_id, limit=LOOKED_AT)
    return len(newest), [(mention, met[0]) for mention in newest if (met := matcher.match(mention.text))]
