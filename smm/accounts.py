"""Accounts: how a brand's login on a network is connected, how its health is kept, and when it is polled next.

A secret is sealed the moment it is given, waits in a closed row of its own until a real call has proven it, and only then
becomes an account's. The first failure and the recovery are told; what repeats is counted.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from smm import alerts, declared, spending, troubles
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import (
    N_,
    AuthExpired,
    Conflict,
    ConnectorError,
    DeskError,
    Invalid,
    NeedsHuman,
    NotFound,
    RateLimited,
    Unsupported,
)
from smm.networks import Can, Credential, Profile, Quota
from smm.roles import Right
from storage import accounts, audit, jobs, memos
from storage.accounts import Account
from storage.channels import ChatRef
from storage.unit_of_work import UnitOfWork
from storage.vault import SealBroken

VIEW: Final = "account"
NOTICE: Final = "key_notice"  # to one person: see smm/doctor.py
SLOWEST: Final = timedelta(minutes=30)  # between polls of an account that keeps failing
FASTEST: Final = timedelta(seconds=1)
SHORT: Final = 10  # a tenth of a quota left is little
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
        of(uow, actor.brand_id, instead)
    filled = {asked.name: fill(asked, given.get(asked.name, "")) for asked in wanted.credentials}
    pending = keep_pending(uow, actor.brand_id, actor.member_id, network, filled)
    prove(uow, actor, pending, chat, language, instead)
    return pending


def keep_pending(
    uow: UnitOfWork, brand_id: int, member_id: int, network: str, given: Mapping[str, str], name: str = ""
) -> int:
    """Seal credentials in a closed row of their own, where they wait to be proven; return its id."""
    accounts.remove_stale(uow, brand_id, uow.now - STALE)
    pending = accounts.add(
        uow,
        brand_id,
        network,
        f"pending:{secrets.token_urlsafe(12)}",
        name=name[:200] or declared.title(network),
        health="connecting",
        closed_at=uow.now,
        connected_by=member_id,
    )
    accounts.change(uow, pending, secret=uow.vault.seal(given, accounts.owner(pending)))
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
    pending = await desk.database.read(accounts.get, args["account_id"])
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
    accounts.change(uow, pending_id, health="refused", health_note=troubles.note(error), secret=None)
    pending = accounts.get(uow, pending_id)
    if pending is not None:
        _show(uow, pending, args, {"instead": str(args["instead"] or "")})


def _settle(uow: UnitOfWork, pending_id: int, profile: Profile, args: Mapping[str, Any]) -> None:
    """Make a proven login an account: a new one, or one that stood before."""
    pending = accounts.hold(uow, pending_id)
    if pending is None or pending.health != "connecting" or pending.secret is None:
        return
    standing = accounts.get(uow, args["instead"]) if args["instead"] else None
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
    accounts.remove(uow, pending_id)
    account = accounts.get(uow, account_id)
    if account is not None:
        spending.join(uow, pending, account)
        _show(uow, account, args, {"first": "1"})
        _keep(uow, account, "account.connect", f"member:{args['member_id']}", args["identity"])


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
    known = accounts.same(uow, brand_id, network, profile.remote_id)
    account_id = known.id if known else accounts.add(uow, brand_id, network, profile.remote_id)
    fetches = declared.can(network, Can.FETCH) and (profile.can is None or Can.FETCH in profile.can)
    accounts.change(
        uow,
        account_id,
        **told(uow, profile),
        secret=uow.vault.seal((opened(uow, known) if over else {}) | dict(given), accounts.owner(account_id)),
        health="ok",
        health_note="",
        failures=0,
        poll_at=uow.now if fetches else None,
        closed_at=None,
        connected_by=by,
        hook=known.hook if known and known.hook else secrets.token_urlsafe(24),
    )
    memos.forget(uow, notice_name(account_id))
    if known is not None and known.closed_at is None and known.health != "ok":
        alerts.tell(uow, brand_id, "alerts", VIEW, account_id)
    for view in (VIEW, NOTICE):
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
    } | ({"quota": _plain(profile.quota)} if profile.quota else {})


def _plain(quota: Quota) -> dict[str, Any]:
    return asdict(quota) | {"resets_at": quota.resets_at.isoformat() if quota.resets_at else None}


def quota_of(account: Account, now: datetime) -> Quota | None:
    """Return what the network told last about how much an account may still do; None where that is over."""
    if account.quota is None:
        return None
    ends = account.quota["resets_at"]
    kept = Quota(**account.quota | {"resets_at": datetime.fromisoformat(ends) if ends else None})
    return None if kept.resets_at and kept.resets_at <= now else kept


def is_short(quota: Quota) -> bool:
    """Say whether so little is left that people should know before they answer or publish."""
    return quota.left * SHORT <= quota.limit


def note_quota(uow: UnitOfWork, account_id: int, quota: Quota | None) -> None:
    """Keep what the network told about how much is left."""
    if quota is not None:
        accounts.change(uow, account_id, quota=_plain(quota))


def notice_name(account_id: int) -> str:
    """Return the name under which it is remembered what somebody was told about an account's key."""
    return f"notice:{account_id}"


def close(uow: UnitOfWork, actor: Actor, account_id: int) -> Account:
    """Disconnect an account: its secret is forgotten, its history stays."""
    actor.must(Right.MANAGE)
    account = of(uow, actor.brand_id, account_id)
    if account.closed_at is not None:
        raise Conflict(N_("{name} is disconnected already."), name=account.name)
    accounts.change(uow, account.id, secret=None, poll_at=None, closed_at=uow.now)
    alerts.refresh(uow, VIEW, account.id)
    uow.wake("accounts")
    _keep(uow, account, "account.close", f"member:{actor.member_id}", actor.identity)
    return account


def set_by_hand(uow: UnitOfWork, actor: Actor, account_id: int, *, by_hand: bool) -> Account:
    """Let people publish on an account what the desk prepares, or let the desk publish again."""
    actor.must(Right.MANAGE)
    account = of(uow, actor.brand_id, account_id)
    if not (declared.allows(account, Can.ASSIST) and declared.allows(account, Can.PUBLISH)):
        raise Conflict(
            N_("There is nothing to choose here: {name} can be published on in one way only."), name=account.name
        )
    accounts.change(uow, account.id, by_hand=by_hand)
    alerts.refresh(uow, VIEW, account.id)
    _keep(
        uow, account, "account.by_hand" if by_hand else "account.by_desk", f"member:{actor.member_id}", actor.identity
    )
    return of(uow, actor.brand_id, account_id)


def of(uow: UnitOfWork, brand_id: int, account_id: int) -> Account:
    """Return a brand's account; raise NotFound for anybody else's."""
    account = accounts.hold(uow, account_id)
    if account is None or account.brand_id != brand_id:
        raise NotFound(N_("That account is not here. See the brand's accounts: /accounts"))
    return account


def find(uow: UnitOfWork, account_id: int) -> Account | None:
    """Return an account, or an attempt to connect one."""
    return accounts.get(uow, account_id)


def connected_ones(uow: UnitOfWork, brand_id: int) -> list[Account]:
    """Return the brand's connected accounts."""
    return [account for account in accounts.of_brand(uow, brand_id) if account.closed_at is None]


def poll_due(uow: UnitOfWork, until: datetime) -> list[tuple[int, datetime]]:
    """Return the accounts to be polled by then, each with its moment."""
    return accounts.due(uow, until)


def hurry(uow: UnitOfWork, account_id: int) -> None:
    """Let an account be polled now."""
    account = accounts.hold(uow, account_id)
    if account is not None and account.closed_at is None and account.health != "auth_expired":
        accounts.change(uow, account_id, poll_at=uow.now)
        uow.wake("due")


def record_success(uow: UnitOfWork, account_id: int, wait: timedelta, quota: Quota | None = None) -> None:
    """Note a poll that worked, what is left of the quota, and when to come again; a recovery is told."""
    account = accounts.hold(uow, account_id)
    if account is None or account.closed_at is not None:
        return
    again = uow.now + wait if wait else uow.now
    left = {"quota": _plain(quota)} if quota else {}
    accounts.change(uow, account_id, health="ok", health_note="", failures=0, polled_at=uow.now, poll_at=again, **left)
    if not wait:
        uow.wake("due")
    if account.health != "ok":
        memos.forget(uow, notice_name(account_id))
        alerts.refresh(uow, NOTICE, account_id)
        _tell(uow, account, well=True)
        _keep(uow, account, "account.recover", "desk", "")


def record_failure(uow: UnitOfWork, account_id: int, error: ConnectorError) -> None:
    """Note a call that failed, and when to try again; the first of a row of failures is told."""
    account = accounts.hold(uow, account_id)
    if account is None or account.closed_at is not None or account.health == "auth_expired":
        return
    if isinstance(error, RateLimited):
        accounts.change(uow, account_id, poll_at=uow.now + max(error.retry_after, FASTEST))
        return
    health = "auth_expired" if isinstance(error, AuthExpired) else "failing"
    failures = account.failures + 1
    again = None if isinstance(error, AuthExpired | Unsupported) else uow.now + _patience(failures, error)
    accounts.change(uow, account_id, health=health, health_note=troubles.note(error), failures=failures, poll_at=again)
    if account.health != health:
        _tell(uow, account, well=False)
        _keep(uow, account, f"account.{health}", "desk", "")


def _patience(failures: int, error: ConnectorError) -> timedelta:
    if isinstance(error, NeedsHuman):
        return SLOWEST
    waited: timedelta = timedelta(seconds=30) * 2 ** min(failures - 1, 10)
    return min(waited, SLOWEST)


def _tell(uow: UnitOfWork, account: Account, *, well: bool) -> None:
    alerts.refresh(uow, VIEW, account.id)
    urgency = alerts.NOW if well else alerts.URGENT
    alerts.tell(uow, account.brand_id, "alerts", VIEW, account.id, urgency=urgency)


def _show(uow: UnitOfWork, account: Account, args: Mapping[str, Any], more: Mapping[str, str]) -> None:
    chat = ChatRef(**args["chat"])
    alerts.show(uow, chat, VIEW, account.id, brand_id=account.brand_id, language=args["language"], args=more)


def _keep(uow: UnitOfWork, account: Account, action: str, actor: str, identity: str) -> None:
    audit.append(
        uow,
        actor=actor,
        identity=identity,
        action=action,
        object=f"account:{account.id}",
        brand_id=account.brand_id,
        facts={"network": account.network, "name": account.name},
    )
