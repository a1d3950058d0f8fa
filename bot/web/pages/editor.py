"""The editor's page put together: what is written, how each network will show it, what it will say to it, and the post's story.

Every length, crop and warning is smm/previews.py's, for the first look and for each keystroke alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.web.pages.chips import Mark, mark
from bot.web.pages.place import Place
from bot.web.pages.written import Written
from handlers.card import Block, Button, Para, Question, Quote, para
from handlers.extra_parts import questions
from handlers.post_cards import buttons, decision
from handlers.post_parts import difference, result
from smm import contents, corrections, extras, posts, previews, showing, states, versions
from smm.networks import Options
from smm.posts import Whole
from smm.preflight import Problem
from smm.previews import Preview
from smm.versions import Content, Piece
from storage import media, web
from storage.accounts import Account
from storage.media import Media
from storage.unit_of_work import UnitOfWork

EDITED_HERE = frozenset(
    {"post.edit", "post.override", "post.describe", "post.extras", "post.duplicate", "post.history", "post.time"}
)
STORY = 20  # versions that are compared


@dataclass(frozen=True, slots=True)
class Shown:
    """A post as one account will publish it; `has_own` says that it has a text of its own there."""

    account: Account
    mark: Mark
    preview: Preview
    has_own: bool


@dataclass(frozen=True, slots=True)
class Newer:
    """A version that somebody else has saved meanwhile, against what was written here."""

    number: int
    seen: int
    by: str
    text: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One version of a post: who saved it when, and what it changed."""

    number: int
    by: str
    when: str
    body: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the page of one post shows."""

    place: Place
    written: Written
    whole: Whole | None
    accounts: tuple[Account, ...]
    shown: tuple[Shown, ...]
    files: Mapping[str, Media]
    extras: tuple[Question, ...]
    has_extras: bool
    errors: Mapping[str, str] = field(default_factory=dict)
    newer: Newer | None = None
    results: tuple[Para, ...] = ()
    talk: tuple[Block, ...] = ()
    story: tuple[Chapter, ...] = ()
    steps: tuple[tuple[str, ...], ...] = ()
    buttons: Mapping[str, Button] = field(default_factory=dict)
    has_passed: bool = False  # the time of the post

    def problems(self, part: str) -> list[Problem]:
        """Return what the networks say against one part of the post; nothing before a word was written."""
        if self.whole is None and not self.errors and self.written.is_blank:
            return []
        return [problem for each in self.shown for problem in each.preview.warnings if problem.part == part]

    @property
    def may_edit(self) -> bool:
        """Whether the fields can be filled in: somebody who writes, and something that is not out yet."""
        return self.whole is None or states.is_open(self.whole.targets)

    @property
    def may_correct(self) -> bool:
        """Whether the post is live, so that other words can be put there."""
        return self.whole is not None and corrections.can_correct(self.whole)


def sheet(
    uow: UnitOfWork,
    place: Place,
    written: Written,
    post_id: int = 0,
    errors: Mapping[str, str] | None = None,
) -> Sheet:
    """Return the page of a post, or of one to be made, with what is written in it."""
    whole = posts.find(uow, place.brand.id, post_id) if post_id else None
    web.show(uow, place.chat.chat_id, [each.digest for each in written.media])
    files = media.of(uow, [each.digest for each in written.media])
    content = written.content(whole.content if whole else None)
    every = showing.accounts_of(uow, place.brand.id)
    offered = {each.id: each for each in contents.open_accounts(uow, place.brand.id)}
    offered |= {each: every[each] for each in written.accounts if each in every}
    made = Sheet(
        place,
        written,
        whole,
        tuple(offered.values()),
        tuple(shown(offered[each], content, files) for each in written.accounts if each in offered),
        files,
        questions(place.t, extras.offered(offered.values(), content.options), content.options),
        content.options != Options(),
        errors or {},
    )
    return _told(uow, made, whole) if whole else made


def shown(account: Account, content: Content, files: Mapping[str, Media]) -> Shown:
    """Return a content as an account's network will show and count it."""
    return Shown(account, mark(account), previews.of(account, content, files), account.id in content.overrides)


def _told(uow: UnitOfWork, made: Sheet, whole: Whole) -> Sheet:
    t, every = made.place.t, showing.accounts_of(uow, whole.brand.id)
    rows = steps(made.place, whole, every)
    return replace(
        made,
        newer=_newer(uow, made.written, whole) if made.written.version < whole.post.version else None,
        results=tuple(result(t, each, every.get(each.account_id), whole) for each in whole.targets),
        talk=_talk(uow, made.place, whole),
        story=_story(uow, made.place, whole),
        steps=tuple(tuple(row) for row in rows),
        buttons={name: button for row in rows for name, button in row.items()},
        has_passed=whole.post.slot_at is not None and whole.post.slot_at <= uow.now,
    )


def steps(place: Place, whole: Whole, accounts: Mapping[int, Account]) -> list[dict[str, Button]]:
    """Return the buttons of the post's card, those aside for which this page has a field, by names of their own."""
    found = []
    for row in buttons(place.t, whole, dict(accounts)):
        kept = [button for button in row if button.action not in EDITED_HERE]
        found.append(
            {f"{button.action}-{button.object_id}" if button.action else button.url: button for button in kept}
        )
    return [row for row in found if row]


def _newer(uow: UnitOfWork, mine: Written, whole: Whole) -> Newer:
    theirs = whole.content.text
    pieces = versions.shorten(versions.compare(theirs, mine.text), around=200)
    by = showing.name(uow, whole.version.author_id)
    return Newer(whole.post.version, mine.version, by, theirs, pieces)


def _talk(uow: UnitOfWork, place: Place, whole: Whole) -> tuple[Block, ...]:
    found: list[Block] = []
    for approval in whole.approvals:
        found += decision(uow, place.t, approval, whole)
    for note in showing.notes(uow, whole.post.id, "internal", "client"):
        whom = place.t("for the client, too") if note.audience == "client" else place.t("team only")
        found.append(Quote(note.text, f"{showing.name(uow, note.member_id)} · {whom}"))
    return tuple(found)


def _story(uow: UnitOfWork, place: Place, whole: Whole) -> tuple[Chapter, ...]:
    kept = showing.history(uow, whole.post.id)[-STORY - 1 :]
    t, chapters = place.t, []
    for before, after in zip([None, *kept], kept, strict=False):
        by, when = showing.name(uow, after.author_id), t.when(after.created_at, whole.brand.zone)
        body: Sequence[Block] = ()
        if before is not None:
            changes = difference(t, showing.unpacked(before), showing.unpacked(after), before.number)
            body = changes or (para(t("The same, asked about once more.")),)
        chapters.append(Chapter(after.number, by, when, tuple(body)))
    return tuple(reversed(chapters[-STORY:]))
