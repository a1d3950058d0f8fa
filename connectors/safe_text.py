"""Text that is not trusted: what a stranger wrote, before a model reads it, and what a model wrote, before a person does.

A model that was talked into something can at worst write an odd draft: it cannot smuggle in a link, an address, a telephone
number or letters that nobody sees. Anything of the kind that the brand has not written itself is taken out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

# Control characters, lone surrogates, private letters; and zero-width, bidirectional and tag characters, which hide words from
# the person who reads the draft (https://www.unicode.org/reports/tr36/). The joiner U+200D stays: families of emoji need it.
_HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff"
    "\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61\u2024", "."))
_LINK = re.compile(
    r"(?:\w{2,10}:/{1,2}|www\.)[^\s<>\"')\]]+|\b(?:[\w-]+\.)+[^\W\d_]{2,}[/:?#][^\s<>\"')\]]+", re.IGNORECASE
)
_DOMAIN = re.compile(r"\b(?:[\w-]+\.)+[^\W\d_]{2,}\b")
_HANDLE = re.compile(r"[\w.+-]*@[\w.-]*\w(?:@[\w.-]*\w)?")
_PHONE = re.compile(r"(?<![\w+])(?!(?:19|20)\d\d[-./]\d\d|\d\d[-./]\d\d[-./]\d{4})\+?\d(?:[\s().-]{0,2}\d){8,14}(?!\w)")
_ENDS = ".,;:!?"
GAP = "[…]"  # seen by the person who reads the draft: a sentence that lost its link should not be sent unread


def clean(text: str) -> str:
    """Return text without control, hidden and broken characters; line breaks stay."""
    return _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip()


def disarm(text: str, trusted: Iterable[str]) -> str:
    """Take out every link, address, handle and telephone number that does not stand in one of the trusted texts.

    A bare word with a dot inside may be a forgotten space as well as a domain: it gets the space and is no link any more.
    """
    known = {contact for words in trusted for contact in _contacts(words.translate(_DOTS))}
    plain = text.translate(_DOTS)
    for pattern, instead in ((_LINK, _gap), (_HANDLE, _gap), (_DOMAIN, _spaced), (_PHONE, _gap)):
        plain = pattern.sub(partial(_judge, known, instead), plain)
    return re.sub(r"[ \t]{2,}", " ", plain).strip()


def _contacts(text: str) -> set[str]:
    found = (match.group() for pattern in (_LINK, _HANDLE, _DOMAIN, _PHONE) for match in pattern.finditer(text))
    return {contact.rstrip(_ENDS).casefold() for contact in found}


def _judge(known: set[str], instead: Callable[[str], str], match: re.Match[str]) -> str:
    found = match.group()
    contact = found.rstrip(_ENDS)
    return found if contact.casefold() in known else instead(contact) + found[len(contact) :]


def _gap(contact: str) -> str:
    return GAP


def _spaced(contact: str) -> str:
    return contact.replace(".", ". ")


def units(text: str) -> int:
    """Count UTF-16 units: no network counts a text longer than that, links aside."""
    return len(text.encode("utf-16-le", "replace")) // 2


def fit(text: str, most: int) -> str:
    """Cut text to `most` UTF-16 units, at the end of a sentence or else of a word."""
    if units(text) <= most:
        return text
    cut = text.encode("utf-16-le", "replace")[: (most - 1) * 2].decode("utf-16-le", "ignore")
    sentence = max(cut.rfind(end) for end in (". ", "! ", "? ", ".\n", "!\n", "?\n"))
    if sentence >= len(cut) // 2:
        return cut[: sentence + 1]
    return cut.rsplit(None, 1)[0].rstrip(" ,;:") + "…"
