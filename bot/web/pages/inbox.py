"""The inbox page: a list with filters, all of them in the address, and the chosen mention's card beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.web.front import front_of, is_id
from bot.web.pages.place import Place, Seeing, show
from bot.web.pages.stage import Key, set_stage
from handlers.inbox_list import EMPTY, SHELVES, brief
from handlers.mention_cards import author, excerpt
from handlers.route import Words
from smm import declared, inbox_reading
from smm.errors import N_, NotFound
from smm.inbox_reading import Listed, Wanted, Whole
from smm.text import line
from storage.mentions import Mention
from storage.unit_of_work import UnitOfWork

PAGE: Final = 25
EXCERPT: Final = 140
SEARCH: Final = 200
FILTERS: Final = ("account", "network", "kind", "language", "since", "until")
KINDS: Final = {
    "comment": N_("Comments"),
    "mention": N_("Mentions"),
    "review": N_("Reviews"),
    "message": N_("Direct messages"),
    "suggestion": N_("Suggested posts"),
}
TONES: Final = {"escalated": "warn", "replied": "good", "elsewhere": "good"}
# What a key does with the mention that is open: the action of one of its buttons, as handlers/inbox.py and reply.py name it.
SHORTCUTS: Final = (
    ("j", "", N_("Next")),
    ("k", "", N_("Previous")),
    ("o", "", N_("Open it")),
    ("r", "mention.reply", N_("Reply")),
    ("c", "mention.claim", N_("Claim")),
    ("s", "mention.snooze", N_("Snooze")),
    ("e", "mention.resolve", N_("Resolve")),
    ("/", "", N_("Search")),
    ("?", "", N_("This help")),
)
router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asked:
    """The list that an address asks for. `given` are its parameters, without those that say nothing."""

    wanted: Wanted
    given: Mapping[str, str]

    def address(self, place: Place, mention_id: int = 0, **changed: str) -> str:
        """Return the address of this list with other parameters, and perhaps with a mention open."""
        base = f"/s/{place.seat.name}/b/{place.brand.slug}/inbox" + (f"/{mention_id}" if mention_id else "")
        query = urlencode({name: value for name, value in (dict(self.given) | changed).items() if value})
        return f"{base}?{query}" if query else base

    @property
    def narrowed(self) -> bool:
        """Whether anything but the shelf is chosen."""
        return self.filtered or bool(self.wanted.words)

    @property
    def filtered(self) -> bool:
        """Whether anything is chosen among the filters."""
        return any(self.given.get(name) for name in FILTERS)


@router.get("/inbox")
async def inbox(request: Request, place: Seeing) -> Response:
    """Show the inbox."""
    return await _page(request, place, None)


@router.get("/inbox/{mention_id}")
async def mention(request: Request, place: Seeing, mention_id: str) -> Response:
    """Show a mention beside the list that it was chosen from."""
    number = int(mention_id) if is_id(mention_id) else 0
    whole = await front_of(request).database.read(inbox_reading.whole, number)
    if whole is None or whole.brand.id != place.brand.id:
        raise NotFound(N_("This is not in your inbox. See what is: /inbox"))
    return await _page(request, place, whole)


async def _page(request: Request, place: Place, whole: Whole | None) -> Response:
    asked = read(request.query_params, place.brand.zone)
    listed, languages = await front_of(request).database.read(_gather, place, asked.wanted)
    stage = await set_stage(request, place, cards=_cards(whole))
    return await show(
        request,
        place,
        stage,
        "inbox",
        asked=asked,
        listed=listed,
        rows=[(each, _row(place, listed, each)) for each, _ in listed.rows],
        whole=whole,
        chosen=[stage.cards[key] for key in _cards(whole) if key in stage.cards],
        shelves=SHELVES,
        tones=TONES,
        names={account.id: account for account in listed.accounts},
        networks=[(name, declared.title(name)) for name in listed.networks],
        accounts=[(one.id, f"{declared.title(one.network)}: {one.name}") for one in listed.accounts],
        kinds=[(kind, place.t(words)) for kind, words in KINDS.items()],
        languages=[(code, language_name(code, place.t)) for code in languages],
        title=declared.title,
        empty=_empty(asked, listed, place.t),
        shortcuts=SHORTCUTS,
    )


def read(given: Mapping[str, str], zone: str) -> Asked:
    """Return the list that an address asks for; what makes no sense there narrows nothing."""
    kept = {name: line(given[name], SEARCH) for name in ("shelf", "words", "before", *FILTERS) if given.get(name)}
    account, before = kept.get("account", ""), kept.get("before", "")
    since, until = midnight(kept.get("since", ""), zone), midnight(kept.get("until", ""), zone, days=1)
    wanted = Wanted(
        kept["shelf"] if kept.get("shelf") in SHELVES else "open",
        kept.get("network", ""),
        kept.get("words", ""),
        int(before) if is_id(before) else 0,
        account_id=int(account) if is_id(account) else 0,
        kind=kept.get("kind", ""),
        language=kept.get("language", ""),
        since=since,
        until=until,
    )
    return Asked(replace(wanted, shelf="all") if wanted.words and "shelf" not in kept else wanted, kept)


def midnight(day: str, zone: str, days: int = 0) -> datetime | None:
    """Return when a day begins in a zone, or one some days after it."""
    try:
        begins = date.fromisoformat(day) + timedelta(days=days)
        return datetime.combine(begins, time(), ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _gather(uow: UnitOfWork, place: Place, wanted: Wanted) -> tuple[Listed, list[str]]:
    listed = inbox_reading.listed(uow, place.brand.id, place.seat.member.id, wanted, PAGE)
    return listed, inbox_reading.languages(uow, place.brand.id)


def _cards(whole: Whole | None) -> list[Key]:
    """Return the mention's card, and that of an answer on its way."""
    if whole is None:
        return []
    moving = [("reply", whole.moving.id)] if whole.moving else []
    return [("mention", whole.mention.id), *moving]


def _row(place: Place, listed: Listed, each: Mention) -> dict[str, str]:
    t, people = place.t, listed.people
    return {
        "author": author(each),
        "text": excerpt(each.text, EXCERPT),
        "state": brief(t, each, people.get(each.claimed_by or 0, "")),
        "assigned": people.get(each.assigned_to or 0, ""),
        "ago": t.ago((place.reader.now - each.said_at).total_seconds()),
    }


def language_name(code: str, t: Words) -> str:
    """Return a language's name in the reader's own."""
    try:
        return str(Locale.parse(code.replace("-", "_")).get_language_name(t.language) or code).capitalize()
    except (ValueError, UnknownLocaleError):
        return code


def _empty(asked: Asked, listed: Listed, t: Words) -> str:
    if asked.wanted.words:
        return t("Nothing holds these words. Try fewer of them, or only their beginnings.")
    if asked.narrowed:
        return t("Nothing here with these filters. Take one away to see more.")
    if not listed.networks:
        return t("No network is connected yet. Connect one, and comments arrive here: /accounts")
    return t(EMPTY[asked.wanted.shelf])
