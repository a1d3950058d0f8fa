"""Everything that a card or a notice says, as one string."""

from __future__ import annotations

from handlers.card import Card, Notice, Para


def words(shown: object) -> str:
    """Return the words of what a person sees."""
    if isinstance(shown, Notice):
        return shown.text
    assert isinstance(shown, Card), shown
    body = " ".join("".join(s.text for s in b.spans) if isinstance(b, Para) else b.text for b in shown.body)
    fields = " ".join(f"{field.label}: {field.value}" for field in shown.fields)
    return f"{shown.title} {body} {fields} {shown.footer}"
