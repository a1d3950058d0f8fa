"""Which rules a text meets, and by which words: ten thousand rules cost little more than ten. Pure.

A text is cut into words once. A rule is looked at only where a word is there without which it cannot be true, so that what a
text costs grows with what it says and hardly with how many rules there are. Beginnings (`milk*`) are looked up by their length.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from smm.rules.query import Both, Either, Near, Node, Without, Word, fold, stands_alone, words

MOST_TEXT: Final = 20_000  # characters of a text that are looked at
_WORDS = re.compile(r"[#@]?\w+")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its tree, and by word the other forms that count."""

    id: int
    tree: Node
    forms: Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that a text meets, and the words of the text that it met, in their order."""

    rule_id: int
    words: tuple[str, ...]


class Said:
    """A text cut into words: which there are, and where."""

    def __init__(self, text: str) -> None:
        written = _WORDS.findall(fold(text[:MOST_TEXT]))
        self.words = [word.lstrip("#@") for word in written]
        self.known = frozenset(self.words).union(word for word in written if word[0] in "#@")
        self._written = written

    @cached_property
    def _places(self) -> Mapping[str, list[int]]:
        places = defaultdict(list)
        for at, (bare, written) in enumerate(zip(self.words, self._written, strict=True)):
            places[bare].append(at)
            if written != bare:
                places[written].append(at)
        return places

    def places(self, words: Iterable[str]) -> list[int]:
        """Return where any of the words stands, in order."""
        return sorted(at for word in words if word in self._places for at in self._places[word])


Forms = Mapping[Word, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A rule with the forms of each of its words, for looking at many texts."""

    id: int
    tree: Node
    forms: Forms


class Matcher:
    """Finds the rules of a set that texts meet."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[int, _Ready] = {}
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._by_stem: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for rule in rules:
            self._add(_Ready(rule.id, rule.tree, {word: _forms(word, rule) for word in words(rule.tree)}))
        self._vocabulary = frozenset(self._by_word)

    def _add(self, rule: _Ready) -> None:
        self._rules[rule.id] = rule
        for word in _anchors(rule.tree):
            if word.stem:
                self._by_stem[len(word.text)][word.text].append(rule.id)
            for form in rule.forms[word]:
                self._by_word[form].append(rule.id)

    def match(self, text: str) -> list[Match]:
        """Return the rules that a text meets, by id."""
        said = Said(text)
        candidates = {rule_id for word in said.known & self._vocabulary for rule_id in self._by_word[word]}
        for length, stems in self._by_stem.items():
            for word in said.known:
                candidates.update(stems.get(word[:length], ()))
        return [
            _explained(rule, said)
            for each in sorted(candidates)
            if _holds((rule := self._rules[each]).tree, rule.forms, said)
        ]


def _forms(word: Word, rule: Rule) -> frozenset[str]:
    """Return every way that a word of a rule may be said; one that is only a beginning is found by it alone."""
    if word.stem:
        return frozenset()
    return frozenset({word.text}) if word.exact else frozenset({word.text, *rule.forms.get(word.text, ())})


def _anchors(node: Node) -> list[Word]:
    """Return words of which at least one must be there for the tree to be true: the rarest choice that there is."""
    match node:
        case Word():
            return [node]
        case Near():
            return [max(node.words, key=lambda word: len(word.text))]
        case Either():
            return [word for part in node.parts for word in _anchors(part)]
        case Both():
            return min((_anchors(part) for part in node.parts if stands_alone(part)), key=_commonness)
        case Without():
            return []


def _commonness(words: Sequence[Word]) -> tuple[int, int]:
    """Order choices: few words first, then long ones, which are said less often."""
    return len(words), -min(len(word.text) for word in words)


def _holds(node: Node, forms: Forms, said: Said) -> bool:
    """Say whether a tree is true of a text."""
    match node:
        case Word():
            return _is_said(node, forms, said)
        case Near():
            return all(_is_said(word, forms, said) for word in node.words) and bool(_near(node, forms, said))
        case Without():
            return not _holds(node.part, forms, said)
        case Either():
            return any(_holds(part, forms, said) for part in node.parts)
        case Both():
            return all(_holds(part, forms, said) for part in node.parts)


def _is_said(word: Word, forms: Forms, said: Said) -> bool:
    if word.stem:
        return any(known.startswith(word.text) for known in said.known)
    return not said.known.isdisjoint(forms[word])


def _explained(rule: _Ready, said: Said) -> Match:
    return Match(rule.id, tuple(said.words[at] for at in sorted(_met(rule.tree, rule.forms, said))))


def _met(node: Node, forms: Forms, said: Said) -> set[int]:
    """Return the places of the words by which a true tree is true."""
    match node:
        case Word():
            return set(_places(node, forms, said))
        case Near():
            return _near(node, forms, said)
        case Without():
            return set()
        case Both() | Either():
            return {at for part in node.parts if _holds(part, forms, said) for at in _met(part, forms, said)}


def _places(word: Word, forms: Forms, said: Said) -> list[int]:
    if word.stem:
        return said.places(known for known in said.known if known.startswith(word.text))
    return said.places(forms[word] & said.known)


def _near(node: Near, forms: Forms, said: Said) -> set[int]:
    """Return the places where the words stand near each other; none where they do not."""
    places = [_places(word, forms, said) for word in node.words]
    return _in_a_row(places) if node.between is None else _within(places, node.between + len(places) - 1)


def _in_a_row(places: Sequence[Sequence[int]]) -> set[int]:
    known = [frozenset(each) for each in places]
    for start in places[0]:
        if all(start + at in each for at, each in enumerate(known)):
            return set(range(start, start + len(known)))
    return set()


def _within(places: Sequence[Sequence[int]], widest: int) -> set[int]:
    """Return one place of each word with no more than `widest` from the first to the last, in any order."""
    standing = sorted((at, which) for which, each in enumerate(places) for at in each)
    newest: dict[int, int] = {}
    for at, which in standing:
        newest[which] = at
        if len(newest) == len(places) and at - min(newest.values()) <= widest:
            return set(newest.values())
    return set()
