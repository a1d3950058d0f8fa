"""The client's list of what waits for them: approve all, leave some out, or look one by one; and the team's word of the answer.

The list is drawn from the versions that were put to the client, as their single cards are (client_cards.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.card import Answer, Block, Button, Card, Notice, Quote, Span, bold, para, row
from handlers.list_parts import begun, button_name, in_rows
from handlers.post_parts import when
from handlers.posts import show
from handlers.route import Context, Scene, Words, action, view
from smm import approvals, batches, showing, versions
from smm.errors import N_, DeskError
from smm.posts import Stale, Whole
from smm.roles import Right

if TYPE_CHECKING:
    from storage.batches import Batch, Item

ROW = 3
CHANGING = N_("The team is changing this post. You will be asked about the new version.")
_STATES = {
    "approved": N_("approved"),
    "changes": N_("changes requested"),
    "rejected": N_("rejected"),
    "held": N_("on hold"),
    "changing": N_("the team is changing it"),
    "withdrawn": N_("the team has withdrawn it"),
}
_DECIDED = frozenset({"approved", "changes", "rejected"})


@dataclass(frozen=True, slots=True)
class _Line:
    """One post of a list: what the client was shown of it, and how it stands now."""

    item: Item
    whole: Whole
    text: str
    state: str  # waits, held, changing, withdrawn, or the decision

    @property
    def is_chosen(self) -> bool:
        return self.state == "waits" and not self.item.left_out


def _lines(scene: Scene, batch: Batch) -> list[_Line]:
    found = []
    for item in batches.items(scene.uow, batch):
        whole = showing.whole(scene.uow, item.post_id)
        content = showing.content(scene.uow, item.post_id, item.version)
        if whole is not None and content is not None:
            text = versions.words_for(content, min(content.accounts))
            found.append(_Line(item, whole, text, _state(whole, item.version)))
    return found


def _state(whole: Whole, version: int) -> str:
    asked = [each for each in whole.approvals if each.audience == "client" and each.version == version]
    if asked and asked[-1].state in _DECIDED:
        return asked[-1].state
    if whole.post.state == "cancelled":
        return "withdrawn"
    if whole.post.version != version or not asked or asked[-1].state == "superseded":
        return "changing"
    return "held" if whole.post.on_hold else "waits"


@view("batch", for_client=True)
def client_list(scene: Scene) -> Card | None:
    """Draw what waits for the client on one card."""
    batch = showing.batch(scene.uow, scene.object_id)
    brand = showing.brand(scene.uow, batch.brand_id) if batch else None
    if batch is None or brand is None:
        return None
    t, title = scene.t, scene.t("{brand}: posts for your approval", brand=brand.name)
    if batch.state == "folded":
        return Card(title=title, body=(para(t("There is a newer list below.")),))
    lines = _lines(scene, batch)
    waiting = [each for each in lines if each.state == "waits"]
    body: list[Block] = [para(bold(_summary(t, waiting)))]
    if waiting and "reminder" in scene.args:
        body.insert(0, para(t("A reminder: this waits for your answer.")))
    for each in lines:
        body += _drawn(t, each, brand.zone)
    return Card(title=title, body=tuple(body), buttons=_buttons(t, batch, lines), tone="plain" if waiting else "good")


def _summary(t: Words, waiting: list[_Line]) -> str:
    if not waiting:
        return t("Everything here is answered. Thank you.")
    return t.n("{count} post waits for you.", "{count} posts wait for you.", len(waiting))


def _drawn(t: Words, line: _Line, zone: str) -> list[Block]:
    number = bold(f"{line.item.post_id}. ")
    told = _told(t, line)
    state = (Span(" · "), bold(told)) if told else ()
    return [para(number, when(t, line.whole.post, zone), *state), Quote(begun(t, line.text, 200))]


def _told(t: Words, line: _Line) -> str:
    if line.state == "waits":
        return t("left out") if line.item.left_out else ""
    return t(_STATES[line.state])


def _buttons(t: Words, batch: Batch, lines: list[_Line]) -> tuple[tuple[Button, ...], ...]:
    waiting = [each for each in lines if each.state == "waits"]
    if batch.state == "answered":
        return tuple(_answers(t, each) for each in waiting)
    if not waiting:
        return ()
    chosen = sum(each.is_chosen for each in waiting)
    words = t.n("Approve {count}", "Approve all {count}", chosen)
    everything = Button(words, "batch.all", batch.id, batch.revision, look="good", confirm=f"{words}?")
    look = Button(t("Look one by one"), "batch.look", batch.id)
    vetoes = [_veto(t, batch, each) for each in waiting]
    rows = (tuple(vetoes[start : start + ROW]) for start in range(0, len(vetoes), ROW))
    return (row(everything if chosen else None, look), *rows)


def _veto(t: Words, batch: Batch, line: _Line) -> Button:
    number = line.item.post_id
    words = t("Take in {number}", number=number) if line.item.left_out else t("Leave out {number}", number=number)
    return Button(words, "batch.veto", batch.id, batch.revision, args={"post": str(number)})


def _answers(t: Words, line: _Line) -> tuple[Button, ...]:
    """Return what can be said to a post that was left out."""
    post, version = line.item.post_id, line.item.version
    return row(
        Button(t("Changes to {number}", number=post), "client.changes", post, version),
        Button(t("Approve {number}", number=post), "client.approve", post, version, look="good"),
    )


@action("batch.veto", needs=Right.SIGN_OFF, help=N_("Leave a post out of approving all, or take it in again"))
def veto(context: Context) -> Answer:
    """Leave a post out, or take it in again; the card shows it."""
    post = context.args.get("post", "")
    batches.leave_out(
        context.uow, context.actor, context.object_id, context.version, int(post) if post.isdigit() else 0
    )
    return None


@action("batch.look", needs=Right.SIGN_OFF, help=N_("Show each post that waits on a card of its own"))
def look(context: Context) -> Answer:
    """Show every post that waits as each network will show it."""
    batch = batches.find(context.uow, context.of.id, context.object_id)
    waiting = {each.post_id for each in approvals.waiting(context.uow, context.of.id, "client")}
    for item in batches.items(context.uow, batch):
        if item.post_id in waiting:
            show(context, "post_client", item.post_id)
    return None


@action("batch.all", needs=Right.SIGN_OFF, help=N_("Approve every post on the list that was not left out"))
def approve_all(context: Context) -> Answer:
    """Approve exactly what stands on the list; what could not be approved is said with its reason."""
    t = context.t
    answers = approvals.approve_batch(context.uow, context.actor, context.object_id, context.version)
    refused = {post: answer for post, answer in answers.items() if answer is not None}
    done = len(answers) - len(refused)
    if not refused:
        return Notice(t.n("Thank you. {count} post approved.", "Thank you. {count} posts approved.", done))
    words = t.n("{count} post approved.", "{count} posts approved.", done)
    lines = (para(t("Post {number}: {words}", number=post, words=_why(t, error))) for post, error in refused.items())
    return Card(title=t("Approvals"), body=(para(bold(words)), *lines), tone="warn")


def _why(t: Words, error: DeskError) -> str:
    return t(CHANGING) if isinstance(error, Stale) else error.say(t)


@view("batch_told")
def team_word(scene: Scene) -> Card | None:
    """Tell the team once what the client answered to a list."""
    batch = showing.batch(scene.uow, scene.object_id)
    if batch is None or scene.audience == "client":
        return None
    t, lines = scene.t, _lines(scene, batch)
    approved = [each for each in lines if each.state == "approved"]
    others = [each for each in lines if each.state != "approved"]
    name = showing.name(scene.uow, batch.decided_by)
    title = t.n("{name} approved {count} post", "{name} approved {count} posts", len(approved), name=name)
    body = [*_listed(t, approved), *(_not_approved(t, others) if others else ())]
    opens = [
        Button(button_name(each.item.post_id, each.text), "post.open", each.item.post_id) for each in lines[: 2 * ROW]
    ]
    return Card(title=title, body=tuple(body), buttons=in_rows(opens), tone="warn" if others else "good")


def _listed(t: Words, lines: list[_Line]) -> list[Block]:
    return [
        para(
            bold(f"{each.item.post_id}. "), begun(t, each.text), " · ", when(t, each.whole.post, each.whole.brand.zone)
        )
        for each in lines
    ]


def _not_approved(t: Words, lines: list[_Line]) -> list[Block]:
    return [para(bold(t("Not approved with them:"))), *_listed(t, lines)]
