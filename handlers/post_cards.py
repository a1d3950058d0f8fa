"""The team's card of a post: one card that everybody works on, from draft to receipt. It shows what is internal, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from handlers.by_hand import answers as out_row
from handlers.card import PLACE, Block, Button, Card, Field, Frame, Picture, Quote, Span, bold, filled, para, row
from handlers.post_parts import (
    STATES,
    as_shown,
    asked,
    choose_time,
    difference,
    label,
    live_link,
    moment,
    result,
    tone,
    when_field,
)
from handlers.route import Scene, Words, view
from smm import amending, by_hand, corrections, extras, figures, posts, preflight, previews, showing, states
from smm.errors import N_
from smm.posts import Whole

if TYPE_CHECKING:
    from storage.accounts import Account
    from storage.approvals import Approval
    from storage.unit_of_work import UnitOfWork

WRITABLE = {"draft", "changes_requested", "rejected", "expired"}
OUT = {
    "publishing",
    "outcome_unknown",
    "published",
    "partially_published",
    "failed",
    "retry_wait",
    "auth_blocked",
    "missed",
    "by_hand",
}
_DECISIONS = {
    "approved": N_("✓ {name} approved version {version}"),
    "changes": N_("✎ {name} asked for changes to version {version}"),
    "rejected": N_("✗ {name} rejected version {version}"),
}


@view("post")
def team_card(scene: Scene) -> Card | None:
    """Draw a post for the team."""
    whole = showing.whole(scene.uow, scene.object_id)
    if whole is None or scene.audience == "client":
        return None
    accounts = showing.accounts_of(scene.uow, whole.brand.id)
    post = whole.post
    frames, pictures = as_shown(scene.t, whole.content, accounts.values(), showing.files(scene.uow, whole.content))
    return Card(
        title=scene.t("Post {number} · version {version}", number=post.id, version=post.version),
        body=tuple(_body(scene, whole, accounts, frames)),
        fields=_fields(scene, whole, accounts),
        pictures=pictures,
        link=live_link(scene.t, whole.targets),
        buttons=buttons(scene.t, whole, accounts),
        footer=scene.t("Team only. The client sees a card of their own."),
        tone=tone(post.state),
    )


def _body(scene: Scene, whole: Whole, accounts: dict[int, Account], frames: Sequence[Frame]) -> list[Block]:
    t, post = scene.t, whole.post
    found: list[Block] = [para(bold(t(STATES[post.state])))]
    if number := scene.args.get("reminder"):
        found.insert(0, para(t("Reminder {number}: this still waits for a decision.", number=number)))
    found += frames
    found += correction(scene, whole)
    if post.state not in OUT | {"cancelled"}:
        found += _problems(scene, whole, accounts)
    if post.state in OUT:
        found += [
            result(t, target, accounts.get(target.account_id), whole, figures.newest(scene.uow, target.id))
            for target in whole.targets
        ]
    if post.state in WRITABLE | {"internal_review", "client_review", "approved", "scheduled"}:
        found += _changes(scene, whole)
    return found + _talk(scene, whole)


def correction(scene: Scene, whole: Whole) -> list[Block]:
    """Return how a correction stands that is not made everywhere, and what it changes."""
    rows = corrections.standing(whole)
    if not rows:
        return []
    target = next(each for each in whole.targets if each.id == rows[0].target_id)
    before = amending.live_version(scene.uow, whole, target)
    changes = difference(scene.t, showing.unpacked(before), whole.content, before.number)
    return [para(bold(scene.t(_standing(whole, {each.state for each in rows})))), *changes]


def _standing(whole: Whole, found: set[str]) -> str:
    if "waiting" not in found:
        return N_("Here the correction needs your hands.") if "hands" in found else N_("The correction is on its way.")
    asked = whole.open_approval
    if asked is None and states.current(whole.post, whole.approvals):
        return N_("The correction was sent back: change it, or withdraw it.")
    if asked is None:
        return N_("The correction is not approved: press Correct to send it once more.")
    if asked.state == "expired":
        return N_("The correction was not approved in time.")
    waits = {"client": N_("The correction waits for the client's approval.")}
    return waits.get(asked.audience, N_("The correction waits for the team's approval."))


def _problems(scene: Scene, whole: Whole, accounts: dict[int, Account]) -> list[Block]:
    signs = {True: "✗", False: "!"}
    files = showing.files(scene.uow, whole.content)
    chosen = showing.chosen(whole.content, accounts)
    lost = [problem for account in chosen for problem in previews.losses(account, whole.content, files)]
    has_passed = whole.post.state in WRITABLE and posts.is_late(whole, scene.uow.now)
    late = (para("! ", scene.t("Its time has passed. Pick a later one.")),) if has_passed else ()
    told = (
        para(f"{signs[problem.blocks]} {scene.t(problem.words, **problem.facts)}")
        for problem in (*preflight.problems(scene.uow, whole), *lost)
    )
    return [*late, *told]


def _changes(scene: Scene, whole: Whole) -> list[Block]:
    reviewed = [row.version for row in whole.approvals if row.version < whole.post.version]
    number = max(reviewed, default=whole.post.version - 1)
    before = showing.content(scene.uow, whole.post.id, number)
    return list(difference(scene.t, before, whole.content, number)) if before else []


def _talk(scene: Scene, whole: Whole) -> list[Block]:
    found: list[Block] = []
    for approval in whole.approvals[-4:]:
        found += decision(scene.uow, scene.t, approval, whole)
    threads = {"internal": N_("Between us:"), "client": N_("With the client:")}
    for audience, title in threads.items():
        notes = showing.notes(scene.uow, whole.post.id, audience)[-3:]
        if notes:
            found.append(para(bold(scene.t(title))))
        found += [Quote(note.text, showing.name(scene.uow, note.member_id)) for note in notes]
    return found


def decision(uow: UnitOfWork, t: Words, approval: Approval, whole: Whole) -> list[Block]:
    """Return what was decided about a version, or until when a decision is awaited."""
    if approval.state in _DECISIONS:
        name = showing.name(uow, approval.decided_by)
        line = para(t(_DECISIONS[approval.state], name=name, version=approval.version))
        return [line, *reason(uow, t, approval, name)]
    if approval.state == "open" and approval.deadline_at is not None:
        whom = t("the client") if approval.audience == "client" else t("the team")
        until = moment(t, approval.deadline_at, whole.brand.zone)
        return [para(*filled(t("Waits for {whom} until {when}.", whom=whom, when=PLACE), until))]
    return []


def reason(uow: UnitOfWork, t: Words, approval: Approval, name: str) -> list[Block]:
    """Return why somebody decided so: their words, and what is known of their voice note."""
    written: list[Block] = [Quote(approval.reason, name)] if approval.reason else []
    voice = showing.voice(uow, approval.id)
    if voice is None:
        return written
    if voice.state == "heard":
        return [*written, Quote(voice.text, t("{name}, as heard by a machine", name=name))]
    told = {
        "kept": t("Voice note"),
        "hearing": t("Voice note, being transcribed…"),
        "failed": t("Voice note. {why}", why=t(voice.error)),
    }
    return [*written, para(Span(told[voice.state], "italic"))]


def recording(uow: UnitOfWork, t: Words, approval: Approval) -> tuple[Picture, ...]:
    """Return the voice note of a decision, to be listened to."""
    voice = showing.voice(uow, approval.id)
    if voice is None:
        return ()
    name = showing.name(uow, voice.member_id)
    return (Picture(voice.digest, alt=t("Voice note by {name}", name=name), mime=voice.mime),)


def _fields(scene: Scene, whole: Whole, accounts: dict[int, Account]) -> tuple[Field, ...]:
    t = scene.t
    where = [label(each) for each in showing.chosen(whole.content, accounts)]
    return (
        when_field(t, whole.post, whole.brand.zone),
        Field(t("Where"), ", ".join(where)),
        Field(t("Author"), showing.name(scene.uow, whole.version.author_id)),
    )


def buttons(t: Words, whole: Whole, accounts: dict[int, Account]) -> tuple[tuple[Button, ...], ...]:
    """Return what can be done in the post's state; who may is looked up when a button is pressed."""
    post = whole.post
    if post.state == "outcome_unknown":
        return asked(t, whole.targets, accounts)
    if post.state == "by_hand":
        return (*_hands(t, whole, accounts), *correcting(t, whole, accounts), *_more(t, whole, accounts))
    if post.state in {"published", "cancelled"}:
        ends = row(Button(t("Duplicate"), "post.duplicate", post.id), _history(t, whole))
        return (*_decide_correction(t, whole), *correcting(t, whole, accounts), ends)
    if post.state == "publishing":
        return ()
    ways = (*take_over(t, whole, accounts), *correcting(t, whole, accounts))
    return (*main_row(t, whole), *ways, *_more(t, whole, accounts))


def _decide_correction(t: Words, whole: Whole) -> tuple[tuple[Button, ...], ...]:
    asked = whole.open_approval
    return (_decide(t, whole),) if asked is not None and asked.audience == "internal" else ()


def correcting(t: Words, whole: Whole, accounts: dict[int, Account]) -> tuple[tuple[Button, ...], ...]:
    """Return what can be done about words that are live: change them, or what the desk could not change there."""
    post, rows = whole.post, corrections.standing(whole)
    change = Button(t("Correct"), "post.correct", post.id, post.version) if corrections.can_correct(whole) else None
    back = Button(
        t("Withdraw the correction"), "post.uncorrect", post.id, post.version, confirm=t("Withdraw the correction?")
    )
    by_target = {target.id: accounts.get(target.account_id) for target in whole.targets}
    left = [(each, account) for each in rows if each.state == "hands" and (account := by_target[each.target_id])]
    return (
        *((row(change, back if rows else None),) if change or rows else ()),
        *(
            row(Button(t("{account}: what can be done", account=label(one)), "correction.open", each.id))
            for each, one in left
        ),
    )


def _hands(t: Words, whole: Whole, accounts: dict[int, Account]) -> tuple[tuple[Button, ...], ...]:
    """Return the answers to "is it out?" for each account where a person publishes."""
    waiting = [target for target in whole.targets if target.state == by_hand.STATE]
    return tuple(
        out_row(t, target, f"{label(accounts[target.account_id])}: " if len(waiting) > 1 else "") for target in waiting
    )


def take_over(t: Words, whole: Whole, accounts: dict[int, Account]) -> tuple[tuple[Button, ...], ...]:
    """Return the offers to publish by hand what the desk could not."""
    able = [target for target in whole.targets if by_hand.can_take_over(accounts.get(target.account_id), target)]
    return tuple(
        row(
            Button(t("Publish by hand: {account}", account=label(accounts[one.account_id])), "target.take_over", one.id)
        )
        for one in able
    )


def main_row(t: Words, whole: Whole) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of the next step."""
    post = whole.post
    if post.state == "internal_review":
        return (_decide(t, whole),)
    if post.state == "on_hold":
        return (row(Button(t("Lift the hold"), "post.resume", post.id, look="good")),) if post.on_hold else ()
    if post.state in WRITABLE and whole.policy.steps:
        return (row(_send(t, whole), Button(t("Pick a time"), "post.time", post.id, post.version)),)
    return (choose_time(t, post),) if post.state != "client_review" else ()


def _send(t: Words, whole: Whole) -> Button:
    """Return the button that asks for approval; what was sent back and is still the same says so."""
    same = whole.post.state in {"changes_requested", "rejected"} and bool(states.current(whole.post, whole.approvals))
    words = t("Send again, unchanged") if same else t("Send for approval")
    return Button(words, "post.submit", whole.post.id, whole.post.version, look="plain" if same else "good")


def _decide(t: Words, whole: Whole) -> tuple[Button, ...]:
    post = whole.post
    return row(
        Button(t("Approve"), "post.approve", post.id, post.version, look="good"),
        Button(t("Request changes"), "post.changes", post.id, post.version),
        Button(t("Reject"), "post.reject", post.id, post.version, look="bad"),
    )


def _more(t: Words, whole: Whole, accounts: dict[int, Account]) -> tuple[tuple[Button, ...], ...]:
    post = whole.post
    several = Button(t("Text per network"), "post.override", post.id, post.version)
    offer = extras.offered(showing.chosen(whole.content, accounts), whole.content.options)
    hold = None if post.state == "on_hold" else Button(t("Hold"), "post.hold", post.id)
    return (
        row(
            Button(t("Edit"), "post.edit", post.id, post.version),
            several if len(whole.content.accounts) > 1 else None,
            Button(t("Describe pictures"), "post.describe", post.id, post.version) if whole.content.media else None,
        ),
        row(
            Button(t("Extras"), "post.extras", post.id, post.version) if offer.any else None,
            Button(t("Note"), "post.note", post.id),
            Button(t("Write to the client"), "post.answer", post.id) if showing.shared(whole) else None,
        ),
        row(
            _history(t, whole),
            Button(t("Duplicate"), "post.duplicate", post.id),
            hold,
            Button(t("Cancel post"), "post.cancel", post.id, post.version, look="bad", confirm=t("Cancel this post?")),
        ),
    )


def _history(t: Words, whole: Whole) -> Button | None:
    return Button(t("History"), "post.history", whole.post.id) if whole.post.version > 1 else None
