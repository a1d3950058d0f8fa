"""How the parts of a post are drawn: its state in words, its text as each network shows it, its problems, its differences.

Shared by the team's card and the client's; what each of them may see is decided there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from handlers.card import (
    PLACE,
    Block,
    Button,
    Field,
    Frame,
    Link,
    Para,
    Picture,
    Span,
    Style,
    Tone,
    bold,
    filled,
    para,
    row,
)
from handlers.extra_parts import around, changes
from handlers.route import Words
from smm import corrections, declared, previews, publishing, versions
from smm.errors import N_
from smm.posts import Whole
from smm.previews import WHOLE, Preview, Tile
from smm.versions import Content

if TYPE_CHECKING:
    from storage.accounts import Account
    from storage.media import Media
    from storage.metrics import Snapshot
    from storage.posts import Post, Target

LONGEST = 1_200  # characters of a text on a card; the whole is in the preview
STATES: Final = {
    "draft": N_("Draft"),
    "internal_review": N_("Waits for the team's approval"),
    "client_review": N_("Waits for the client's approval"),
    "changes_requested": N_("Changes requested"),
    "rejected": N_("Rejected"),
    "expired": N_("Not approved in time"),
    "approved": N_("Approved, not scheduled"),
    "scheduled": N_("Scheduled"),
    "publishing": N_("Going out…"),
    "retry_wait": N_("Trying again soon"),
    "by_hand": N_("Waits for a person to publish it"),
    "auth_blocked": N_("Waits for an account to be reconnected"),
    "missed": N_("Missed its time"),
    "failed": N_("Not published"),
    "outcome_unknown": N_("Nobody knows whether it is live"),
    "partially_published": N_("Live, but not everywhere"),
    "published": N_("Live"),
    "on_hold": N_("On hold"),
    "cancelled": N_("Cancelled"),
}
WEEKDAYS: Final = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
GOOD: Final = frozenset({"approved", "scheduled", "published"})
WARN: Final = frozenset({"changes_requested", "expired", "retry_wait", "on_hold", "partially_published", "by_hand"})
BAD: Final = frozenset({"rejected", "auth_blocked", "missed", "failed", "outcome_unknown"})
FIELDS: Final = {
    "accounts": N_("accounts"),
    "overrides": N_("text of a network"),
    "media": N_("pictures"),
    "link": N_("link"),
    "tags": N_("tags"),
    "ad": N_("marking of advertising"),
    "slot": N_("time"),
}
_STYLES: Final[dict[str, Style]] = {"same": "plain", "insert": "insert", "delete": "delete"}


def tone(state: str) -> Tone:
    """Return the colour of a state."""
    return "good" if state in GOOD else "warn" if state in WARN else "bad" if state in BAD else "plain"


def label(account: Account) -> str:
    """Return an account as people know it."""
    title = declared.title(account.network)
    return f"{title} · {account.name}" if account.name and account.name != title else title


def as_shown(
    t: Words, content: Content, accounts: Iterable[Account], files: Mapping[str, Media]
) -> tuple[tuple[Frame, ...], tuple[Picture, ...]]:
    """Return the post as each network will show it, and the pictures as they are cropped there.

    Networks that show the same stand together.
    """
    shown = [(label(each), previews.of(each, content, files)) for each in accounts if each.id in content.accounts]
    alike: dict[Preview, list[tuple[str, Preview]]] = {}
    for named in shown:
        alike.setdefault(named[1].looks, []).append(named)
    return tuple(_frame(t, together) for together in alike.values()), _pictures(content, files, list(alike.values()))


def _frame(t: Words, together: Sequence[tuple[str, Preview]]) -> Frame:
    """Return one frame for accounts whose networks show the same."""
    shown = replace(together[0][1], warnings=())  # what stands against a post is the team's to read
    words = f"{shown.text}\n{shown.rest}" if shown.rest else shown.text
    options = replace(shown.options, first_comment=_cut(shown.options.first_comment))
    words = around(t, _cut(words) or t("No text, only pictures."), options)
    return Frame(words, ", ".join(name for name, _ in together), shown)


def _pictures(
    content: Content, files: Mapping[str, Media], shown: Sequence[Sequence[tuple[str, Preview]]]
) -> tuple[Picture, ...]:
    """Return the pictures as they are cropped, named where networks differ; what all of them hide is shown whole."""
    sets: dict[tuple[Tile, ...], str] = {}
    for together in shown:
        sets.setdefault(together[0][1].tiles, together[0][1].network)
    found = [_picture(tile, network if len(sets) > 1 else "") for tiles, network in sets.items() for tile in tiles]
    seen = {picture.digest for picture in found}
    hidden = [each for each in content.media if each.digest not in seen]
    return (*found, *(Picture(each.digest, alt=each.alt, mime=_mime(files.get(each.digest))) for each in hidden))


def _picture(tile: Tile, network: str) -> Picture:
    alt = ": ".join(part for part in (network, tile.alt) if part)
    ratio = 0 if tile.crop == WHOLE or not tile.mime.startswith("image/") else round(tile.ratio * 1000)
    return Picture(tile.digest, alt=alt, mime="image/jpeg" if ratio else tile.mime, ratio=ratio)


def _mime(file: Media | None) -> str:
    return file.mime if file else "image/jpeg"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def when(t: Words, post: Post, zone: str) -> str:
    """Return a post's time in the brand's zone, which is named."""
    return t.when(post.slot_at, zone) if post.slot_at else t("no time yet")


def when_field(t: Words, post: Post, zone: str) -> Field:
    """Return a post's time as a fact that each reader may see on a clock of their own."""
    return Field(t("When"), when(t, post, zone), at=post.slot_at)


def moment(t: Words, at: datetime, zone: str) -> Span:
    """Return a moment in the brand's zone, which each reader may see on a clock of their own."""
    return Span(t.when(at, zone), at=at)


def difference(t: Words, old: Content, new: Content, number: int) -> tuple[Block, ...]:
    """Return what changed since a version, word by word."""
    if versions.fingerprint(old) == versions.fingerprint(new):
        return ()
    account = min(new.accounts)
    before, after = versions.words_for(old, account), versions.words_for(new, account)
    found: list[Block] = [para(bold(t("Changed since version {number}:", number=number)))]
    if before != after:
        found.append(Para(_compared(before, after)))
    for name, was, now in changes(t, old.options, new.options):
        found.append(Para((bold(f"{name}: "), *_compared(was, now))))
    names = [t(FIELDS[name]) for name in versions.changed(old, new) if name in FIELDS]
    if names:
        found.append(para(t("Also changed: {names}", names=", ".join(names))))
    return tuple(found)


def _compared(before: str, after: str) -> tuple[Span, ...]:
    pieces = versions.shorten(versions.compare(before, after))
    return tuple(Span(_cut(piece.text), _STYLES[piece.kind]) for piece in pieces)


def result(t: Words, target: Target, account: Account | None, whole: Whole, counted: Snapshot | None = None) -> Para:
    """Return how one target stands: its live link and its figures, or what stands in the way and what comes next."""
    name = Span(label(account) if account else "?", "bold")
    words, facts = publishing.said(target.error)
    if target.state == "published":
        missing = f" · {t(words, **facts)}" if words else ""
        live = Span(t("live"), href=target.link)
        return para(
            "✓ ",
            name,
            ": ",
            live,
            missing,
            *_corrected(t, target, whole),
            *_went_out(t, target, whole),
            _counted(t, counted),
        )
    told = t(words, **facts) if words else t(STATES.get(target.state, _WAITS))
    again = target.state in {"retry_wait", "publishing"} and target.due_at is not None and bool(words)
    tail = (
        filled(t(" Next: {when}.", when=PLACE), moment(t, target.due_at, whole.brand.zone))
        if again and target.due_at
        else ()
    )
    return para(f"{_SIGNS.get(target.state, '·')} ", name, f": {told}", *tail)


def _went_out(t: Words, target: Target, whole: Whole) -> tuple[Span | str, ...]:
    """Return the moment at which it went live, which may be another than was planned."""
    if target.published_at is None:
        return ()
    return filled(t(" · went out {when}", when=PLACE), moment(t, target.published_at, whole.brand.zone))


def _corrected(t: Words, target: Target, whole: Whole) -> tuple[Span | str, ...]:
    """Return how a correction of a target stands, which never makes it less live."""
    row = corrections.newest(whole).get(target.id)
    if row is None:
        return ()
    if row.state == "done" and row.done_at is not None:
        return filled(t(" · corrected {when}", when=PLACE), moment(t, row.done_at, whole.brand.zone))
    words, facts = publishing.said(row.error)
    return (t(CORRECTIONS[row.state]), f": {t(words, **facts)}" if words and row.state != "left" else "")


CORRECTIONS: Final = {
    "waiting": N_(" · a correction waits for its approval"),
    "due": N_(" · a correction is on its way"),
    "working": N_(" · a correction is on its way"),
    "blocked": N_(" · the correction waits for the account to be reconnected"),
    "hands": N_(" · not corrected"),
    "removing": N_(" · is being taken down, to be published anew"),
    "left": N_(" · left as it was"),
    "anew": N_(" · published anew, corrected"),
    "dropped": N_(" · the correction was withdrawn"),
}


def _counted(t: Words, counted: Snapshot | None) -> str:
    """Return the figures that the network told, and after how long; what it does not tell is left out."""
    if counted is None:
        return ""
    shown = {name: getattr(counted, name) for name in FIGURES if getattr(counted, name) is not None}
    if not shown:
        return ""
    told = ", ".join(f"{t(FIGURES[name])} {value}" for name, value in shown.items())
    return t(" · after {time}: {figures}", time=t.ago(counted.hours * 3600), figures=told)


FIGURES: Final = {
    "views": N_("views"),
    "reach": N_("reach"),
    "likes": N_("likes"),
    "comments": N_("comments"),
    "shares": N_("shares"),
    "saves": N_("saves"),
    "clicks": N_("clicks"),
}
_WAITS: Final = N_("Waits")
_SIGNS: Final = {"failed": "✗", "missed": "✗", "outcome_unknown": "?", "auth_blocked": "✗", "cancelled": "–"}


def live_link(t: Words, targets: Sequence[Target]) -> Link | None:
    """Return the link of the first account where the post is live."""
    link = next((target.link for target in targets if target.state == "published" and target.link), "")
    return Link(t("See it live"), link) if link else None


def asked(t: Words, targets: Sequence[Target], accounts: dict[int, Account]) -> tuple[tuple[Button, ...], ...]:
    """Return the three answers to "is it live?", for each account of which nobody knows."""
    unknown = [target for target in targets if target.state == "outcome_unknown"]
    return tuple(_answers(t, target, accounts, named=len(unknown) > 1) for target in unknown)


def _answers(t: Words, target: Target, accounts: dict[int, Account], *, named: bool) -> tuple[Button, ...]:
    account = accounts.get(target.account_id)
    name = f"{label(account)}: " if named and account else ""
    look = Button(t("Look there"), url=account.link) if account and account.link else None
    return row(
        look,
        Button(name + t("It is there"), "target.there", target.id, look="good"),
        Button(
            t("Send again"), "target.again", target.id, look="bad", confirm=t("You have looked, and it is not there?")
        ),
        Button(t("Drop"), "target.drop", target.id),
    )


def choose_time(t: Words, post: Post) -> tuple[Button, ...]:
    """Return the ways to let an approved post go out."""
    again = post.state in {"failed", "partially_published"}
    now = t("Try again") if again else t("Publish now")
    return row(
        Button(now, "post.now", post.id, post.version, look="good", confirm=t("Publish it now?")),
        Button(t("Next free slot"), "post.next", post.id, post.version),
        Button(t("Pick a time"), "post.time", post.id, post.version),
    )
