"""Invitations that are still open: listed, taken back, made anew. Making and using one is smm/tokens.py's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from smm import members, tokens
from smm.errors import N_, Conflict, Forbidden
from smm.roles import Right, Role, allows
from storage import audit, invites
from storage import members as kept
from storage.brands import Brand
from storage.invites import Invite
from storage.members import Member
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that nobody has used yet. `name` is empty where anybody may use it."""

    id: int
    name: str
    role: str
    inviter: str
    expires_at: datetime


def still_open(uow: UnitOfWork, brand: Brand) -> list[Invited]:
    """Return the invitations to a brand that still work, newest first."""
    return [
        Invited(one.id, one.name, one.role, _name(uow, one.created_by), one.expires_at)
        for one in invites.still_open(uow, brand.workspace_id, brand.id)
    ]


def _name(uow: UnitOfWork, member_id: int | None) -> str:
    by = kept.get(uow, member_id) if member_id else None
    return by.name if by else ""


def take_back(uow: UnitOfWork, by: Member, brand: Brand, invite_id: int) -> None:
    """Let an invitation not work any more."""
    found = _open(uow, by, brand, invite_id)
    invites.take_back(uow, found.id)
    audit.append(
        uow,
        actor=f"member:{by.id}",
        action="member.invite_taken_back",
        object=f"invite:{found.id}",
        brand_id=brand.id,
        facts={"role": found.role, "name": found.name},
    )


def renew(uow: UnitOfWork, by: Member, brand: Brand, invite_id: int) -> tuple[Role, str]:
    """Return the role and token of an invitation in place of one that was lost, which does not work any more."""
    found = _open(uow, by, brand, invite_id)
    take_back(uow, by, brand, invite_id)
    return Role(found.role), tokens.invite(uow, by, brand, Role(found.role), found.name)


def _open(uow: UnitOfWork, by: Member, brand: Brand, invite_id: int) -> Invite:
    found = next((one for one in invites.still_open(uow, brand.workspace_id, brand.id) if one.id == invite_id), None)
    if found is None:
        raise Conflict(N_("This invitation was used or taken back meanwhile, or its day is over. See /invite."))
    roles = members.roles_in(uow, by, brand)
    if not allows(roles, Right.MANAGE) or (found.role == Role.OWNER and Role.OWNER not in roles):
        raise Forbidden(N_("Only an owner can do that. Ask one: /members lists them."))
    return found
