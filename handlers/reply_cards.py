"""The cards of an answer: preview, countdown, receipt, refusal, and the question that only a person can settle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.card import Block, Button, Card, Field, Link, Quote, bold, para, row
from handlers.mention_cards import author, excerpt
from handlers.route import Scene, Words, view
from smm import inbox_reading, replies
from smm.inbox_reading import Whole

if TYPE_CHECKING:
    from storage.replies import Reply

LONGEST: Final = 2_000  # characters of an answer on a card
ANSWERED: Final = 300


@view("reply")
def reply_card(scene: Scene) -> Card | None:
    """Draw an answer as it stands now."""
    found = replies.find(scene.uow, scene.object_id)
    whole = inbox_reading.whole(scene.uow, found.mention_id) if found else None
    if found is None or whole is None or scene.audience == "client":
        return None
    draw = {
        "preview": _preview_card,
        "queued": _queued,
        "sending": _sending,
        "sent": _sent,
        "failed": _failed,
        "unknown": _unknown,
    }.get(found.state, _thrown_away)
    return draw(scene, found, whole)


def _preview_card(scene: Scene, reply: Reply, whole: Whole) -> Card:
    t = scene.t
    changes = replies.warnings(scene.uow, reply, whole.mention)
    held = scene.args.get("why") == "held_back"
    back = (para(bold(t("It was held back in the last seconds and is not public."))),) if held else ()
    return Card(
        title=t("Preview of an answer"),
        body=(
            *back,
            *(para(bold(t(change.words, **change.facts))) for change in changes),
            para(_seen_by(t, reply, whole)),
            Quote(excerpt(reply.text, LONGEST), whole.account.name),
            *_answered(t, whole),
        ),
        buttons=(_choices(scene, reply, whole, t("Send anyway") if changes else t("Send")),),
        tone="warn" if changes else "plain",
        footer=t("Nobody outside sees this before you press Send."),
    )


def _seen_by(t: Words, reply: Reply, whole: Whole) -> str:
    """Say who will read it, and as whom it is said."""
    if reply.private:
        facts = {"account": whole.account.name, "network": whole.network, "who": author(whole.mention)}
        return t("Only {who} will read this, from {account} on {network}:", **facts)
    return t("This will be public as {account} on {network}:", account=whole.account.name, network=whole.network)


def _answered(t: Words, whole: Whole) -> tuple[Block, ...]:
    return para(t("In answer to:")), Quote(excerpt(whole.mention.text, ANSWERED), author(whole.mention))


def _choices(scene: Scene, reply: Reply, whole: Whole, send: str) -> tuple[Button, ...]:
    t, seen = scene.t, replies.look(scene.uow, whole.mention)
    return row(
        Button(send, "reply.confirm", reply.id, seen.revision, {"newest": str(seen.newest)}, look="good"),
        Button(t("Edit"), "reply.edit", reply.id),
        Button(t("Discard"), "reply.discard", reply.id),
    )


def _queued(scene: Scene, reply: Reply, whole: Whole) -> Card:
    t = scene.t
    left = max(0.0, (reply.send_at - scene.uow.now).total_seconds()) if reply.send_at else 0.0
    return Card(
        title=t("Sending in {time}", time=t.ago(left)),
        body=(
            *_trouble(t, reply),
            para(_seen_by(t, reply, whole)),
            Quote(excerpt(reply.text, LONGEST), whole.account.name),
        ),
        buttons=(row(Button(t("Undo"), "reply.cancel", reply.id)),),
        at=reply.send_at,
    )


def _trouble(t: Words, reply: Reply) -> tuple[Block, ...]:
    words, facts = replies.words_of(reply)
    return (para(bold(t(words, **facts))),) if words else ()


def _sending(scene: Scene, reply: Reply, whole: Whole) -> Card:
    t = scene.t
    return Card(title=t("Sending…"), body=(Quote(excerpt(reply.text, LONGEST), whole.account.name),))


def _sent(scene: Scene, reply: Reply, whole: Whole) -> Card:
    t = scene.t
    link = Link(t("Open on {network}", network=whole.network), reply.link) if reply.link else None
    return Card(
        title=t("Sent in private on {network}", network=whole.network)
        if reply.private
        else t("Public on {network}", network=whole.network),
        body=(Quote(excerpt(reply.text, LONGEST), whole.account.name), *_answered(t, whole)),
        fields=(Field(t("Sent by"), whole.mention.answered_by),) if whole.mention.answered_by else (),
        link=link,
        tone="good",
    )


def _failed(scene: Scene, reply: Reply, whole: Whole) -> Card:
    t = scene.t
    changes = replies.warnings(scene.uow, reply, whole.mention)
    return Card(
        title=t("Not sent"),
        body=(
            *_trouble(t, reply),
            *(para(bold(t(change.words, **change.facts))) for change in changes),
            Quote(excerpt(reply.text, LONGEST), whole.account.name),
            *_answered(t, whole),
        ),
        buttons=(_choices(scene, reply, whole, t("Retry")),),
        tone="bad",
    )


def _unknown(scene: Scene, reply: Reply, whole: Whole) -> Card:
    t = scene.t
    quote = Quote(excerpt(reply.text, LONGEST), whole.account.name)
    if reply.send_at is not None:
        words = t("{network} gave no answer. Looking whether it is there; do not send it again.", network=whole.network)
        return Card(title=t("Was it sent?"), body=(para(words), quote), tone="warn")
    words = t(
        "{network} gave no answer, and the desk cannot look. Open it there and say what you see.", network=whole.network
    )
    buttons = row(
        Button(t("It is there"), "reply.there", reply.id, look="good"),
        Button(t("Send again"), "reply.again", reply.id, confirm=t("It is certainly not there?")),
        Button(t("Drop"), "reply.drop", reply.id),
    )
    link = Link(t("Open on {network}", network=whole.network), whole.mention.link) if whole.mention.link else None
    return Card(title=t("Was it sent?"), body=(para(words), quote), link=link, buttons=(buttons,), tone="warn")


def _thrown_away(scene: Scene, reply: Reply, whole: Whole) -> Card:
    return Card(title=scene.t("Discarded"), body=(Quote(excerpt(reply.text, ANSWERED), whole.account.name),))
