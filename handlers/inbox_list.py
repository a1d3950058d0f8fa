"""The list of the inbox: a page of mentions, the shelves with their counts, networks, search, and what to do when it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.card import Block, Button, Card, Quote, bold, para, row
from handlers.mention_cards import STATES, author, excerpt
from handlers.route import Context, Words
from smm import declared, inbox_reading
from smm.errors import N_
from smm.inbox_reading import Listed, Wanted
from smm.mention_moves import State

if TYPE_CHECKING:
    from storage.accounts import Account
    from storage.mentions import Mention
    from storage.unit_of_work import UnitOfWork

EXCERPT: Final = 140
SHELVES: Final = {
    "open": N_("Open"),
    "mine": N_("Mine"),
    "unclaimed": N_("Unclaimed"),
    "snoozed": N_("Snoozed"),
    "answered": N_("Answered"),
    "closed": N_("Closed"),
    "all": N_("All"),
}
EMPTY: Final = {
    "open": N_("Nothing waits for an answer. New comments arrive here by themselves."),
    "mine": N_("Nothing is claimed by you or assigned to you. Take something from Unclaimed."),
    "unclaimed": N_("Everything is taken. See Open for what the others are at."),
    "snoozed": N_("Nothing is snoozed."),
    "answered": N_("Nothing has been answered yet. Open shows what waits."),
    "closed": N_("Nothing has been closed without an answer."),
    "all": N_("Nothing has arrived yet. New comments come by themselves once an account is connected."),
}
BRIEF: Final = {State.REPLIED: N_("Answered by {who}"), State.SNOOZED: N_("Snoozed")}


def show_list(context: Context, wanted: Wanted) -> Card:
    """Draw a page of the inbox as the reader asks for it."""
    t, listed = context.t, inbox_reading.listed(context.uow, context.of.id, context.who.id, wanted)
    body = [block for number, pair in enumerate(listed.rows, 1) for block in line(context.uow, t, number, *pair)]
    return Card(
        title=_title(t, context.of.name, wanted),
        body=tuple(body) or _empty(t, listed, wanted),
        buttons=_buttons(t, listed, wanted),
        footer=t("Search: /inbox and the words.") if not wanted.words else "",
    )


def _title(t: Words, brand: str, wanted: Wanted) -> str:
    title = t("Inbox of {brand}: {shelf}", brand=brand, shelf=t(SHELVES[wanted.shelf]))
    if wanted.network:
        title = t("{title}, {network}", title=title, network=declared.title(wanted.network))
    return t("{title}, with “{words}”", title=title, words=wanted.words) if wanted.words else title


def line(uow: UnitOfWork, t: Words, number: int, mention: Mention, account: Account) -> tuple[Block, ...]:
    """Return a mention as a numbered line of a list, and the beginning of its text."""
    ago = t.ago((uow.now - mention.said_at).total_seconds())
    words = brief(t, mention, inbox_reading.name_of(uow, mention.claimed_by))
    where = t("{network}, {time} ago: {state}", network=declared.title(account.network), time=ago, state=words)
    return para(bold(f"{number}. "), where), Quote(excerpt(mention.text, EXCERPT), author(mention))


def brief(t: Words, mention: Mention, held_by: str) -> str:
    """Return in a few words where a mention stands."""
    state = State(mention.state)
    return t(BRIEF.get(state, STATES[state]), who=held_by or mention.answered_by, until="")


def _empty(t: Words, listed: Listed, wanted: Wanted) -> tuple[Block, ...]:
    if wanted.words:
        return (para(t("Nothing holds these words. Try fewer of them, or only their beginnings.")),)
    if not listed.networks:
        return (para(t("No network is connected yet. Connect one, and comments arrive here: /accounts")),)
    return (para(t(EMPTY[wanted.shelf])),)


def _buttons(t: Words, listed: Listed, wanted: Wanted) -> tuple[tuple[Button, ...], ...]:
    cards = row(*(Button(str(n), "mention.show", mention.id) for n, (mention, _) in enumerate(listed.rows, 1)))
    older = str(listed.rows[-1][0].id) if listed.more else ""
    pages = row(
        _turn(t("Newest"), wanted, before="") if wanted.before else None,
        _turn(t("Older"), wanted, before=older) if older else None,
    )
    shelves = [_shelf(t, name, listed, wanted) for name in SHELVES]
    return tuple(
        each for each in (cards, pages, row(*shelves[:4]), row(*shelves[4:]), _networks(t, listed, wanted)) if each
    )


def _shelf(t: Words, name: str, listed: Listed, wanted: Wanted) -> Button:
    count = f" {listed.counts[name]}" if name in listed.counts else ""
    here = "• " if name == wanted.shelf else ""
    return _turn(f"{here}{t(SHELVES[name])}{count}", wanted, shelf=name, before="")


def _networks(t: Words, listed: Listed, wanted: Wanted) -> tuple[Button, ...]:
    if len(listed.networks) < 2 and not wanted.network:  # noqa: PLR2004 - one network is no choice
        return ()
    every = _turn(t("Every network"), wanted, network="", before="") if wanted.network else None
    others = [name for name in listed.networks if name != wanted.network]
    return row(every, *(_turn(declared.title(name), wanted, network=name, before="") for name in others))


def _turn(label: str, wanted: Wanted, **changed: str) -> Button:
    args = {
        "shelf": wanted.shelf,
        "network": wanted.network,
        "words": wanted.words,
        "before": str(wanted.before or ""),
        "here": "yes",
    }
    return Button(label, "inbox.list", args=args | changed)
