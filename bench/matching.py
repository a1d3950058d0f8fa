"""How much listening costs: texts against ten, a thousand and ten thousand rules, and against only cutting them into words.

The limit is the cutting alone, which every way of looking words up pays. Texts and words are made of the dictionaries that
word forms come from; nine rules of ten have an AND, an OR or a NOT. Usage: matching.py FOLDER
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from measure import Figure, medians, run_json
from world import report

from smm.rules.forms import bendable, expand
from smm.rules.matching import Matcher, Rule, Said
from smm.rules.query import parse

TEXTS = 100_000
SIZES = (10, 1_000, 10_000)
SHAPES = (
    "{}",
    "{} {}",
    "{} OR {}",
    "{} -{}",
    '"{} {}"',
    "{} ({} OR {})",
    '"{} {}"~5',
    "{} OR {} OR {}",
    "({} OR {}) -{}",
)


def measure() -> list[Figure]:
    """Return what ten thousand rules cost beside ten, and beside the cutting alone."""
    seen = medians(lambda: run_json("matching.py"))
    return [
        Figure("matching.floor_ratio", seen["rules10000"] / seen["floor"], "x cutting", 0.35, "higher"),
        Figure("matching.slowdown", seen["rules10"] / seen["rules10000"], "x ten rules", 2.0, "lower"),
        Figure("matching.floor", seen["floor"], "posts/s", None, "higher"),
        *(Figure(f"matching.rules{size}", seen[f"rules{size}"], "posts/s", None, "higher") for size in SIZES),
    ]


async def _measure(folder: Path) -> dict[str, float]:
    chance = random.Random(2026)
    common, rare = _words(chance)
    rules = _rules(chance, rare)
    listened_for = {form for rule in rules for forms in rule.forms.values() for form in forms}
    common = [word for word in common if word not in listened_for]
    texts = [_text(chance, common, rare) for _ in range(TEXTS)]
    found: dict[str, float] = {"floor": _rate(Said, texts)}
    for size in SIZES:
        found[f"rules{size}"] = _rate(Matcher(rules[:size]).match, texts)
    return found


def _words(chance: random.Random) -> tuple[list[str], list[str]]:
    """Return words that texts are made of, and rarer ones that rules look for, of both languages."""
    from pymorphy3 import MorphAnalyzer
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    russian = [parsed.word for parsed in MorphAnalyzer().iter_known_word_parses("про") if parsed.word.isalpha()]
    english = [word for word in DefaultDictionaryFactory().get_dictionary("en") if word.isascii() and word.isalpha()]
    every = sorted({*russian, *english})
    chance.shuffle(every)
    return every[:5_000], every[5_000:25_000]


def _text(chance: random.Random, common: Sequence[str], rare: Sequence[str]) -> str:
    """Return some 125 characters, with a word that a rule may look for in one text of four."""
    said = chance.choices(common, k=15)
    if chance.random() < 0.25:
        said[chance.randrange(15)] = chance.choice(rare)
    return " ".join(said).capitalize() + "."


def _rules(chance: random.Random, rare: Sequence[str]) -> list[Rule]:
    trees = []
    for _ in range(SIZES[-1]):
        shape = chance.choice(SHAPES)
        trees.append(parse(shape.format(*chance.sample(rare, shape.count("{}")))))
    forms = expand({word for tree in trees for word in bendable(tree)})
    return [Rule(number, tree, {word: forms[word] for word in bendable(tree)}) for number, tree in enumerate(trees)]


def _rate(look: Callable[[str], Any], texts: Sequence[str]) -> float:
    began = time.process_time()
    for text in texts:
        look(text)
    return len(texts) / (time.process_time() - began)


if __name__ == "__main__":
    report(_measure)
