"""What stands on the loopback Telegram: people, chats, messages, files; and what a person does there."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from loopback_telegram_html import Parsed, detect

if TYPE_CHECKING:
    from loopback_telegram import LoopbackTelegram

Raw = dict[str, Any]
_SERVICE: Raw = {"id": 777000, "is_bot": False, "first_name": "Telegram"}


@dataclass(slots=True)
class Standing:
    """A message as it stands now. `prompt` is a ForceReply, which messages do not show; `own`: the bot sent it."""

    raw: Raw
    chat: Chat
    prompt: Raw = field(default_factory=dict)
    edits: int = 0
    own: bool = False

    @property
    def id(self) -> int:
        return int(self.raw["message_id"])

    @property
    def text(self) -> str:
        return str(self.raw.get("text", self.raw.get("caption", "")))

    @property
    def entities(self) -> list[Raw]:
        found: list[Raw] = self.raw.get("entities") or self.raw.get("caption_entities") or []
        return found

    @property
    def keys(self) -> list[Raw]:
        return [key for row in self.raw.get("reply_markup", {}).get("inline_keyboard", []) for key in row]

    @property
    def labels(self) -> list[str]:
        return [key["text"] for key in self.keys]

    @property
    def by_bot(self) -> bool:
        return bool(self.raw.get("from", {}).get("is_bot"))


@dataclass(slots=True, eq=False)
class Chat:
    """A chat and what stands in it. `bot` is the bot's status there."""

    raw: Raw
    server: LoopbackTelegram
    people: list[User] = field(default_factory=list)
    messages: list[Standing] = field(default_factory=list)
    whispers: list[tuple[int, str]] = field(default_factory=list)  # to whom, what
    topics: dict[int, str] = field(default_factory=dict)
    bot: str = "member"
    migrated_to: int = 0
    invites: dict[str, Raw] = field(default_factory=dict)  # by address
    parent: Chat | None = None  # the channel that this is the chat of direct messages of
    linked: Chat | None = None  # a channel's discussion group, and the other way round

    @property
    def id(self) -> int:
        return int(self.raw["id"])

    @property
    def group(self) -> bool:
        return self.raw["type"] in {"group", "supergroup"}

    @property
    def cards(self) -> list[Standing]:
        """What the bot has said and still stands."""
        return [message for message in self.messages if message.by_bot]

    def topic(self, name: str) -> int:
        number = next(self.server.message_ids)
        self.topics[number] = name
        return number

    def short(self) -> Raw:
        """The chat as updates carry it."""
        return dict(self.raw)

    def put(self, sender: Raw | None, **parts: Any) -> Standing:
        """Let a message stand in the chat."""
        prompt = parts.pop("prompt", {})
        raw: Raw = {"message_id": next(self.server.message_ids), "date": int(self.server.now()), "chat": self.short()}
        if self.raw["type"] == "channel":
            raw["sender_chat"] = self.short()
        elif sender is not None:
            raw["from"] = sender
        standing = Standing({**raw, **parts}, self, prompt, own=sender == self.server.bot)
        self.messages.append(standing)
        if self.raw["type"] == "channel" and self.linked:
            self.linked.copy(standing)
        return standing

    def copy(self, post: Standing) -> None:
        """Let a post of the channel stand in its discussion group, where it is the root of its comments."""
        said = {name: part for name, part in post.raw.items() if name not in {"message_id", "chat", "reply_markup"}}
        origin = {"type": "channel", "chat": post.chat.short(), "message_id": post.id, "date": post.raw["date"]}
        copied = self.put(_SERVICE, **said, forward_origin=origin, is_automatic_forward=True)
        self.server.emit("message", copied.raw)

    def find(self, message_id: int) -> Standing | None:
        return next((message for message in self.messages if message.id == message_id), None)


@dataclass(slots=True, eq=False)
class User:
    """A person. What they do becomes updates for the bot."""

    raw: Raw
    server: LoopbackTelegram

    @property
    def id(self) -> int:
        return int(self.raw["id"])

    def says(
        self, chat: Chat, text: str, *, reply_to: Standing | None = None, topic: int = 0, **parts: Any
    ) -> Standing:
        """Write a text."""
        found = detect(Parsed(text)).entities
        standing = chat.put(self.raw, text=text, **_maybe(entities=found), **_where(topic), **_reply(reply_to), **parts)
        self.server.emit("message", standing.raw)
        return standing

    def edits(self, message: Standing, text: str) -> None:
        """Change a text that was said."""
        message.raw |= {"text": text, "edit_date": int(time.time())}
        self.server.emit("edited_message", message.raw)

    def shows(
        self, chat: Chat, pictures: Sequence[bytes], *captions: str, reply_to: Standing | None = None
    ) -> list[Standing]:
        """Show a picture, or several as an album, each with its caption if it has one."""
        album = {"media_group_id": str(next(self.server.counter))} if len(pictures) > 1 else {}
        shown = []
        for content, caption in zip_longest(pictures, captions, fillvalue=""):
            assert isinstance(content, bytes)
            words = _maybe(caption=caption)
            photo = self.server.files.photo(content)
            shown.append(chat.put(self.raw, photo=photo, **words, **album, **_reply(reply_to)))
            self.server.emit("message", shown[-1].raw)
        return shown

    def speaks(self, chat: Chat, content: bytes, *, reply_to: Standing | None = None) -> Standing:
        """Send a voice note."""
        voice = self.server.files.add(content) | {"duration": 3, "mime_type": "audio/ogg"}
        standing = chat.put(self.raw, voice=voice, **_reply(reply_to))
        self.server.emit("message", standing.raw)
        return standing

    def attaches(self, chat: Chat, name: str, content: bytes, mime: str, *, size: int = 0) -> Standing:
        """Send a file as it is; `size` pretends that it is larger."""
        document = self.server.files.document(content, name, mime)
        if size:
            document["file_size"] = size
        standing = chat.put(self.raw, document=document)
        self.server.emit("message", standing.raw)
        return standing

    def press(self, message: Standing, label: str, **parts: Any) -> Press:
        """Press a button without waiting for what it answers."""
        key = next(key for key in message.keys if key["text"] == label)
        return self.press_data(message, key["callback_data"], **parts)

    def press_data(self, message: Standing, data: str, **parts: Any) -> Press:
        """Press with any data, as a forged client could."""
        press = Press(str(next(self.server.counter)), asyncio.get_running_loop().create_future())
        self.server.presses[press.id] = press
        query = {"id": press.id, "from": self.raw, "message": message.raw, "chat_instance": "1", "data": data}
        self.server.emit("callback_query", query | parts)
        return press

    async def presses(self, message: Standing, label: str) -> str:
        """Press a button and return the words that the press is answered with."""
        answer = await asyncio.wait_for(self.press(message, label).answer, 5)
        return str(answer.get("text", ""))


@dataclass(slots=True)
class Press:
    """A press that waits to be answered."""

    id: str
    answer: asyncio.Future[Raw]


@dataclass(slots=True)
class Files:
    """Files that were sent either way, by their id."""

    contents: dict[str, bytes] = field(default_factory=dict)
    known: dict[str, Raw] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, content: bytes) -> Raw:
        unique = hashlib.sha256(content).hexdigest()[:16]
        file_id = f"AgAC-{next(self.numbers)}-{unique}"
        self.contents[file_id] = content
        self.known[file_id] = {"file_id": file_id, "file_unique_id": unique, "file_size": len(content)}
        return dict(self.known[file_id])

    def photo(self, content: bytes) -> list[Raw]:
        small = self.add(content[:64]) | {"width": 90, "height": 90}
        return [small, self.add(content) | {"width": 800, "height": 800}]

    def document(self, content: bytes, name: str, mime: str) -> Raw:
        return self.add(content) | {"file_name": name, "mime_type": mime}


def _maybe(**parts: Any) -> Raw:
    return {name: value for name, value in parts.items() if value}


def _where(topic: int) -> Raw:
    return {"message_thread_id": topic, "is_topic_message": True} if topic else {}


def _reply(message: Standing | None) -> Raw:
    if message is None:
        return {}
    return {"reply_to_message": {name: value for name, value in message.raw.items() if name != "reply_to_message"}}
