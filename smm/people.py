"""People as they are shown together: a brand's members with their roles and chats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smm import members
from smm.roles import Role
from storage.brands import Brand
from storage.members import Identity, Member
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Person:
    """A member with the roles in a brand, and where the desk knows them."""

    member: Member
    roles: frozenset[Role]
    identities: Sequence[Identity]


def of_brand(uow: UnitOfWork, brand: Brand) -> list[Person]:
    """Return who has a role in a brand."""
    return [Person(member, roles, members.identities(uow, member)) for member, roles in members.of_brand(uow, brand)]
