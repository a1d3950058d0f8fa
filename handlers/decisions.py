"""Decisions about a version: the team's step on the team's card, the client's step on the client's card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from handlers.card import (
    Answer,
    Ask,
    Card,
    Notice,
    Question,
)
from handlers.post_parts import when
from handlers.posts import or_newer, show
from handlers.route import Context, action
from smm import approvals, posts, showing
from smm.approvals import Decided, Decision
from smm.errors import N_
from smm.posts import Stale
from smm.roles import Right

TEAM, CLIENT = "internal", "client"


def or_theirs(handler: Callable[[Context], Answer]) -> Callable[[Context], Answer]:
    """Answer the client's press on an old version with the newer one that is theirs to decide, if there is any."""

    @wraps(handler)
    def checked(context: Context) -> Answer:
        try:
            return handler(context)
        except Stale as stale:
            return _client_newer(context, stale)

    return checked


def _client_newer(context: Context, stale: Stale) -> Answer:
    """Show the client the version that is theirs to decide, if there is a newer one; never what the team still works on."""
    whole = showing.whole(context.uow, stale.post.id)
    numbers = showing.for_client(whole) if whole else []
    if numbers and numbers[-1] > stale.seen:
        show(context, "post_client", stale.post.id)
        return Notice(context.t("There is version {current}, this was {seen}.", current=numbers[-1], seen=stale.seen))
    return Notice(context.t("The team is changing this post. You will be asked about the new version."))


@action("post.approve", needs=Right.APPROVE, help=N_("Approve this version of the post for the team"))
@or_newer
def approve(context: Context) -> Answer:
    """Approve inside the team."""
    return _decided(context, _decide(context, "approve", TEAM))


@action("client.approve", needs=Right.SIGN_OFF, help=N_("Approve this version of the post as the client"))
@or_theirs
def sign_off(context: Context) -> Answer:
    """Approve as the client."""
    return _decided(context, _decide(context, "approve", CLIENT))


def _decide(context: Context, decision: Decision, audience: str) -> Decided:
    return approvals.decide(
        context.uow,
        context.actor,
        context.object_id,
        context.version,
        decision,
        context.args.get("reason", context.text),
        audience,
        context.files,
    )


def _decided(context: Context, decided: Decided) -> Notice:
    t = context.t
    if decided.needs:
        return Notice(
            t.n(
                "Counted. {count} more approval is needed.",
                "Counted. {count} more approvals are needed.",
                decided.needs,
            )
        )
    if decided.state != "approved":
        return Notice(t("The author has been told."))
    if decided.post.state == "client_review":
        return Notice(t("Approved. The client has it now."))
    if decided.late:
        return Notice(t("Approved, but too late for its time. The team has been asked when it goes out."))
    if decided.post.state == "scheduled":
        return Notice(t("Approved. It goes out {when}.", when=when(t, decided.post, context.of.zone)))
    if decided.post.state == "published":
        return Notice(t("Approved. The correction goes out now."))
    return Notice(t("Approved."))


def _ask_reason(context: Context, title: str, name: str, submit: str) -> Card:
    t = context.t
    reason = Question(
        "reason", t("What should change, and why?"), hint=t("In words or as a voice note."), limit=approvals.REASON
    )
    voice = Question("voice", t("Voice note"), "files", required=False, along=True)
    return Card(title=title, ask=Ask(name, (reason, voice), submit, context.object_id, context.version))


@action("post.changes", needs=Right.APPROVE, help=N_("Say what should change before this post is approved"))
@or_newer
def changes(context: Context) -> Answer:
    """Ask the reviewer what should change."""
    posts.take(context.uow, context.actor, context.object_id, context.version)
    return _ask_reason(context, context.t("Request changes"), "post.changes_asked", context.t("Send to the author"))


@action("post.changes_asked", needs=Right.APPROVE, help=N_("Tell the author what should change"))
@or_newer
def changes_asked(context: Context) -> Answer:
    """Send the version back inside the team."""
    return _decided(context, _decide(context, "changes", TEAM))


@action("post.reject", needs=Right.APPROVE, help=N_("Turn this post down, and say why"))
@or_newer
def reject(context: Context) -> Answer:
    """Ask the reviewer why not."""
    posts.take(context.uow, context.actor, context.object_id, context.version)
    return _ask_reason(context, context.t("Reject"), "post.rejected", context.t("Reject"))


@action("post.rejected", needs=Right.APPROVE, help=N_("Reject this post; the author is told why"))
@or_newer
def rejected(context: Context) -> Answer:
    """Reject inside the team."""
    return _decided(context, _decide(context, "reject", TEAM))


@action("client.changes", needs=Right.SIGN_OFF, help=N_("Say what should change in this post"))
@or_theirs
def client_changes(context: Context) -> Answer:
    """Ask the client what should change."""
    posts.take(context.uow, context.actor, context.object_id, context.version)
    return _ask_reason(context, context.t("Request changes"), "client.changes_asked", context.t("Send to the team"))


@action("client.changes_asked", needs=Right.SIGN_OFF, help=N_("Tell the team what should change"))
@or_theirs
def client_changes_asked(context: Context) -> Answer:
    """Send the version back to the team."""
    _decide(context, "changes", CLIENT)
    return Notice(context.t("Thank you. The team has been told; you will see the new version here."))


@action("client.reject", needs=Right.SIGN_OFF, help=N_("Turn this post down, and say why"))
@or_theirs
def client_reject(context: Context) -> Answer:
    """Ask the client why not."""
    posts.take(context.uow, context.actor, context.object_id, context.version)
    return _ask_reason(context, context.t("Reject"), "client.rejected", context.t("Reject"))


@action("client.rejected", needs=Right.SIGN_OFF, help=N_("Reject this post as the client; the team is told why"))
@or_theirs
def client_rejected(context: Context) -> Answer:
    """Reject as the client."""
    _decide(context, "reject", CLIENT)
    return Notice(context.t("Rejected. The team has been told."))


@action(
    "post.heard", needs=Right.APPROVE, help=N_("Take a voice note in reply to the post's card as what should change")
)
@or_newer
def heard(context: Context) -> Answer:
    """Take a voice note as what should change."""
    return _decided(context, _decide(context, "changes", TEAM))


@action("post_client.heard", needs=Right.SIGN_OFF, help=N_("Take the client's voice note as what should change"))
def client_heard(context: Context) -> Answer:
    """Take a voice note as what the client wants changed in the version on the card that it answers."""
    seen = context.args.get("version", "")
    return client_changes_asked(replace(context, version=int(seen) if seen.isdigit() else 0))
