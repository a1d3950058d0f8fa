"""Members: who is on the desk, how they prove it, what they may do.

A token is 128 random bits, kept as its digest alone. It works once, for a limited time, and binds to whoever opens it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime, timedelta

from smm import readers, text
from smm.errors import N_, Conflict, Forbidden, Invalid, NotFound
from smm.roles import Role
from storage import audit, brands, invites, members, memos, web
from storage.brands import Brand
from storage.channels import ChatRef
from storage.invites import Invite
from storage.members import Identity, Member, Membership
from storage.unit_of_work import UnitOfWork

WEB = "web"
OWNER_LIFE = INVITE_LIFE = timedelta(hours=24)
LOGIN_LIFE = timedelta(minutes=15)
GUESSES, GUESS_WINDOW = 5, timedelta(minutes=1)
_WRONG = N_("This code does not work: it may be used up, older than a day or mistyped. Ask for a new one.")


def web_user(member_id: int) -> str:
    """Return the id under which a member is known on the web; it is their private chat's address too."""
    return f"member-{member_id}"


# --- tokens --------------------------------------------------------------------------------------------------------


def _token() -> str:
    """Return 128 random bits in letters that Telegram takes as a deep link's payload (A-Z a-z 0-9 _ -, at most 64)."""
    return secrets.token_urlsafe(16)


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def owner_code(uow: UnitOfWork) -> str | None:
    """Return a new one-time code for the first owner, None once there is an owner; older codes stop working."""
    if members.count_owners(uow):
        return None
    invites.drop(uow, "owner")
    token = _token()
    invites.add(uow, digest(token), "owner", uow.now + OWNER_LIFE, role=Role.OWNER)
    return token


def invite(uow: UnitOfWork, by: Member, brand: Brand, role: Role, name: str = "") -> str:
    """Return a one-time token that makes whoever opens it first a member with a role."""
    _check_may_grant(uow, by, brand, role)
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
    _log(uow, by, "member.invited", "invite", {"role": str(role)}, brand.id)
    return token


def login_link(uow: UnitOfWork, member_id: int) -> str:
    """Return a one-time token with which a member signs in on the web; the one before it stops working."""
    return _personal(uow, member_id, "login", LOGIN_LIFE)


def web_link(uow: UnitOfWork, member_id: int) -> str:
    """Return a one-time address that signs a member in on the web."""
    return f"{memos.get(uow, f'address:{WEB}') or ''}{login_link(uow, member_id)}"


def login_link_for(uow: UnitOfWork, by: Member, member: Member, brand: Brand) -> str:
    """Return a one-time token with which a client signs in on the web, for whoever invited them to pass on.

    Only for who is a client and nothing else: nobody is handed the key to a colleague's rights.
    """
    _check_same_desk(member, brand)
    _check_may_grant(uow, by, brand, Role.CLIENT)
    if {one.role for one in members.roles_of(uow, member.id)} != {Role.CLIENT} or not roles_in(uow, member, brand):
        raise Forbidden(N_("{name} signs in by themself: /me, then Sign in on the web."), name=member.name)
    _log(uow, by, "member.login_made", f"member:{member.id}", {"name": member.name}, brand.id)
    return _personal(uow, member.id, "login", INVITE_LIFE, by.id)


def identity_link(uow: UnitOfWork, member_id: int) -> str:
    """Return a one-time token with which a member adds an account on another chat platform."""
    return _personal(uow, member_id, "link", LOGIN_LIFE)


def _personal(uow: UnitOfWork, member_id: int, kind: str, life: timedelta, by: int | None = None) -> str:
    member = get(uow, member_id)
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
    return get(uow, member.id)


def _check_opener(uow: UnitOfWork, found: Invite, known: Member | None, platform: str, user_id: str) -> None:
    """Everything that can stand in the way, before anything is changed."""
    if not user_id and platform != WEB:
        raise Invalid(N_("This account cannot be recognised again. Use one of your own, not an anonymous one."))
    if found.kind == "owner" and members.count_owners(uow):
        raise NotFound(_WRONG)
    if found.member_id is None:
        return
    if known is not None and known.id != found.member_id:
        raise Conflict(N_("This account belongs to {name} on the desk already."), name=known.name)
    if get(uow, found.member_id).revoked_at is not None:
        raise NotFound(_WRONG)


def _known(uow: UnitOfWork, platform: str, user_id: str) -> Member | None:
    found = members.by_identity(uow, platform, user_id)
    return found[0] if found is not None else None


def _holder(uow: UnitOfWork, found: Invite, known: Member | None, name: str, language: str) -> Member:
    """Return the member that a token is for: named in it, the one who is known already, or a new one."""
    if found.member_id is not None:
        return get(uow, found.member_id)
    if known is not None:
        return known
    workspace = brands.first_workspace(uow) or brands.add_workspace(uow, "Copydesk")
    brand = brands.get(uow, found.brand_id) if found.brand_id is not None else None
    spoken = language[:2].lower()
    chosen = spoken if spoken in {"en", "ru"} else brand.language if brand is not None else "en"
    return members.add(uow, found.workspace_id or workspace.id, name, chosen, found.brand_id)


def _grant_invited(uow: UnitOfWork, found: Invite, member: Member) -> None:
    if found.kind not in {"owner", "member"}:
        return
    members.grant(uow, member.id, found.brand_id, found.role)
    changes: dict[str, object] = {"revoked_at": None} if member.revoked_at is not None else {}
    if member.brand_id is None and found.brand_id is not None:
        changes["brand_id"] = found.brand_id
    if changes:
        members.change(uow, member.id, **changes)
    _log(uow, member, "member.joined", f"member:{member.id}", {"role": found.role}, found.brand_id)


def _identify(uow: UnitOfWork, member: Member, platform: str, user_id: str, name: str) -> None:
    address = user_id or web_user(member.id)
    if _known(uow, platform, address) is None:
        members.identify(uow, member.id, platform, address, text.line(name) or member.name)


def inviter(uow: UnitOfWork, token: str) -> Member | None:
    """Return who made an invitation, to be told who has joined."""
    found = invites.by_digest(uow, digest(token))
    by = found.created_by if found is not None and found.kind == "member" else None
    return members.get(uow, by) if by is not None else None


def note_address(uow: UnitOfWork, platform: str, address: str) -> None:
    """Remember where tokens are opened: what stands before the token, such as "https://t.me/our_bot?start="."""
    memos.set(uow, f"address:{platform}", address)


def links(uow: UnitOfWork, token: str) -> dict[str, str]:
    """Return the addresses at which a token can be opened, by platform."""
    bases = {platform: memos.get(uow, f"address:{platform}") for platform in ("telegram", "slack", WEB)}
    return {platform: f"{base}{token}" for platform, base in bases.items() if base}


# --- guesses -------------------------------------------------------------------------------------------------------


def may_guess(uow: UnitOfWork, who: str) -> bool:
    """Say whether somebody may try a code: five a minute."""
    return len(_guesses(uow, who)) < GUESSES


def count_guess(uow: UnitOfWork, who: str) -> None:
    """Count a wrong code."""
    kept = [*_guesses(uow, who), uow.now][-GUESSES:]
    memos.set(uow, _memo(who), json.dumps([moment.isoformat() for moment in kept]))


def _guesses(uow: UnitOfWork, who: str) -> list[datetime]:
    moments = [datetime.fromisoformat(moment) for moment in json.loads(memos.get(uow, _memo(who)) or "[]")]
    return [moment for moment in moments if moment > uow.now - GUESS_WINDOW]


def _memo(who: str) -> str:
    return f"guesses:{who}"[:128]


# --- people --------------------------------------------------------------------------------------------------------


def get(uow: UnitOfWork, member_id: int) -> Member:
    """Return a member or raise NotFound."""
    member = members.get(uow, member_id)
    if member is None:
        raise NotFound(N_("There is no such member. See /members."))
    return member


def has_owner(uow: UnitOfWork) -> bool:
    """Say whether the desk has an owner."""
    return members.count_owners(uow) > 0


def identities(uow: UnitOfWork, member: Member) -> list[Identity]:
    """Return the accounts by which a member is known."""
    return members.identities_of(uow, member.id)


def private_chat(platform: str, user_id: str) -> ChatRef:
    """Return the chat where one person alone reads: on every platform it is addressed by their own id."""
    return ChatRef(platform, user_id)


def named(uow: UnitOfWork, name: str) -> Member:
    """Return the member of that name, the first owner for an empty one; raise NotFound, naming who there is."""
    workspace = brands.first_workspace(uow)
    everybody = members.of_workspace(uow, workspace.id) if workspace else []
    for member in everybody:
        if member.name.casefold() == name.strip().casefold() if name else _is_owner(uow, member):
            return member
    if not everybody:
        raise NotFound(N_("Nobody is a member yet. Start the desk: it prints the link for its first owner."))
    raise NotFound(
        N_("There is no member of that name. There are: {names}."), names=", ".join(member.name for member in everybody)
    )


def of_brand(uow: UnitOfWork, brand: Brand) -> list[tuple[Member, frozenset[Role]]]:
    """Return who has a role in a brand, with all their roles there."""
    people: list[tuple[Member, frozenset[Role]]] = []
    for member in members.of_workspace(uow, brand.workspace_id):
        roles = roles_in(uow, member, brand)
        if roles:
            people.append((member, roles))
    return people


def roles_in(uow: UnitOfWork, member: Member, brand: Brand) -> frozenset[Role]:
    """Return a member's roles in a brand at this moment."""
    held = members.roles_of(uow, member.id) if member.workspace_id == brand.workspace_id else []
    return frozenset(Role(one.role) for one in held if one.brand_id in {None, brand.id})


def set_role(uow: UnitOfWork, by: Member, member: Member, brand: Brand, role: Role, *, held: bool) -> None:
    """Give or take a role in a brand."""
    _check_same_desk(member, brand)
    _check_may_grant(uow, by, brand, role)
    if held:
        members.grant(uow, member.id, None if role is Role.OWNER else brand.id, role)
    else:
        _check_owner_stays(uow, member, role)
        for one in _held(uow, member, brand, role):
            members.withdraw(uow, one.id)
        readers.sees_less(uow, member)
    _log(uow, by, "member.role", f"member:{member.id}", {"role": str(role), "held": held}, brand.id)


def remove(uow: UnitOfWork, by: Member, member: Member, brand: Brand) -> None:
    """Take somebody off the desk: every role, every open card and every signed-in browser is dead at once."""
    _check_same_desk(member, brand)
    roles = frozenset(Role(one.role) for one in members.roles_of(uow, member.id))
    if Role.OWNER in roles:
        _check_may_grant(uow, by, brand, Role.OWNER)
        _check_owner_stays(uow, member, Role.OWNER)
    elsewhere = [one for one in members.roles_of(uow, member.id) if one.brand_id not in {None, brand.id}]
    if elsewhere and Role.OWNER not in roles_in(uow, by, brand):
        raise Forbidden(N_("{name} works for other brands too. An owner can remove them."), name=member.name)
    members.withdraw_all(uow, member.id)
    members.change(uow, member.id, revoked_at=uow.now)
    readers.sees_less(uow, member)
    invites.drop_of(uow, member.id)
    web.close_sessions(uow, member.id)
    _log(uow, by, "member.removed", f"member:{member.id}", {"name": member.name}, brand.id)


def removed(uow: UnitOfWork, brand: Brand) -> list[Member]:
    """Return who was taken off the desk and worked for a brand last."""
    return members.removed(uow, brand.workspace_id, brand.id)


def restore(uow: UnitOfWork, by: Member, member: Member, brand: Brand, role: Role) -> None:
    """Let somebody back in whom the desk knows, with one role to begin with; their chats work again."""
    _check_same_desk(member, brand)
    _check_may_grant(uow, by, brand, role)
    if member.revoked_at is None or member.id not in {each.id for each in removed(uow, brand)}:
        raise Conflict(N_("{name} cannot be brought back here. Make an invitation: /invite"), name=member.name)
    members.change(uow, member.id, revoked_at=None)
    members.grant(uow, member.id, None if role is Role.OWNER else brand.id, role)
    _log(uow, by, "member.restored", f"member:{member.id}", {"role": str(role), "name": member.name}, brand.id)


def look_at(uow: UnitOfWork, member: Member, brand: Brand) -> None:
    """Let a member work for a brand where no room says which."""
    if not roles_in(uow, member, brand):
        raise Forbidden(N_("You have no role in {brand}. Ask its owner for an invitation."), brand=brand.name)
    members.change(uow, member.id, brand_id=brand.id)


def speak(uow: UnitOfWork, member: Member, language: str) -> None:
    """Set the language that a member is spoken to."""
    if language not in {"en", "ru"}:
        raise Invalid(N_("I speak English and Russian."), field="language")
    members.change(uow, member.id, language=language)


def _held(uow: UnitOfWork, member: Member, brand: Brand, role: Role) -> list[Membership]:
    return [one for one in members.roles_of(uow, member.id) if one.role == role and one.brand_id in {None, brand.id}]


def _check_same_desk(member: Member, brand: Brand) -> None:
    if member.workspace_id != brand.workspace_id:
        raise NotFound(N_("There is no such member. See /members."))


def _check_may_grant(uow: UnitOfWork, by: Member, brand: Brand, role: Role) -> None:
    """Nobody makes somebody more than they are: only owners make owners, owners and managers the rest."""
    roles = roles_in(uow, by, brand)
    if Role.OWNER in roles or (Role.MANAGER in roles and role is not Role.OWNER):
        return
    raise Forbidden(N_("Only an owner can do that. Ask one: /members lists them."))


def _check_owner_stays(uow: UnitOfWork, member: Member, role: Role) -> None:
    if role is Role.OWNER and members.count_owners(uow) <= 1 and _is_owner(uow, member):
        raise Conflict(N_("{name} is the last owner. Make somebody else an owner first."), name=member.name)


def _is_owner(uow: UnitOfWork, member: Member) -> bool:
    return any(one.role == Role.OWNER and one.brand_id is None for one in members.roles_of(uow, member.id))


def _log(uow: UnitOfWork, by: Member, action: str, about: str, facts: dict[str, object], brand_id: int | None) -> None:
    audit.append(uow, actor=f"member:{by.id}", action=action, object=about, brand_id=brand_id, facts=facts)
