"""The buttons about join links: an address for each place where an account is named, and how many people came by it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from handlers.card import Answer, Ask, Block, Button, Card, Edit, Field, Question, Span, bold, para, row
from handlers.route import Context, Scene, Words, action, view
from smm import accounts, declared, join_links, showing
from smm.errors import N_
from smm.join_links import Counted
from smm.networks import Can
from smm.roles import Right, allows

if TYPE_CHECKING:
    from storage.accounts import Account
    from storage.brands import Brand
    from storage.join_links import JoinLink

PAGE: Final = 8
_IN_A_ROW: Final = 2


@action("join_link.list", needs=Right.SEE, help=N_("Show the links by which people join this account"))
def listing(context: Context) -> Answer:
    """List the account's links with what each has brought."""
    number = context.args.get("page", "")
    card = _list(context, int(number) if number.isdecimal() else 0)
    return Edit(card) if context.args.get("here") else card


def _list(context: Context, page: int = 0) -> Card:
    t, account = context.t, accounts.of(context.uow, context.of.id, context.object_id)
    links = join_links.of_account(context.uow, account.id)
    shown = links[page * PAGE : (page + 1) * PAGE] or links[:PAGE]
    return Card(
        title=t("Join links of {account}", account=account.name),
        body=(*(_lines(context, shown) if links else [_empty(t)]), *_cannot(t, account)),
        buttons=(*_opens(shown), *_turns(t, account, page, len(links)), row(_new(context, account), _back(t, account))),
    )


def _empty(t: Words) -> Block:
    return para(
        t(
            "There is no link yet. Make one for each place where the channel is named: a blogger's story, an ad, a"
            " partner. It counts how many people join by it, and how many of them leave again."
        )
    )


def _lines(context: Context, links: list[Counted]) -> Iterable[Block]:
    t = context.t
    for each in links:
        state = "" if _works(each.link, context.uow.now) else f" · {_state(t, each.link, context.uow.now)}"
        yield para(bold(each.link.name), f" · {arrivals(t, each.joined, each.left)}{state}")


def arrivals(t: Words, joined: int, left: int) -> str:
    """Return how many joined, and how many of them have left again, for people."""
    came = t.n("{count} person joined", "{count} people joined", joined)
    return f"{came}, {t.n('{count} has left again', '{count} have left again', left)}" if left else came


def _cannot(t: Words, account: Account) -> Iterable[Block]:
    if account.closed_at is None and not join_links.can(account):
        yield para(t(declared.why_not(account, Can.INVITE), network=declared.title(account.network)))


def _opens(links: list[Counted]) -> tuple[tuple[Button, ...], ...]:
    buttons = [Button(each.link.name, "join_link.open", each.link.id) for each in links]
    return tuple(tuple(buttons[start : start + _IN_A_ROW]) for start in range(0, len(buttons), _IN_A_ROW))


def _turns(t: Words, account: Account, page: int, count: int) -> tuple[tuple[Button, ...], ...]:
    turns = row(
        _page(t("Newer"), account, page - 1) if page else None,
        _page(t("Older"), account, page + 1) if count > (page + 1) * PAGE else None,
    )
    return (turns,) if turns else ()


def _page(label: str, account: Account, number: int) -> Button:
    return Button(label, "join_link.list", account.id, args={"page": str(number), "here": "1"})


def _new(context: Context, account: Account) -> Button | None:
    if not (allows(context.roles, Right.PROMOTE) and join_links.can(account)):
        return None
    return Button(context.t("New link"), "join_link.ask", account.id, look="good")


def _back(t: Words, account: Account) -> Button:
    return Button(t("To the account"), "accounts.open", account.id)


@action("join_link.ask", needs=Right.PROMOTE, help=N_("Make a link by which people join, for one place"))
def ask(context: Context) -> Answer:
    """Ask for the place, and until when."""
    t, account = context.t, accounts.of(context.uow, context.of.id, context.object_id)
    questions = (
        Question(
            "name",
            t("Where will it stand?"),
            "line",
            hint=t("For example: Anna's story, 12 May. Those who join do not see it."),
            limit=join_links.NAME,
        ),
        Question("until", t("Until when does it work?"), "moment", required=False, hint=t("Empty: until you stop it.")),
    )
    return Card(
        title=t("A join link for {account}", account=account.name),
        ask=Ask("join_link.make", questions, t("Make the link"), account.id),
    )


@action("join_link.make", needs=Right.PROMOTE, help=N_("Make the link; its card shows it in a moment"))
def make(context: Context) -> Answer:
    """Ask the network for the link; its card is shown at once."""
    until = context.args.get("until", "")
    join_links.make(
        context.uow,
        context.actor,
        context.object_id,
        context.args.get("name", ""),
        datetime.fromisoformat(until) if until else None,
        context.chat,
        context.t.language,
    )
    return None


@action("join_link.open", needs=Right.SEE, help=N_("Show this link, and what it has brought so far"))
def open_one(context: Context) -> Answer:
    """Show a link's card with the figures of this moment."""
    link, account = join_links.of(context.uow, context.of.id, context.object_id)
    found = join_links.find(context.uow, link.id) or Counted(link)
    return Edit(_draw(Scene(context.uow, context.t, context.chat, link.id, "team"), found, account, context.of))


@action("join_link.stop", needs=Right.PROMOTE, help=N_("Let nobody join by this link any more"))
def stop(context: Context) -> Answer:
    """Stop a link."""
    join_links.stop(context.uow, context.actor, context.object_id)
    return open_one(context)


@action("join_link.again", needs=Right.PROMOTE, help=N_("Try once more to make this link"))
def again(context: Context) -> Answer:
    """Ask for a link again that could not be made."""
    join_links.try_again(context.uow, context.actor, context.object_id)
    return open_one(context)


@view(join_links.VIEW)
def link_card(scene: Scene) -> Card | None:
    """Draw a link as it stands now."""
    found = join_links.find(scene.uow, scene.object_id)
    account = accounts.find(scene.uow, found.link.account_id) if found else None
    brand = showing.brand(scene.uow, account.brand_id) if account else None
    if found is None or account is None or brand is None or scene.audience == "client":
        return None
    return _draw(scene, found, account, brand)


def _draw(scene: Scene, found: Counted, account: Account, brand: Brand) -> Card:
    t, link, now = scene.t, found.link, scene.uow.now
    works = _works(link, now)
    until = (Field(t("Works until"), t.when(link.ends_at, brand.zone), at=link.ends_at),) if link.ends_at else ()
    return Card(
        title=t("Join link: {name}", name=link.name),
        body=tuple(_body(t, link)),
        fields=(
            Field(t("State"), _state(t, link, now)),
            Field(t("Came by it"), str(found.joined)),
            Field(t("Left again"), str(found.left)),
            Field(t("Still there"), str(found.joined - found.left)),
            *until,
            Field(t("Account"), account.name),
            Field(t("Made by"), showing.name(scene.uow, link.made_by)),
        ),
        buttons=_buttons(t, link, works=works),
        tone="bad" if link.state == "failed" else "good" if works else "plain",
    )


def _body(t: Words, link: JoinLink) -> Iterable[Block]:
    if link.error:
        words, facts = link.error["words"], link.error["facts"]
        yield para(bold(t("Not done: {reason}", reason=t(words, **facts))))
    if link.url:
        yield para(t("Copy it:"), " ", Span(link.url, "code"))


def _works(link: JoinLink, now: datetime) -> bool:
    return join_links.is_open(link, now)


def _state(t: Words, link: JoinLink, now: datetime) -> str:
    if link.state == "open" and not _works(link, now):
        return t("its time is over")
    known = {
        "asked": t("is being made…"),
        "open": t("works"),
        "stopping": t("is being stopped…"),
        "stopped": t("stopped"),
        "failed": t("could not be made"),
    }
    return known.get(link.state, link.state)


def _buttons(t: Words, link: JoinLink, *, works: bool) -> tuple[tuple[Button, ...], ...]:
    sure = t("Stop this link? Nobody can join by it any more; what it counted stays.")
    return (
        row(
            Button(t("Count again"), "join_link.open", link.id) if link.url else None,
            Button(t("Try again"), "join_link.again", link.id) if link.state == "failed" else None,
            Button(t("Stop"), "join_link.stop", link.id, look="bad", confirm=sure)
            if works and link.state == "open"
            else None,
        ),
        row(Button(t("All links"), "join_link.list", link.account_id, args={"here": "1"})),
    )
