"""Accounts: a brand's logins on networks, their sealed credentials, cursors and health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    false,
    select,
    update,
)

from storage.base import Id, Json, Moment, Secret, key, metadata
from storage.unit_of_work import UnitOfWork
from storage.vault import Sealed

accounts = Table(
    "accounts",
    metadata,
    key(),
    Column("brand_id", Id, ForeignKey("brands.id"), nullable=False, index=True),
    Column("network", String(32), nullable=False),
    Column("remote_id", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("handle", String(200), nullable=False),
    Column("link", Text, nullable=False),
    Column("secret", Secret, nullable=True),
    Column("limits", Json, nullable=True),
    Column("cursor", Text, nullable=False),
    Column("health", String(12), nullable=False),
    Column("health_note", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("poll_at", Moment, nullable=True),
    Column("polled_at", Moment, nullable=True),
    Column("expires_at", Moment, nullable=True),
    Column("created_at", Moment, nullable=False),
    Column("closed_at", Moment, nullable=True),
    Column("mode", String(100), nullable=False, server_default=""),
    Column("can", Json, nullable=True),
    Column("cannot", Json, nullable=True),
    Column("quota", Json, nullable=True),
    Column("by_hand", Boolean, nullable=False, server_default=false()),
    Column("connected_by", Id, nullable=True),
    Column("checked_at", Moment, nullable=True),
    Column("hook", String(64), nullable=False, server_default=""),
    Index(None, "hook"),
    UniqueConstraint("brand_id", "network", "remote_id"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """A login on a network. `limits` overrides the network's, read at run time; `secret` opens for `owner`.

    `health`: ok, failing or auth_expired; before it is an account at all, and closed: connecting or refused. `health_note` is
    written and read by smm/troubles.py.

    `mode`, `can` (None: all that the network declares) and `cannot` are what these credentials allow, as told at `checked_at`;
    `quota` what the network said last about how much is left. With `by_hand` people publish what the desk prepares. `hook` is
    the secret part of the address that the network may push to; `connected_by` the member who gave the credentials.
    """

    id: int
    brand_id: int
    network: str
    remote_id: str
    name: str
    handle: str
    link: str
    secret: Sealed | None
    limits: dict[str, Any] | None
    cursor: str
    health: str
    health_note: str
    failures: int
    poll_at: datetime | None
    polled_at: datetime | None
    expires_at: datetime | None
    created_at: datetime
    closed_at: datetime | None
    mode: str = ""
    can: list[str] | None = None
    cannot: dict[str, str] | None = None
    quota: dict[str, Any] | None = None
    by_hand: bool = False
    connected_by: int | None = None
    checked_at: datetime | None = None
    hook: str = ""

    @property
    def owner(self) -> str:
        """Whom the secret was sealed for."""
        return owner(self.id)


_GET = select(accounts).where(accounts.c.id == bindparam("wanted"))
_HOLD = _GET.with_for_update()
_OF_BRAND = select(accounts).where(accounts.c.brand_id == bindparam("of_brand")).order_by(accounts.c.id)
_OPEN = select(accounts).where(accounts.c.closed_at.is_(None)).order_by(accounts.c.id)
_KEYED = select(accounts.c.id).where(accounts.c.secret.is_not(None))
_SAME = select(accounts).where(
    accounts.c.brand_id == bindparam("of_brand"),
    accounts.c.network == bindparam("on_network"),
    accounts.c.remote_id == bindparam("known_as"),
)
_DUE = (
    select(accounts.c.id, accounts.c.poll_at)
    .where(accounts.c.closed_at.is_(None), accounts.c.poll_at <= bindparam("until"))
    .order_by(accounts.c.poll_at)
    .limit(bindparam("most"))
)
_STALE = (
    delete(accounts)
    .where(accounts.c.health.in_(("connecting", "refused")), accounts.c.created_at < bindparam("before"))
    .where(accounts.c.brand_id == bindparam("of_brand"))
)


_RESEAL = (
    update(accounts)
    .where(accounts.c.id == bindparam("wanted"), accounts.c.secret == bindparam("was", type_=Secret()))
    .values(secret=bindparam("renewed", type_=Secret()))
)
_HOOKED = select(accounts).where(
    accounts.c.hook == bindparam("with_hook"),
    accounts.c.network == bindparam("on_network"),
    accounts.c.closed_at.is_(None),
)
_ON_NETWORK = _OPEN.where(accounts.c.network == bindparam("on_network"))


def owner(account_id: int) -> str:
    """Return the name for which an account's secret is sealed."""
    return f"account:{account_id}"


def get(uow: UnitOfWork, account_id: int) -> Account | None:
    """Return an account."""
    return uow.one(Account, _GET, wanted=account_id)


def hold(uow: UnitOfWork, account_id: int) -> Account | None:
    """Return an account that nobody else can change before this transaction ends."""
    return uow.one(Account, _HOLD, wanted=account_id)


def of_brand(uow: UnitOfWork, brand_id: int) -> list[Account]:
    """Return every account that a brand has or had."""
    return uow.many(Account, _OF_BRAND, of_brand=brand_id)


def open_ones(uow: UnitOfWork) -> list[Account]:
    """Return every connected account of every brand."""
    return uow.many(Account, _OPEN)


def keyed(uow: UnitOfWork) -> set[int]:
    """Return the ids of all that have credentials, connected or about to be."""
    return {row[0] for row in uow.rows(_KEYED)}


def same(uow: UnitOfWork, brand_id: int, network: str, remote_id: str) -> Account | None:
    """Return the brand's account that the network knows by this id, closed or not."""
    return uow.one(Account, _SAME, of_brand=brand_id, on_network=network, known_as=remote_id)


def due(uow: UnitOfWork, until: datetime, most: int = 500) -> list[tuple[int, datetime]]:
    """Return the accounts to be polled by then, each with its moment."""
    return [(row[0], row[1]) for row in uow.rows(_DUE, until=until, most=most)]


def add(uow: UnitOfWork, brand_id: int, network: str, remote_id: str, **values: Any) -> int:
    """Add an account; `values` are other columns where they differ from an account in good health without secrets."""
    plain: dict[str, Any] = {
        "name": "",
        "handle": "",
        "link": "",
        "secret": None,
        "limits": None,
        "cursor": "",
        "health": "ok",
        "health_note": "",
        "failures": 0,
        "poll_at": None,
        "polled_at": None,
        "expires_at": None,
        "closed_at": None,
        "mode": "",
        "can": None,
        "cannot": None,
        "quota": None,
        "by_hand": False,
        "connected_by": None,
        "checked_at": None,
        "hook": "",
    }
    known = {"brand_id": brand_id, "network": network, "remote_id": remote_id, "created_at": uow.now}
    return uow.add(accounts, **plain | known | values)


def change(uow: UnitOfWork, account_id: int, **values: Any) -> bool:
    """Change an account; say whether it is there."""
    return uow.change(update(accounts).where(accounts.c.id == account_id).values(**values)) == 1


def reseal(uow: UnitOfWork, account_id: int, was: bytes, secret: Sealed) -> bool:
    """Put renewed credentials in place of those that were renewed; False where others stand there by now."""
    return uow.change(_RESEAL, wanted=account_id, was=Sealed(was), renewed=secret) == 1


def hooked(uow: UnitOfWork, network: str, hook: str) -> Account | None:
    """Return the connected account whose address for pushes has this secret part."""
    return uow.one(Account, _HOOKED, on_network=network, with_hook=hook) if hook else None


def on_network(uow: UnitOfWork, network: str) -> list[Account]:
    """Return every connected account on a network, of whatever brand."""
    return uow.many(Account, _ON_NETWORK, on_network=network)


def remove(uow: UnitOfWork, account_id: int) -> None:
    """Take away a row that never became an account."""
    uow.change(delete(accounts).where(accounts.c.id == account_id, accounts.c.health.in_(("connecting", "refused"))))


def remove_stale(uow: UnitOfWork, brand_id: int, before: datetime) -> None:
    """Take away a brand's attempts to connect that came to nothing."""
    uow.change(_STALE, of_brand=brand_id, before=before)
