"""When a post goes out: at its time, in the next free slot, at once; and sending it for approval, in time or with a new one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from handlers.card import Answer, Button, Card, Notice, Question, para, row
from handlers.post_parts import when, when_field
from handlers.posts import asking, chosen_time, or_newer
from handlers.route import Context, action
from smm import approvals, plan, posts
from smm.errors import N_, Conflict, Invalid
from smm.posts import Late
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
        return _too_late(context, late)
    words = (
        N_("The client has it now.") if sent.state == "client_review" else N_("It waits for the team's approval now.")
    )
    return Notice(context.t(words))


def _placed_anew(context: Context) -> int:
    """Give the post the time that was chosen for it; return the version that it has now."""
    chosen = context.args["slot"]
    slot = None if chosen == NONE else _next_free(context) if chosen == NEXT else chosen_time(context)
    return posts.place(context.uow, context.actor, context.object_id, context.version, slot).version


def _too_late(context: Context, late: Late) -> Card:
    """Say that the time has passed, with the ways to send the post after all."""
    t, whole = context.t, late.whole
    post, is_bound = whole.post, whole.policy.slot_bound
    sends = {NEXT: t("Next free slot, and send"), NONE: t("Send without a time")}
    by_slot = {
        slot: Button(words, "post.submit", post.id, post.version, {"slot": slot}) for slot, words in sends.items()
    }
    pick = Button(t("Pick a time"), "post.time", post.id, post.version, {"send": "yes"})
    afterwards = para(t("Without a time: once it is approved, its card asks whether to publish it at once."))
    return Card(
        body=(para(late.say(t)), *(() if is_bound else (afterwards,))),
        fields=(when_field(t, post, whole.brand.zone),),
        buttons=(row(by_slot[NEXT], pick), *(() if is_bound else (row(by_slot[NONE]),))),
        tone="warn",
    )
