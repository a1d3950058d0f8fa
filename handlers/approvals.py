"""/approvals: what waits for whom, to be decided one by one or all at once. A decision is handlers/decisions.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.card import (
    PLACE,
    Answer,
    Block,
    Button,
    Card,
    Edit,
    Quote,
    Span,
    bold,
    filled,
    para,
    row,
)
from handlers.decisions import CLIENT, TEAM
from handlers.list_parts import beginning
from handlers.post_parts import when
from handlers.posts import show
from handlers.route import Context, Words, action, command
from smm import approvals, batches, posts, suggestions
from smm.errors import N_, DeskError
from smm.roles import Right

if TYPE_CHECKING:
    from storage.approvals import Approval
    from storage.unit_of_work import UnitOfWork

SHOWN = 20


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
