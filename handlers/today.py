"""/today: what waits for one person, on one card; Slack's Home tab shows the same card for each of their brands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from handlers import approvals, inbox_list
from handlers.card import Answer, Block, Button, Card, Span, Tone, bold, para, row
from handlers.list_parts import beginning, button_name, in_rows
from handlers.post_parts import STATES, when
from handlers.route import Context, Words, command
from smm import my_work, posts
from smm.actors import Actor
from smm.errors import N_
from smm.my_work import Work
from smm.posts import Whole
from smm.roles import Right

if TYPE_CHECKING:
    from storage.brands import Brand
    from storage.unit_of_work import UnitOfWork

_SHOWN: Final = 5
_COMMENT, _DECISION, _POST, _NEXT = "💬", "✋", "📝", "📅"


@command("today", needs=Right.MEMBER, help=N_("What waits for you: comments, decisions, your posts, what is next"))
def today(context: Context) -> Answer:
    """Show what waits for whoever asks."""
    client_room = context.channel is not None and context.channel.purpose == "client"
    team = not (client_room or context.actor.is_client)
    return card(context.uow, context.t, context.of, context.actor, team=team)


def card(uow: UnitOfWork, t: Words, brand: Brand, actor: Actor, *, team: bool) -> Card:
    """Draw what waits for a person in a brand; where the client reads along, `team` is False."""
    work = my_work.of(uow, brand, actor, team=team)
    title = t("What waits for you: {brand}", brand=brand.name)
    if work.is_empty:
        tone: Tone = "plain" if work.unclaimed else "good"
        return Card(title=title, body=(para(_nothing(t, work)),), buttons=_ways_on(t, work, team=team), tone=tone)
    body = (*_mentions(uow, t, work), *_decisions(uow, t, work), *_unfinished(t, work), *_coming(t, work))
    return Card(title=title, body=body, buttons=_buttons(uow, t, work, team=team))


def _nothing(t: Words, work: Work) -> str:
    if not work.unclaimed:
        return t("Nothing waits for you, and nothing is planned for the next days.")
    return t.n(
        "{count} comment waits until somebody takes it. Nothing else waits for you or is planned for the next days.",
        "{count} comments wait until somebody takes them. Nothing else waits for you or is planned for the next days.",
        work.unclaimed,
    )


def _section(mark: str, title: str, blocks: Sequence[Block]) -> tuple[Block, ...]:
    return (para(bold(f"{mark} {title}")), *blocks) if blocks else ()


def _mentions(uow: UnitOfWork, t: Words, work: Work) -> tuple[Block, ...]:
    found = [block for number, pair in enumerate(work.mine, 1) for block in inbox_list.line(uow, t, number, *pair)]
    return _section(_COMMENT, t("Comments for you"), [*found, *_more(t, work.mine_count - len(work.mine))])


def _decisions(uow: UnitOfWork, t: Words, work: Work) -> tuple[Block, ...]:
    found = [block for each in work.decisions[:_SHOWN] for block in approvals.line(uow, t, work.brand.id, each)]
    return _section(_DECISION, t("Your decisions"), [*found, *_more(t, len(work.decisions) - _SHOWN)])


def _more(t: Words, left: int) -> tuple[Block, ...]:
    return (para(t.n("and {count} more", "and {count} more", left)),) if left > 0 else ()


def _unfinished(t: Words, work: Work) -> tuple[Block, ...]:
    return _section(_POST, t("Your posts that wait for you"), [_post(t, whole) for whole in work.unfinished])


def _coming(t: Words, work: Work) -> tuple[Block, ...]:
    told = {whole.post.id for whole in work.unfinished}
    coming = [_post(t, whole) for whole in work.coming if whole.post.id not in told]
    return _section(_NEXT, t("What goes out next"), coming)


def _post(t: Words, whole: Whole) -> Block:
    post, text = whole.post, beginning(t, whole.content, 60)
    slot = Span(when(t, post, whole.brand.zone), at=post.slot_at)
    return para(bold(f"{post.id}. "), slot, f" · {text} · ", Span(t(STATES[post.state]), "italic"))


def _buttons(uow: UnitOfWork, t: Words, work: Work, *, team: bool) -> tuple[tuple[Button, ...], ...]:
    decisions = work.decisions[:_SHOWN]
    asked = [posts.find(uow, work.brand.id, each.post_id) for each in decisions]
    begin = {whole.post.id: beginning(t, whole.content) for whole in (*asked, *work.unfinished, *work.coming)}
    comments = [
        Button(f"{_COMMENT} {button_name(number, mention.text)}", "mention.show", mention.id)
        for number, (mention, _) in enumerate(work.mine, 1)
    ]
    opens = [Button(f"{_POST} {button_name(number, words)}", "post.open", number) for number, words in begin.items()]
    decide = tuple(approvals.decide_buttons(t, each) for each in decisions)
    return (*in_rows(comments), *decide, *in_rows(opens if team else ()), *_ways_on(t, work, team=team))


def _ways_on(t: Words, work: Work, *, team: bool) -> tuple[tuple[Button, ...], ...]:
    if not (team and work.unclaimed):
        return ()
    label = t.n("Take a comment: {count} waits", "Take a comment: {count} wait", work.unclaimed)
    return (row(Button(label, "inbox.list", args={"shelf": "unclaimed"})),)
