"""Members: who is on the desk and what they may do. How they come in is smm/tokens.py."""

from __future__ import annotations

from smm import readers
from smm.errors import N_, Conflict, Forbidden, Invalid, NotFound
from smm.roles import Role
from storage import audit, brands, invites, members, web
from storage.brands import Brand
from storage.channels import ChatRef
from storage.members import Identity, Member, Membership
from storage.unit_of_work import UnitOfWork

WEB = "web"


def web_user(member_id: int) -> str:
    """Return the id under which a member is known on the web; it is their private chat's address too."""
    return f"member-{member_id}"


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
    check_same_desk(member, brand)
    check_may_grant(uow, by, brand, role)
    if held:
        members.grant(uow, member.id, None if role is Role.OWNER else brand.id, role)
    else:
        _check_owner_stays(uow, member, role)
        for one in _held(uow, member, brand, role):
            members.withdraw(uow, one.id)
        readers.sees_less(uow, member)
    log(uow, by, "member.role", f"member:{member.id}", {"role": str(role), "held": held}, brand.id)


def remove(uow: UnitOfWork, by: Member, member: Member, brand: Brand) -> None:
    """Take somebody off the desk: every role, every open card and every signed-in browser is dead at once."""
    check_same_desk(member, brand)
    roles = frozenset(Role(one.role) for one in members.roles_of(uow, member.id))
    if Role.OWNER in roles:
        check_may_grant(uow, by, brand, Role.OWNER)
        _check_owner_stays(uow, member, Role.OWNER)
    elsewhere = [one for one in members.roles_of(uow, member.id) if one.brand_id not in {None, brand.id}]
    if elsewhere and Role.OWNER not in roles_in(uow, by, brand):
        raise Forbidden(N_("{name} works for other brands too. An owner can remove them."), name=member.name)
    members.withdraw_all(uow, member.id)
    members.change(uow, member.id, revoked_at=uow.now)
    readers.sees_less(uow, member)
    invites.drop_of(uow, member.id)
    web.close_sessions(uow, member.id)
    log(uow, by, "member.removed", f"member:{member.id}", {"name": member.name}, brand.id)


def removed(uow: UnitOfWork, brand: Brand) -> list[Member]:
    """Return who was taken off the desk and worked for a brand last."""
    return members.removed(uow, brand.workspace_id, brand.id)


def restore(uow: UnitOfWork, by: Member, member: Member, brand: Brand, role: Role) -> None:
    """Let somebody back in whom the desk knows, with one role to begin with; their chats work again."""
    check_same_desk(member, brand)
    check_may_grant(uow, by, brand, role)
    if member.revoked_at is None or member.id not in {each.id for each in removed(uow, brand)}:
        raise Conflict(N_("{name} cannot be brought back here. Make an invitation: /invite"), name=member.name)
    members.change(uow, member.id, revoked_at=None)
    members.grant(uow, member.id, None if role is Role.OWNER else brand.id, role)
    log(uow, by, "member.restored", f"member:{member.id}", {"role": str(role), "name": member.name}, brand.id)


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


def check_same_desk(member: Member, brand: Brand) -> None:
    """Raise NotFound where a member belongs to another desk than a brand."""
    if member.workspace_id != brand.workspace_id:
        raise NotFound(N_("There is no such member. See /members."))


def check_may_grant(uow: UnitOfWork, by: Member, brand: Brand, role: Role) -> None:
    """Raise Forbidden where a role is not theirs to give: only owners make owners, they and managers the rest."""
    roles = roles_in(uow, by, brand)
    if Role.OWNER in roles or (Role.MANAGER in roles and role is not Role.OWNER):
        return
    raise Forbidden(N_("Only an owner can do that. Ask one: /members lists them."))


def _check_owner_stays(uow: UnitOfWork, member: Member, role: Role) -> None:
    if role is Role.OWNER and members.count_owners(uow) <= 1 and _is_owner(uow, member):
        raise Conflict(N_("{name} is the last owner. Make somebody else an owner first."), name=member.name)


def _is_owner(uow: UnitOfWork, member: Member) -> bool:
    return any(one.role == Role.OWNER and one.brand_id is None for one in members.roles_of(uow, member.id))


def log(uow: UnitOfWork, by: Member, action: str, about: str, facts: dict[str, object], brand_id: int | None) -> None:
    """Note in the audit trail what a member did about somebody."""
    audit.append(uow, actor=f"member:{by.id}", action=action, object=about, brand_id=brand_id, facts=facts)
