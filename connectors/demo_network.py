"""A social network in memory: brands, people, posts with pictures, comment threads, and a journal that outlives a kill.

It keeps what any network keeps and is the only witness of what was really published. It leaves HTTP to bot/web/demo_network.py
and the people who talk on it to demo_people.py.

The journal is a file of JSON lines, each the newest state of one entry, written before anybody is answered: what was said to be
published is still there after `kill -9`, and a line torn by the kill was never answered.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from connectors.demo_pictures import Pictures

TEXT: Final = 500  # characters of a post or an answer, as connectors/demo.py declares
COMMENT: Final = 2_000  # characters of what people say
MEDIA: Final = 4
PAGE: Final = 50

EntryKind = Literal["post", "mention", "comment", "message"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the network. A brand is a person with a key."""

    handle: str
    name: str


@dataclass(frozen=True, slots=True)
class BrandAccount:
    """A brand's account: who holds `token` speaks for it."""

    handle: str
    name: str
    token: str
    about: str = ""


NORTHWIND: Final = BrandAccount(
    "northwind", "Northwind Coffee", "demo-northwind", "Coffee roasted by the river since 2011."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture in a post."""

    digest: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A post, a comment under one, a mention, or a private message between a person and a brand.

    `seq` grows with every change anywhere; `mood` is known to people alone; the `thread_id` of a message is the person's handle.
    """

    id: str
    kind: EntryKind
    handle: str
    name: str
    text: str
    at: datetime
    seq: int
    thread_id: str
    parent_id: str = ""
    pictures: tuple[Shown, ...] = ()
    language: str = ""
    mood: str = ""
    brand: bool = False
    key: str = ""
    edited_at: datetime | None = None
    deleted: bool = False
    hidden: bool = False
    warning: str = ""
    choices: tuple[str, ...] = ()  # of a poll


class Refusal(Exception):
    """The network says no: an HTTP status and the words."""

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        self.words = words
        super().__init__(words)


def now() -> datetime:
    """Return the current moment, aware, in UTC."""
    return datetime.now(UTC)


class DemoNetwork:
    """The network. With a `journal` path it keeps everything in that file and beside it."""

    def __init__(
        self,
        brands: tuple[BrandAccount, ...] = (NORTHWIND,),
        journal: Path | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.brands = brands
        self.clock = clock
        self.entries: dict[str, Entry] = {}
        self.paused = False
        self.seq = 0
        self.pictures = Pictures(None if journal is None else journal.with_suffix(".pictures"))
        self._keys: dict[tuple[str, str], str] = {}
        self._bell = asyncio.Event()
        self.closed = False
        self.likes: dict[str, list[Person]] = {}  # by entry; like followers and tokens, not in the journal
        self.followers: set[str] = set()  # handles
        self.tokens: dict[str, str] = {}  # given by consent: whose handle they speak for
        self._journal = None if journal is None else _Journal(journal)
        if self._journal is not None:
            self._restore(self._journal)

    def _restore(self, journal: _Journal) -> None:
        for line in journal.lines():
            self.paused = bool(line.get("paused", self.paused))
            self.seq = max(self.seq, int(line.get("seq", 0)))
            if "entry" in line:
                self._place(_entry(line["entry"]))
        state = {"paused": self.paused, "seq": self.seq}
        journal.rewrite([state, *({"entry": _plain(entry)} for entry in self.entries.values())])

    def account(self, token: str) -> BrandAccount | None:
        """Return whom a key speaks for."""
        handle = self.tokens.get(token)
        return next(
            (brand for brand in self.brands if token and (brand.token == token or brand.handle == handle)), None
        )

    def publish(
        self,
        brand: BrandAccount,
        text: str,
        pictures: tuple[Shown, ...] = (),
        key: str = "",
        at: datetime | None = None,
        **more: Any,
    ) -> Entry:
        """Publish a post, with a warning or a poll's choices in `more`; the same key is the same post, for ever."""
        known = self.find(brand, key)
        if known is not None:
            return known
        _check(text, TEXT, empty=bool(pictures))
        if len(pictures) > MEDIA:
            raise Refusal(422, f"a post has at most {MEDIA} pictures")
        if any(self.pictures.find(shown.digest) is None for shown in pictures):
            raise Refusal(422, "a picture is not known here: upload it first")
        return self._add("post", brand.handle, brand.name, text, brand=True, key=key, pictures=pictures, at=at, **more)

    def answer(self, brand: BrandAccount, parent_id: str, text: str, key: str = "", *, private: bool = False) -> Entry:
        """Answer a comment or a mention as the brand, or its author in private; the same key is the same answer."""
        known = self.find(brand, key)
        if known is not None:
            return known
        _check(text, TEXT)
        parent = self._standing(parent_id)
        kind: EntryKind = "message" if private or parent.kind == "message" else "comment"
        return self._add(kind, brand.handle, brand.name, text, brand=True, key=key, parent=parent)

    def say(
        self,
        person: Person,
        text: str,
        parent_id: str = "",
        *,
        language: str = "",
        mood: str = "",
        private: bool = False,
    ) -> Entry:
        """Comment on a post or an answer; without a parent, mention the brand in a post of one's own or write to it."""
        _check(text, COMMENT)
        parent = self._standing(parent_id) if parent_id else None
        kind: EntryKind = "message" if private else "comment" if parent else "mention"
        return self._add(kind, person.handle, person.name, text, parent=parent, language=language, mood=mood)

    def edit(self, entry_id: str, text: str, handle: str = "") -> Entry:
        """Change an entry's text, as its author; with a handle, only as that one. Once more is fine."""
        entry = self._standing(entry_id)
        _check(text, TEXT if entry.brand else COMMENT, empty=bool(entry.pictures))
        if handle and entry.handle != handle:
            raise Refusal(403, "only the author can change it")
        return entry if entry.text == text else self._change(replace(entry, text=text, edited_at=self.clock()))

    def delete(self, entry_id: str, handle: str = "") -> Entry:
        """Take an entry back; with a handle, only as that author. Once more is fine."""
        entry = self.entries.get(entry_id)
        if entry is None:
            raise Refusal(404, "there is no such entry")
        if handle and entry.handle != handle:
            raise Refusal(403, "only the author can delete it")
        return entry if entry.deleted else self._change(replace(entry, deleted=True, text="", pictures=()))

    def hide(self, entry_id: str, *, hidden: bool = True) -> Entry:
        """Hide somebody's entry from the public, or show it again. Once more is fine."""
        entry = self._standing(entry_id)
        if entry.brand:
            raise Refusal(403, "delete your own instead")
        return entry if entry.hidden is hidden else self._change(replace(entry, hidden=hidden))

    def find(self, brand: BrandAccount, key: str) -> Entry | None:
        """Return what was published or answered under a key."""
        return self.entries.get(self._keys.get((brand.handle, key), "")) if key else None

    def changes(self, since: int, most: int = PAGE) -> tuple[list[Entry], bool]:
        """Return comments and mentions changed after `since`, oldest first, and whether there are more."""
        fresh = sorted((e for e in self.entries.values() if e.seq > since and e.kind != "post"), key=lambda e: e.seq)
        return fresh[:most], len(fresh) > most

    async def changed(self, since: int) -> int:
        """Wait until anything changed after `since`, or the network closes; return the newest change's number."""
        while self.seq <= since and not self.closed:
            await self._bell.wait()
        return self.seq

    def close(self) -> None:
        """Let go of everybody who waits for a change."""
        self.closed = True
        self._ring()

    def pause(self, *, paused: bool) -> None:
        """Let people be quiet, or talk on."""
        self.paused = paused
        self.seq += 1
        self._write({"paused": paused, "seq": self.seq})
        self._ring()

    def _standing(self, entry_id: str) -> Entry:
        entry = self.entries.get(entry_id)
        if entry is None or entry.deleted:
            raise Refusal(404, "there is no such entry, or it was deleted")
        return entry

    def _add(
        self,
        kind: EntryKind,
        handle: str,
        name: str,
        text: str,
        *,
        parent: Entry | None = None,
        at: datetime | None = None,
        **more: Any,
    ) -> Entry:
        number = f"{len(self.entries) + 1:06d}"
        thread, above = (parent.thread_id, parent.id) if parent else (number, "")
        if kind == "message":
            thread = parent.handle if parent and not parent.brand else thread if parent else handle
        entry = Entry(number, kind, handle, name, text, at or self.clock(), 0, thread, above, **more)
        return self._change(entry)

    def _change(self, entry: Entry) -> Entry:
        entry = replace(entry, seq=self.seq + 1)
        self._write({"entry": _plain(entry)})
        self._place(entry)
        self._ring()
        return entry

    def _place(self, entry: Entry) -> None:
        self.entries[entry.id] = entry
        self.seq = max(self.seq, entry.seq)
        if entry.key:
            self._keys[entry.handle, entry.key] = entry.id

    def _write(self, line: dict[str, Any]) -> None:
        if self._journal is not None:
            self._journal.write(line)

    def _ring(self) -> None:
        self._bell.set()
        self._bell = asyncio.Event()


class _Journal:
    """A file of JSON lines. One write call a line: a kill tears at most the last."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def lines(self) -> Iterator[dict[str, Any]]:
        content = self._path.read_bytes() if self._path.exists() else b""
        for line in content.split(b"\n"):
            try:
                read = json.loads(line)
            except ValueError:
                continue
            if isinstance(read, dict):
                yield read

    def rewrite(self, lines: list[dict[str, Any]]) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(b"".join(_line(line) for line in lines))
        fresh.replace(self._path)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)

    def write(self, line: dict[str, Any]) -> None:
        os.write(self._file, _line(line))


def _line(line: dict[str, Any]) -> bytes:
    return json.dumps(line, ensure_ascii=True).encode() + b"\n"


def _plain(entry: Entry) -> dict[str, Any]:
    edited = entry.edited_at.isoformat() if entry.edited_at else None
    return asdict(entry) | {"at": entry.at.isoformat(), "edited_at": edited}


def _entry(plain: dict[str, Any]) -> Entry:
    edited = plain["edited_at"]
    return Entry(
        **plain
        | {
            "at": datetime.fromisoformat(plain["at"]),
            "edited_at": datetime.fromisoformat(edited) if edited else None,
            "pictures": tuple(Shown(**shown) for shown in plain["pictures"]),
            "choices": tuple(plain.get("choices", ())),
        }
    )


def _check(text: str, most: int, *, empty: bool = False) -> None:
    if not text.strip() and not empty:
        raise Refusal(422, "there are no words in it")
    if len(text) > most:
        raise Refusal(422, f"the text is longer than {most} characters")
