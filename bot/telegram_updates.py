"""What an update of Telegram means: the raw body as an Incoming, or nothing. Pure.

Read as plain JSON: a body with a part that we do not know must not be refused for it. https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.intake import Kind
from bot.transport import ChatRef, Incoming, Sender

PLATFORM = "telegram"
# Without the last two named they are not sent; https://core.telegram.org/bots/api#getupdates
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member", "chat_member", "message_reaction")
_ATTACHED = ("document", "video", "animation", "voice", "audio", "video_note")
_GONE = frozenset({"left", "kicked"})

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Me:
    """The bot's own account."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that somebody sent, not fetched yet."""

    file_id: str
    size: int
    name: str = ""
    alt: str = ""  # what was said of this file alone


@dataclass(frozen=True, slots=True)
class Decoded:
    """An update that means something. `addressed`: it is to us, not just said where we can hear it."""

    incoming: Incoming
    files: tuple[FileRef, ...] = ()
    addressed: bool = False


def lane(body: Raw) -> str:
    """Return the chat that an update belongs to: updates of one chat are handled in order."""
    part: Raw = next((body[name] for name in ALLOWED if isinstance(body.get(name), dict)), {})
    message = part.get("message") if "callback_query" in body else part
    chat = message.get("chat", {}) if isinstance(message, dict) else {}
    return str(chat.get("id", ""))


def album(body: Raw) -> str:
    """Return the id of the album that a message is part of, empty for any other update."""
    message = body.get("message")
    return str(message.get("media_group_id", "")) if isinstance(message, dict) else ""


def gathered(bodies: Sequence[Raw]) -> dict[str, Any]:
    """Return one body for an album whose messages came as updates of their own."""
    messages = [body["message"] for body in sorted(bodies, key=lambda body: int(body["message"]["message_id"]))]
    first = next((message for message in messages if message.get("caption")), messages[0])
    return {"message": first, "album": messages}


KIND = Kind(PLATFORM, lane, album, gathered)


@dataclass(frozen=True, slots=True)
class Query:
    """A press, which must be answered whatever it comes to."""

    id: str
    chat: ChatRef
    user_id: str


def query(body: Raw) -> Query | None:
    """Return the press that an update is, None for any other."""
    press = body.get("callback_query")
    if not isinstance(press, dict) or "id" not in press:
        return None
    message, user = press.get("message"), press.get("from")
    chat = ChatRef(PLATFORM, lane(body), _topic(message) if isinstance(message, dict) else "")
    return Query(str(press["id"]), chat, str(user.get("id", "")) if isinstance(user, dict) else "")


def decode(key: str, body: Raw, me: Me) -> Decoded | None:
    """Return what an update means, None where it means nothing to us. Raises on a body that no Bot API sends."""
    if "message" in body:
        return _message(key, body["message"], body.get("album", [body["message"]]), me)
    if "callback_query" in body:
        return _press(key, body["callback_query"])
    if "my_chat_member" in body:
        return _membership(key, body["my_chat_member"])
    return None


def _message(key: str, message: Raw, parts: list[Raw], me: Me) -> Decoded | None:
    if "migrate_to_chat_id" in message:
        moved = Incoming(PLATFORM, key, _chat(message), _sender(message), "moved", str(message["migrate_to_chat_id"]))
        return Decoded(moved)
    if message.get("via_bot") or message.get("is_automatic_forward") or _by_bot(message):
        return None
    text = _words(message, me)
    files = tuple(replace(file, alt=_alt(part, message)) for part in parts for file in _files(part))
    if text is None or not (text or files) or _borrowed(message, text, me):
        return None
    reply = _replied(message)
    private = message["chat"]["type"] == "private"
    incoming = Incoming(
        PLATFORM,
        key,
        _chat(message),
        _sender(message),
        "words",
        text,
        message_id=str(message["message_id"]),
        reply_to=str(reply["message_id"]) if reply else "",
        title=_title(message["chat"]),
        private=private,
    )
    ours = reply is not None and reply.get("from", {}).get("id") == me.id
    return Decoded(incoming, files, private or ours or text.startswith("/"))


def _press(key: str, press: Raw) -> Decoded | None:
    message = press.get("message")
    if not isinstance(message, dict) or not press.get("data"):
        return None  # a card that was sent through us into a chat we are not in
    incoming = Incoming(
        PLATFORM,
        key,
        _chat(message),
        _person(press["from"]),
        "press",
        ref=str(press["data"]),
        message_id=str(message["message_id"]),
        title=_title(message["chat"]),
        private=message["chat"]["type"] == "private",
    )
    return Decoded(incoming)


def _membership(key: str, change: Raw) -> Decoded | None:
    was, now = _is_in(change["old_chat_member"]), _is_in(change["new_chat_member"])
    if was == now:
        return None
    kind: Literal["joined", "lost"] = "joined" if now else "lost"
    chat = change["chat"]
    incoming = Incoming(
        PLATFORM,
        key,
        ChatRef(PLATFORM, str(chat["id"])),
        _person(change["from"]),
        kind,
        title=_title(chat),
        private=chat["type"] == "private",
    )
    return Decoded(incoming)


def _is_in(member: Raw) -> bool:
    return member["status"] not in _GONE and member.get("is_member", True) is True


def _chat(message: Raw) -> ChatRef:
    return ChatRef(PLATFORM, str(message["chat"]["id"]), _topic(message))


def _topic(message: Raw) -> str:
    return str(message.get("message_thread_id", "")) if message.get("is_topic_message") else ""


def _anonymous(message: Raw) -> bool:
    """Say whether an anonymous admin or a channel speaks: nobody whom Telegram vouches for."""
    return bool(message.get("sender_chat"))


def _by_bot(message: Raw) -> bool:
    return message.get("from", {}).get("is_bot") is True and not _anonymous(message)


def _sender(message: Raw) -> Sender:
    if _anonymous(message) or "from" not in message:
        return Sender("", _title(message.get("sender_chat", message["chat"])))
    return _person(message["from"])


def _person(user: Raw) -> Sender:
    name = " ".join(part for part in (user.get("first_name", ""), user.get("last_name", "")) if part)
    return Sender(str(user["id"]), name, str(user.get("language_code", "")))


def _title(chat: Raw) -> str:
    return str(chat.get("title") or chat.get("first_name") or "")


def _words(message: Raw, me: Me) -> str | None:
    """Return what is said, the command without our name; None for a command to another bot."""
    text = str(message.get("text") or message.get("caption") or "")
    if not text.startswith("/"):
        return text
    command = text.split(maxsplit=1)[0]
    name, at, whom = command.partition("@")
    if at and whom.lower() != me.username.lower():
        return None
    return name + text[len(command) :]


def _borrowed(message: Raw, text: str, me: Me) -> bool:
    """Say whether forwarded words mean nothing: a command in them was not given, and a card of ours is not an answer."""
    origin = message.get("forward_origin")
    if not isinstance(origin, dict):
        return False
    return text.startswith("/") or origin.get("sender_user", {}).get("id") == me.id


def _replied(message: Raw) -> Raw | None:
    """Return the message that is answered. In a topic every message "answers" the one that opened it, which says nothing."""
    reply = message.get("reply_to_message")
    if not isinstance(reply, dict) or reply.get("message_id") == message.get("message_thread_id"):
        return None
    return reply


def _files(message: Raw) -> list[FileRef]:
    if message.get("photo"):
        largest = max(message["photo"], key=lambda size: int(size.get("width", 0)) * int(size.get("height", 0)))
        return [_file(largest)]
    return next(
        (
            [_file(message[kind])]
            for kind in ("document", "video", "animation", "voice", "audio", "video_note")
            if message.get(kind)
        ),
        [],
    )


def _alt(part: Raw, message: Raw) -> str:
    """Return the caption of one picture of an album; that of the message itself is what is said."""
    return "" if part["message_id"] == message["message_id"] else str(part.get("caption", ""))


def _file(part: Raw) -> FileRef:
    return FileRef(str(part["file_id"]), int(part.get("file_size", 0)), str(part.get("file_name", "")))
