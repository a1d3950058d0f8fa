"""The card of a rule, and how what it found is told of: for the rule book and for the cards of mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.card import Button, Card, Field, Para, Tone, para, row
from handlers.route import Scene, Words, view
from smm import declared, inbox_reading, rooms
from smm.errors import N_
from smm.rules import book, searching

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.rules import Rule, Tally

FORMS_SHOWN: Final = 6  # of one word
WORDS_SHOWN: Final = 6
URGENCIES: Final = {
    "urgent": N_("At once, in quiet hours too"),
    "now": N_("As other news"),
    "later": N_("It can wait"),
    "inbox": N_("Only in the inbox"),
}
SIGNS: Final = {"preparing": "⏳", "on": "🟢", "off": "⏸"}
_STATES: Final = {
    "preparing": N_("The forms of its words are being looked up"),
    "on": N_("Listens"),
    "off": N_("Rests"),
}


@view(book.VIEW)
def rule_card(scene: Scene) -> Card | None:
    """Draw a rule as it is now; clients see nothing of it."""
    rule = book.find(scene.uow, scene.object_id)
    if rule is None or scene.audience == "client":
        return None
    t = scene.t
    tally = book.tallies(scene.uow, [rule]).get(rule.id)
    tone: Tone = "good" if rule.state == "on" else "plain"
    return Card(
        title=rule.query,
        body=tuple(_forms(t, word, forms) for word, forms in list(rule.forms.items())[:WORDS_SHOWN]),
        fields=(
            Field(t("State"), t(_STATES[rule.state])),
            Field(t("How urgent"), t(URGENCIES[rule.urgency])),
            Field(t("Told in"), _place(scene, rule)),
            Field(t("Answered by"), inbox_reading.name_of(scene.uow, rule.member_id) or t("Whoever takes it")),
            Field(t("Looks outside"), _outside(scene, rule)),
            _found(scene, rule, tally),
        ),
        buttons=_buttons(t, rule, outside=bool(searching.where(scene.uow, rule.id))),
        tone=tone,
    )


def _forms(t: Words, word: str, forms: Sequence[str]) -> Para:
    others = [form for form in forms if form != word]
    shown = ", ".join(others[:FORMS_SHOWN])
    more = f" … (+{len(others) - FORMS_SHOWN})" if len(others) > FORMS_SHOWN else ""
    return para(t("{word}, also: {forms}", word=word, forms=shown + more) if others else word)


def _place(scene: Scene, rule: Rule) -> str:
    room = rooms.find(scene.uow, rule.channel_id) if rule.channel_id else None
    return (room.title or room.chat_id) if room is not None else scene.t("Where alerts go")


def _outside(scene: Scene, rule: Rule) -> str:
    looking = [declared.title(account.network) for account in searching.where(scene.uow, rule.id)]
    return ", ".join(dict.fromkeys(looking)) or scene.t("no: only in what people say to the brand")


def _buttons(t: Words, rule: Rule, *, outside: bool) -> tuple[tuple[Button, ...], ...]:
    rests = rule.state == "off"
    switch = (
        Button(t("Listen"), "rules.switch", rule.id, args={"on": "1"})
        if rests
        else Button(t("Pause"), "rules.switch", rule.id)
    )
    words = list(rule.forms)[:WORDS_SHOWN]
    return (
        row(Button(t("Change words"), "rules.edit", rule.id), Button(t("How it is told"), "rules.route", rule.id)),
        row(Button(t("Try it out"), "rules.try", rule.id), switch if rule.state != "preparing" else None),
        row(
            Button(t("Stop looking outside"), "rules.inside", rule.id)
            if outside
            else Button(t("Look outside too"), "rules.outside", rule.id)
        ),
        *(row(*(_forms_button(t, rule, word) for word in words[at : at + 3])) for at in range(0, len(words), 3)),
        row(
            Button(
                t("Remove rule"),
                "rules.remove",
                rule.id,
                look="bad",
                confirm=t("Remove this rule? What it found stays in the inbox."),
            )
        ),
    )


def _forms_button(t: Words, rule: Rule, word: str) -> Button:
    return Button(t("Forms: {word}", word=word[:20]), "rules.forms", rule.id, args={"word": word})


def _found(scene: Scene, rule: Rule, tally: Tally | None) -> Field:
    """Return what a rule brought; a young one counts what came since it was made, which trying it out does not."""
    t, young = scene.t, rule.created_at > scene.uow.now - book.LOOK_BACK
    found = found_words(t, tally) if tally else t("nothing yet")
    return Field(t("Counts since it was made") if young else t("Last 30 days"), found)


def found_words(t: Words, tally: Tally | None) -> str:
    """Return what a rule brought, for people."""
    if tally is None:
        return t("nothing found yet")
    found = t.n("{count} found", "{count} found", tally.found)
    return found if not tally.noise else t("{found}, {noise} of it noise", found=found, noise=tally.noise)


def matched(t: Words, words: Sequence[str]) -> Para:
    """Return why a mention is here: the words by which it was found."""
    return para(t("Matched: {words}", words=", ".join(dict.fromkeys(words))))
