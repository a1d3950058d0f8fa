"""The approvals' page: what waits for whom, for how long and until when; many decided at once, each with a veto."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.web.front import Vouched, front_of, is_id
from bot.web.pages import acting, editor
from bot.web.pages.chips import Chip, chip
from bot.web.pages.editor import Shown
from bot.web.pages.place import Entered, Place, show
from bot.web.pages.stage import set_stage
from handlers.card import Block, Button
from handlers.post_parts import difference
from smm import approvals, calendar, posts, showing
from smm.errors import N_, DeskError, Invalid
from smm.posts import Whole
from smm.roles import Right
from storage import media, web
from storage.approvals import Approval
from storage.unit_of_work import UnitOfWork

TEAM, CLIENT = "internal", "client"
MOST = 40
SOON = timedelta(hours=24)
_ACTIONS = {TEAM: "post", CLIENT: "client"}
router = APIRouter()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One post that waits: the question, the post in little and as each network shows it, and what changed since the last one.

    `is_mine`: the reader may decide it now. `needs` is how many more people must approve.
    """

    approval: Approval
    chip: Chip
    shown: tuple[Shown, ...]
    changes: tuple[Block, ...]
    is_mine: bool
    needs: int
    age: str
    left: str
    is_soon: bool

    @property
    def item(self) -> str:
        """What a form carries for it."""
        return f"{self.approval.post_id}:{self.approval.version}"


@router.get("/approvals")
async def page(request: Request, place: Entered) -> Response:
    """Show what waits, for the team and for the client; a client sees what waits for them."""
    found = await front_of(request).database.write(_waiting, place)
    buttons = {name: button for each in found for name, button in _buttons(place, each).items()}
    stage = await set_stage(request, place, buttons=buttons)
    groups = [(audience, [each for each in found if each.approval.audience == audience]) for audience in _seen(place)]
    return await show(request, place, stage, "approvals", groups=groups, is_client=not place.may(Right.SEE))


def _seen(place: Place) -> tuple[str, ...]:
    return (TEAM, CLIENT) if place.may(Right.SEE) else (CLIENT,)


def _waiting(uow: UnitOfWork, place: Place) -> list[Waiting]:
    rows = approvals.waiting(uow, place.brand.id, *_seen(place))[:MOST]
    return [_one(uow, place, approval) for approval in rows]


def _one(uow: UnitOfWork, place: Place, approval: Approval) -> Waiting:
    whole = posts.find(uow, place.brand.id, approval.post_id)
    accounts, for_client = showing.accounts_of(uow, place.brand.id), not place.may(Right.SEE)
    digests = [each.digest for each in whole.content.media]
    web.show(uow, place.chat.chat_id, digests)
    files = media.of(uow, digests)
    entry = calendar.entry(whole.post, whole.content, whole.targets, uow.now)
    left = approval.deadline_at - uow.now if approval.deadline_at else None
    return Waiting(
        approval,
        chip(entry, place.t, place.brand.zone, accounts, for_client=for_client),
        tuple(
            editor.shown(accounts[each], whole.content, files) for each in whole.content.accounts if each in accounts
        ),
        _changes(uow, place, whole, approval),
        _is_mine(uow, place, whole, approval),
        approvals.missing(uow, whole, approval),
        place.t.ago((uow.now - approval.asked_at).total_seconds()),
        place.t.ago(left.total_seconds()) if left and left > timedelta() else "",
        left is not None and left < SOON,
    )


def _changes(uow: UnitOfWork, place: Place, whole: Whole, approval: Approval) -> tuple[Block, ...]:
    """Return what changed since the version that was asked about before, to the same people."""
    asked = {each.version for each in whole.approvals if each.audience == approval.audience}
    before = max((number for number in asked if number < approval.version), default=0)
    old = showing.content(uow, whole.post.id, before) if before else None
    return difference(place.t, old, whole.content, before) if old else ()


def _is_mine(uow: UnitOfWork, place: Place, whole: Whole, approval: Approval) -> bool:
    people = {member.id for member in approvals.deciders(uow, whole, approval.audience)}
    return place.seat.member.id in people and not whole.post.on_hold


def _buttons(place: Place, each: Waiting) -> Mapping[str, Button]:
    """Return the three answers, as the post's card has them."""
    if not each.is_mine:
        return {}
    t, who, post, version = place.t, _ACTIONS[each.approval.audience], each.approval.post_id, each.approval.version
    return {
        f"approve-{post}": Button(t("Approve"), f"{who}.approve", post, version, look="good"),
        f"changes-{post}": Button(t("Request changes"), f"{who}.changes", post, version),
        f"reject-{post}": Button(t("Reject"), f"{who}.reject", post, version, look="bad"),
    }


@router.post("/approvals")
async def approve(request: Request, place: Entered, form: Vouched) -> Response:
    """Approve every version that was left ticked; each refusal is told with its reason, and stops no other."""
    asked = _asked(form.getlist("item"))
    audience = CLIENT if form.get("audience") == CLIENT else TEAM
    if not asked:
        raise Invalid(N_("Tick at least one post to approve."))
    answers = await acting.act(
        request, place, form, lambda uow, actor: approvals.approve_all(uow, actor, asked, audience)
    )
    words = place.t("That was done already.") if answers is None else _said(place, asked, answers)
    return acting.told(request, place, acting.address(place, "approvals"), words)


def _asked(given: Sequence[object]) -> list[tuple[int, int]]:
    pairs = [str(each).partition(":") for each in given][:MOST]
    return [(int(post), int(version)) for post, _, version in pairs if is_id(post) and is_id(version)]


def _said(place: Place, asked: Sequence[tuple[int, int]], answers: Sequence[DeskError | None]) -> str:
    t = place.t
    lines = [t.n("{count} post approved.", "{count} posts approved.", sum(answer is None for answer in answers))]
    for (post, _), answer in zip(asked, answers, strict=True):
        if answer is not None:
            lines.append(t("Post {number}: {words}", number=post, words=answer.say(t)))
    return " ".join(lines)
