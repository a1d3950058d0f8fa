"""The team's card of a mention: what was said and where it stands. What can be done about it is handlers/mention_buttons.py.

A client never sees one. What a stranger wrote stands in a quote, never among our own words.
"""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import TYPE_CHECKING, Final

from handlers import suggestion_parts
from handlers.account_cards import left
from handlers.card import Block, Button, Card, Field, Link, Quote, Span, Tone, bold, para, row
from handlers.mention_buttons import own_buttons
from handlers.route import Scene, Words, view
from handlers.rule_cards import matched
from smm import declared, inbox, inbox_reading, quotas
from smm.errors import N_
from smm.inbox_reading import Whole
from smm.mention_moves import ANSWERED, OPEN, State

if TYPE_CHECKING:
    from storage.mentions import Mention

LONGEST: Final = 1_500  # characters of somebody's text on a card; the whole is behind the link
EXCERPT: Final = 200
NOTE: Final = 300
FEW: Final = 3

KINDS: Final = {
    "comment": N_("Comment on {network}"),
    "mention": N_("Mention on {network}"),
    "review": N_("Review on {network}"),
    "message": N_("Message on {network}"),
    "suggestion": N_("Post suggested on {network}"),
}
STATES: Final = {
    State.NEW: N_("New"),
    State.CLAIMED: N_("{who} is replying"),
    State.SENDING: N_("{who}'s answer is on its way"),
    State.SNOOZED: N_("Snoozed until {until}"),
    State.ESCALATED: N_("Escalated"),
    State.REPLIED: N_("Answered by {who}"),
    State.ELSEWHERE: N_("Answered on the network by {who}"),
    State.RESOLVED: N_("Resolved without an answer"),
    State.NOT_OURS: N_("Not ours"),
    State.SPAM: N_("Spam"),
    State.DELETED: N_("Deleted by its author"),
}
TONES: Final = {"good": N_("Friendly"), "plain": N_("Neutral"), "bad": N_("Negative")}
_TONES: Final[dict[State, Tone]] = {State.REPLIED: "good", State.ELSEWHERE: "good", State.ESCALATED: "warn"}


@view("mention")
def mention_card(scene: Scene) -> Card | None:
    """Draw a mention as it stands now."""
    found = inbox_reading.whole(scene.uow, scene.object_id)
    if found is None or scene.audience == "client":
        return None
    if scene.listed and found.mention.state not in OPEN:
        return None
    return draw(scene, found)


def draw(scene: Scene, found: Whole, buttons: tuple[tuple[Button, ...], ...] | None = None) -> Card:
    """Draw a mention, with other buttons than its own where some are given."""
    mention, t = found.mention, scene.t
    state = State(mention.state)
    answered = state in ANSWERED
    return Card(
        title=_answered_title(t, mention)
        if answered
        else t(KINDS.get(mention.kind, KINDS["mention"]), network=found.network),
        body=(
            *_why(scene, found),
            Quote(excerpt(mention.text, EXCERPT if answered else LONGEST), author(mention)),
            *((matched(t, found.matched),) if found.matched and mention.state in OPEN else ()),
            *_marks(t, mention),
            *(_answer(found) if mention.answer and answered else ()),
            *(
                para(t("Note by {who}: ", who=remark.who), Span(excerpt(remark.text, NOTE), "italic"))
                for remark in found.remarks
            ),
            *_about_offer(t, found),
            *_cannot(t, found),
            *_left(t, found, scene.uow.now),
        ),
        fields=_fields(t, found, scene.uow.now),
        pictures=suggestion_parts.pictures(found.suggestion) if found.suggestion else (),
        link=link(t, found),
        buttons=own_buttons(t, found) if buttons is None else buttons,
        tone=_TONES.get(state, "plain"),
        at=None if answered else mention.said_at,
    )


def _answered_title(t: Words, mention: Mention) -> str:
    answered_at = mention.answered_at or mention.said_at
    spent = t.ago((answered_at - mention.said_at).total_seconds())
    if mention.state == State.ELSEWHERE:
        return t("Answered on the network by {who} in {time}", who=mention.answered_by, time=spent)
    return t("Answered by {who} in {time}", who=mention.answered_by, time=spent)


def excerpt(text: str, most: int) -> str:
    """Return the beginning of a text, marked where it was cut."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def author(mention: Mention) -> str:
    """Return who said it, for people."""
    handle = mention.author_handle.removeprefix("@")
    name = mention.author_name or handle
    return f"{name} (@{handle})" if handle and handle != name else name


def _why(scene: Scene, found: Whole) -> tuple[Block, ...]:
    """Say why this card came again, as long as that is still so."""
    t, why, state = scene.t, scene.args.get("why", ""), found.mention.state
    by = scene.args.get("by", "")
    if why == "escalated" and state == State.ESCALATED:
        people = ", ".join(member.name for member in inbox.managers(scene.uow, found.brand.id))
        return (para(bold(t("{by} escalated this. It is for {people} now.", by=by, people=people or "—"))),)
    if why == "assigned" and found.assigned and state in OPEN:
        return (para(bold(t("{by} gave this to {who}.", by=by, who=found.assigned))),)
    if why == "not_done":
        words, facts = scene.args["words"], json.loads(scene.args["facts"])
        return (para(bold(t("Not done: {reason}", reason=t(words, **facts)))),)
    if why == "woken" and state == State.NEW:
        return (para(bold(t("It was snoozed until now."))),)
    return ()


def _marks(t: Words, mention: Mention) -> tuple[Block, ...]:
    edited = (para(Span(t("Edited by its author."), "italic")),) if mention.edited_at else ()
    gone = mention.deleted_at is not None and mention.state != State.DELETED
    if gone and mention.hidden_at is not None:
        return (*edited, para(Span(t("Removed by the team."), "italic")))
    hidden = (para(Span(t("Hidden from the public by the team."), "italic")),) if mention.hidden_at else ()
    return (*edited, *hidden, *((para(Span(t("Deleted by its author since."), "italic")),) if gone else ()))


def _answer(found: Whole) -> tuple[Block, ...]:
    who = found.account.name if found.mention.state == State.REPLIED else found.mention.answered_by
    return (Quote(excerpt(found.mention.answer, LONGEST), who),)


def _cannot(t: Words, found: Whole) -> tuple[Block, ...]:
    """Say why a button is missing, and what to do instead."""
    if found.mention.state not in OPEN:
        return ()
    if not found.answerable:
        return (para(t(found.ways.why, network=found.network)),)
    if found.account.closed_at is not None or found.account.health == "auth_expired":
        words = t(
            "{account} is not connected any more: nothing can be sent before /accounts.", account=found.account.name
        )
        return (para(Span(words, "bold")),)
    return ()


def _about_offer(t: Words, found: Whole) -> tuple[Block, ...]:
    if found.suggestion is None:
        return ()
    cut = len(found.mention.text) > LONGEST
    more = suggestion_parts.lacking(t, found.suggestion, found.network, cut=cut)
    return (*suggestion_parts.trouble(t, found.suggestion, found.account), *more)


def _left(t: Words, found: Whole, now: datetime) -> tuple[Block, ...]:
    """Warn where little is left of what the network lets the account do."""
    quota = quotas.of(found.account, now) if found.mention.state in OPEN else None
    if quota is None or not quotas.is_short(quota):
        return ()
    return (
        para(t("Little is left on {network}: {quota}.", network=found.network, quota=left(t, quota, found.brand.zone))),
    )


def _fields(t: Words, found: Whole, now: datetime) -> tuple[Field, ...]:
    state = () if found.mention.state in ANSWERED else (Field(t("State"), state_words(t, found, now)),)
    assigned = (Field(t("Assigned to"), found.assigned),) if found.assigned else ()
    until = found.ways.until if found.mention.state in OPEN else None
    window = (Field(t("Answer before"), t.when(until, found.brand.zone), at=until),) if until else ()
    stars = (Field(t("Rating"), "★" * found.mention.rating),) if found.mention.rating else ()
    offer = _offer(t, found)
    return (*stars, *offer, *state, *window, *assigned, *_tone(t, found), Field(t("Account"), found.account.name))


def _offer(t: Words, found: Whole) -> tuple[Field, ...]:
    if found.suggestion is None:
        return ()
    zone = found.brand.zone
    return (*suggestion_parts.offered(t, found.suggestion, zone), *suggestion_parts.stands(t, found.suggestion, zone))


def _tone(t: Words, found: Whole) -> tuple[Field, ...]:
    """Say how it sounds, and who says so: a machine is never sure."""
    if found.label is None or found.mention.state not in OPEN:
        return ()
    tone = t(TONES[found.label.tone])
    if found.label.said_by is None:
        tone = t("{tone} (says a machine, sure to {sure} %)", tone=tone, sure=round(100 * found.label.sure))
    return (Field(t("Tone"), tone),)


def state_words(t: Words, found: Whole, now: datetime) -> str:
    """Return where a mention stands, for people."""
    mention, zone = found.mention, found.brand.zone
    state = State(mention.state)
    if state is State.CLAIMED and not found.held_by:
        state = State.NEW
    until = t.when(mention.snoozed_until, zone) if mention.snoozed_until else ""
    said = t(STATES[state], who=found.held_by or mention.answered_by, until=until)
    if state is State.CLAIMED and mention.claimed_until:
        left = t.ago(60 * math.ceil((mention.claimed_until - now).total_seconds() / 60))
        return t("{state} (held for another {time})", state=said, time=left)
    return said


def link(t: Words, found: Whole) -> Link | None:
    """Return the link to the thing itself, or to our answer once there is one."""
    url = found.mention.answer_link or found.mention.link
    return Link(t("Open on {network}", network=found.network), url) if url else None


@view("burst")
def burst_card(scene: Scene) -> Card | None:
    """Draw many new things of one account as one card that counts them."""
    since = datetime.fromisoformat(scene.args["since"])
    account, waiting = inbox_reading.arrived(scene.uow, scene.object_id, since)
    if account is None or scene.audience == "client":
        return None
    t, network = scene.t, declared.title(account.network)
    left = len(waiting) - FEW
    more = (para(t.n("and {count} more", "and {count} more", left)),) if left > 0 else ()
    return Card(
        title=t("A lot is coming in on {network}", network=network),
        body=(
            para(bold(t.n("{count} waits for you.", "{count} wait for you.", len(waiting)))),
            *(Quote(excerpt(mention.text, EXCERPT), author(mention)) for mention in waiting[-FEW:]),
            *more,
        ),
        fields=(Field(t("Account"), account.name),),
        buttons=(row(Button(t("Open the inbox"), "inbox.list", args={"network": account.network})),),
        tone="warn",
    )
