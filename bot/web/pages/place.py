"""Where a page is: whose seat, which brand, with which right; and the page put together and sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from bot.web.drawing import Reader
from bot.web.front import Seated, front_of, keep_signed_in, page, reader_of
from bot.web.seats import Seat, roles_in
from bot.web.shell import shell_of
from handlers.route import Words
from smm.errors import N_, Forbidden, NotFound
from smm.roles import Right, Role, allows
from storage import web
from storage.brands import Brand
from storage.channels import ChatRef

if TYPE_CHECKING:
    from bot.web.pages.stage import Stage


@dataclass(frozen=True, slots=True)
class Place:
    """Who looks at which brand, with the roles of this moment. `reader` is for whom cards are drawn; `unseen` counts by room."""

    seat: Seat
    brand: Brand
    roles: frozenset[Role]
    reader: Reader
    unseen: Mapping[str, int]

    @property
    def t(self) -> Words:
        """The reader's words."""
        return self.reader.t

    @property
    def chat(self) -> ChatRef:
        """The chat behind the person's pages of the brand."""
        return ChatRef("web", next(page.chat_id for page in self.seat.pages if page.brand_id == self.brand.id))

    def may(self, right: Right) -> bool:
        """Say whether the person has a right in the brand."""
        return allows(self.roles, right)


def _with(right: Right) -> Callable[[Request, Seat, str], Awaitable[Place]]:
    async def placed(request: Request, seat: Seated, brand: str) -> Place:
        found = next((one for one in seat.brands if one.slug == brand), None)
        if found is None:
            raise NotFound(N_("There is no such brand, or you have no role in it. Ask its owner for an invitation."))
        roles = roles_in(seat.memberships, found.id)
        if not allows(roles, right):
            raise Forbidden(N_("Your role does not open this page. Ask an owner or a manager of the brand."))
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        unseen = await front_of(request).database.read(web.unseen, seat.member.id, seat.chat_ids)
        return Place(seat, found, roles, reader_of(request, seat, found.zone, back), unseen)

    return placed


Entered = Annotated[Place, Depends(_with(Right.MEMBER))]
Seeing = Annotated[Place, Depends(_with(Right.SEE))]
Writing = Annotated[Place, Depends(_with(Right.WRITE))]
Managing = Annotated[Place, Depends(_with(Right.MANAGE))]


async def show(
    request: Request, place: Place, stage: Stage, tab: str, template: str = "", status: int = 200, **values: Any
) -> Response:
    """Return a page of a tab: templates/pages/<template, or the tab's name>.html with these values."""
    seat, notices = place.seat, front_of(request).notices
    response = page(
        request,
        f"pages/{template or tab}.html",
        place.t,
        status,
        shell=shell_of(seat, place.t, place.brand, tab, place.unseen),
        seat=seat,
        place=place,
        reader=place.reader,
        stage=stage,
        notice=notices.pop(seat.session.id, None),
        **values,
    )
    await keep_signed_in(request, response, seat)
    return response
