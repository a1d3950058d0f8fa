"""Suggested posts: the preview before one is approved, the client's card, and their buttons. The rules are smm/suggestions.py.

What is approved is public in the brand's name, exactly as a stranger wrote it: nothing is approved but from a preview.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from handlers.card import Answer, Ask, Button, Card, Link, Notice, Question, Quote, bold, para, row
from handlers.mention_cards import author, excerpt
from handlers.route import Context, Scene, Words, action, view
from handlers.suggestion_parts import STATES, deeds, lacking, offered, pictures, stands, trouble
from smm import alerts, inbox_reading, policy, suggestions
from smm.errors import N_
from smm.inbox_reading import Whole
from smm.roles import Right

if TYPE_CHECKING:
    from storage.suggestions import Suggestion

LONGEST: Final = 3_000  # characters shown of what is suggested
REFUSAL: Final = 1_000


@action("suggestion.look", needs=Right.WRITE, help=N_("Look at this suggested post before you approve it"))
def look(context: Context) -> Answer:
    """Show the preview."""
    return _preview(context)


def _preview(context: Context, args: Mapping[str, str] | None = None) -> Answer:
    found, _ = suggestions.take(context.uow, context.actor, context.object_id)
    alerts.show(
        context.uow,
        context.chat,
        suggestions.VIEW,
        found.id,
        brand_id=context.of.id,
        language=context.t.language,
        args=args or {},
    )
    return None


@action("suggestion.time", needs=Right.WRITE, help=N_("Choose when this suggested post goes out"))
def ask_time(context: Context) -> Answer:
    """Ask for the time."""
    t = context.t
    question = Question("slot", t("When does it go out?"), "moment")
    return Card(
        title=t("When does it go out?"), ask=Ask("suggestion.timed", (question,), t("Preview"), context.object_id)
    )


@action("suggestion.timed", needs=Right.WRITE, help=N_("Look at this suggested post with the chosen time"))
def timed(context: Context) -> Answer:
    """Show the preview with the chosen time."""
    return _preview(context, {"slot": context.args.get("slot", "")})


@action("suggestion.accept", needs=Right.WRITE, help=N_("Approve this suggested post: it becomes public as it is"))
def accept(context: Context) -> Answer:
    """Let it go out, or put it to the client."""
    slot_at = _moment(context.args.get("slot", ""))
    suggestions.accept(context.uow, context.actor, context.object_id, context.version, slot_at)
    return None


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@action("suggestion.back", needs=Right.WRITE, help=N_("Take this suggested post back before it goes out"))
def take_back(context: Context) -> Answer:
    """Ask the client no longer, or stop what waits for its time."""
    suggestions.take_back(context.uow, context.actor, context.object_id)
    return None


@action("suggestion.decline", needs=Right.REPLY, help=N_("Decline this suggested post, with a reason if you like"))
def ask_reason(context: Context) -> Answer:
    """Ask for the reason."""
    t = context.t
    found, mention = suggestions.take(context.uow, context.actor, context.object_id)
    question = Question(
        "reason",
        t("Why not?"),
        required=False,
        hint=t("{who} alone reads this.", who=author(mention)),
        limit=suggestions.REASON,
    )
    title = t("Decline what {who} suggests", who=author(mention))
    return Card(title=title, ask=Ask("suggestion.declined", (question,), t("Decline"), found.id, found.revision))


@action("suggestion.declined", needs=Right.REPLY, help=N_("Tell who suggested this post that it is not published"))
def decline(context: Context) -> Answer:
    """Decline it."""
    reason = context.args.get("reason", "")
    suggestions.decline(context.uow, context.actor, context.object_id, context.version, reason)
    return Notice(context.t("It is being done; the card will say so."))


@action("suggestion.sign", needs=Right.SIGN_OFF, help=N_("Agree that this suggested post is published"))
def sign(context: Context) -> Answer:
    """Agree for the client."""
    needs = suggestions.sign(context.uow, context.actor, context.object_id, context.version)
    if needs:
        words = context.t.n(
            "Thank you. {count} more of you is asked.", "Thank you. {count} more of you are asked.", needs
        )
        return Notice(words)
    return Notice(context.t("Thank you."))


@action("suggestion.refuse", needs=Right.SIGN_OFF, help=N_("Say that you do not want this suggested post"))
def ask_refusal(context: Context) -> Answer:
    """Ask for the client's reason."""
    t = context.t
    question = Question("reason", t("Why not?"), required=False, hint=t("The team reads this."), limit=REFUSAL)
    ask = Ask("suggestion.refused", (question,), t("Send"), context.object_id, context.version)
    return Card(title=t("Not this one"), ask=ask)


@action("suggestion.refused", needs=Right.SIGN_OFF, help=N_("Tell the team that you do not want this suggested post"))
def refuse(context: Context) -> Answer:
    """Tell the team that the client does not want it."""
    reason = context.args.get("reason", "")
    suggestions.refuse(context.uow, context.actor, context.object_id, context.version, reason)
    return Notice(context.t("Thank you. The team has been told."))


@view(suggestions.VIEW)
def preview_card(scene: Scene) -> Card | None:
    """Draw what will be public, before it is approved; afterwards what came of it."""
    shown = _shown(scene)
    if shown is None or scene.audience == "client":
        return None
    t, (found, whole) = scene.t, shown
    zone, is_open = whole.brand.zone, found.state == "open"
    asks = suggestions.asks_client(policy.read(whole.brand.policy)) is not None
    facts = {"account": whole.account.name, "network": whole.network, "who": author(whole.mention)}
    words = t("This will be public as {account} on {network}, exactly as {who} wrote it:", **facts)
    chosen = _moment(scene.args.get("slot", "")) if is_open else None
    return Card(
        title=t("Preview of a suggested post")
        if is_open
        else t("Suggested post: {state}", state=t(STATES[found.state])),
        body=(
            *trouble(t, found, whole.account),
            *((para(words),) if is_open else ()),
            Quote(excerpt(whole.mention.text, LONGEST), author(whole.mention)),
            *lacking(t, found, whole.network, cut=len(whole.mention.text) > LONGEST),
            *((para(bold(_goes_out(t, found, chosen, zone))),) if is_open else ()),
        ),
        fields=(*offered(t, found, zone), *(() if is_open else stands(t, found, zone))),
        pictures=pictures(found),
        link=_link(t, whole),
        buttons=_buttons(t, found, chosen, asks=asks) if is_open else deeds(t, found, whole.account),
        tone="good" if found.state == "accepted" else "plain",
        footer=_footer(t, asks=asks) if is_open else "",
    )


def _shown(scene: Scene) -> tuple[Suggestion, Whole] | None:
    found = suggestions.find(scene.uow, scene.object_id)
    whole = inbox_reading.whole(scene.uow, found.mention_id) if found else None
    return (found, whole) if found is not None and whole is not None else None


def _goes_out(t: Words, found: Suggestion, chosen: datetime | None, zone: str) -> str:
    if found.publish_at is not None:
        when = t.when(found.publish_at, zone)
        return t("It goes out {when}, by the network itself: a hold does not stop it then.", when=when)
    return t("It goes out {when}.", when=t.when(chosen, zone)) if chosen else t("It goes out at once.")


def _footer(t: Words, *, asks: bool) -> str:
    if asks:
        return t("The client is asked first; it goes out when they agree.")
    return t("Nobody outside sees this before you press Approve.")


def _buttons(t: Words, found: Suggestion, chosen: datetime | None, *, asks: bool) -> tuple[tuple[Button, ...], ...]:
    slot = {"slot": chosen.isoformat()} if chosen and found.publish_at is None else {}
    label = t("Ask the client") if asks else t("Approve")
    return (
        row(
            Button(label, "suggestion.accept", found.id, found.revision, slot, look="good"),
            Button(t("Pick a time"), "suggestion.time", found.id) if found.publish_at is None else None,
            Button(t("Decline…"), "suggestion.decline", found.id, found.revision, look="bad"),
        ),
    )


def _link(t: Words, whole: Whole) -> Link | None:
    url = whole.mention.link
    return Link(t("Open on {network}", network=whole.network), url) if url else None


@view(suggestions.CLIENT, for_client=True)
def client_card(scene: Scene) -> Card | None:
    """Draw for the client what somebody suggests and the team would publish; nothing of what it has not been asked about."""
    shown = _shown(scene)
    if shown is None:
        return None
    t, (found, whole) = scene.t, shown
    title = t("{brand}: a post that somebody suggests", brand=whole.brand.name)
    if found.state in {"open", "declining", "declined"}:
        return Card(title=title, body=(para(t("This is not asked any more.")),))
    facts = {"account": whole.account.name, "network": whole.network, "who": author(whole.mention)}
    return Card(
        title=title,
        body=(
            para(t("It would be public as {account} on {network}, exactly as {who} wrote it:", **facts)),
            Quote(excerpt(whole.mention.text, LONGEST), author(whole.mention)),
            *lacking(t, found, whole.network, cut=len(whole.mention.text) > LONGEST),
        ),
        fields=(*offered(t, found, whole.brand.zone), *stands(t, found, whole.brand.zone)),
        pictures=pictures(found),
        link=_link(t, whole),
        buttons=_answers(t, found) if found.state == "asked" else (),
        tone="good" if found.state == "accepted" else "plain",
    )


def _answers(t: Words, found: Suggestion) -> tuple[tuple[Button, ...], ...]:
    return (
        row(
            Button(t("Approve"), "suggestion.sign", found.id, found.revision, look="good", confirm=t("Publish this?")),
            Button(t("Reject"), "suggestion.refuse", found.id, found.revision, look="bad"),
        ),
    )
