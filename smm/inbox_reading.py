"""Reading the inbox: everything that a card or a list of it shows, gathered once, so that drawing asks nothing more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from smm import declared, inbox, labels, ways
from smm.mention_moves import ANSWERED, OPEN, PUT_ASIDE, State, held_minutes, holder, name_of
from smm.networks import PRIVATE, Kind
from smm.rules import routing
from smm.ways import Ways
from storage import accounts, brands, mention_lists, mentions, replies, search, suggestions
from storage.accounts import Account
from storage.brands import Brand
from storage.labels import Label
from storage.mention_lists import Narrow
from storage.mentions import Mention
from storage.replies import Reply
from storage.suggestions import Suggestion
from storage.unit_of_work import UnitOfWork

__all__ = ["Listed", "Wanted", "Whole", "arrived", "counts", "held_minutes", "languages", "listed", "name_of", "whole"]

PAGE = 5
LATELY = 500  # mentions that tell which languages are spoken to the brand
FOUND = 200  # hits of a search that can be paged through
MOVING = ("preview", "queued", "sending", "unknown")
WAITING = OPEN - {State.SNOOZED} | {State.SENDING}
SHELVES: dict[str, frozenset[State]] = {
    "open": WAITING,
    "mine": OPEN | {State.SENDING},
    "unclaimed": frozenset({State.NEW, State.ESCALATED}),
    "snoozed": frozenset({State.SNOOZED}),
    "answered": ANSWERED,
    "closed": PUT_ASIDE | {State.DELETED},
    "all": frozenset(),
}
COUNTED = ("open", "mine", "unclaimed", "snoozed")


@dataclass(frozen=True, slots=True)
class Remark:
    """A note of the team, with its writer's name."""

    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A mention with what stands around it.

    `held_by` is empty where no claim holds; `moving` is an answer on its way; `matched` are the words that rules found it by;
    `suggestion` is what is offered with it.
    """

    mention: Mention
    account: Account
    brand: Brand
    held_by: str
    assigned: str
    remarks: tuple[Remark, ...]
    moving: Reply | None
    matched: tuple[str, ...]
    label: Label | None
    ways: Ways
    suggestion: Suggestion | None

    @property
    def network(self) -> str:
        """The network's name for people."""
        return declared.title(self.account.network)

    @property
    def answerable(self) -> bool:
        """Whether the desk can answer as the thing itself was said: in public, a message in private."""
        return self.ways.private if self.mention.kind in PRIVATE else self.ways.public


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list: a shelf, perhaps one network, perhaps words …; before a mention's id for the next page."""

    shelf: str = "open"
    network: str = ""
    words: str = ""
    before: int = 0
    account_id: int = 0
    kind: str = ""
    language: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the inbox, with the counts of the shelves, and the networks and accounts to choose from.

    `people` are the names of who holds or was given one of the rows.
    """

    rows: tuple[tuple[Mention, Account], ...]
    more: bool
    counts: dict[str, int]
    networks: tuple[str, ...]
    accounts: tuple[Account, ...]
    people: dict[int, str]


def whole(uow: UnitOfWork, mention_id: int) -> Whole | None:
    """Return a mention with all that its card shows."""
    mention = mentions.get(uow, mention_id)
    if mention is None:
        return None
    account, brand = accounts.get(uow, mention.account_id), brands.get(uow, mention.brand_id)
    assert account is not None
    assert brand is not None
    claimed = mention.claimed_by if mention.state == State.SENDING else holder(mention, uow.now)
    moving = replies.of_mention(uow, mention_id, MOVING)
    return Whole(
        mention,
        account,
        brand,
        name_of(uow, claimed),
        name_of(uow, mention.assigned_to),
        tuple(Remark(name_of(uow, note.member_id), note.text) for note in inbox.newest_notes(uow, mention_id)),
        moving[-1] if moving else None,
        routing.words_of(uow, mention_id),
        labels.of(uow, mention_id),
        ways.of(account, mention, uow.now),
        suggestions.of_mention(uow, mention_id) if mention.kind == Kind.SUGGESTION else None,
    )


def listed(uow: UnitOfWork, brand_id: int, member_id: int, wanted: Wanted, most: int = PAGE) -> Listed:
    """Return a page of the brand's inbox as one member asks for it."""
    among = search.search(uow, brand_id, wanted.words, FOUND) if wanted.words else None
    narrow = _narrow(wanted, member_id)
    found = mention_lists.newest(uow, brand_id, narrow, among=among, before=wanted.before, limit=most + 1)
    known = {account.id: account for account in accounts.of_brand(uow, brand_id)}
    rows = tuple((mention, known[mention.account_id]) for mention in found[:most])
    return Listed(
        rows,
        len(found) > most,
        counts(uow, brand_id, member_id),
        tuple(sorted({account.network for account in known.values()})),
        tuple(known.values()),
        _people(uow, [mention for mention, _ in rows]),
    )


def _narrow(wanted: Wanted, member_id: int) -> Narrow:
    return Narrow(
        states=SHELVES[wanted.shelf],
        member_id=member_id if wanted.shelf == "mine" else None,
        network=wanted.network,
        account_id=wanted.account_id,
        kind=wanted.kind,
        language=wanted.language,
        since=wanted.since,
        until=wanted.until,
    )


def _people(uow: UnitOfWork, found: Sequence[Mention]) -> dict[int, str]:
    held = {mention.claimed_by for mention in found} | {mention.assigned_to for mention in found}
    return {member_id: name_of(uow, member_id) for member_id in held if member_id is not None}


def languages(uow: UnitOfWork, brand_id: int) -> list[str]:
    """Return the languages that people have written to the brand in lately."""
    return mention_lists.languages(uow, brand_id, LATELY)


def counts(uow: UnitOfWork, brand_id: int, member_id: int) -> dict[str, int]:
    """Return how many there are on the shelves that people work from."""
    tally = mentions.tally(uow, brand_id, SHELVES["open"] | SHELVES["snoozed"])
    found = {shelf: _sum(tally, SHELVES[shelf]) for shelf in COUNTED}
    return found | {"mine": mention_lists.count(uow, brand_id, Narrow(SHELVES["mine"], member_id))}


def _sum(tally: dict[str, int], states: Collection[State]) -> int:
    return sum(tally.get(str(state), 0) for state in states)


def arrived(uow: UnitOfWork, account_id: int, since: datetime) -> tuple[Account | None, list[Mention]]:
    """Return what came to an account since a moment and still waits."""
    return accounts.get(uow, account_id), mentions.waiting_since(uow, account_id, since, WAITING)
