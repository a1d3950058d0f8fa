"""Cards that tell the team something about a post: an alarm, a decision, how yesterday went. The card to work on is another."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from handlers.card import PLACE, Block, Button, Card, Field, Para, Quote, filled, para, row
from handlers.list_parts import beginning
from handlers.post_cards import OUT, decision, main_row, recording
from handlers.post_parts import STATES, asked, choose_time, live_link, moment, result, tone, when_field
from handlers.route import Scene, Words, view
from smm import corrections, receipts, showing
from smm.errors import N_
from smm.posts import Whole

if TYPE_CHECKING:
    from storage.approvals import Approval


@view("post_alert")
def alert_card(scene: Scene) -> Card | None:
    """Draw what went wrong with a post, and what can be done; it turns into its own all-clear."""
    whole = showing.whole(scene.uow, scene.object_id)
    if whole is None or scene.audience == "client":
        return None
    t, post = scene.t, whole.post
    accounts = showing.accounts_of(scene.uow, whole.brand.id)
    late = "late" in scene.args and post.state != "published"
    settled = post.state in {"published", "cancelled"} or (post.state == "scheduled" and not late)
    ways = () if settled else asked(t, whole.targets, accounts) or _ways_out(t, whole)
    told = [each for each in whole.targets if each.error or post.state in OUT]
    results = [result(t, each, accounts.get(each.account_id), whole) for each in told]
    state, expired = t(STATES[post.state]), correction_expired(whole)
    if expired:
        state = t("The correction was not approved in time.")
    return Card(
        title=t("Its time has passed, and it is not out: {state}", state=state) if late else state,
        body=(_about(t, whole), *results, *_holds(scene, whole)),
        fields=(
            when_field(t, post, whole.brand.zone),
            Field(t("Author"), showing.name(scene.uow, whole.version.author_id)),
        ),
        link=live_link(t, whole.targets),
        buttons=(*ways, (_open(t, whole),)),
        tone="warn" if expired else tone(post.state),
    )


def correction_expired(whole: Whole) -> bool:
    """Say whether a correction of what is live was not approved in time."""
    asked = whole.open_approval
    return asked is not None and asked.state == "expired" and bool(corrections.standing(whole))


def _about(t: Words, whole: Whole) -> Para:
    return para(t("Post {number}: {text}", number=whole.post.id, text=beginning(t, whole.content)))


def _open(t: Words, whole: Whole) -> Button:
    return Button(t("Open the post"), "post.open", whole.post.id)


def _holds(scene: Scene, whole: Whole) -> list[Block]:
    notes = showing.notes(scene.uow, whole.post.id, "internal", "client")[-1:] if whole.post.on_hold else []
    return [Quote(note.text, showing.name(scene.uow, note.member_id)) for note in notes]


def _ways_out(t: Words, whole: Whole) -> tuple[tuple[Button, ...], ...]:
    post = whole.post
    if post.state == "on_hold":
        return main_row(t, whole)
    if whole.is_approved:
        return (choose_time(t, post),)
    return (
        row(
            Button(t("Next free slot"), "post.next", post.id, post.version),
            Button(t("Pick a time"), "post.time", post.id, post.version),
            Button(t("Cancel post"), "post.cancel", post.id, post.version, look="bad", confirm=t("Cancel this post?")),
        ),
    )


@view("decision")
def decision_card(scene: Scene) -> Card | None:
    """Draw a decision for the team: who, about which version, and what comes next."""
    approval = showing.approval(scene.uow, scene.object_id)
    whole = showing.whole(scene.uow, approval.post_id) if approval else None
    if approval is None or whole is None or scene.audience == "client":
        return None
    t = scene.t
    return Card(
        title=t("This still waits for a decision. A manager should look.") if "escalated" in scene.args else "",
        body=(*decision(scene.uow, t, approval, whole), _about(t, whole), *_next(t, whole, approval)),
        pictures=recording(scene.uow, t, approval),
        link=live_link(t, whole.targets),
        buttons=_answers(t, whole, approval),
        tone={"approved": "good", "changes": "warn", "rejected": "bad"}.get(approval.state, "plain"),  # type: ignore[arg-type]
    )


def _next(t: Words, whole: Whole, approval: Approval) -> list[Block]:
    post = whole.post
    if approval.version != post.version:
        return [para(t("There is version {current} by now.", current=post.version))]
    if post.state == "published":
        return [para(t(_corrected(whole, approval)))]
    if post.state == "scheduled" and post.slot_at:
        slot = moment(t, post.slot_at, whole.brand.zone)
        return [para(*filled(t("It goes out {when}.", when=PLACE), slot))]
    if post.state == "approved" and post.slot_at:
        return [para(t("It was approved too late for its time. Choose what to do:"))]
    if post.state == "approved":
        return [para(t("It has no time yet. Choose what to do:"))]
    return []


def _corrected(whole: Whole, approval: Approval) -> str:
    rows = [each for each in whole.corrections if each.version == approval.version]
    if not rows or all(each.state == "done" for each in rows):
        return N_("It is live.")
    if approval.state == "approved":
        return N_("The correction goes to where the post is live.")
    return N_("The post stays live as it is.")


def _answers(t: Words, whole: Whole, approval: Approval) -> tuple[tuple[Button, ...], ...]:
    post = whole.post
    newest = approval.version == post.version and not any(
        other.id > approval.id and other.decided_by for other in whole.approvals
    )
    if newest and post.state == "approved":
        return (choose_time(t, post), (_open(t, whole),))
    if newest and approval.state in {"changes", "rejected"} and corrections.standing(whole):
        return (row(Button(t("Correct"), "post.correct", post.id, post.version, look="good"), _open(t, whole)),)
    if newest and approval.state in {"changes", "rejected"}:
        return (row(Button(t("Edit"), "post.edit", post.id, post.version, look="good"), _open(t, whole)),)
    return ((_open(t, whole),),)


@view("daily")
def daily_card(scene: Scene) -> Card | None:
    """Draw the line about yesterday."""
    brand = showing.brand(scene.uow, scene.object_id)
    if brand is None or scene.audience == "client":
        return None
    day = receipts.of_day(scene.uow, brand, date.fromisoformat(scene.args["day"]))
    facts = {"day": scene.t.day(day.day), "live": day.live, "planned": day.planned}
    whole = day.live == day.planned
    words = (
        scene.t("{day}: {live} of {planned} live.", **facts)
        if whole
        else scene.t("{day}: only {live} of {planned} live. Look at the plan: /plan", **facts)
    )
    return Card(body=(para(words),), tone="good" if whole else "bad")
