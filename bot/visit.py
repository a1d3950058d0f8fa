"""A visit: one update, who it is from and where it was said, as far as the tables know. Rights are looked up here, now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.transport import Incoming
from handlers.route import Context, Route, Words
from smm import rooms
from smm.errors import N_, Forbidden, Invalid
from smm.roles import Right, Role, allows, in_client_room
from storage import brands, channels, members
from storage.brands import Brand
from storage.channels import Channel
from storage.members import Member
from storage.unit_of_work import UnitOfWork

HEARD = frozenset({"words", "press", "answer"})


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything known about one update before it is routed. `grants` are (brand, role) pairs."""

    uow: UnitOfWork
    incoming: Incoming
    t: Words
    member: Member | None
    grants: tuple[tuple[int | None, Role], ...]
    channel: Channel | None
    brand: Brand | None
    removed: bool = False

    @property
    def identity(self) -> str:
        """The chat identity that was used, for the audit trail."""
        return f"{self.incoming.platform}:{self.incoming.sender.user_id}"

    def roles(self, brand: Brand | None) -> frozenset[Role]:
        """Return the roles held now in a brand; without one those that hold everywhere."""
        if self.member is None or (brand is not None and brand.workspace_id != self.member.workspace_id):
            return frozenset()
        of_brand = brand.id if brand is not None else None
        return frozenset(role for where, role in self.grants if where is None or where == of_brand)


def arrive(uow: UnitOfWork, incoming: Incoming, words: Callable[[str], Words]) -> Visit:
    """Find out who wrote and where. Whoever can be heard can be written to again, whatever was noted before."""
    found = members.by_identity(uow, incoming.platform, incoming.sender.user_id)
    member, grants = found if found is not None else (None, [])
    removed = member is not None and member.revoked_at is not None
    if removed:
        member, grants = None, []
    channel = channels.around(uow, incoming.chat)
    if incoming.kind in HEARD:
        _hear(uow, incoming, channel)
    brand_id = channel.brand_id if channel is not None else member.brand_id if member is not None else None
    brand = brands.get(uow, brand_id) if brand_id is not None else None
    language = _language(incoming, member, channel)
    held = tuple((where, Role(role)) for where, role in grants)
    return Visit(uow, incoming, words(language), member, held, channel, brand, removed)


def _hear(uow: UnitOfWork, incoming: Incoming, channel: Channel | None) -> None:
    if incoming.private:
        members.note_back(uow, incoming.platform, incoming.sender.user_id)
    if channel is not None and channel.state == "lost":
        rooms.reopen(uow, incoming.chat)


def _language(incoming: Incoming, member: Member | None, channel: Channel | None) -> str:
    if channel is not None:
        return channel.language
    return member.language if member is not None else incoming.sender.language[:2].lower()


def brand_named(visit: Visit, brand_id: int | None) -> Brand | None:
    """Return the brand of a button or a question; one that names none means the brand where the visitor is."""
    if brand_id is None or (visit.brand is not None and visit.brand.id == brand_id):
        return visit.brand
    return brands.get(visit.uow, brand_id)


def admit(visit: Visit, route: Route, brand: Brand | None) -> frozenset[Role]:
    """Return the roles that open a route to the visitor, or raise Forbidden or Invalid with the next step."""
    if route.needs is Right.ANYONE:
        return visit.roles(brand)
    if visit.removed:
        raise Forbidden(N_("You are not on this desk any more. Ask an owner for a new invitation."))
    if visit.member is None:
        raise Forbidden(N_("I do not know you yet. Ask an owner of the desk for an invitation and open its link."))
    if route.brand and brand is None:
        raise Invalid(N_("There is no brand to work on yet. Begin with /start."))
    return _by_right(visit, route, brand)


def _by_right(visit: Visit, route: Route, brand: Brand | None) -> frozenset[Role]:
    roles = visit.roles(brand)
    if not roles and brand is not None and route.brand:
        raise Forbidden(N_("You have no role in {brand}. Ask its owner for an invitation."), brand=brand.name)
    if not allows(roles, route.needs) and not (route.needs is Right.MEMBER and not route.brand and visit.grants):
        raise Forbidden(N_("Your role does not allow that. Ask an owner or a manager: /help shows what you can do."))
    return roles


def keep_from_client(visit: Visit, route: Route) -> None:
    """Refuse the team's commands in a client's room, whoever types them: everything said there is read by the client."""
    if visit.channel is None or visit.channel.purpose != "client":
        return
    if not in_client_room(route.needs) and route.name != "channels" and not route.name.startswith("channels."):
        raise Forbidden(N_("The client reads this room. Do that in the team's room or in a private chat with me."))


def context(
    visit: Visit,
    roles: frozenset[Role],
    brand: Brand | None,
    *,
    text: str = "",
    object_id: int = 0,
    version: int = 0,
    args: dict[str, str] | None = None,
    files: tuple[str, ...] = (),
) -> Context:
    """Return what a handler is handed."""
    incoming = visit.incoming
    return Context(
        uow=visit.uow,
        t=visit.t,
        chat=incoming.chat,
        member=visit.member,
        roles=roles,
        brand=brand,
        channel=visit.channel,
        private=incoming.private,
        title=incoming.title,
        text=text,
        object_id=object_id,
        version=version,
        args=args or {},
        files=files,
        message_id=incoming.message_id,
        user_id=incoming.sender.user_id,
        user_name=incoming.sender.name,
        identity=visit.identity,
    )
