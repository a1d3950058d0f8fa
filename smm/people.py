"""People as a page shows them together: a brand's members with their chats, and the invitations that still work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from smm import members
from smm.roles import Role
from storage import members as kept
from storage.brands import Brand
from storage.members import Identity, Member
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Person:
    """A member with the roles in a brand, and where the desk knows them."""

    member: Member
    roles: frozenset[Role]
    identities: Sequence[Identity]


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that nobody has used yet. `name` is empty where anybody may use it."""

    name: str
    role: str
    inviter: str
    expires_at: datetime


def of_brand(uow: UnitOfWork, brand: Brand) -> list[Person]:
    """Return who has a role in a brand."""
    return [Person(member, roles, members.identities(uow, member)) for member, roles in members.of_brand(uow, brand)]


def invited(uow: UnitOfWork, brand: Brand) -> list[Invited]:
    """Return the invitations to a brand that still work, newest first."""
    found = []
    for invite in kept.open_invites(uow, brand.workspace_id, brand.id):
        by = kept.get(uow, invite.created_by) if invite.created_by else None
        found.append(Invited(invite.name, invite.role, by.name if by else "", invite.expires_at))
    return found
