"""Consents: a member allows the desk to act for an account on the network's own page, and comes back with a code.

What comes back is believed only from whom it was asked, once, for ten minutes: the state is 128 random bits of which the digest is
kept, the code is bound by PKCE (https://www.rfc-editor.org/rfc/rfc7636) to a secret that never left the desk. What it is exchanged
for is proven by a real call like anything that was typed (smm/logins.py).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from smm import accounts, declared, logins
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import N_, Conflict, Invalid, NotFound
from smm.networks import Credential, Grant, Offer
from smm.roles import Right
from storage import accounts as kept
from storage import consents, memos
from storage.accounts import Account
from storage.channels import ChatRef
from storage.consents import Consent
from storage.unit_of_work import UnitOfWork

LASTS: Final = timedelta(minutes=10)
STALE: Final = N_("That consent is no longer valid. Begin again: /accounts")
REFUSED: Final = N_("{network} says that the access was not granted. Begin again when you are ready: /accounts")
_VERIFIER: Final = "verifier"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the network's page is asked with."""

    state: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Pending:
    """An account that the consent covers: the attempt to connect it, and its name for people."""

    pending_id: int
    name: str


def address(uow: UnitOfWork, brand_slug: str, network: str, instead: int = 0) -> str:
    """Return the page where a member begins, empty where the desk has no address yet."""
    base = (memos.get(uow, "address:web") or "").removesuffix("/in/")
    again = f"?instead={instead}" if instead else ""
    return f"{base}/s/me/b/{brand_slug}/accounts/connect/{network}{again}" if base else ""


async def begin(desk: Desk, actor: Actor, network: str, redirect: str, instead: int = 0) -> str:
    """Remember that a member is asked, and return the address of the network's page."""
    actor.must(Right.MANAGE)
    wanted = declared.find(network)
    if wanted is None or not wanted.consent:
        raise NotFound(N_("There is no such network here. Choose one: /accounts"))
    asked = await desk.database.write(_ask, actor, network, instead)
    visitor = desk.networks.visitor(network)
    try:
        return visitor.consent(asked.state, asked.challenge, redirect)
    finally:
        await visitor.close()


def _ask(uow: UnitOfWork, actor: Actor, network: str, instead: int) -> Asked:
    if instead:
        accounts.of(uow, actor.brand_id, instead)
    consents.forget(uow, uow.now - LASTS)
    state, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(48)
    sealed = uow.vault.seal({_VERIFIER: verifier}, _owner(state))
    consents.ask(uow, _digest(state), actor.brand_id, actor.member_id, network, instead or None, sealed)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return Asked(state, challenge.decode())


async def finish(desk: Desk, member_id: int, state: str, code: str, redirect: str) -> tuple[Consent, list[Pending]]:
    """Exchange what a member came back with; return what it covers, ready to be connected."""
    consent, verifier = await desk.database.write(_take, member_id, state)
    if not code:
        raise Conflict(REFUSED, network=declared.title(consent.network))
    visitor = desk.networks.visitor(consent.network)
    try:
        offers = await visitor.exchange(Grant(code, verifier, redirect))
    finally:
        await visitor.close()
    return consent, await desk.database.write(_keep, consent, offers)


def _take(uow: UnitOfWork, member_id: int, state: str) -> tuple[Consent, str]:
    consent = consents.take(uow, _digest(state))
    if consent is None or consent.member_id != member_id or consent.created_at <= uow.now - LASTS:
        raise Invalid(STALE)
    return consent, uow.vault.open(consent.verifier, _owner(state))[_VERIFIER]


def _keep(uow: UnitOfWork, consent: Consent, offers: tuple[Offer, ...]) -> list[Pending]:
    title = declared.title(consent.network)
    return [
        Pending(
            logins.keep_pending(
                uow, consent.brand_id, consent.member_id, consent.network, offer.secrets, offer.name or title
            ),
            offer.name or title,
        )
        for offer in offers
    ]


def questions(uow: UnitOfWork, actor: Actor, pending_id: int, instead: int = 0) -> tuple[Credential, ...]:
    """Return what a consent does not say and a person may, each with what holds now."""
    pending = _offered(uow, actor, pending_id)
    known, given = declared.find(pending.network), logins.opened(uow, pending)
    asked = [each for each in known.credentials if not each.secret and each.name not in given] if known else []
    standing = logins.opened(uow, accounts.of(uow, actor.brand_id, instead)) if asked and instead else {}
    return tuple(replace(each, default=standing.get(each.name) or each.default) for each in asked)


def take_offer(
    uow: UnitOfWork,
    actor: Actor,
    pending_id: int,
    chat: ChatRef,
    language: str,
    instead: int = 0,
    given: Mapping[str, str] | None = None,
) -> None:
    """Connect one of the accounts that a consent covers, with what was `given` to its questions."""
    pending = _offered(uow, actor, pending_id)
    answered = {
        each.name: logins.fill(each, (given or {}).get(each.name, ""))
        for each in questions(uow, actor, pending_id, instead)
    }
    kept.change(uow, pending_id, secret=uow.vault.seal(logins.opened(uow, pending) | answered, pending.owner))
    logins.prove(uow, actor, pending_id, chat, language, instead, over=True)


def _offered(uow: UnitOfWork, actor: Actor, pending_id: int) -> Account:
    actor.must(Right.MANAGE)
    pending = accounts.of(uow, actor.brand_id, pending_id)
    if pending.health != "connecting" or pending.connected_by != actor.member_id:
        raise Conflict(STALE)
    return pending


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()


def _owner(state: str) -> str:
    return f"consent:{_digest(state)}"
