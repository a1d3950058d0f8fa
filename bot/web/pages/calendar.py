"""The calendar's page: a month or a week in the brand's zone, and moving a post by dragging it, by keys or by a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from urllib.parse import urlencode

from babel import Locale
from babel.dates import format_date, format_interval
from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from bot.web.front import Vouched, back_of, front_of, is_id, wants_json
from bot.web.front import page as sheet
from bot.web.pages import acting
from bot.web.pages.chips import GROUPS, Chip, chip, clock
from bot.web.pages.place import Entered, Place, Seeing, show
from bot.web.pages.stage import set_stage
from smm import calendar, moments, posts, showing, states
from smm.calendar import Entry, Sheet, View, Wanted
from smm.contents import open_accounts
from smm.errors import N_, Invalid
from smm.roles import Right
from storage.accounts import Account
from storage.posts import Post
from storage.unit_of_work import UnitOfWork

NIGHT = frozenset({0, 1, 2, 3, 4, 5, 6, 23})  # hours that are drawn low while nothing stands in them
router = APIRouter()


@dataclass(frozen=True, slots=True)
class Board:
    """A page of the calendar with everything that drawing it needs."""

    place: Place
    sheet: Sheet
    accounts: Mapping[int, Account]
    open_accounts: list[Account]

    @property
    def today(self) -> date:
        """The date that people of the brand have."""
        return moments.local_day(self.place.reader.now, self.place.brand.zone)

    @property
    def is_client(self) -> bool:
        """Whether the reader sees what is shared with the client alone."""
        return not self.place.may(Right.SEE)

    @property
    def may_write(self) -> bool:
        """Whether the reader may make and move posts."""
        return self.place.may(Right.WRITE)

    @property
    def title(self) -> str:
        """The month, the months that are looked ahead to, or the week from its first day to its last."""
        language, days = self.place.t.language, self.sheet.days
        if self.sheet.wanted.view == "week":
            return str(format_interval(days[0].day, days[-1].day, "yMMMd", locale=language))
        if self.sheet.wanted.is_ahead:
            return str(format_interval(days[0].day, days[-1].day, "yMMM", locale=language))
        return self.named(self.sheet.wanted.day, "LLLL y")

    @property
    def asked_day(self) -> date | str:
        """The day that the page's address names; none where it follows today."""
        return "" if self.sheet.wanted.is_ahead else self.sheet.wanted.day

    def named(self, day: date, pattern: str) -> str:
        """Return a date in the reader's language."""
        said = str(format_date(day, pattern, locale=self.place.t.language))
        return said[:1].upper() + said[1:]

    def address(self, **changes: object) -> str:
        """Return the address of this page with some of what is wanted changed."""
        wanted = self.sheet.wanted
        asked = {
            "view": wanted.view,
            "date": self.asked_day,
            "account": wanted.account_id,
            "state": wanted.group,
            **changes,
        }
        return f"{acting.address(self.place, 'calendar')}?{urlencode({k: v for k, v in asked.items() if v})}"

    def chip(self, each: Entry) -> Chip:
        """Return a post in little."""
        return chip(each, self.place.t, self.place.brand.zone, self.accounts, for_client=self.is_client)

    def clock(self, at: datetime) -> str:
        """Return the time on the brand's wall."""
        return clock(at, self.place.brand.zone)

    def at_hour(self, entries: tuple[Entry, ...], hour: int) -> list[Entry]:
        """Return what stands in one hour of a day."""
        zone = self.place.brand.zone
        return [
            each for each in entries if each.post.slot_at and moments.clock(each.post.slot_at, zone)[:2] == f"{hour:02}"
        ]

    def free_at(self, free: tuple[datetime, ...], hour: int) -> list[datetime]:
        """Return the free slots of one hour."""
        return [slot for slot in free if moments.clock(slot, self.place.brand.zone)[:2] == f"{hour:02}"]

    def is_low(self, hour: int) -> bool:
        """Say whether an hour's row is drawn low: nobody plans for the night, but it can be planned for."""
        return hour in NIGHT and not any(self.at_hour(day.entries, hour) for day in self.sheet.days)


@router.get("/calendar")
async def page(
    request: Request, place: Entered, view: str = "", date: str = "", account: str = "", state: str = ""
) -> Response:
    """Show a month or a week."""
    board = await front_of(request).database.read(_board, place, _wanted(place, view, date, account, state))
    stage = await set_stage(request, place)
    return await show(request, place, stage, "calendar", board=board, groups=GROUPS)


def _wanted(place: Place, view: str, day: str, account: str, state: str) -> Wanted:
    today = moments.local_day(place.reader.now, place.brand.zone)
    kind: View = "week" if view == "week" else "month"
    first = Locale.parse(place.t.language).first_week_day
    asked, group = _day(day), state if state in states.GROUPS else ""
    is_ahead = asked is None and calendar.looks_ahead(kind, today, first)
    return Wanted(kind, asked or today, first, int(account) if is_id(account) else 0, group, is_ahead)


def _day(given: str) -> date | None:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return None
    return day if calendar.EARLIEST <= day <= calendar.LATEST else None


def _board(uow: UnitOfWork, place: Place, wanted: Wanted) -> Board:
    sheet = calendar.sheet(uow, place.brand, wanted, for_client=not place.may(Right.SEE))
    return Board(place, sheet, showing.accounts_of(uow, place.brand.id), open_accounts(uow, place.brand.id))


@router.post("/calendar/move")
async def move(request: Request, place: Seeing, form: Vouched) -> Response:
    """Move a post to a day and an hour of the brand, or out of the calendar; ask first where that takes an approval away."""
    post_id, version = _number(form, "post"), _number(form, "version")
    was, back = _moment(str(form.get("was", ""))), _back(form, place)
    to = await front_of(request).database.read(_landing, place, post_id, form)
    if not form.get("confirmed") and await front_of(request).database.read(_asks_again, place, post_id, to):
        return _confirm(request, place, form)
    moved = await acting.act(
        request, place, form, lambda uow, actor: calendar.move(uow, actor, post_id, version, was, to)
    )
    if moved is None:
        return acting.told(request, place, back, place.t("That was done already."))
    return acting.told(request, place, back, _said(place, moved), undo=_undo(place, moved, version, was))


def _back(form: FormData, place: Place) -> str:
    return back_of(form, place.seat, f"b/{place.brand.slug}/calendar")


def _landing(uow: UnitOfWork, place: Place, post_id: int, form: FormData) -> datetime | None:
    post = posts.find(uow, place.brand.id, post_id).post
    if at := _moment(str(form.get("at", ""))):
        return at
    if form.get("out"):
        return None
    day = _day(str(form.get("day", "")))
    if day is None:
        raise Invalid(N_("This is not a date. Write it like 2026-11-30."), field="day")
    return calendar.landing(uow, place.brand, post, day, _hour(str(form.get("time", ""))))


def _hour(given: str) -> time | None:
    try:
        return time.fromisoformat(given).replace(tzinfo=None) if given else None
    except ValueError:
        raise Invalid(N_("This is not a time. Write it like 14:30."), field="time") from None


def _moment(given: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _number(form: FormData, name: str) -> int:
    given = str(form.get(name, ""))
    return int(given) if is_id(given) else 0


def _asks_again(uow: UnitOfWork, place: Place, post_id: int, to: datetime | None) -> bool:
    return calendar.asks_again(uow, acting.actor_of(uow, place), post_id, to)


def _confirm(request: Request, place: Place, form: FormData) -> Response:
    question = place.t("The time is a part of what was approved. Moved, the post has to be approved again. Move it?")
    if wants_json(request):
        return JSONResponse({"confirm": question, "notice": None, "errors": {}})
    hidden, to = {name: str(value) for name, value in form.items()}, acting.address(place, "calendar", "move")
    return sheet(request, "confirm.html", place.t, question=question, hidden=hidden, to=to, back=_back(form, place))


def _said(place: Place, moved: Post) -> str:
    if moved.slot_at is None:
        return place.t("It has no time any more. It waits beside the calendar.")
    when = place.t.when(moved.slot_at, place.brand.zone)
    if moved.state == "scheduled":
        return place.t("It goes out {when}.", when=when)
    return place.t("Moved to {when}.", when=when)


def _undo(place: Place, moved: Post, version: int, was: datetime | None) -> dict[str, object] | None:
    """Return the form that takes the move back, if it can be: a time that has passed, or an approval lost, cannot."""
    if moved.version != version or (was is not None and was <= place.reader.now):
        return None
    here = moved.slot_at.isoformat() if moved.slot_at else ""
    return {
        "post": moved.id,
        "version": version,
        "was": here,
        "at": was.isoformat() if was else "",
        "out": "" if was else "yes",
        "label": place.t("Undo"),
    }
