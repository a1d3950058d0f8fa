"""/approvals and the decisions: the team's step on the team's card, the client's step on the client's card."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handlers.card import (
    PLACE,
    Answer,
    Ask,
    Block,
    Button,
    Card,
    Edit,
    Notice,
    Question,
    Quote,
    Span,
    bold,
    filled,
    para,
    row,
)
from handlers.list_parts import beginning
from handlers.post_parts import when
from handlers.posts import or_newer, show
from handlers.route import Context, Words, action, command
from smm import approvals, batches, holds, posts, showing, suggestions
from smm.approvals import Decided, Decision
from smm.errors import N_, DeskError, NotFound
from smm.posts import Stale
from smm.roles import Right

if TYPE_CHECKING:
    from storage.approvals import Approval
    from storage.unit_of_work import UnitOfWork

SHOWN = 20
TEAM, CLIENT = "internal", "client"


@action("post.approve", needs=Right.APPROVE, help=N_("Approve this version of the post for the team"))
@or_newer
def approve(context: Context) -> Answer:
    """Approve inside the team."""
    return _decided(context, _decide(context, "approve", TEAM))


@action("client.approve", needs=Right.SIGN_OFF, help=N_("Approve this version of the post as the client"))
def sign_off(context: Context) -> Answer:
    """Approve as the client."""
    try:
        return _decided(context, _decide(context, "approve", CLIENT))
    except Stale as stale:
        return _client_newer(context, stale)


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


def _client_newer(context: Context, stale: Stale) -> Answer:
    """Show the client the version that is theirs to decide, if there is a newer one; never what the team still works on."""
    whole = showing.whole(context.uow, stale.post.id)
    numbers = showing.for_client(whole) if whole else []
    if numbers and numbers[-1] > stale.seen:
        show(context, "post_client", stale.post.id)
        return Notice(context.t("There is version {current}, this was {seen}.", current=numbers[-1], seen=stale.seen))
    return Notice(context.t("The team is changing this post. You will be asked about the new version."))


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
def client_changes(context: Context) -> Answer:
    """Ask the client what should change."""
    try:
        posts.take(context.uow, context.actor, context.object_id, context.version)
    except Stale as stale:
        return _client_newer(context, stale)
    return _ask_reason(context, context.t("Request changes"), "client.changes_asked", context.t("Send to the team"))


@action("client.changes_asked", needs=Right.SIGN_OFF, help=N_("Tell the team what should change"))
def client_changes_asked(context: Context) -> Answer:
    """Send the version back to the team."""
    try:
        _decide(context, "changes", CLIENT)
    except Stale as stale:
        return _client_newer(context, stale)
    return Notice(context.t("Thank you. The team has been told; you will see the new version here."))


@action("client.reject", needs=Right.SIGN_OFF, help=N_("Turn this post down, and say why"))
def client_reject(context: Context) -> Answer:
    """Ask the client why not."""
    try:
        posts.take(context.uow, context.actor, context.object_id, context.version)
    except Stale as stale:
        return _client_newer(context, stale)
    return _ask_reason(context, context.t("Reject"), "client.rejected", context.t("Reject"))


@action("client.rejected", needs=Right.SIGN_OFF, help=N_("Reject this post as the client; the team is told why"))
def client_rejected(context: Context) -> Answer:
    """Reject as the client."""
    try:
        _decide(context, "reject", CLIENT)
    except Stale as stale:
        return _client_newer(context, stale)
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


@action("client.hold", needs=Right.SIGN_OFF, help=N_("Ask to hold this post, and say why"))
def client_hold(context: Context) -> Answer:
    """Ask the client why it should wait."""
    question = Question("reason", context.t("Why should it wait?"), limit=holds.NOTE)
    return Card(
        title=context.t("Ask to hold"),
        ask=Ask("client.held", (question,), context.t("Hold it"), context.object_id),
    )


@action("client.held", needs=Right.SIGN_OFF, help=N_("Hold this post until the team lifts the hold"))
def client_held(context: Context) -> Answer:
    """Park the post for the client."""
    if not showing.shared(posts.find(context.uow, context.of.id, context.object_id)):
        raise NotFound(N_("There is no such post here."))
    holds.hold_post(context.uow, context.actor, context.object_id, context.args.get("reason", ""))
    return Notice(context.t("On hold. It does not go out until the team lifts that."))


@command("approvals", needs=Right.MEMBER, help=N_("Posts that wait for a yes: decide one by one, or all at once"))
def waiting(context: Context) -> Answer:
    """Show what waits for whom; the client gets the list that is theirs to answer."""
    return _for_client(context) if context.is_for_client else _list(context, frozenset())


def _for_client(context: Context) -> Answer:
    waiting, suggested = batches.view_of(context.uow, context.of.id), suggestions.asked(context.uow, context.of.id)
    for each in suggested:
        show(context, suggestions.CLIENT, each.id)
    if waiting is None and not suggested:
        return Card(
            title=context.t("Approvals"), body=(para(context.t("Nothing waits for an approval.")),), tone="good"
        )
    if waiting is not None:
        show(context, *waiting)
    return None


@action("approvals.veto", needs=Right.MEMBER, help=N_("Leave a post out of approving all, or take it in again"))
def veto(context: Context) -> Answer:
    """Leave a post out of "approve all", or take it in again."""
    out = _left_out(context) ^ {context.object_id}
    return Edit(_list(context, frozenset(out)))


def _left_out(context: Context) -> frozenset[int]:
    return frozenset(int(each) for each in context.args.get("out", "").split(",") if each.isdigit())


def _list(context: Context, out: frozenset[int]) -> Card:
    t = context.t
    rows = approvals.waiting(context.uow, context.of.id, TEAM, CLIENT)
    if not rows:
        return Card(title=t("Approvals"), body=(para(t("Nothing waits for an approval.")),), tone="good")
    mine = [each for each in rows if context.actor.may(approvals.RIGHTS[each.audience])][:SHOWN]
    body = [block for each in rows[:SHOWN] for block in line(context.uow, t, context.of.id, each, out)]
    return Card(
        title=t.n("{count} post waits for approval", "{count} posts wait for approval", len(rows)),
        body=tuple(body),
        buttons=(*_all_button(t, mine, out), *(_item_buttons(t, each, out) for each in mine)),
    )


def line(
    uow: UnitOfWork, t: Words, brand_id: int, approval: Approval, out: frozenset[int] = frozenset()
) -> list[Block]:
    """Return a question as a line of a list, and the beginning of the post's text."""
    whole = posts.find(uow, brand_id, approval.post_id)
    whom = t("the client") if approval.audience == CLIENT else t("the team")
    left = (Span(" · "), Span(t("left out"), "strike")) if approval.post_id in out else ()
    slot = Span(when(t, whole.post, whole.brand.zone), at=whole.post.slot_at)
    facts = filled(t("waits for {whom}, {when}", whom=whom, when=PLACE), slot)
    return [para(bold(f"{approval.post_id}. "), *facts, *left), Quote(beginning(t, whole.content, 200))]


def _all_button(t: Words, mine: list[Approval], out: frozenset[int]) -> tuple[tuple[Button, ...], ...]:
    chosen = [each for each in mine if each.post_id not in out]
    if len(mine) < 2 or not chosen:  # noqa: PLR2004 - "all" means more than one
        return ()
    items = ",".join(f"{each.post_id}:{each.version}" for each in chosen)
    words = t.n("Approve {count}", "Approve all {count}", len(chosen))
    return (row(Button(words, "approvals.all", args={"items": items}, look="good", confirm=words + "?")),)


def _item_buttons(t: Words, approval: Approval, out: frozenset[int]) -> tuple[Button, ...]:
    number = approval.post_id
    args = {"out": ",".join(str(each) for each in sorted(out))}
    words = t("Take in {number}", number=number) if number in out else t("Leave out {number}", number=number)
    return row(*decide_buttons(t, approval), Button(words, "approvals.veto", number, approval.version, args))


def decide_buttons(t: Words, approval: Approval) -> tuple[Button, ...]:
    """Return the two answers to one question of a list."""
    number, who = approval.post_id, "client" if approval.audience == CLIENT else "post"
    return row(
        Button(t("Approve {number}", number=number), f"{who}.approve", number, approval.version, look="good"),
        Button(t("Changes to {number}", number=number), f"{who}.changes", number, approval.version),
    )


@action("approvals.all", needs=Right.MEMBER, help=N_("Approve every post on the list that was not left out"))
def approve_all(context: Context) -> Answer:
    """Approve every version on the list that was not left out; each answer is told."""
    t = context.t
    asked = [
        (int(post), int(version)) for post, version in (each.split(":") for each in context.args["items"].split(","))
    ]
    answers = approvals.approve_all(context.uow, context.actor, asked)
    done = sum(answer is None for answer in answers)
    lines: list[Block] = [para(bold(t.n("{count} post approved.", "{count} posts approved.", done)))]
    lines += [_refused(t, post, answer) for (post, _), answer in zip(asked, answers, strict=True) if answer is not None]
    return Edit(Card(title=t("Approvals"), body=tuple(lines), tone="good" if done == len(asked) else "warn"))


def _refused(t: Words, post: int, answer: DeskError) -> Block:
    return para(t("Post {number}: {words}", number=post, words=answer.say(t)))
