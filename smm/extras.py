"""Extras: what a post may have besides words and pictures: a poll, a warning, a first comment, a title; or it is a story, a reel.

What each network has of them is declared by its connector. What the others lack is told by smm/preflight.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from smm import contents, declared
from smm.networks import Can, Limits, Options, Poll, PostKind, Visibility
from storage.accounts import Account

LENGTHS: Final = (60, 6 * 60, 12 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60)  # minutes that a poll is offered to run
ONE, SEVERAL = "one", "several"
YES, NO = "yes", "no"
VIDEO: Final = ("title", "keywords", "visibility", "for_kids")
NAMES: Final = ("kind", "poll", "minutes", "several", "warning", *VIDEO, "first_comment")  # of what a form asks
_BREAK: Final = 2  # a title cut within a word loses less than half of its length


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be chosen: as what the post is published, how many answers a poll may have (0: no polls), and the rest.

    `fits` is how long a first comment may be to fit everywhere; 0 where no network says. `title` is the longest title, `keywords`
    how much room they have, `visibilities` for whom it may be.
    """

    kinds: tuple[PostKind, ...]
    choices: int
    warning: bool
    first_comment: bool
    fits: int = 0
    title: int = 0
    keywords: int = 0
    visibilities: tuple[Visibility, ...] = ()
    for_kids: bool = False

    @property
    def any(self) -> bool:
        """Whether there is anything to choose."""
        video = self.title > 0 or self.keywords > 0 or len(self.visibilities) > 1 or self.for_kids
        return len(self.kinds) > 1 or self.choices > 0 or self.warning or self.first_comment or video


def offered(accounts: Iterable[Account], options: Options) -> Offer:
    """Return what at least one of the accounts has, and what was chosen already: that can be taken away again."""
    known = [(account, limits) for account in accounts if (limits := declared.limits(account)) is not None]
    kinds = {options.kind}.union(*(limits.kinds for _, limits in known))
    seen = {options.visibility}.union(*(limits.visibilities for _, limits in known))
    most = max((limits.poll_choices for _, limits in known), default=0)
    return Offer(
        tuple(kind for kind in PostKind if kind in kinds),
        most or (contents.MOST_CHOICES if options.poll else 0),
        bool(options.warning) or any(limits.warning for _, limits in known),
        bool(options.first_comment) or any(takes_comment(account) for account, _ in known),
        min((limits.reply for account, limits in known if takes_comment(account) and limits.reply), default=0),
        min((limits.title for _, limits in known if limits.title), default=contents.MOST_TITLE if options.title else 0),
        max((limits.keywords for _, limits in known), default=0) or len(", ".join(options.keywords)),
        tuple(each for each in Visibility if each in seen),
        options.for_kids or any(limits.for_kids for _, limits in known),
    )


def writes_comment(account: Account) -> bool:
    """Say whether the desk can write a first comment under what it published there."""
    limits = declared.limits(account)
    return limits is not None and limits.first_comment and declared.allows(account, Can.REPLY)


def takes_comment(account: Account) -> bool:
    """Say whether a publication there gets its first comment, from the desk or from whoever publishes it by hand."""
    return writes_comment(account) or declared.by_hand(account)


def had(account: Account, options: Options, text: str) -> Options:
    """Return what of the options an account's network will have; all of them where nobody declared the network."""
    limits = declared.limits(account)
    if limits is None:
        return options
    return replace(
        options,
        warning=options.warning if limits.warning else "",
        poll=options.poll if limits.poll_choices else None,
        first_comment=options.first_comment if takes_comment(account) and options.kind is not PostKind.STORY else "",
        title=titled(options.title, text, limits),
        keywords=options.keywords if limits.keywords else (),
        visibility=options.visibility if options.visibility in limits.visibilities else Visibility.PUBLIC,
        for_kids=options.for_kids and limits.for_kids,
    )


def titled(title: str, text: str, limits: Limits) -> str:
    """Return the title of a publication: where the network wants one and nobody wrote it, the first line of the text."""
    if not limits.title or title:
        return title if limits.title else ""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if len(first) <= limits.title:
        return first
    cut = first[: limits.title - 1]
    space = cut.rfind(" ")
    return f"{cut[:space] if space * _BREAK > len(cut) else cut}…"


def lengths(options: Options) -> list[int]:
    """Return for how many minutes a poll may run, with what was chosen already."""
    return sorted({*LENGTHS, *((options.poll.minutes,) if options.poll else ())})


def said(options: Options) -> dict[str, str]:
    """Return the options as a form shows them, by NAMES."""
    poll = options.poll or Poll(())
    return {
        "kind": options.kind.value,
        "poll": "\n".join(poll.choices),
        "minutes": str(poll.minutes),
        "several": SEVERAL if poll.several else ONE,
        "warning": options.warning,
        "first_comment": options.first_comment,
        "title": options.title,
        "keywords": ", ".join(options.keywords),
        "visibility": options.visibility.value,
        "for_kids": YES if options.for_kids else NO,
    }


def chosen(given: Mapping[str, str], old: Options) -> Options:
    """Return the options as a form was answered; what it did not ask stays as it was."""
    kind, seen = given.get("kind", ""), given.get("visibility", "")
    return replace(
        old,
        kind=PostKind(kind) if kind in set(PostKind) else old.kind,
        poll=_poll(given, old.poll),
        warning=given.get("warning", old.warning),
        first_comment=given.get("first_comment", old.first_comment),
        title=given.get("title", old.title),
        keywords=_keywords(given["keywords"]) if "keywords" in given else old.keywords,
        visibility=Visibility(seen) if seen in set(Visibility) else old.visibility,
        for_kids=given["for_kids"] == YES if given.get("for_kids") else old.for_kids,
    )


def _keywords(told: str) -> tuple[str, ...]:
    return tuple(filter(None, (word.strip() for word in told.replace("\n", ",").split(","))))


def _poll(given: Mapping[str, str], old: Poll | None) -> Poll | None:
    if "poll" not in given:
        return old
    choices = tuple(filter(None, (line.strip() for line in given["poll"].splitlines())))
    before, minutes = old or Poll(()), given.get("minutes", "")
    known = minutes.isascii() and minutes.isdecimal() and int(minutes[:6]) <= contents.LONGEST_POLL
    several = given.get("several") or (SEVERAL if before.several else ONE)
    return Poll(choices, int(minutes[:6]) if known else before.minutes, several == SEVERAL) if choices else None
