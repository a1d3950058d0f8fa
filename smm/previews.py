"""Previews: a post as each of its networks will show it: what is folded, how pictures are cropped, how much room is left.

Pure. How a network shows things is declared by its connector (`smm.networks.Looks`); who draws a preview, and on what, is not
known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from smm import declared, extras, preflight
from smm.errors import N_
from smm.lengths import used
from smm.networks import Looks, Options, PostKind
from smm.preflight import Problem
from smm.versions import Content
from storage.accounts import Account
from storage.media import Media

PLAIN = Looks(source="", card=False, links=False, tags=False)  # of a network that does not say: everything as it is
_NOTHING = Options()
_UNKNOWN = 16 / 9  # the shape of what was never measured, such as a video
_MUCH = 0.75  # of a picture; when less of it is seen, people are told
_LINK, _TAG = r"https?://\S+", r"(?<!\w)#\w+"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of what it lies in."""

    x: float = 0.0
    y: float = 0.0
    w: float = 1.0
    h: float = 1.0


WHOLE = Box()
_LEFT, _RIGHT = Box(0.0, 0.0, 0.5, 1.0), Box(0.5, 0.0, 0.5, 1.0)
_QUARTERS = tuple(Box(x, y, 0.5, 0.5) for y in (0.0, 0.5) for x in (0.0, 0.5))
# Where pictures stand in a field that they share, by how many there are.
_PLACES = ((), (WHOLE,), (_LEFT, _RIGHT), (_LEFT, _QUARTERS[1], _QUARTERS[3]), _QUARTERS)


@dataclass(frozen=True, slots=True)
class Tile:
    """One picture as it is shown: its place in the field of pictures, and which part of the original is seen there.

    `ratio` is the tile's width by its height.
    """

    digest: str
    alt: str
    mime: str
    ratio: float
    place: Box = WHOLE
    crop: Box = WHOLE


@dataclass(frozen=True, slots=True)
class Preview:
    """A post as one account's network shows it.

    `rest` is the end of the text, behind "more". `used` of `limit` is counted as the network counts; limit 0: it has none.
    `shape` is the ratio of the field of pictures, `more` how many of them it does not show at once. `card` is the address
    whose card stands below the text, `options` what this network has of the poll, the warning and the rest.
    """

    network: str
    name: str
    handle: str
    text: str
    rest: str = ""
    used: int = 0
    limit: int = 0
    tiles: tuple[Tile, ...] = ()
    shape: float = 1.0
    more: int = 0
    card: str = ""
    links: bool = True
    tags: bool = True
    options: Options = _NOTHING
    warnings: tuple[Problem, ...] = ()

    @property
    def looks(self) -> Preview:
        """The preview without whose it is: two that are equal in this look the same."""
        return replace(self, network="", name="", handle="", used=0, limit=0, warnings=())


def of(account: Account, content: Content, files: Mapping[str, Media]) -> Preview:
    """Return how an account's network will show a content."""
    looks = _looks(account, content)
    limits = declared.limits(account)
    whole = "" if content.options.kind is PostKind.STORY else preflight.outgoing_text(content, account.id)
    shape, tiles = _field(account, content, files)
    text, rest = fold(whole, looks)
    return Preview(
        network=declared.title(account.network),
        name=account.name,
        handle=account.handle,
        text=text,
        rest=rest,
        used=used(whole, content.options, limits) if limits else len(whole),
        limit=preflight.room_for(content, limits) if limits else 0,
        tiles=tiles,
        shape=shape,
        more=len(content.media) - len(tiles),
        card=_card(whole, looks) if not content.media else "",
        links=looks.links,
        tags=looks.tags,
        options=extras.had(account, content.options, whole),
        warnings=(*preflight.check(account, content, files), *losses(account, content, files)),
    )


def fold(text: str, looks: Looks) -> tuple[str, str]:
    """Return what is seen of a text at once, and the rest of it."""
    ends = [looks.fold] if 0 < looks.fold < len(text) else []
    lines = text.split("\n")
    if 0 < looks.fold_lines < len(lines):
        ends.append(len("\n".join(lines[: looks.fold_lines])))
    if not ends:
        return text, ""
    end = min(ends)
    space = max(text.rfind(" ", 0, end + 1), text.rfind("\n", 0, end + 1))
    end = space if space > end // 2 else end  # not in the middle of a word
    return text[:end].rstrip(), text[end:].lstrip(" ")


def field(pictures: Sequence[Tile], looks: Looks) -> tuple[float, tuple[Tile, ...]]:
    """Return the shape of the field of pictures, and those seen in it, each cropped to its place."""
    if len(pictures) == 1:
        only = pictures[0]
        shown = min(max(only.ratio, looks.alone[0]), looks.alone[1]) if looks.alone else only.ratio
        return shown, (_cropped(only, WHOLE, shown),)
    seen = pictures[: min(looks.most, len(_PLACES) - 1)]
    placed = zip(seen, _PLACES[len(seen)], strict=True)
    return looks.grid, tuple(_cropped(each, place, looks.grid * place.w / place.h) for each, place in placed)


def pieces(text: str, shown: Preview) -> list[tuple[str, bool]]:
    """Return a text in runs, and of each whether it can be pressed on the network."""
    wanted = [pattern for pattern, is_pressed in ((_LINK, shown.links), (_TAG, shown.tags)) if is_pressed]
    parts = re.split(f"({'|'.join(wanted)})", text) if wanted else [text]
    return [(part, number % 2 == 1) for number, part in enumerate(parts) if part]


def _looks(account: Account, content: Content) -> Looks:
    """Return how a network shows this: a story or a reel fills the screen of a phone, and is not cropped to the shape of posts."""
    looks = declared.looks(account.network) or PLAIN
    return looks if content.options.kind is PostKind.POST else replace(looks, alone=None, most=1)


def _field(account: Account, content: Content, files: Mapping[str, Media]) -> tuple[float, tuple[Tile, ...]]:
    looks = _looks(account, content)
    return field([_measured(each.digest, each.alt, files) for each in content.media], looks)


def _measured(digest: str, alt: str, files: Mapping[str, Media]) -> Tile:
    file = files.get(digest)
    ratio = file.width / file.height if file and file.width and file.height else _UNKNOWN
    return Tile(digest, alt, file.mime if file else "image/jpeg", round(ratio, 4))


def _cropped(tile: Tile, place: Box, ratio: float) -> Tile:
    kept = min(tile.ratio, ratio) / max(tile.ratio, ratio)
    gap = round((1 - kept) / 2, 4)
    crop = WHOLE
    if gap and tile.ratio > ratio:
        crop = Box(gap, 0.0, round(kept, 4), 1.0)
    elif gap:
        crop = Box(0.0, gap, 1.0, round(kept, 4))
    return replace(tile, ratio=round(ratio, 4), place=place, crop=crop)


def _card(text: str, looks: Looks) -> str:
    found = re.search(_LINK, text) if looks.card else None
    return found[0] if found else ""


def losses(account: Account, content: Content, files: Mapping[str, Media]) -> list[Problem]:
    """Return a warning for each picture of which the network shows too little."""
    words = N_("{network} shows only the middle of {file}, {share} of it. Look whether all that matters is there.")
    found, limits = [], declared.limits(account)
    if limits is not None and limits.ratios and len(content.media) == 1:
        return []  # such a picture is refused and not cropped: preflight says so
    for number, tile in enumerate(_field(account, content, files)[1], 1):
        kept = tile.crop.w * tile.crop.h
        if kept < _MUCH:
            facts = {"network": declared.title(account.network), "share": f"{kept:.0%}"}
            named = files[tile.digest].name if tile.digest in files else ""
            found.append(Problem(account.id, words, facts | {"file": named or str(number)}, blocks=False))
    return found
