"""Tokens: the one-time codes and links by which people come in, sign in and add a chat of theirs.

A token is 128 random bits, kept as its digest alone. It works once, for a limited time, and binds to whoever opens it.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from smm import members, text
from smm.errors import N_, Conflict, Forbidden, Invalid, NotFound
from smm.roles import Role
from storage import brands, invites, memos
from storage import members as kept
from storage.brands import Brand
from storage.invites import Invite
from storage.members import Member
from storage.unit_of_work import UnitOfWork

OWNER_LIFE = INVITE_LIFE = timedelta(hours=24)
LOGIN_LIFE = timedelta(minutes=15)
_WRONG = N_("This code does not work: it may be used up, older than a day or mistyped. Ask for a new one.")


def _token() -> str:
    """Return 128 random bits in letters that Telegram takes as a deep link's payload (A-Z a-z 0-9 _ -, at most 64)."""
    return secrets.token_urlsafe(16)


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def owner_code(uow: UnitOfWork) -> str | None:
    """Return a new one-time code for the first owner, None once there is an owner; older codes stop working."""
    if kept.count_owners(uow):
        return None
    invites.drop(uow, "owner")
    token = _token()
    invites.add(uow, digest(token), "owner", uow.now + OWNER_LIFE, role=Role.OWNER)
    return token


def invite(uow: UnitOfWork, by: Member, brand: Brand, role: Role, name: str = "") -> str:
    """Return a one-time token that makes whoever opens it first a member with a role."""
    members.check_may_grant(uow, by, brand, role)
    token = _token()
    invites.add(
        uow,
        digest(token),
        "member",
        uow.now + INVITE_LIFE,
        workspace_id=brand.workspace_id,
        brand_id=None if role is Role.OWNER else brand.id,
        role=role,
        name=text.line(name),
        created_by=by.id,
    )
    members.log(uow, by, "member.invited", "invite", {"role": str(role)}, brand.id)
    return token


def login_link(uow: UnitOfWork, member_id: int) -> str:
    """Return a one-time token with which a member signs in on the web; the one before it stops working."""
    return _personal(uow, member_id, "login", LOGIN_LIFE)


def web_link(uow: UnitOfWork, member_id: int) -> str:
    """Return a one-time address that signs a member in on the web."""
    return f"{memos.get(uow, f'address:{members.WEB}') or ''}{login_link(uow, member_id)}"


def login_link_for(uow: UnitOfWork, by: Member, member: Member, brand: Brand) -> str:
    """Return a one-time token with which a client signs in on the web, for whoever invited them to pass on.

    Only for who is a client and nothing else: nobody is handed the key to a colleague's rights.
    """
    members.check_same_desk(member, brand)
    members.check_may_grant(uow, by, brand, Role.CLIENT)
    if {one.role for one in kept.roles_of(uow, member.id)} != {Role.CLIENT} or not members.roles_in(uow, member, brand):
        raise Forbidden(N_("{name} signs in by themself: /me, then Sign in on the web."), name=member.name)
    members.log(uow, by, "member.login_made", f"member:{member.id}", {"name": member.name}, brand.id)
    return _personal(uow, member.id, "login", INVITE_LIFE, by.id)


def identity_link(uow: UnitOfWork, member_id: int) -> str:
    """Return a one-time token with which a member adds an account on another chat platform."""
    return _personal(uow, member_id, "link", LOGIN_LIFE)


def _personal(uow: UnitOfWork, member_id: int, kind: str, life: timedelta, by: int | None = None) -> str:
    member = members.get(uow, member_id)
    invites.drop(uow, kind, member_id=member_id)
    token = _token()
    invites.add(
        uow,
        digest(token),
        kind,
        uow.now + life,
        workspace_id=member.workspace_id,
        name=member.name,
        member_id=member_id,
        created_by=by or member_id,
    )
    return token


def redeem(uow: UnitOfWork, token: str, *, platform: str, user_id: str, name: str, language: str = "") -> Member:
    """Use a token up and return whose it is; on the web, where identities are ours, `user_id` is not needed.

    Raises NotFound for a token that does not work, without having changed anything.
    """
    found = invites.by_digest(uow, digest(token))
    if found is None or found.used_at is not None or found.expires_at <= uow.now:
        raise NotFound(_WRONG)
    known = _known(uow, platform, user_id) if user_id else None
    _check_opener(uow, found, known, platform, user_id)
    if not invites.use(uow, found.id):
        raise NotFound(_WRONG)
    member = _holder(uow, found, known, text.line(name) or found.name or "?", language)
    invites.used_by(uow, found.id, member.id)
    _grant_invited(uow, found, member)
    if known is None:
        _identify(uow, member, platform, user_id, name)
    return members.get(uow, member.id)


def _check_opener(uow: UnitOfWork, found: Invite, known: Member | None, platform: str, user_id: str) -> None:
    """Everything that can stand in the way, before anything is changed."""
    if not user_id and platform != members.WEB:
        raise Invalid(N_("This account cannot be recognised again. Use one of your own, not an anonymous one."))
    if found.kind == "owner" and kept.count_owners(uow):
        raise NotFound(_WRONG)
    if found.member_id is None:
        return
    if known is not None and known.id != found.member_id:
        raise Conflict(N_("This account belongs to {name} on the desk already."), name=known.name)
    if members.get(uow, found.member_id).revoked_at is not None:
        raise NotFound(_WRONG)


def _known(uow: UnitOfWork, platform: str, user_id: str) -> Member | None:
    found = kept.by_identity(uow, platform, user_id)
    return found[0] if found is not None else None


def _holder(uow: UnitOfWork, found: Invite, known: Member | None, name: str, language: str) -> Member:
    """Return the member that a token is for: named in it, the one who is known already, or a new one."""
    if found.member_id is not None:
        return members.get(uow, found.member_id)
    if known is not None:
        return known
    workspace = brands.first_workspace(uow) or brands.add_workspace(uow, "Copydesk")
    brand = brands.get(uow, found.brand_id) if found.brand_id is not None else None
    spoken = language[:2].lower()
    chosen = spoken if spoken in {"en", "ru"} else brand.language if brand is not None else "en"
    return kept.add(uow, found.workspace_id or workspace.id, name, chosen, found.brand_id)


def _grant_invited(uow: UnitOfWork, found: Invite, member: Member) -> None:
    if found.kind not in {"owner", "member"}:
        return
    kept.grant(uow, member.id, found.brand_id, found.role)
    changes: dict[str, object] = {"revoked_at": None} if member.revoked_at is not None else {}
    if member.brand_id is None and found.brand_id is not None:
        changes["brand_id"] = found.brand_id
    if changes:
        kept.change(uow, member.id, **changes)
    members.log(uow, member, "member.joined", f"member:{member.id}", {"role": found.role}, found.brand_id)


def _identify(uow: UnitOfWork, member: Member, platform: str, user_id: str, name: str) -> None:
    address = user_id or members.web_user(member.id)
    if _known(uow, platform, address) is None:
        kept.identify(uow, member.id, platform, address, text.line(name) or member.name)


def inviter(uow: UnitOfWork, token: str) -> Member | None:
    """Return who made an invitation, to be told who has joined."""
    found = invites.by_digest(uow, digest(token))
    by = found.created_by if found is not None and found.kind == "member" else None
    return kept.get(uow, by) if by is not None else None


def note_address(uow: UnitOfWork, platform: str, address: str) -> None:
    """Remember where tokens are opened: what stands before the token, such as "https://t.me/our_bot?start="."""
    memos.set(uow, f"address:{platform}", address)


def links(uow: UnitOfWork, token: str) -> dict[str, str]:
    """Return the addresses at which a token can be opened, by platform."""
    bases = {platform: memos.get(uow, f"address:{platform}") for platform in ("telegram", "slack", members.WEB)}
    return {platform: f"{base}{token}" for platform, base in bases.items() if base}
