"""The words of a rule: what a person types becomes a tree, or an error that points at the place. Pure.

`oat milk` both, in any order · `oat OR soy` either · `"oat milk"` one after the other · `"oat milk"~5` no more than five
words between · `NOT soy` or `-soy` without · `( )` groups · `!Milka` just so, no other form · `milk*` words that begin so ·
`#autumn` and `@northwind` only with their mark. AND, OR and NOT are written in capitals; И, ИЛИ and НЕ are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from smm.errors import N_, Invalid

MOST_TEXT: Final = 1_000
MOST_WORDS: Final = 60
MOST_DEPTH: Final = 12
FARTHEST: Final = 50  # words between the words of a proximity
SHORTEST_STEM: Final = 3  # letters before a *

_TOKEN = re.compile(r'\s*(?:(?P<mark>[()|&])|"(?P<quoted>[^"]*)"(?:~(?P<within>\d{1,3}))?|(?P<word>[^\s()|&"]+))')
_WORD = re.compile(r"(?P<not>[-−]?)(?P<exact>!?)(?P<sign>[#@]?)(?P<text>\w+)(?P<stem>\*?)")
_BETWEEN: Final = frozenset({"and", "or", "not"})
_NEVER_CLOSED: Final = N_("A bracket is not closed. Close it: (coffee OR latte)")
_NEVER_OPENED: Final = N_("A bracket is closed that was never opened. Take it away.")
_AND, _OR, _NOT = frozenset({"AND", "И", "&"}), frozenset({"OR", "ИЛИ", "|"}), frozenset({"NOT", "НЕ"})


@dataclass(frozen=True, slots=True)
class Word:
    """One word: folded text, with the mark # or @ if it must be there. `exact`: no other form; `stem`: its beginning."""

    text: str
    exact: bool = False
    stem: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Words with at most `between` others among them; None: one right after the other, in this order."""

    words: tuple[Word, ...]
    between: int | None = None


@dataclass(frozen=True, slots=True)
class Both:
    """Everything of this."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Anything of this."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Nothing of this. Stands only beside something that must be there."""

    part: Node


Node = Word | Near | Both | Either | Without


def fold(text: str) -> str:
    """Return text as words are compared: without case, and ё as е."""
    return text.casefold().replace("ё", "е")


def parse(text: str) -> Node:
    """Return the tree of a rule, or raise Invalid with what is wrong and how it is written."""
    if len(text) > MOST_TEXT:
        raise Invalid(N_("A rule has at most {most} characters. Make two of it."), field="query", most=MOST_TEXT)
    reader = _Reader(tuple(_tokens(text)))
    if not reader.tokens:
        raise Invalid(N_("Type the words to listen for, for example: coffee OR latte"), field="query")
    tree = reader.either(0)
    if reader.here is not None:
        raise Invalid(_NEVER_OPENED, field="query")
    if sum(1 for _ in words(tree)) > MOST_WORDS:
        raise Invalid(N_("A rule has at most {most} words. Make two of it."), field="query", most=MOST_WORDS)
    if not stands_alone(tree):
        raise Invalid(
            N_("A rule needs a word that must be there, in each part of an OR: NOT alone would match everything."),
            field="query",
        )
    return tree


def words(node: Node) -> Iterator[Word]:
    """Yield every word of a tree, as it was typed."""
    match node:
        case Word():
            yield node
        case Near():
            yield from node.words
        case Without():
            yield from words(node.part)
        case Both() | Either():
            for part in node.parts:
                yield from words(part)


def stands_alone(node: Node) -> bool:
    """Say whether a tree can only be true where one of its words is."""
    match node:
        case Without():
            return False
        case Both():
            return any(stands_alone(part) for part in node.parts)
        case Either():
            return all(stands_alone(part) for part in node.parts)
        case _:
            return True


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # ( ) and or not word
    node: Node | None = None
    typed: str = ""  # and, or, not: as somebody wrote it


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            raise Invalid(N_('A quotation mark is open and never closed. Close it: "oat milk"'), field="query")
        at = found.end()
        if found["quoted"] is not None:
            yield _Token("word", _quoted(found["quoted"], found["within"]))
        elif found["mark"]:
            yield _Token({"|": "or", "&": "and"}.get(found["mark"], found["mark"]), typed=found["mark"])
        else:
            yield from _word(found["word"])


def _quoted(text: str, within: str | None) -> Node:
    inside = tuple(_plain(each) for each in text.split() if re.search(r"\w", each))
    if not inside:
        raise Invalid(N_("There is nothing between the quotation marks."), field="query")
    between = min(int(within), FARTHEST) if within else None
    return inside[0] if len(inside) == 1 else Near(inside, between)


def _plain(text: str) -> Word:
    """Return a quoted word; what stands around it, such as a comma, is nothing."""
    found = _WORD.search(text)
    assert found is not None
    return Word(found["sign"] + fold(found["text"]), exact=bool(found["exact"]))


def _word(text: str) -> Iterator[_Token]:
    for kind, names in (("and", _AND), ("or", _OR), ("not", _NOT)):
        if text in names:
            yield _Token(kind, typed=text)
            return
    found = _WORD.fullmatch(text.rstrip(",.;:?"))
    if not re.search(r"\w", text):
        raise Invalid(N_("“{word}” is not a word that can be listened for."), field="query", word=text[:60])
    if found is None:
        raise Invalid(
            N_('“{word}” cannot be listened for. Put words with other characters in quotation marks: "{word}"'),
            field="query",
            word=text[:60],
        )
    if found["stem"] and len(found["text"]) < SHORTEST_STEM:
        raise Invalid(N_("At least {least} letters stand before a *."), field="query", least=SHORTEST_STEM)
    if found["not"]:
        yield _Token("not")
    yield _Token("word", Word(found["sign"] + fold(found["text"]), bool(found["exact"]), bool(found["stem"])))


class _Reader:
    """Reads tokens by descent: OR binds loosest, then AND (said or not), then NOT."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self.tokens = tokens
        self._at = 0

    @property
    def here(self) -> _Token | None:
        """The token that is read next."""
        return self.tokens[self._at] if self._at < len(self.tokens) else None

    def either(self, depth: int) -> Node:
        """Read parts with OR between them."""
        if depth > MOST_DEPTH:
            raise Invalid(N_("There are too many brackets in one another. Make two rules of it."), field="query")
        parts = [self._both(depth)]
        while self._takes("or"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self, depth: int) -> Node:
        parts = [self._one(depth)]
        while self._takes("and") or (self.here is not None and self.here.kind in {"word", "not", "("}):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _one(self, depth: int) -> Node:
        if self._takes("not"):
            return Without(self._one(depth))
        if self._takes("("):
            inside = self.either(depth + 1)
            if not self._takes(")"):
                raise Invalid(_NEVER_CLOSED, field="query")
            return inside
        token = self.here
        if token is None or token.node is None:
            raise self._missing(token)
        self._at += 1
        return token.node

    def _missing(self, token: _Token | None) -> Invalid:
        """Return what is wrong where a word should stand: it is said by what stands before it, else after it."""
        before = self.tokens[self._at - 1] if self._at else None
        if before is not None and before.kind in _BETWEEN:
            return Invalid(N_("A word is missing after {word}."), field="query", word=before.typed)
        if token is None:
            return Invalid(_NEVER_CLOSED, field="query")
        if token.kind in _BETWEEN:
            return Invalid(N_("A word is missing before {word}."), field="query", word=token.typed)
        return Invalid(N_("There is nothing between the brackets.") if before else _NEVER_OPENED, field="query")

    def _takes(self, kind: str) -> bool:
        taken = self.here is not None and self.here.kind == kind
        self._at += taken
        return taken
