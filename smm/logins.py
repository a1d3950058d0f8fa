"""Logins: credentials that were given, on their way to be an account's.

A secret is sealed the moment it is given, waits in a closed row of its own until a real call has proven it, and only then
becomes an account's.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from smm import accounts, alerts, declared, quotas, spending, troubles
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import (
    N_,
    Conflict,
    DeskError,
    Invalid,
    NotFound,
)
from smm.networks import Can, Credential, Profile
from smm.roles import Right
from storage import accounts as rows
from storage import jobs, memos
from storage.accounts import Account
from storage.channels import ChatRef
from storage.unit_of_work import UnitOfWork
from storage.vault import SealBroken

STALE: Final = timedelta(days=1)
LONGEST_SECRET: Final = 6_000


def begin(
    uow: UnitOfWork,
    actor: Actor,
    network: str,
    given: Mapping[str, str],
    chat: ChatRef,
    language: str,
    instead: int = 0,
) -> int:
    """Take credentials for a new account, or `instead` of those of an account that there is; a job will prove them."""
    actor.must(Right.MANAGE)
    wanted = declared.find(network)
    if wanted is None:
        raise NotFound(N_("There is no such network here. Choose one: /accounts"))
    if instead:
        accounts.of(uow, actor.brand_id, instead)
    filled = {asked.name: fill(asked, given.get(asked.name, "")) for asked in wanted.credentials}
    pending = keep_pending(uow, actor.brand_id, actor.member_id, network, filled)
    prove(uow, actor, pending, chat, language, instead)
    return pending


def keep_pending(
    uow: UnitOfWork, brand_id: int, member_id: int, network: str, given: Mapping[str, str], name: str = ""
) -> int:
    """Seal credentials in a closed row of their own, where they wait to be proven; return its id."""
    rows.remove_stale(uow, brand_id, uow.now - STALE)
    pending = rows.add(
        uow,
        brand_id,
        network,
        f"pending:{secrets.token_urlsafe(12)}",
        name=name[:200] or declared.title(network),
        health="connecting",
        closed_at=uow.now,
        connected_by=member_id,
    )
    rows.change(uow, pending, secret=uow.vault.seal(given, rows.owner(pending)))
    return pending


def prove(
    uow: UnitOfWork,
    actor: Actor,
    pending_id: int,
    chat: ChatRef,
    language: str,
    instead: int = 0,
    *,
    over: bool = False,
) -> None:
    """Let a job prove waiting credentials; with `over`, what was not given anew stays as it was."""
    args = {"account_id": pending_id, "instead": instead, "chat": asdict(chat), "language": language, "over": over}
    who = {"member_id": actor.member_id, "identity": actor.identity}
    jobs.queue(uow, "connect", f"connect:{pending_id}:{uow.now.isoformat()}", args | who)


def fill(asked: Credential, given: str) -> str:
    """Return what somebody gave for a credential, or its default; refuse what cannot be it."""
    value = given.strip() or asked.default
    if not value and asked.required:
        raise Invalid(N_("This is needed to connect: {label}."), field=asked.name, label=asked.label)
    if len(value) > LONGEST_SECRET or not (value.replace("\n", "") if asked.lines else value).isprintable():
        raise Invalid(N_("This cannot be right: {label}. Copy it again."), field=asked.name, label=asked.label)
    return value


async def connect(desk: Desk, args: Mapping[str, Any]) -> None:
    """Prove credentials by a real call and make them an account's; tell the chat that asked how it went."""
    pending = await desk.database.read(rows.get, args["account_id"])
    if pending is None or pending.health != "connecting":
        return
    try:
        connector = await desk.networks.connector(pending.id)
        profile = await connector.check()
    except DeskError as error:
        await desk.database.write(_refuse, pending.id, error, args)
    else:
        await desk.database.write(_settle, pending.id, profile, args)


def _refuse(uow: UnitOfWork, pending_id: int, error: DeskError, args: Mapping[str, Any]) -> None:
    """Forget the credentials and say why they did not work."""
    rows.change(uow, pending_id, health="refused", health_note=troubles.note(error), secret=None)
    pending = rows.get(uow, pending_id)
    if pending is not None:
        _show(uow, pending, args, {"instead": str(args["instead"] or "")})


def _settle(uow: UnitOfWork, pending_id: int, profile: Profile, args: Mapping[str, Any]) -> None:
    """Make a proven login an account: a new one, or one that stood before."""
    pending = rows.hold(uow, pending_id)
    if pending is None or pending.health != "connecting" or pending.secret is None:
        return
    standing = rows.get(uow, args["instead"]) if args["instead"] else None
    if standing is not None and standing.remote_id != profile.remote_id:
        other = Conflict(
            N_(
                "These credentials belong to {found}, not to {wanted}. Connect {found} as an account of its own: /accounts"
            ),
            found=profile.name,
            wanted=standing.name,
        )
        _refuse(uow, pending_id, other, args)
        return
    account_id = connected(
        uow,
        pending.brand_id,
        pending.network,
        profile,
        uow.vault.open(pending.secret, pending.owner),
        by=pending.connected_by,
        over=bool(args.get("over")),
    )
    rows.remove(uow, pending_id)
    account = rows.get(uow, account_id)
    if account is not None:
        spending.join(uow, pending, account)
        _show(uow, account, args, {"first": "1"})
        accounts.log(uow, account, "account.connect", f"member:{args['member_id']}", args["identity"])


def connected(
    uow: UnitOfWork,
    brand_id: int,
    network: str,
    profile: Profile,
    given: Mapping[str, str],
    by: int | None = None,
    *,
    over: bool = False,
) -> int:
    """Keep a proven login as the brand's account and return its id; one that stood before keeps its history and its place.

    With `over` it also keeps what was not given anew: not every network repeats its refresh token.
    """
    known = rows.same(uow, brand_id, network, profile.remote_id)
    account_id = known.id if known else rows.add(uow, brand_id, network, profile.remote_id)
    fetches = declared.can(network, Can.FETCH) and (profile.can is None or Can.FETCH in profile.can)
    rows.change(
        uow,
        account_id,
        **told(uow, profile),
        secret=uow.vault.seal((opened(uow, known) if over else {}) | dict(given), rows.owner(account_id)),
        health="ok",
        health_note="",
        failures=0,
        poll_at=uow.now if fetches else None,
        closed_at=None,
        connected_by=by,
        hook=known.hook if known and known.hook else secrets.token_urlsafe(24),
    )
    memos.forget(uow, accounts.notice_name(account_id))
    if known is not None and known.closed_at is None and known.health != "ok":
        alerts.tell(uow, brand_id, "alerts", accounts.VIEW, account_id)
    for view in (accounts.VIEW, accounts.NOTICE):
        alerts.refresh(uow, view, account_id)
    uow.wake("accounts")
    uow.wake("due")
    return account_id


def opened(uow: UnitOfWork, known: Account | None) -> dict[str, str]:
    """Return an account's credentials; nothing where there are none, or none that can be opened."""
    if known is None or known.secret is None:
        return {}
    try:
        return uow.vault.open(known.secret, known.owner)
    except SealBroken:
        return {}


def told(uow: UnitOfWork, profile: Profile) -> dict[str, Any]:
    """Return what a real call told about an account, as it is kept."""
    return {
        "name": profile.name[:200],
        "handle": profile.handle[:200],
        "link": profile.link,
        "limits": asdict(profile.limits) if profile.limits else None,
        "expires_at": profile.expires_at,
        "mode": profile.mode[:100],
        "can": None if profile.can is None else sorted(str(what) for what in profile.can),
        "cannot": {str(what): words for what, words in profile.cannot.items()} or None,
        "checked_at": uow.now,
    } | ({"quota": quotas.plain(profile.quota)} if profile.quota else {})


def _show(uow: UnitOfWork, account: Account, args: Mapping[str, Any], more: Mapping[str, str]) -> None:
    chat = ChatRef(**args["chat"])
    alerts.show(uow, chat, accounts.VIEW, account.id, brand_id=account.brand_id, language=args["language"], args=more)
