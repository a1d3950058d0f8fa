"""Word forms: a rule's words are opened into every form once, when it is saved, so that matching only looks words up.

Russian by pymorphy3's dictionary, which also guesses the forms of names it does not know; English by simplemma's. The forms
are shown to people, who strike or add some: a brand's name may bend like another word. Both dictionaries are slow to open
(seconds, tens of megabytes), so this runs in a job and lets go of them at its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from smm.rules.query import Node, Word, fold, words

MOST_FORMS: Final = 80  # of one word
_CYRILLIC = re.compile(r"[а-я]+")
_LATIN = re.compile(r"[a-z]+")
_RARE: Final = frozenset({"PRTF", "PRTS", "GRND"})  # a verb's participles bend into dozens that nobody writes


def bendable(tree: Node) -> list[str]:
    """Return the words of a rule that have other forms, each once, in their order."""
    return list(dict.fromkeys(word.text for word in words(tree) if _bends(word)))


def _bends(word: Word) -> bool:
    return not (word.exact or word.stem) and word.text.isalpha()


def expand(plain: Iterable[str]) -> dict[str, list[str]]:
    """Return the forms of each word, itself first; a word of another language has only itself."""
    wanted = list(plain)
    english = _english({word for word in wanted if _LATIN.fullmatch(word)})
    russian = _russian({word for word in wanted if _CYRILLIC.fullmatch(word)})
    found = english | russian
    return {word: [word, *sorted(found.get(word, set()) - {word})][:MOST_FORMS] for word in wanted}


def _russian(wanted: set[str]) -> dict[str, set[str]]:
    """Return the forms of Russian words by their likeliest reading: all readings cost precision (0.95 for 0.99)."""
    if not wanted:
        return {}
    from pymorphy3 import MorphAnalyzer

    analyzer = MorphAnalyzer()
    likeliest = {word: analyzer.parse(word)[0] for word in wanted}
    return {
        word: {fold(form.word) for form in parsed.lexeme if form.tag.POS not in _RARE or form.word == word}
        for word, parsed in likeliest.items()
    }


def _english(wanted: set[str]) -> dict[str, set[str]]:
    """Return the forms of English words: all that the dictionary leads back to the same basic form, in one reading."""
    if not wanted:
        return {}
    from simplemma import lemmatize
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    basic = {word: fold(lemmatize(word, "en")) for word in wanted}
    forms: dict[str, set[str]] = {each: {each} for each in basic.values()}
    for form, leads_to in DefaultDictionaryFactory().get_dictionary("en").items():
        if leads_to in forms:
            forms[leads_to].add(fold(form))
    return {word: {form for form in forms[each] if _LATIN.fullmatch(form)} for word, each in basic.items()}
