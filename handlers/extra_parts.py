"""How the extras of a post are asked for and told: a poll, a title, a first comment, a story. The rules: smm/extras.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from handlers.card import Question
from handlers.route import Words
from smm import contents, extras
from smm.errors import N_
from smm.extras import Offer
from smm.networks import Options, Poll, PostKind, Visibility

KINDS: Final = {PostKind.POST: N_("Ordinary post"), PostKind.STORY: N_("Story"), PostKind.REEL: N_("Reel")}
SEEN: Final = {
    Visibility.PUBLIC: N_("Everybody"),
    Visibility.UNLISTED: N_("Whoever has the link"),
    Visibility.PRIVATE: N_("Nobody but us"),
}
_HOUR, _DAY = 60, 24 * 60


def questions(t: Words, offer: Offer, options: Options) -> tuple[Question, ...]:
    """Return what to ask: only what can be chosen, filled in with what was chosen."""
    now = extras.said(options)
    kinds = tuple((kind.value, t(KINDS[kind])) for kind in offer.kinds)
    return (
        *((Question("kind", t("As what?"), "choice", options=kinds, value=now["kind"]),) if len(kinds) > 1 else ()),
        *(_poll(t, offer, options, now) if offer.choices else ()),
        *((_warning(t, now["warning"]),) if offer.warning else ()),
        *_video(t, offer, now),
        *((_comment(t, now["first_comment"], offer.fits),) if offer.first_comment else ()),
    )


def _poll(t: Words, offer: Offer, options: Options, now: dict[str, str]) -> Iterator[Question]:
    hint = t(
        "The question is the post's text. At least two answers, at most {most}; empty: no poll.", most=offer.choices
    )
    yield Question("poll", t("Poll: its answers, one per line"), required=False, hint=hint, value=now["poll"])
    lengths = tuple((str(each), length(t, each)) for each in extras.lengths(options))
    yield Question(
        "minutes", t("How long does the poll run?"), "choice", required=False, options=lengths, value=now["minutes"]
    )
    ways = ((extras.ONE, t("One answer")), (extras.SEVERAL, t("Several answers")))
    yield Question(
        "several", t("How many answers may be ticked?"), "choice", required=False, options=ways, value=now["several"]
    )


def _warning(t: Words, value: str) -> Question:
    hint = t("Shown first; whoever wants to see the post opens it.")
    label = t("Content warning")
    return Question("warning", label, "line", required=False, hint=hint, value=value, limit=contents.MOST_WARNING)


def _video(t: Words, offer: Offer, now: dict[str, str]) -> Iterator[Question]:
    if offer.title:
        hint, most = t("Empty: the first line of the text."), contents.MOST_TITLE
        value = now["title"]
        yield Question("title", t("Title"), "line", False, hint=hint, value=value, limit=most, fits=offer.title)
    if offer.keywords:
        hint, value = t("For the search there, with commas between; nobody sees them."), now["keywords"]
        yield Question("keywords", t("Tags"), "line", required=False, hint=hint, value=value)
    if len(offer.visibilities) > 1:
        seen = tuple((each.value, t(SEEN[each])) for each in offer.visibilities)
        yield Question(
            "visibility", t("Who may see it?"), "choice", required=False, options=seen, value=now["visibility"]
        )
    if offer.for_kids:
        hint, ways = (
            t("The law wants to know it; there are no comments then."),
            ((extras.NO, t("No")), (extras.YES, t("Yes"))),
        )
        label = t("Made for children?")
        yield Question("for_kids", label, "choice", required=False, hint=hint, options=ways, value=now["for_kids"])


def _comment(t: Words, value: str, fits: int) -> Question:
    hint = t("The desk writes it under the post as soon as that is live.")
    label = t("First comment")
    most = contents.MOST_TEXT
    return Question("first_comment", label, required=False, hint=hint, value=value, limit=most, fits=fits)


def length(t: Words, minutes: int) -> str:
    """Return how long a poll runs, for people."""
    if minutes % _DAY == 0:
        return t.n("{count} day", "{count} days", minutes // _DAY)
    if minutes % _HOUR == 0:
        return t.n("{count} hour", "{count} hours", minutes // _HOUR)
    return t.n("{count} min", "{count} min", minutes)


def told(t: Words, options: Options) -> dict[str, str]:
    """Return each of the extras that there are, by what it is called."""
    found = {
        t("As what"): "" if options.kind is PostKind.POST else t(KINDS[options.kind]),
        t("Content warning"): options.warning,
        t("Title"): options.title,
        t("Tags"): ", ".join(options.keywords),
        t("Who may see it"): "" if options.visibility is Visibility.PUBLIC else t(SEEN[options.visibility]),
        t("Made for children"): t("Yes") if options.for_kids else "",
        t("Poll"): f"{' / '.join(options.poll.choices)} · {runs(t, options.poll)}" if options.poll else "",
        t("First comment"): options.first_comment,
        t("Language"): options.language,
    }
    return {name: words for name, words in found.items() if words}


def runs(t: Words, poll: Poll) -> str:
    """Return how a poll runs: how long, and whether more than one answer may be ticked."""
    time = length(t, poll.minutes)
    return t("{time}, several answers", time=time) if poll.several else time


def changes(t: Words, old: Options, new: Options) -> list[tuple[str, str, str]]:
    """Return which extras differ: each one's name, what it was and what it is."""
    before, after = told(t, old), told(t, new)
    names = dict.fromkeys((*before, *after))
    return [(name, before.get(name, ""), after.get(name, "")) for name in names if before.get(name) != after.get(name)]


def around(t: Words, text: str, options: Options) -> str:
    """Return a text with its extras, each where the public will see it, for chats that draw no previews."""
    known = told(t, options)
    poll = (*(f"○ {choice}" for choice in options.poll.choices), f"({runs(t, options.poll)})") if options.poll else ()
    first, last = (t("As what"), t("Content warning"), t("Who may see it"), t("Title")), t("First comment")
    after = (t("Tags"), t("Made for children"))
    return "\n".join(
        (
            *(f"{name}: {known[name]}" for name in first if name in known),
            text,
            *poll,
            *(f"{name}: {known[name]}" for name in after if name in known),
            *((f"{last}: {known[last]}",) if last in known else ()),
        )
    )
