"""When a post goes out: at its time, in the next free slot, at once; and sending it for approval, in time or with a new one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from handlers.card import Answer, Button, Card, Notice, Question, para, row
from handlers.list_parts import beginning
from handlers.post_cards import WRITABLE
from handlers.post_parts import STATES, tone, when, when_field
from handlers.posts import asking, chosen_time, or_newer, show
from handlers.route import Context, Scene, Words, action, view
from smm import approvals, plan, posts, showing
from smm.approvals import Late
from smm.errors import N_, Conflict, Invalid
from smm.posts import Whole
from smm.roles import Right

if TYPE_CHECKING:
    from storage.posts import Post

NEXT, NONE = "next", "none"  # what `post.submit` is told instead of a time


@action("post.time", needs=Right.WRITE, help=N_("Choose when this post goes out"))
@or_newer
def ask_time(context: Context) -> Answer:
    """Ask when it should go out."""
    t = context.t
    whole = posts.take(context.uow, context.actor, context.object_id, context.version)
    value = whole.post.slot_at.isoformat() if whole.post.slot_at and whole.post.slot_at > context.uow.now else ""
    question, title = Question("slot", t("When?"), "moment", value=value), t("When should it go out?")
    if "send" in context.args:
        return asking(context, title, "post.submit", (question,), t("Send for approval"))
    return asking(context, title, "post.place", (question,), t("Set the time"))


@action("post.place", needs=Right.WRITE, help=N_("Plan this post for the chosen time"))
@or_newer
def place(context: Context) -> Answer:
    """Give the post its time."""
    slot = chosen_time(context)
    if slot is None:
        raise Invalid(N_("Pick a time."), field="slot")
    return _placed(context, posts.place(context.uow, context.actor, context.object_id, context.version, slot))


@action("post.next", needs=Right.WRITE, help=N_("Plan this post for the next free slot"))
@or_newer
def place_next(context: Context) -> Answer:
    """Give the post the brand's next free slot."""
    slot = _next_free(context)
    return _placed(context, posts.place(context.uow, context.actor, context.object_id, context.version, slot))


def _next_free(context: Context) -> datetime:
    slot = plan.next_free(context.uow, context.of)
    if slot is None:
        raise Conflict(N_("No slot is free in the next weeks. Pick a time yourself."))
    return slot


def _placed(context: Context, placed: Post) -> Answer:
    slot = when(context.t, placed, context.of.zone)
    if placed.state == "scheduled":
        return Notice(context.t("It goes out {when}.", when=slot))
    return Notice(context.t("Planned for {when}. It still needs its approval.", when=slot))


@action("post.now", needs=Right.WRITE, help=N_("Publish this post at once"))
@or_newer
def publish_now(context: Context) -> Answer:
    """Let the post go out at once."""
    posts.publish_now(context.uow, context.actor, context.object_id, context.version)
    return Notice(context.t("It is on its way. The card becomes the receipt."))


@action("post.submit", needs=Right.WRITE, help=N_("Send this post to whoever must approve it"))
@or_newer
def submit(context: Context) -> Answer:
    """Send the version for approval, with the time that was chosen for it now; ask for one where its own has passed."""
    version = _placed_anew(context) if "slot" in context.args else context.version
    try:
        sent = approvals.submit(context.uow, context.actor, context.object_id, version)
    except Late as late:
        if "slot" in context.args:
            raise Invalid(late.words, field="slot") from late
        show(context, "post_late", context.object_id)
        return None
    words = (
        N_("The client has it now.") if sent.state == "client_review" else N_("It waits for the team's approval now.")
    )
    return Notice(context.t(words))


def _placed_anew(context: Context) -> int:
    """Give the post the time that was chosen for it; return the version that it has now."""
    chosen = context.args["slot"]
    slot = None if chosen == NONE else _next_free(context) if chosen == NEXT else chosen_time(context)
    return posts.place(context.uow, context.actor, context.object_id, context.version, slot).version


@view("post_late")
def late_card(scene: Scene) -> Card | None:
    """Say that a post came too late for its time, with the ways to send it after all; once one is taken, only how it stands."""
    whole = showing.whole(scene.uow, scene.object_id)
    if whole is None or scene.audience == "client":
        return None
    t, post = scene.t, whole.post
    late = approvals.too_late(whole, scene.uow.now) if post.state in WRITABLE else ""
    how_else = t("Without a time: once it is approved, its card asks whether to publish it at once.")
    told = (t(late), how_else) if late and not whole.policy.slot_bound else (t(late or STATES[post.state]),)
    return Card(
        title=t("Post {number}: {text}", number=post.id, text=beginning(t, whole.content)),
        body=tuple(para(words) for words in told),
        fields=(when_field(t, post, whole.brand.zone),),
        buttons=_ways_on(t, whole) if late else (row(Button(t("Open the post"), "post.open", post.id)),),
        tone="warn" if late else tone(post.state),
    )


def _ways_on(t: Words, whole: Whole) -> tuple[tuple[Button, ...], ...]:
    post = whole.post
    following = Button(t("Next free slot, and send"), "post.submit", post.id, post.version, {"slot": NEXT})
    pick = Button(t("Pick a time"), "post.time", post.id, post.version, {"send": "yes"})
    without = Button(t("Send without a time"), "post.submit", post.id, post.version, {"slot": NONE})
    return (row(following, pick), *(() if whole.policy.slot_bound else (row(without),)))
