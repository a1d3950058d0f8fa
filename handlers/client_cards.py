"""The client's card of a post: how it will look on each network, and the three answers.

It is drawn from the versions that were put to the client and from what the client wrote, and from nothing else: no draft that
the team still works on, no name of an internal reviewer, no internal remark. Tests hold it to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.card import Block, Button, Card, Field, Quote, Tone, bold, para, row
from handlers.post_cards import reason
from handlers.post_parts import as_shown, difference, label, live_link, when_field
from handlers.route import Scene, Words, view
from smm import corrections, showing, states
from smm.errors import N_
from smm.posts import Whole

if TYPE_CHECKING:
    from storage.accounts import Account
    from storage.approvals import Approval


@dataclass(frozen=True, slots=True)
class _Stands:
    """How a post stands for the client: the heading of its card, what there is to know, its colour."""

    title: str
    words: str
    tone: Tone = "plain"


_APPROVED = N_("{brand}: an approved post")
_LIVE = N_("{brand}: a post that is live")
_ASKED = _Stands(
    N_("{brand}: a post for your approval"), N_("Please look at this post. It goes out only with your approval.")
)
_ASKED_AGAIN = _Stands(
    N_("{brand}: a correction for your approval"),
    N_("This post is live. Please look at the correction: it is made only with your approval."),
)
_GOING = _Stands(_APPROVED, N_("It is going out…"))
_STATES = {
    "approved": _Stands(_APPROVED, N_("You approved it. The team chooses when it goes out."), "good"),
    "scheduled": _Stands(_APPROVED, N_("You approved it. It goes out at its time."), "good"),
    "publishing": _GOING,
    "retry_wait": _GOING,
    "published": _Stands(_LIVE, N_("It is live."), "good"),
    "partially_published": _Stands(_LIVE, N_("It is live; the team is looking after the rest."), "warn"),
    "on_hold": _Stands(
        N_("{brand}: a post on hold"), N_("On hold: it does not go out until the team lifts that."), "warn"
    ),
    "cancelled": _Stands(N_("{brand}: a cancelled post"), N_("The team has withdrawn this post.")),
    "changes_requested": _Stands(
        N_("{brand}: a post you want changed"),
        N_("You asked for changes. You will see the new version here."),
        "warn",
    ),
    "rejected": _Stands(N_("{brand}: a declined post"), N_("You rejected it. The team has been told."), "bad"),
}
_SENT_BACK = {"changes": "changes_requested", "rejected": "rejected"}
_AT_WORK = _Stands(
    N_("{brand}: a post the team is working on"),
    N_("The team is working on it. You will be asked again when it is ready."),
)
_BEFORE_IT_IS_OUT = frozenset({"client_review", "expired", "approved", "scheduled"})


@view("post_client", for_client=True)
def client_card(scene: Scene) -> Card | None:
    """Draw a post for the client: the last version that was put to them, or nothing."""
    whole = showing.whole(scene.uow, scene.object_id)
    shared = showing.shared(whole) if whole else 0
    if whole is None or not shared:
        return None
    numbers = showing.for_client(whole) or [shared]
    t = scene.t
    if 0 < int(scene.args.get("version", "0")) < numbers[-1]:
        return _folded(t, whole, int(scene.args["version"]), numbers[-1])
    content = showing.content(scene.uow, whole.post.id, numbers[-1])
    assert content is not None
    accounts = showing.accounts_of(scene.uow, whole.brand.id)
    frames, pictures = as_shown(t, content, accounts.values(), showing.files(scene.uow, content))
    stands = _state(whole, numbers[-1])
    reminder = (
        [para(t("A reminder: this waits for your answer."))]
        if "reminder" in scene.args and stands in {_ASKED, _ASKED_AGAIN}
        else []
    )
    return Card(
        title=t(stands.title, brand=whole.brand.name),
        body=(
            *reminder,
            para(bold(t(stands.words))),
            *frames,
            *_changes(scene, whole, numbers),
            *_said(scene, whole),
        ),
        fields=(
            when_field(t, whole.post, whole.brand.zone),
            Field(t("Where"), ", ".join(label(each) for each in showing.chosen(content, accounts))),
            Field(t("Version"), str(numbers[-1])),
        ),
        pictures=pictures,
        link=live_link(t, whole.targets),
        buttons=_buttons(t, whole, numbers[-1], accounts),
        tone=stands.tone,
    )


def _folded(t: Words, whole: Whole, number: int, newest: int) -> Card:
    """Draw an older card of the same post, so that only one stands there to be answered."""
    words = t("This was version {number}. Version {newest} is below.", number=number, newest=newest)
    return Card(title=t("{brand}: an older version of a post", brand=whole.brand.name), body=(para(words),))


def _state(whole: Whole, number: int) -> _Stands:
    if _asks(whole, number):
        return _ASKED_AGAIN if corrections.standing(whole) else _ASKED
    if number != whole.post.version and whole.post.state not in {"published", "cancelled", "partially_published"}:
        return _own_answer(whole, number)
    given = _approval(whole, number)
    if given and given.state in _SENT_BACK and corrections.standing(whole):
        return _STATES[_SENT_BACK[given.state]]
    return _STATES.get(whole.post.state, _AT_WORK)


def _own_answer(whole: Whole, number: int) -> _Stands:
    """While the team works on a newer version, the client sees their own answer to the last one they were shown."""
    given = _approval(whole, number)
    return _STATES["changes_requested"] if given and given.state == "changes" else _AT_WORK


def _approval(whole: Whole, number: int) -> Approval | None:
    found = [each for each in whole.approvals if each.audience == "client" and each.version == number]
    return found[-1] if found else None


def _asks(whole: Whole, number: int) -> bool:
    given = _approval(whole, number)
    return (
        number == whole.post.version
        and given is not None
        and given.state in {"open", "expired"}
        and not whole.post.on_hold
    )


def _changes(scene: Scene, whole: Whole, numbers: list[int]) -> tuple[Block, ...]:
    if len(numbers) < 2 or not (whole.post.state in _BEFORE_IT_IS_OUT or _asks(whole, numbers[-1])):  # noqa: PLR2004 - the one before the last
        return ()
    before = showing.content(scene.uow, whole.post.id, numbers[-2])
    shown = showing.content(scene.uow, whole.post.id, numbers[-1])
    return difference(scene.t, before, shown, numbers[-2]) if before and shown else ()


def _said(scene: Scene, whole: Whole) -> list[Block]:
    """Return what the client wrote, and what the team wrote for the client."""
    reasons = [
        block
        for each in whole.approvals
        if each.audience == "client"
        for block in reason(scene.uow, scene.t, each, showing.name(scene.uow, each.decided_by))
    ]
    notes = [
        Quote(note.text, showing.name(scene.uow, note.member_id))
        for note in showing.notes(scene.uow, whole.post.id, "client")
    ]
    return [*reasons[-2:], *notes[-3:]]


def _buttons(t: Words, whole: Whole, number: int, accounts: dict[int, Account]) -> tuple[tuple[Button, ...], ...]:
    post = whole.post
    comment = Button(t("Comment"), "client.comment", post.id)
    hold = Button(t("Ask to hold"), "client.hold", post.id)
    if _asks(whole, number):
        return (
            row(
                Button(t("Approve"), "client.approve", post.id, number, look="good"),
                Button(t("Request changes"), "client.changes", post.id, number),
                Button(t("Reject"), "client.reject", post.id, number, look="bad"),
            ),
            row(comment, hold if states.is_open(whole.targets) else None),
        )
    can_wait = post.state in {"approved", "scheduled"} and number == post.version
    return () if post.state == "cancelled" else (row(comment, hold if can_wait else None),)
