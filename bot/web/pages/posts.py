"""The posts' pages: the list, and one post with its editor. What is written there becomes a version as it does in a chat."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.web.deeds import keep_files
from bot.web.forms import local
from bot.web.front import Vouched, front_of, is_id, wants_json
from bot.web.pages import acting, editor, written
from bot.web.pages.chips import GROUPS, Chip, chip
from bot.web.pages.editor import Sheet
from bot.web.pages.place import Entered, Place, Seeing, Writing, show
from bot.web.pages.stage import set_stage
from bot.web.pages.written import Written
from smm import calendar, contents, posts, showing, states, versions
from smm.actors import Actor
from smm.errors import N_, DeskError, Invalid, NotFound
from smm.posts import Stale
from smm.roles import Right
from storage import posts as kept
from storage import targets, web
from storage.posts import Post
from storage.unit_of_work import UnitOfWork

LISTED = 60
EVERY = tuple(state for group in states.GROUPS.values() for state in group)
PARTS = ("counters", "wherewrong", "mediawrong", "extraswrong", "pictures", "frames")  # macros of pages/editor.html
router = APIRouter(prefix="/posts")


@router.get("")
async def posts_list(request: Request, place: Seeing, state: str = "") -> Response:
    """Show the brand's posts, those of one kind if asked for."""
    group = state if state in states.GROUPS else ""
    chips = await front_of(request).database.write(_listed, place, group)
    return await show(
        request, place, await set_stage(request, place), "posts", chips_of=chips, group=group, groups=GROUPS
    )


def _listed(uow: UnitOfWork, place: Place, group: str) -> list[Chip]:
    found = kept.newest(uow, place.brand.id, states.GROUPS.get(group, EVERY), LISTED)
    ids = [post.id for post in found]
    current, rows = kept.current_versions(uow, ids), targets.of_posts(uow, ids)
    accounts = showing.accounts_of(uow, place.brand.id)
    entries = [
        calendar.entry(post, versions.unpack(current[post.id].content), rows[post.id], uow.now) for post in found
    ]
    chips = [chip(each, place.t, place.brand.zone, accounts) for each in entries]
    web.show(uow, place.chat.chat_id, [each.picture for each in chips if each.picture])
    return chips


@router.get("/new")
async def new(request: Request, place: Writing, date: str = "", time: str = "", like: str = "") -> Response:
    """Show an empty editor, filled in with the day that was pressed, or with another post's content."""
    begun = await front_of(request).database.read(_begun, place, date, time, int(like) if is_id(like) else 0)
    return await _page(request, place, begun, 0)


def _begun(uow: UnitOfWork, place: Place, day: str, hour: str, like: int) -> Written:
    if like:
        return replace(written.of_post(posts.find(uow, place.brand.id, like)), version=0, slot="", slot_was="")
    accounts = tuple(account.id for account in contents.open_accounts(uow, place.brand.id))
    return Written(accounts=accounts, slot=_first_slot(uow, place, day, hour))


def _first_slot(uow: UnitOfWork, place: Place, day: str, hour: str) -> str:
    """Return the time that a new post is begun with: what was pressed, else the first free slot of that day."""
    try:
        asked = date.fromisoformat(day)
        at = time.fromisoformat(hour) if hour else None
        nothing = Post(0, place.brand.id, 0, "", 0, None, False, 0, None, uow.now)
        moment = calendar.landing(uow, place.brand, nothing, asked, at)
    except (ValueError, OverflowError, Invalid):
        return f"{day}T12:00" if _is_day(day) else ""
    return local(moment.isoformat(), place.brand.zone)


def _is_day(given: str) -> bool:
    try:
        return bool(date.fromisoformat(given))
    except ValueError:
        return False


@router.get("/{post_id}")
async def post(request: Request, place: Entered, post_id: int) -> Response:
    """Show one post with its editor; to a client, the card of what was put to them."""
    if not place.may(Right.SEE):
        return await _shared(request, place, post_id)
    begun = await front_of(request).database.read(_opened, place, post_id)
    return await _page(request, place, begun, post_id)


async def _shared(request: Request, place: Place, post_id: int) -> Response:
    await front_of(request).database.read(_must_be_shared, place, post_id)
    stage = await set_stage(request, place, cards=[("post_client", post_id)])
    return await show(request, place, stage, "calendar", "post_shared", card=stage.cards["post_client", post_id])


def _must_be_shared(uow: UnitOfWork, place: Place, post_id: int) -> None:
    if not showing.for_client(posts.find(uow, place.brand.id, post_id)):
        raise NotFound(N_("There is no such post here."))


def _opened(uow: UnitOfWork, place: Place, post_id: int) -> Written:
    return written.of_post(posts.find(uow, place.brand.id, post_id))


@router.post("/preview")
@router.post("/{post_id}/preview")
async def preview(request: Request, place: Writing, form: Vouched, post_id: int = 0) -> Response:
    """Show what is written as the networks will, and keep nothing but the pictures that came with it."""
    given, errors = await _given(request, place, form)
    if not wants_json(request):
        return await _page(request, place, given, post_id, errors)
    sheet = await front_of(request).database.write(_sheet, place, given, post_id, errors)
    return JSONResponse({"notice": None, "errors": errors, "parts": _parts(request, place, sheet)})


def _parts(request: Request, place: Place, sheet: Sheet) -> dict[str, str]:
    """Return the parts of the page that follow what is written."""
    module = front_of(request).templates.get_template("pages/editor.html").make_module({"t": place.t})
    return {name: str(getattr(module, name)(sheet, place)) for name in PARTS}


@router.post("/new")
async def create(request: Request, place: Writing, form: Vouched) -> Response:
    """Make a draft of what is written."""
    return await _save(request, place, form, 0)


@router.post("/{post_id}")
async def save(request: Request, place: Writing, form: Vouched, post_id: int) -> Response:
    """Save what is written as a new version; on an older one both texts are shown, and nothing is lost."""
    return await _save(request, place, form, post_id)


async def _save(request: Request, place: Place, form: FormData, post_id: int) -> Response:
    given, errors = await _given(request, place, form)
    if errors:
        return await _page(request, place, given, post_id, errors, 422)
    try:
        made = await acting.act(request, place, form, lambda uow, actor: _keep(uow, actor, place, given, post_id))
    except Stale:
        return await _page(request, place, given, post_id, status=409)
    except Invalid as error:
        return await _page(request, place, given, post_id, {error.field or "text": error.say(place.t)}, 422)
    except DeskError as error:
        return await _page(request, place, given, post_id, {"": error.say(place.t)}, 409)
    if made is None:
        return RedirectResponse(acting.address(place, "posts", *([post_id] if post_id else [])), 303)
    return acting.told(request, place, acting.address(place, "posts", made.id), _said(place, made, given))


def _keep(uow: UnitOfWork, actor: Actor, place: Place, given: Written, post_id: int) -> Post:
    whole = posts.take(uow, actor, post_id, given.version) if post_id else None
    slot_at = given.moment(place.brand.zone, uow.now, whole.post.slot_at if whole else None)
    content = given.content(whole.content if whole else None)
    if whole is None:
        return posts.create(uow, actor, content, slot_at)
    return posts.edit(uow, actor, post_id, given.version, content, slot_at)


def _said(place: Place, made: Post, given: Written) -> str:
    if not given.version:
        return place.t("The draft is kept.")
    if made.version == given.version:
        return place.t("Saved. The content is the same, so its approval stands.")
    return place.t("Saved as version {number}.", number=made.version)


async def _given(request: Request, place: Place, form: FormData) -> tuple[Written, dict[str, str]]:
    """Return what was written with the files that came along, and what is wrong with it already."""
    given = written.arranged(written.of_form(form), str(form.get("do", "")))
    front, errors = front_of(request), {}
    given = replace(given, media=await front.database.read(_own, place, given))
    try:
        given = written.with_files(given, await keep_files(request, place.brand.id, form.getlist("files")))
    except Invalid as error:
        errors["files"] = error.say(place.t)
    if len(given.text) > contents.MOST_TEXT:
        errors["text"] = place.t("A post has at most {most} characters.", most=contents.MOST_TEXT)
    return given, errors


def _own(uow: UnitOfWork, place: Place, given: Written) -> tuple[versions.Media, ...]:
    """Leave out pictures that the person has not seen: a digest alone opens nothing."""
    return tuple(each for each in given.media if web.is_shown(uow, each.digest, place.seat.chat_ids))


def _sheet(uow: UnitOfWork, place: Place, given: Written, post_id: int, errors: dict[str, str]) -> Sheet:
    return editor.sheet(uow, place, given, post_id, errors)


async def _page(
    request: Request,
    place: Place,
    given: Written,
    post_id: int,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    sheet = await front_of(request).database.write(_sheet, place, given, post_id, errors or {})
    stage = await set_stage(request, place, buttons=sheet.buttons)
    writes = sheet.may_edit and place.may(Right.WRITE)
    return await show(request, place, stage, "posts", "post", status, sheet=sheet, writes=writes)
