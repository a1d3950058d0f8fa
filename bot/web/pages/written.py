"""What is written in the editor: between the form that a browser sends and the content that a use case takes.

Nothing of it is kept here. A time is the wall-clock time of the brand; one that was not touched stays as it is, whoever moved
the post meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from starlette.datastructures import FormData

from bot.web.forms import PREFIX, local
from bot.web.front import is_id
from smm import extras, moments
from smm.posts import Whole
from smm.text import clean
from smm.versions import Content, Media

OWN, ALT = "own.", "alt."  # of the fields for a network's own text, for what is in a picture


@dataclass(frozen=True, slots=True)
class Written:
    """The editor's fields. `version` is the one that was changed, 0 for a new post; `slot_was` the time it had then.

    `extras` are the fields of a poll, a warning, a first comment, by the names in smm/extras.py.
    """

    version: int = 0
    text: str = ""
    accounts: tuple[int, ...] = ()
    own: Mapping[int, str] = field(default_factory=dict)
    media: tuple[Media, ...] = ()
    link: str = ""
    slot: str = ""
    slot_was: str = ""
    extras: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Whether nothing that would go out was given yet."""
        words = (self.text, self.link, *self.own.values(), *self.extras.values())
        return not (self.media or any(each.strip() for each in words))

    def content(self, old: Content | None) -> Content:
        """Return what would go out; what the editor does not show (tags, the marking of advertising) stays as it was."""
        own = {account: text for account, text in self.own.items() if text.strip() and account in self.accounts}
        before = old or Content("", ())
        return replace(
            before,
            text=self.text,
            accounts=self.accounts,
            overrides=own,
            media=self.media,
            link=self.link,
            options=extras.chosen(self.extras, before.options),
        )

    def moment(self, zone: str, now: datetime, current: datetime | None) -> datetime | None:
        """Return the time that was written; raise Invalid for one that is none. Untouched, it is the current one."""
        if self.slot == local(self.slot_was, zone):
            return current
        return moments.parse(self.slot, zone, now) if self.slot else None


def of_form(form: FormData) -> Written:
    """Return what a browser sent; files are not among it yet."""
    digests = [each for each in form.getlist("media") if isinstance(each, str)]
    return Written(
        version=int(_said(form, "version")) if is_id(_said(form, "version")) else 0,
        text=_said(form, "text"),
        accounts=_ids(form.getlist("accounts")),
        own={
            int(name[len(OWN) :]): clean(str(value).replace("\r\n", "\n"))
            for name, value in form.items()
            if name.startswith(OWN) and is_id(name[len(OWN) :])
        },
        media=tuple(Media(each, _said(form, ALT + each)[:1_000]) for each in dict.fromkeys(digests)),
        link=_said(form, "link").strip(),
        slot=_said(form, "slot"),
        slot_was=_said(form, "slot_was"),
        extras={name: _said(form, PREFIX + name) for name in extras.NAMES if PREFIX + name in form},
    )


def _said(form: FormData, name: str) -> str:
    given = form.get(name, "")
    return clean(given.replace("\r\n", "\n"), 20_001) if isinstance(given, str) else ""


def _ids(given: Iterable[object]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(each) for each in given if isinstance(each, str) and is_id(each)))


def of_post(whole: Whole) -> Written:
    """Return what stands in the editor when a post is opened."""
    content, slot = whole.content, whole.post.slot_at.isoformat() if whole.post.slot_at else ""
    return Written(
        whole.post.version,
        content.text,
        content.accounts,
        content.overrides,
        content.media,
        content.link,
        local(slot, whole.brand.zone),
        slot,
        extras.said(content.options),
    )


def with_files(written: Written, digests: Sequence[str]) -> Written:
    """Return it with pictures added at the end."""
    known = {each.digest for each in written.media}
    return replace(written, media=(*written.media, *(Media(each) for each in digests if each not in known)))


def arranged(written: Written, deed: str) -> Written:
    """Return it with one picture moved up or down, or taken away: `up:<digest>`, `down:<digest>`, `remove:<digest>`."""
    what, _, digest = deed.partition(":")
    media = list(written.media)
    place = next((number for number, each in enumerate(media) if each.digest == digest), None)
    if place is None:
        return written
    picture = media.pop(place)
    if what == "up":
        media.insert(max(0, place - 1), picture)
    elif what == "down":
        media.insert(place + 1, picture)
    elif what != "remove":
        return written
    return replace(written, media=tuple(media))
