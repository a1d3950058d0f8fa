"""Join links: an address of its own for each place where an account is named, and how many people joined by it and left again.

A person counts once for a link, however often they come back or the network tells of them. Of people only a keyed hash of the
network's id is kept, so that it is known who of them leaves, and even that is forgotten a month after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from smm import accounts, alerts, declared, health
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import N_, AuthExpired, Conflict, DeskError, Invalid, NotFound
from smm.networks import Can, Join
from smm.roles import Right
from smm.text import line
from storage import audit, jobs, join_links
from storage.accounts import Account
from storage.channels import ChatRef
from storage.join_links import JoinLink
from storage.unit_of_work import UnitOfWork

VIEW: Final = "join_link"
KIND: Final = "join_link"
NAME: Final = 32  # characters: the least that a network takes (https://core.telegram.org/bots/api#createchatinvitelink)
REMEMBERED: Final = timedelta(days=30)  # how long it is known who left: who comes back meanwhile counts once
STANDING: Final = ("asked", "open", "stopping")


@dataclass(frozen=True, slots=True)
class Counted:
    """A link, how many people joined by it, and how many of them have left again."""

    link: JoinLink
    joined: int = 0
    left: int = 0


def can(account: Account) -> bool:
    """Say whether links can be made for an account."""
    return account.closed_at is None and declared.allows(account, Can.INVITE)


def make(
    uow: UnitOfWork,
    actor: Actor,
    account_id: int,
    name: str,
    ends_at: datetime | None,
    chat: ChatRef,
    language: str,
) -> int:
    """Ask for a link of this name; its card in the chat shows it as soon as the network has made it."""
    actor.must(Right.PROMOTE)
    account = accounts.of(uow, actor.brand_id, account_id)
    if not can(account):
        raise Conflict(
            declared.why_not(account, Can.INVITE) or N_("{network} lets no program make links by which people join."),
            network=declared.title(account.network),
        )
    wanted = _named(uow, account_id, name)
    link_id = join_links.add(uow, account_id, wanted, ends_at, actor.member_id)
    _ask(uow, link_id, 1)
    _keep(uow, actor, account, link_id, "make", wanted)
    alerts.show(uow, chat, VIEW, link_id, brand_id=actor.brand_id, language=language)
    return link_id


def _named(uow: UnitOfWork, account_id: int, name: str) -> str:
    wanted = line(name, NAME + 1)
    if not wanted or len(wanted) > NAME:
        raise Invalid(N_("Write a name of 1 to {most} characters."), field="name", most=NAME)
    standing = [each for each in join_links.of_account(uow, account_id) if each.state in STANDING]
    if any(each.name.casefold() == wanted.casefold() for each in standing):
        raise Invalid(N_("There is a link of that name already. Stop it first, or choose another name."), field="name")
    return wanted


def stop(uow: UnitOfWork, actor: Actor, link_id: int) -> None:
    """Let nobody join by a link any more; what it counted stays."""
    actor.must(Right.PROMOTE)
    link, account = of(uow, actor.brand_id, link_id)
    if not join_links.change(uow, link_id, "open", state="stopping", error=None, tries=link.tries + 1):
        raise Conflict(N_("This link is not open. Look at its newest card."))
    _ask(uow, link_id, link.tries + 1)
    _keep(uow, actor, account, link_id, "stop", link.name)
    alerts.refresh(uow, VIEW, link_id)


def try_again(uow: UnitOfWork, actor: Actor, link_id: int) -> None:
    """Ask once more for a link that could not be made."""
    actor.must(Right.PROMOTE)
    link, _ = of(uow, actor.brand_id, link_id)
    if not join_links.change(uow, link_id, "failed", state="asked", error=None, tries=link.tries + 1):
        raise Conflict(N_("This link is there by now. Look at its newest card."))
    _ask(uow, link_id, link.tries + 1)
    alerts.refresh(uow, VIEW, link_id)


def _ask(uow: UnitOfWork, link_id: int, tries: int) -> None:
    jobs.queue(uow, KIND, f"{KIND}:{link_id}:{tries}", {"link_id": link_id})


async def carry_out(desk: Desk, args: Mapping[str, Any]) -> None:
    """Make or stop a link on the network, whichever is asked for. Once more is harmless: nobody knows a link but from its card."""
    link = await desk.database.read(join_links.get, args["link_id"])
    if link is None or link.state not in {"asked", "stopping"}:
        return
    try:
        connector = await desk.networks.connector(link.account_id)
        if link.state == "asked":
            done: dict[str, Any] = {"state": "open", "url": await connector.invite(link.name, link.ends_at)}
        else:
            await connector.close_invite(link.url)
            done = {"state": "stopped"}
    except DeskError as error:
        await desk.database.write(_failed, link, error)
    else:
        await desk.database.write(_done, link, done)


def _done(uow: UnitOfWork, link: JoinLink, done: Mapping[str, Any]) -> None:
    stopped_at = uow.now if done["state"] == "stopped" else None
    join_links.change(uow, link.id, link.state, **done, stopped_at=stopped_at)
    alerts.refresh(uow, VIEW, link.id)


def _failed(uow: UnitOfWork, link: JoinLink, error: DeskError) -> None:
    if isinstance(error, AuthExpired):
        health.record_failure(uow, link.account_id, error)
    said = {"words": error.words, "facts": {name: str(fact) for name, fact in error.facts.items()}}
    after = "failed" if link.state == "asked" else "open"
    join_links.change(uow, link.id, link.state, state=after, error=said)
    alerts.refresh(uow, VIEW, link.id)


def count(uow: UnitOfWork, account: Account, joins: Iterable[Join]) -> None:
    """Count who came by links of an account, and who left it, in the order in which it happened."""
    for join in joins:
        persons = uow.vault.signatures(f"{KIND}:{account.id}:{join.user_id}")
        link = None if join.left else join_links.by_url(uow, account.id, join.address)
        join_links.leave(uow, persons, join.at, besides=link.id if link else 0)  # who joins had left, told or not
        if link is not None:
            join_links.arrive(uow, link.id, persons, join.at)


def of(uow: UnitOfWork, brand_id: int, link_id: int) -> tuple[JoinLink, Account]:
    """Return a brand's link with its account; raise NotFound for anybody else's."""
    link = join_links.get(uow, link_id)
    account = accounts.find(uow, link.account_id) if link else None
    if link is None or account is None or account.brand_id != brand_id:
        raise NotFound(N_("That link is not here. See the brand's accounts: /accounts"))
    return link, account


def find(uow: UnitOfWork, link_id: int) -> Counted | None:
    """Return a link with its figures."""
    link = join_links.get(uow, link_id)
    return _counted(uow, [link])[0] if link else None


def of_account(uow: UnitOfWork, account_id: int) -> list[Counted]:
    """Return an account's links with their figures, newest first."""
    return _counted(uow, join_links.of_account(uow, account_id))


def _counted(uow: UnitOfWork, links: list[JoinLink]) -> list[Counted]:
    tallies = join_links.tallies(uow, [link.id for link in links])
    return [Counted(link, *tallies.get(link.id, (0, 0))) for link in links]


def is_open(link: JoinLink, now: datetime) -> bool:
    """Say whether people can join by a link now."""
    return link.state in {"open", "stopping"} and (link.ends_at is None or link.ends_at > now)


def tidy(uow: UnitOfWork) -> None:
    """Forget who they were that left long ago."""
    join_links.forget(uow, uow.now - REMEMBERED)


def _keep(uow: UnitOfWork, actor: Actor, account: Account, link_id: int, deed: str, name: str) -> None:
    audit.append(
        uow,
        actor=f"member:{actor.member_id}",
        identity=actor.identity,
        action=f"join_link.{deed}",
        object=f"join_link:{link_id}",
        brand_id=account.brand_id,
        facts={"name": name, "account": account.id},
    )
