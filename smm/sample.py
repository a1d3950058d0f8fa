"""The sample world: Northwind Coffee, its people and its two rooms. `copydesk demo` opens with it, and so do the tests."""

from __future__ import annotations

from dataclasses import dataclass

from smm.members import web_user
from smm.roles import Role
from storage import brands, channels, members
from storage.brands import Brand, Workspace
from storage.channels import Channel, ChatRef
from storage.members import Member
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class World:
    """Who and what there is: Anna owns the desk, Boris answers, Vera writes, Clara is the client."""

    workspace: Workspace
    brand: Brand
    anna: Member
    boris: Member
    vera: Member
    clara: Member
    team: Channel
    client: Channel


def build_world(uow: UnitOfWork, language: str = "en") -> World:
    """Make the sample workspace with its brand, people and web rooms; accounts are for the caller to add."""
    workspace = brands.first_workspace(uow) or brands.add_workspace(uow, "Copydesk")
    brand = brands.add(
        uow, workspace.id, "Northwind Coffee", "northwind-coffee", language=language, zone="Europe/Berlin"
    )
    people = [
        _person(uow, brand, name, role, language)
        for name, role in (
            ("Anna", Role.OWNER),
            ("Boris", Role.COMMUNITY),
            ("Vera", Role.CONTENT),
            ("Clara", Role.CLIENT),
        )
    ]
    team = channels.add(uow, brand.id, ChatRef("web", "team"), "team", "Northwind team", language)
    client = channels.add(uow, brand.id, ChatRef("web", "client"), "client", "Northwind client", language)
    anna, boris, vera, clara = people
    return World(workspace, brand, anna, boris, vera, clara, team, client)


def _person(uow: UnitOfWork, brand: Brand, name: str, role: Role, language: str) -> Member:
    member = members.add(uow, brand.workspace_id, name, language, brand.id)
    members.identify(uow, member.id, "web", web_user(member.id), name)
    members.grant(uow, member.id, None if role is Role.OWNER else brand.id, role)
    return member
