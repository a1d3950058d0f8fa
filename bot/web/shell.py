"""What surrounds every page of a signed-in person: the tabs that their role opens, their brands, their rooms.

A tab is a page of bot/web/pages; a new one is one line here. What a page needs is looked up again when it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.web.seats import Seat, roles_in
from handlers.route import Words
from smm.errors import N_
from smm.roles import Right, allows
from storage import web
from storage.brands import Brand


@dataclass(frozen=True, slots=True)
class Tab:
    """One entry of the navigation. `name` ends the page's address and names its icon."""

    name: str
    label: str
    needs: Right


TABS = (
    Tab("inbox", N_("Inbox"), Right.SEE),
    Tab("calendar", N_("Calendar"), Right.MEMBER),
    Tab("posts", N_("Posts"), Right.SEE),
    Tab("approvals", N_("Approvals"), Right.MEMBER),
    Tab("accounts", N_("Accounts"), Right.SEE),
    Tab("members", N_("Members"), Right.SEE),
    Tab("audit", N_("Audit"), Right.MANAGE),
)


@dataclass(frozen=True, slots=True)
class Shell:
    """The surroundings of one page. `here` is the tab that is open, `chat_id` the room; `unseen` counts by room."""

    seat: Seat
    brand: Brand | None
    here: str
    tabs: tuple[Tab, ...]
    rooms: tuple[tuple[web.Room, str], ...]
    unseen: Mapping[str, int]
    languages: tuple[tuple[str, str], ...] = (("en", "English"), ("ru", "Русский"))

    def address(self, tab: str, brand: Brand | None = None) -> str:
        """Return where a tab of a brand is."""
        of = brand or self.brand
        return f"/s/{self.seat.name}/b/{of.slug}/{tab}" if of else f"/s/{self.seat.name}/"


def shell_of(seat: Seat, t: Words, brand: Brand | None, here: str, unseen: Mapping[str, int]) -> Shell:
    """Return what surrounds a page of a brand for whoever sits there."""
    roles = roles_in(seat.memberships, brand.id) if brand else frozenset()
    tabs = tuple(tab for tab in TABS if allows(roles, tab.needs))
    return Shell(seat, brand, here, tabs, tuple((room, title_of(room, t)) for room in seat.rooms), unseen)


def brand_of(seat: Seat, room: web.Room) -> Brand | None:
    """Return the brand of a room, None where the seat has no role."""
    return next((brand for brand in seat.brands if brand.id == room.brand_id), None)


def title_of(room: web.Room, t: Words) -> str:
    """Return what a room is called on the page."""
    return t("Only you") if room.purpose == "private" else room.title or room.brand
