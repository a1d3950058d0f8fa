"""/material and /materials: the team asks the client for pictures or facts, and sees who sent what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from handlers.card import Answer, Ask, Block, Button, Card, Field, Notice, Picture, Question, Quote, bold, para, row
from handlers.list_parts import button_name, excerpt, in_rows
from handlers.posts import show
from handlers.route import Context, Scene, Words, action, command, view
from smm import materials, showing
from smm.errors import N_, Invalid
from smm.roles import Right

if TYPE_CHECKING:
    from storage.brands import Brand
    from storage.materials import Material, MaterialAnswer

SHOWN = 10  # files on a card; the rest stands on the cards that told of them
STATES = {
    "open": N_("Waits for the client"),
    "answered": N_("The client has sent something: look at it"),
    "none": N_("The client has nothing"),
    "closed": N_("Closed: the team has what it needs"),
    "withdrawn": N_("Taken back"),
}
CLIENT_STATES = {
    "open": N_("The team asks you for something."),
    "answered": N_("Thank you. The team is looking at what you sent; you can send more."),
    "none": N_("You have nothing for this. If something turns up, send it here."),
    "closed": N_("Thank you. The team has what it needs."),
    "withdrawn": N_("The team does not need this any more."),
}


@command("material", needs=Right.WRITE, help=N_("Ask the client for pictures or facts; add what you need"))
def material(context: Context) -> Answer:
    """Ask the client for what follows the command, or ask what is needed."""
    if context.text.strip():
        return _made(context, materials.ask(context.uow, context.actor, context.text))
    t = context.t
    questions = (
        Question(
            "text", t("What do you need?"), hint=t("For example: three photos of the new cakes"), limit=materials.MOST
        ),
        Question("wanted", t("How many files?"), "line", required=False, limit=3),
        Question("due", t("By when?"), "moment", required=False),
        Question("post", t("For which post? Its number"), "line", required=False, limit=12),
    )
    return Card(title=t("A request to the client"), ask=Ask("material.asked", questions, t("Ask the client")))


@action("material.asked", needs=Right.WRITE, help=N_("Send this request to the client's room"))
def asked(context: Context) -> Answer:
    """Send the request that was described."""
    args = context.args
    due = args.get("due", "")
    return _made(
        context,
        materials.ask(
            context.uow,
            context.actor,
            args.get("text", ""),
            post_id=_number(args.get("post", ""), "post"),
            wanted=_number(args.get("wanted", ""), "wanted"),
            due_at=datetime.fromisoformat(due) if due else None,
        ),
    )


def _number(text: str, field: str) -> int:
    text = text.strip().lstrip("#№ ")
    if text and not (text.isascii() and text.isdecimal()):
        raise Invalid(N_("Write a number, or leave it empty."), field=field)
    return int(text or "0")


def _made(context: Context, material_id: int) -> Answer:
    show(context, materials.TEAM, material_id)
    return None


@command("materials", needs=Right.MEMBER, help=N_("What the client was asked for, and what came"))
def listed(context: Context) -> Answer:
    """List open requests; the client gets each of theirs on its card."""
    t = context.t
    states = ("open",) if context.is_for_client else ()
    rows = materials.open_ones(context.uow, context.of.id, *states)
    if not rows:
        return Card(title=t("Requests"), body=(para(t("Nothing is asked for.")),), tone="good")
    if context.is_for_client:
        for each in rows[:3]:
            show(context, materials.CLIENT, each.id)
        return None
    lines = (para(bold(f"{each.id}. "), excerpt(each.text), f" · {t(STATES[each.state])}") for each in rows)
    opens = [Button(button_name(each.id, each.text), "material.open", each.id) for each in rows[:12]]
    return Card(title=t("Requests"), body=tuple(lines), buttons=in_rows(opens))


@action("material.open", needs=Right.SEE, help=N_("Show this request and what was sent"))
def open_one(context: Context) -> Answer:
    """Show one request."""
    show(context, materials.TEAM, materials.find(context.uow, context.of.id, context.object_id).id)
    return None


@view("material")
def team_card(scene: Scene) -> Card | None:
    """Draw a request for the team: what was asked, who sent what, and what comes next."""
    wanted = materials.get(scene.uow, scene.object_id)
    brand = showing.brand(scene.uow, wanted.brand_id) if wanted else None
    if wanted is None or brand is None or scene.audience == "client":
        return None
    t, sent = scene.t, materials.answers(scene.uow, wanted.id)
    late = "reminder" in scene.args and wanted.state == "open"
    return Card(
        title=t("The client still owes this: request {number}", number=wanted.id)
        if late
        else t("Request {number} to the client", number=wanted.id),
        body=(
            para(bold(t(STATES[wanted.state]))),
            Quote(wanted.text, _name(scene, wanted.asked_by)),
            *_sent(scene, sent),
        ),
        fields=_fields(t, wanted, brand, post=wanted.post_id),
        pictures=_files(scene, sent),
        buttons=_team_buttons(t, wanted),
        tone="warn"
        if wanted.state in {"none", "answered"} or late
        else "good"
        if wanted.state == "closed"
        else "plain",
    )


def _sent(scene: Scene, sent: Sequence[MaterialAnswer]) -> list[Block]:
    t, found = scene.t, list[Block]()
    for answer in sent[-5:]:
        name = _name(scene, answer.member_id)
        if answer.files:
            count = t.n("{name} sent {count} file", "{name} sent {count} files", len(answer.files), name=name)
            found.append(para(count))
        if answer.text:
            found.append(Quote(answer.text, name))
    return found


def _files(scene: Scene, sent: Sequence[MaterialAnswer]) -> tuple[Picture, ...]:
    known = materials.files(scene.uow, sent)
    digests = [digest for answer in reversed(sent) for digest in answer.files if digest in known]
    shown = dict.fromkeys(digests[:SHOWN])
    return tuple(Picture(each, alt=known[each].name, mime=known[each].mime) for each in shown)


def _name(scene: Scene, member_id: int) -> str:
    return showing.name(scene.uow, member_id)


def _fields(t: Words, wanted: Material, brand: Brand, post: int | None) -> tuple[Field, ...]:
    found = []
    if wanted.wanted:
        found.append(Field(t("How many"), str(wanted.wanted)))
    if wanted.due_at:
        found.append(Field(t("By"), t.when(wanted.due_at, brand.zone), at=wanted.due_at))
    if post:
        found.append(Field(t("For post"), str(post)))
    return tuple(found)


def _team_buttons(t: Words, wanted: Material) -> tuple[tuple[Button, ...], ...]:
    if wanted.state not in materials.OPEN:
        return ()
    again = Button(t("Ask again"), "material.again", wanted.id)
    back = Button(t("Take it back"), "material.withdraw", wanted.id, look="bad", confirm=t("Take the request back?"))
    accept = Button(t("We have what we need"), "material.accept", wanted.id, look="good")
    return (row(accept, again if wanted.state != "open" else back),)


@action("material.accept", needs=Right.WRITE, help=N_("Close this request: the team has what it needs"))
def accept(context: Context) -> Answer:
    """Close a request."""
    materials.accept(context.uow, context.actor, context.object_id)
    return Notice(context.t("Closed. The client sees that you have what you need."))


@action("material.withdraw", needs=Right.WRITE, help=N_("Take this request back"))
def withdraw(context: Context) -> Answer:
    """Take a request back."""
    materials.withdraw(context.uow, context.actor, context.object_id)
    return Notice(context.t("Taken back."))


@action("material.again", needs=Right.WRITE, help=N_("Say what is still missing; the client reads it"))
def again(context: Context) -> Answer:
    """Ask what is still missing."""
    t = context.t
    question = Question("text", t("What is still missing? The client reads this."), limit=materials.MOST)
    return Card(
        title=t("Ask again"), ask=Ask("material.asked_again", (question,), t("Ask the client"), context.object_id)
    )


@action("material.asked_again", needs=Right.WRITE, help=N_("Ask the client for what is still missing"))
def asked_again(context: Context) -> Answer:
    """Open the request again."""
    materials.ask_again(context.uow, context.actor, context.object_id, context.args.get("text", ""))
    return Notice(context.t("The client has been asked again."))


@view("material_client", for_client=True)
def client_card(scene: Scene) -> Card | None:
    """Draw a request for the client: what is needed, what they sent, and the ways to answer."""
    wanted = materials.get(scene.uow, scene.object_id)
    brand = showing.brand(scene.uow, wanted.brand_id) if wanted else None
    if wanted is None or brand is None:
        return None
    t, sent = scene.t, materials.answers(scene.uow, wanted.id)
    whole = showing.whole(scene.uow, wanted.post_id) if wanted.post_id else None
    is_reminder = "reminder" in scene.args and wanted.state == "open"
    missing = (
        (para(bold(t("Still missing:"))), Quote(wanted.missing)) if wanted.missing and wanted.state == "open" else ()
    )
    return Card(
        title=t("{brand}: a request from the team", brand=brand.name),
        body=(
            *((para(t("A reminder: the team still waits for this.")),) if is_reminder else ()),
            para(bold(t(CLIENT_STATES[wanted.state]))),
            Quote(wanted.text),
            *missing,
            *_sent(scene, sent),
        ),
        fields=_fields(t, wanted, brand, wanted.post_id if whole and showing.shared(whole) else None),
        buttons=_client_buttons(t, wanted),
        tone="good" if wanted.state == "closed" else "plain",
    )


def _client_buttons(t: Words, wanted: Material) -> tuple[tuple[Button, ...], ...]:
    if wanted.state not in materials.OPEN:
        return ()
    none = Button(t("We have none"), "material.none", wanted.id, confirm=t("Tell the team that you have nothing?"))
    return (
        row(
            Button(t("Send files"), "material.files", wanted.id, look="good"),
            Button(t("Write"), "material.write", wanted.id),
            none if wanted.state == "open" else None,
        ),
    )


@action("material.files", needs=Right.SIGN_OFF, help=N_("Send files for this request"))
def ask_files(context: Context) -> Answer:
    """Ask the client for the files."""
    t = context.t
    questions = (
        Question("files", t("Files"), "files"),
        Question("text", t("Anything to add?"), required=False, limit=materials.MOST),
    )
    return Card(title=t("Send files"), ask=Ask("material.sent", questions, t("Send to the team"), context.object_id))


@action("material.write", needs=Right.SIGN_OFF, help=N_("Answer this request in words"))
def ask_words(context: Context) -> Answer:
    """Ask the client for words."""
    t = context.t
    question = Question("text", t("Your answer"), limit=materials.MOST)
    return Card(title=t("Write"), ask=Ask("material.sent", (question,), t("Send to the team"), context.object_id))


@action("material.sent", needs=Right.SIGN_OFF, help=N_("Send the team what they asked for"))
def sent(context: Context) -> Answer:
    """Keep what the client sends."""
    digests = context.args.get("files", "").split() or list(context.files)
    materials.send(context.uow, context.actor, context.object_id, context.args.get("text", ""), digests)
    return Notice(context.t("Thank you. The team has it."))


@action(
    "material_client.said", needs=Right.MEMBER, help=N_("Take an answer to the request's card as what was asked for")
)
def said(context: Context) -> Answer:
    """Keep what the client sends as an answer to the card: words, files or both; what the team says there is talk."""
    if not context.actor.may(Right.SIGN_OFF):
        return None
    materials.send(context.uow, context.actor, context.object_id, context.text, context.files)
    return Notice(context.t("Thank you. The team has it."))


@action("material.none", needs=Right.SIGN_OFF, help=N_("Tell the team that there is nothing to send"))
def none(context: Context) -> Answer:
    """Note that the client has nothing."""
    materials.have_none(context.uow, context.actor, context.object_id)
    return Notice(context.t("The team has been told."))
