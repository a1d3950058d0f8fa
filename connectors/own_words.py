"""Drafts without a language model: built from the brand's own past words and saved answers, and they say that they are."""

from __future__ import annotations

from connectors.safe_text import clean, fit
from smm.errors import N_, WriterError
from smm.writing import Brief, Progress, Suggestion

VARIANTS = 3
SOURCE = N_("your own past words and saved answers, without a language model")


class OwnWords:
    """The honest fallback: nothing is invented, what the brand once said is offered again."""

    model = ""

    async def suggest(self, brief: Brief, progress: Progress | None = None) -> tuple[Suggestion, ...]:
        """Return up to three variants, most similar first; `progress` has nothing to wait for."""
        most = min(brief.limits.values(), default=0)
        texts = dict.fromkeys(_build(brief, clean(example)) for example in brief.examples if example.strip())
        if not texts:
            raise WriterError(
                N_(
                    "There is nothing to build from yet: no saved answers, no past ones, no language model."
                    " Save an answer with /templates, or ask the owner to set a language model's key."
                )
            )
        return tuple(Suggestion(fit(text, most) if most else text, SOURCE) for text in list(texts)[:VARIANTS])


def _build(brief: Brief, example: str) -> str:
    """Return a past answer as it is; a new post takes a past post's close after the new topic."""
    if brief.purpose == "reply" or not brief.topic:
        return example
    _, _, close = example.partition("\n\n")
    return f"{clean(brief.topic)}\n\n{close or example}"
