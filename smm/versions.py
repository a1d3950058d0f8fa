"""Versions: everything that goes out, frozen and hashed, and what changed from one to the next.

Whatever is in a `Content` is in its hash, and an approval is bound to the hash: a field that reaches the public belongs here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final, Literal

from smm.networks import Options, Poll, PostKind, Visibility

_WORD = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Media:
    """A picture of the post: the digest of our own file, and words for those who do not see it."""

    digest: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that goes out.

    `accounts` are where to; `overrides` texts of single accounts; `ad` the marking of advertising (`advertiser`, `erid`);
    `slot` is empty unless the policy says that the time is approved too; `options` what there is besides words and files.
    """

    text: str
    accounts: tuple[int, ...]
    overrides: Mapping[int, str] = field(default_factory=dict)
    media: tuple[Media, ...] = ()
    link: str = ""
    tags: tuple[str, ...] = ()
    ad: Mapping[str, str] = field(default_factory=dict)
    slot: str = ""
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed, came or went."""

    kind: Literal["same", "insert", "delete"]
    text: str


def pack(content: Content) -> dict[str, Any]:
    """Return the content as JSON, in canonical order."""
    packed = asdict(content)
    packed["accounts"] = sorted(set(content.accounts))
    packed["overrides"] = {str(account): text for account, text in sorted(content.overrides.items())}
    packed["media"] = [asdict(each) for each in content.media]
    packed["tags"] = list(content.tags)
    packed["ad"] = dict(sorted(content.ad.items()))
    packed["options"] = _told(content.options)
    return packed


_NOTHING_SAID: Final = asdict(Options())


def _told(options: Options) -> dict[str, Any]:
    """Return the options that say something: what nobody chose is not there."""
    told = {name: value for name, value in asdict(options).items() if value != _NOTHING_SAID[name]}
    told |= {"keywords": list(options.keywords)} if options.keywords else {}
    return told | ({"poll": told["poll"] | {"choices": list(told["poll"]["choices"])}} if "poll" in told else {})


def unpack(packed: Mapping[str, Any]) -> Content:
    """Return the content of a stored version."""
    return Content(
        text=packed["text"],
        accounts=tuple(packed["accounts"]),
        overrides={int(account): text for account, text in packed["overrides"].items()},
        media=tuple(Media(**each) for each in packed["media"]),
        link=packed["link"],
        tags=tuple(packed["tags"]),
        ad=packed["ad"],
        slot=packed["slot"],
        options=unpack_options(packed.get("options", {})),
    )


def unpack_options(told: Mapping[str, Any]) -> Options:
    """Return options of which only what says something is kept."""
    poll = told.get("poll")
    kind = PostKind(told.get("kind", PostKind.POST))
    asked = Poll(**poll | {"choices": tuple(poll["choices"])}) if poll else None
    seen = Visibility(told.get("visibility", Visibility.PUBLIC))
    words = tuple(told.get("keywords", ()))
    return Options(**{**told, "kind": kind, "poll": asked, "visibility": seen, "keywords": words})


def fingerprint(content: Content) -> str:
    """Return the SHA-256 that approvals are bound to."""
    canonical = json.dumps(pack(content), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def words_for(content: Content, account_id: int) -> str:
    """Return the text as one account publishes it: its own or the common one, the tags, the marking of advertising."""
    marking = " ".join(part for part in (content.ad.get("advertiser", ""), _erid(content.ad)) if part)
    tags = " ".join(f"#{tag}" for tag in content.tags)
    text = content.overrides.get(account_id, content.text)
    return "\n\n".join(part for part in (text, tags, marking) if part)


def _erid(ad: Mapping[str, str]) -> str:
    return f"erid: {ad['erid']}" if ad.get("erid") else ""


def compare(old: str, new: str) -> tuple[Piece, ...]:
    """Return the word-level difference between two texts."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece("delete", "".join(before[i1:i2])))
        if j2 > j1:
            pieces.append(Piece("insert", "".join(after[j1:j2])))
    return tuple(pieces)


def shorten(pieces: tuple[Piece, ...], around: int = 60) -> tuple[Piece, ...]:
    """Fold long unchanged runs, so that the changes are what is read."""
    last = len(pieces) - 1
    return tuple(
        Piece("same", _fold(piece.text, around, first=index == 0, last=index == last))
        if piece.kind == "same"
        else piece
        for index, piece in enumerate(pieces)
    )


def _fold(text: str, around: int, *, first: bool, last: bool) -> str:
    if len(text) <= 2 * around + 3:
        return text
    head = "" if first else text[:around]
    tail = "" if last else text[-around:]
    return f"{head} … {tail}".strip(" ") if head and tail else f"{head}…{tail}"


def changed(old: Content, new: Content) -> tuple[str, ...]:
    """Return the names of the fields that differ, the text aside."""
    before, after = pack(old), pack(new)
    return tuple(name for name in before if name != "text" and before[name] != after[name])
