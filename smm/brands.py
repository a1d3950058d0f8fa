"""Brands: made by an owner, with a name, a language and a time zone of their own."""

from __future__ import annotations

import difflib
import re
from functools import cache
from zoneinfo import available_timezones

from smm import members, text
from smm.errors import N_, Forbidden, Invalid, NotFound
from smm.roles import Right, Role, allows
from storage import audit, brands
from storage import members as people
from storage.brands import Brand
from storage.members import Member
from storage.unit_of_work import UnitOfWork

LANGUAGES = (("en", "English"), ("ru", "Русский"))


def make(uow: UnitOfWork, by: Member, name: str, language: str, zone: str) -> Brand:
    """Make a brand; its maker works for it from now on. Only an owner of the whole desk may."""
    if not any(one.brand_id is None and one.role == Role.OWNER for one in people.roles_of(uow, by.id)):
        raise Forbidden(N_("Only an owner can make a brand. Ask one: /members lists them."))
    named = _name(name)
    known = find_zone(zone)
    brand = brands.add(uow, by.workspace_id, named, _slug(uow, by, named), language=_language(language), zone=known)
    people.change(uow, by.id, brand_id=brand.id)
    audit.append(uow, actor=f"member:{by.id}", action="brand.made", object=f"brand:{brand.id}", brand_id=brand.id)
    return brand


def managed(uow: UnitOfWork, by: Member, brand_id: int) -> Brand:
    """Return a brand that somebody may set up; raise Forbidden for another."""
    brand = get(uow, brand_id)
    if not allows(members.roles_in(uow, by, brand), Right.MANAGE):
        raise Forbidden(N_("Only an owner or a manager can change that. Ask one: /members lists them."))
    return brand


def change(uow: UnitOfWork, by: Member, brand: Brand, name: str, language: str, zone: str, tone: str) -> Brand:
    """Change what a brand is called, where its clock is and how it speaks."""
    brands.change(
        uow, brand.id, name=_name(name), language=_language(language), zone=find_zone(zone), tone=text.clean(tone, 4000)
    )
    audit.append(uow, actor=f"member:{by.id}", action="brand.changed", object=f"brand:{brand.id}", brand_id=brand.id)
    return get(uow, brand.id)


def get(uow: UnitOfWork, brand_id: int) -> Brand:
    """Return a brand or raise NotFound."""
    brand = brands.get(uow, brand_id)
    if brand is None:
        raise NotFound(N_("There is no such brand. See /brands."))
    return brand


def of_member(uow: UnitOfWork, member: Member) -> list[Brand]:
    """Return the brands that a member has a role in."""
    return [brand for brand in brands.of_workspace(uow, member.workspace_id) if members.roles_in(uow, member, brand)]


def find_zone(said: str) -> str:
    """Return the IANA zone that somebody means by a name or a city; raise Invalid with the closest ones."""
    wanted = " ".join(said.replace("_", " ").split()).casefold()
    zones = _zones()
    if wanted in zones:
        return zones[wanted]
    close = dict.fromkeys(zones[name] for name in difflib.get_close_matches(wanted, zones, n=4, cutoff=0.6))
    if close:
        raise Invalid(
            N_("I do not know the time zone “{given}”. Did you mean {zones}?"),
            field="zone",
            given=said[:60],
            zones=", ".join(close),
        )
    raise Invalid(
        N_("I do not know the time zone “{given}”. Write it like Europe/Berlin."), field="zone", given=said[:60]
    )


@cache
def _zones() -> dict[str, str]:
    """Every zone by its name and by its city, folded."""
    found: dict[str, str] = {}
    for zone in sorted(available_timezones()):
        city = zone.rpartition("/")[2]
        found.setdefault(city.replace("_", " ").casefold(), zone)
    return found | {zone.replace("_", " ").casefold(): zone for zone in available_timezones()}


def _name(said: str) -> str:
    name = text.line(said)
    if not name:
        raise Invalid(N_("A brand needs a name."), field="name")
    return name


def _language(said: str) -> str:
    if said not in dict(LANGUAGES):
        raise Invalid(N_("I speak English and Russian."), field="language")
    return said


def _slug(uow: UnitOfWork, by: Member, name: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:50] or "brand"
    taken = {brand.slug for brand in brands.of_workspace(uow, by.workspace_id)}
    return next(slug for n in range(1, len(taken) + 2) if (slug := plain if n == 1 else f"{plain}-{n}") not in taken)
