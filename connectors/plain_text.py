"""Plain text out of what networks send: HTML to text, lengths bounded, and texts compared as a network shows them."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from smm.networks import Outgoing

LONGEST: Final = 20_000  # characters of one thing said; the rest is read on the network
_LONGEST_HTML: Final = 200_000
_BREAKS: Final = frozenset({"br", "li", "tr", "dd"})
_BLOCKS: Final = frozenset({"p", "div", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table"})
_SILENT: Final = frozenset({"script", "style", "template", "head", "title", "iframe", "noscript", "svg"})
_UNSEEN = re.compile("[\u200b\u200c\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_AWAY = re.compile(r"(?<!\w)@([\w.-]+)@[\w.-]+\w")  # a network may show @name@server as @name


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BREAKS:
            self.parts.append("\n")
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def from_html(html: str) -> str:
    """Return the words of HTML with its paragraphs and line breaks; markup, scripts and styles are gone."""
    words = _Words()
    words.feed(html[:_LONGEST_HTML])
    words.close()
    text = re.sub(r"[ \t\r\f\v]+", " ", "".join(words.parts))
    return bounded(re.sub(r" ?\n ?", "\n", re.sub(r"\n\s*\n\s*", "\n\n", text)).strip())


def bounded(text: str, most: int = LONGEST) -> str:
    """Return text of at most so many characters, with a sign where it was cut."""
    return text if len(text) <= most else text[: most - 1] + "…"


def fingerprint(text: str) -> str:
    """Return text as it is compared: what a network does to letters, spaces, links' clothes and handles makes no difference."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(_AWAY.sub(r"@\1", plain).split()).casefold()


def with_link(post: Outgoing) -> str:
    """Return a post's text with its link in it."""
    if not post.link or post.link in post.text:
        return post.text
    return f"{post.text}\n\n{post.link}".strip()
