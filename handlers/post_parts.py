"""How the parts of a post are drawn: its state in words, its text as each network shows it, its problems, its differences.

Shared by the team's card and the client's; what each of them may see is decided there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from handlers.card import (
    PLACE,
    Block,
    Button,
    Field,
    Link,
    Para,
    Picture,
    Quote,
    Span,
    Style,
    Tone,
    bold,
    filled,
    para,
    row,
)
from handlers.route import Words
from smm import declared, preflight, publishing, versions
from smm.errors import N_
from smm.posts import Whole
from smm.versions import Content

if TYPE_CHECKING:
    from storage.accounts import Account
    from storage.posts import Post, Target

LONGEST = 1_200  # characters of a text on a card; the whole is in the preview
EXCERPT = 80
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
    "auth_blocked": N_("Waits for an account to be reconnected"),
    "missed": N_("Missed its time"),
    "failed": N_("Not published"),
    "outcome_unknown": N_("Nobody knows whether it is live"),
    "partially_published": N_("Live, but not everywhere"),
    "published": N_("Live"),
    "on_hold": N_("On hold"),
    "cancelled": N_("Cancelled"),
}
GOOD: Final = frozenset({"approved", "scheduled", "published"})
WARN: Final = frozenset({"changes_requested", "expired", "retry_wait", "on_hold", "partially_published"})
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


def excerpt(text: str, most: int = EXCERPT) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def label(account: Account) -> str:
    """Return an account as people know it."""
    title = declared.title(account.network)
    return f"{title} · {account.name}" if account.name and account.name != title else title


def previews(content: Content, accounts: Sequence[Account]) -> tuple[Block, ...]:
    """Return the text as each network will show it; networks that show the same stand together."""
    shown: dict[str, list[str]] = {}
    for account in accounts:
        if account.id in content.accounts:
            shown.setdefault(preflight.outgoing_text(content, account.id), []).append(label(account))
    return tuple(Quote(_cut(text), ", ".join(names)) for text, names in shown.items() if text)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def pictures(content: Content) -> tuple[Picture, ...]:
    """Return the pictures of a content."""
    return tuple(Picture(digest=each.digest, alt=each.alt) for each in content.media)


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
    pieces = versions.shorten(versions.compare(versions.words_for(old, account), versions.words_for(new, account)))
    found: list[Block] = [para(bold(t("Changed since version {number}:", number=number)))]
    if any(piece.kind != "same" for piece in pieces):
        found.append(Para(tuple(Span(_cut(piece.text), _STYLES[piece.kind]) for piece in pieces)))
    names = [t(FIELDS[name]) for name in versions.changed(old, new)]
    if names:
        found.append(para(t("Also changed: {names}", names=", ".join(names))))
    return tuple(found)


def result(t: Words, target: Target, account: Account | None, whole: Whole) -> Para:
    """Return how one target stands: its live link, or what stands in the way and what comes next."""
    name = Span(label(account) if account else "?", "bold")
    if target.state == "published":
        return para("✓ ", name, ": ", Span(t("live"), href=target.link))
    words, facts = publishing.said(target.error)
    told = t(words, **facts) if words else t(STATES.get(target.state, _WAITS))
    again = target.state in {"retry_wait", "publishing"} and target.due_at is not None and bool(words)
    tail = (
        filled(t(" Next: {when}.", when=PLACE), moment(t, target.due_at, whole.brand.zone))
        if again and target.due_at
        else ()
    )
    return para(f"{_SIGNS.get(target.state, '·')} ", name, f": {told}", *tail)


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
