"""What an update of Slack means: the raw body as an Incoming and what else is owed for it, or nothing. Pure.

Read as plain JSON: a body with a part that we do not know must not be refused for it. A person is known by team and user
together, for the ids of another company's workspace are no business of ours, and their private chat is addressed the same way:
in Slack it is a channel with an id of its own that only we are told (bot/slack_doors.py finds it).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from bot.intake import Kind
from bot.slack_manifest import SHORTCUT
from bot.slack_typed import called_by, command_in, plain
from bot.transport import ChatRef, Incoming, Sender

PLATFORM: Final = "slack"
_SAID: Final = frozenset({"", "file_share", "thread_broadcast", "me_message"})
_JOINED: Final = frozenset({"channel_unarchive", "group_unarchive"})
_LOST: Final = frozenset(
    {"channel_archive", "channel_deleted", "channel_left", "group_archive", "group_deleted", "group_left"}
)
_RENAMED: Final = frozenset({"channel_rename", "group_rename"})

Raw = Mapping[str, Any]
Deed = Literal["receive", "ask", "home", "renamed", "dead"]


@dataclass(frozen=True, slots=True)
class Me:
    """The app's own account."""

    user_id: str


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that somebody sent, not fetched yet. Without `url` Slack wants to be asked for it first."""

    file_id: str
    url: str = ""
    size: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Decoded:
    """An update that means something. `addressed`: it is to us, not just said where we can hear it.

    `called` is what followed our name, where that came first.
    `deed`: receive (the router's), ask (open the questions of `ref`), home (show the Home tab), renamed (the channel is called
    `title` now), dead (the app was taken out of the workspace). `trigger` opens a form for three seconds, `respond` is an
    address at which the sender alone can be answered.
    """

    incoming: Incoming
    files: tuple[FileRef, ...] = ()
    addressed: bool = True
    called: str | None = None
    deed: Deed = "receive"
    trigger: str = ""
    respond: str = ""


# ---- one body among others


def key(body: Raw) -> str:
    """Return the key under which an update is kept: the same again is the same update."""
    if "event_id" in body:
        return str(body["event_id"])[:128]
    kind = "command" if "command" in body else str(body.get("type", ""))[:32]
    if body.get("trigger_id"):
        return f"{kind}:{body['trigger_id']}"[:128]
    content = json.dumps({name: body[name] for name in body if name != "token"}, sort_keys=True)
    return f"{kind}:{hashlib.sha256(content.encode()).hexdigest()}"


def lane(body: Raw) -> str:
    """Return whose update it is and where: those of one person in one place are handled in order."""
    event = _part(body, "event")
    user = event.get("user", "") if event else _part(body, "user").get("id", body.get("user_id", ""))
    channel = event.get("channel", "") if event else _part(body, "channel").get("id", body.get("channel_id", ""))
    return f"{channel if isinstance(channel, str) else ''}:{user if isinstance(user, str) else ''}"


def is_form(body: Raw) -> bool:
    """Say whether its sender looks at a form that waits for an answer."""
    return body.get("type") == "view_submission"


def is_modal(body: Raw) -> bool:
    """Say whether a modal was sent or closed."""
    return body.get("type") in {"view_submission", "view_closed"}


KIND: Final = Kind(PLATFORM, lane)


def person(team_id: str, user_id: str) -> str:
    """Return the one name by which a person is known."""
    return f"{team_id}:{user_id}"


# ---- its meaning


def decode(key: str, body: Raw, me: Me) -> Decoded | None:
    """Return what an update means, None where it means nothing to us. Raises on a body that no Slack sends."""
    if "command" in body:
        return _command(key, body)
    if body["type"] == "event_callback":
        return _event(key, body, me)
    if body["type"] == "block_actions":
        return _press(key, body)
    if body["type"] == "message_action":
        return _shortcut(key, body, me)
    return None


def _event(key: str, body: Raw, me: Me) -> Decoded | None:
    event = body["event"]
    kind = str(event["type"])
    if kind == "message":
        return _message(key, body, event, me)
    if kind == "app_mention":
        return _mention(key, body, event, me)
    if kind == "app_home_opened":
        return _home(key, body, event)
    if kind == "app_uninstalled" or (kind == "tokens_revoked" and _part(event, "tokens").get("bot")):
        return Decoded(Incoming(PLATFORM, key, ChatRef(PLATFORM, ""), Sender(""), "words"), deed="dead")
    return _channel(key, event, me)


def _message(key: str, body: Raw, event: Raw, me: Me) -> Decoded | None:
    """Take what is said in private, or in a thread. What stands in a channel by itself is people's own talk."""
    if str(event.get("subtype", "")) not in _SAID or not _by_person(event, me):
        return None
    private, thread = event["channel_type"] == "im", _thread(event)
    text = plain(str(event.get("text", "")))
    if not private and (not thread or f"<@{me.user_id}>" in str(event.get("text", ""))):
        return None  # a mention comes as an event of its own
    called = called_by(me.user_id, text) if private else None
    return _words(key, body, event, text if called is None else command_in(called), addressed=private)


def _mention(key: str, body: Raw, event: Raw, me: Me) -> Decoded | None:
    """Take `@Copydesk inbox` as the command /inbox; what names us in the middle is said of us, not to us."""
    if not _by_person(event, me) or str(event.get("subtype", "")) not in _SAID:
        return None
    text = plain(str(event["text"]))
    called = called_by(me.user_id, text)
    if called is None:
        return _words(key, body, event, text, addressed=False)
    heard = _words(key, body, event, command_in(called), addressed=True)
    return replace(heard, called=called) if heard is not None else None


def _words(key: str, body: Raw, event: Raw, text: str, *, addressed: bool) -> Decoded | None:
    files = tuple(file_of(each) for each in event.get("files", ()))
    if not text and not files:
        return None
    user_id, thread = _author(body, event), _thread(event)
    private = event.get("channel_type") == "im" or str(event["channel"]).startswith("D")
    chat = ChatRef(PLATFORM, user_id if private else str(event["channel"]), thread)
    incoming = Incoming(
        PLATFORM,
        key,
        chat,
        Sender(user_id),
        "words",
        text,
        message_id=str(event["ts"]),
        reply_to=thread,
        private=private,
    )
    return Decoded(incoming, files, addressed)


def _command(key: str, body: Raw) -> Decoded:
    """Take `/desk inbox` as the command /inbox."""
    user_id, channel = person(str(body["team_id"]), str(body["user_id"])), str(body["channel_id"])
    private = channel.startswith("D")  # even that of two other people: there we cannot speak, to the sender we can
    said = plain(str(body.get("text", ""))).strip().removeprefix("/")
    incoming = Incoming(
        PLATFORM,
        key,
        ChatRef(PLATFORM, user_id if private else channel),
        Sender(user_id, str(body.get("user_name", ""))),
        "words",
        f"/{said or 'help'}",
        title="" if private else str(body.get("channel_name", "")),
        private=private,
        opens=True,
    )
    return Decoded(incoming, trigger=str(body["trigger_id"]), respond=str(body.get("response_url", "")))


def _press(key: str, body: Raw) -> Decoded | None:
    act = body["actions"][0]
    name = str(act["action_id"]).partition(":")[0]
    if name not in {"press", "ask"} or not act.get("value"):
        return None  # a page that opens, an input that changed: it asks nothing of us
    deed: Deed = "ask" if name == "ask" else "receive"
    pressed = _deed(key, body, "press", deed, str(act["value"]))
    label = act.get("text", {}).get("text", "")
    return replace(pressed, incoming=replace(pressed.incoming, text=str(label))) if deed == "ask" else pressed


def _shortcut(key: str, body: Raw, me: Me) -> Decoded | None:
    """Take the wish to answer, chosen in a message's menu; somebody's own words there are the answer to begin with."""
    if body["callback_id"] != SHORTCUT:
        return None
    wish, message = _deed(key, body, "reply", "receive"), _part(body, "message")
    said = "" if message.get("bot_id") else plain(str(message.get("text", "")))
    called = called_by(me.user_id, said)
    return replace(wish, incoming=replace(wish.incoming, text=said if called is None else called))


def _deed(key: str, body: Raw, kind: Literal["press", "reply"], deed: Deed, ref: str = "") -> Decoded:
    """Return what somebody did with a message of a chat, or with their Home tab."""
    sender, message = presser(body), body.get("message") or {}
    channel = str(_part(body, "channel").get("id", ""))
    private = not channel or channel.startswith("D")
    thread = _thread(message)
    incoming = Incoming(
        PLATFORM,
        key,
        ChatRef(PLATFORM, sender.user_id if private else channel, thread),
        sender,
        kind,
        ref=ref,
        message_id=str(message.get("ts", "")),
        reply_to=thread,
        title="" if private else str(_part(body, "channel").get("name", "")),
        private=private,
        opens=True,
    )
    return Decoded(
        incoming, deed=deed, trigger=str(body.get("trigger_id", "")), respond=str(body.get("response_url", ""))
    )


def _home(key: str, body: Raw, event: Raw) -> Decoded | None:
    if event.get("tab") != "home":
        return None
    user_id = _author(body, event)
    return Decoded(
        Incoming(PLATFORM, key, ChatRef(PLATFORM, user_id), Sender(user_id), "words", private=True), deed="home"
    )


def _channel(key: str, event: Raw, me: Me) -> Decoded | None:
    """Take what happens to a channel, or to us in it."""
    kind = str(event["type"])
    if kind == "channel_id_changed":
        return _happened(key, event["old_channel_id"], "moved", text=str(event["new_channel_id"]))
    if kind in _RENAMED:
        return _happened(key, event["channel"]["id"], "moved", "renamed", title=str(event["channel"]["name"]))
    if kind in _LOST:
        return _happened(key, event["channel"], "lost")
    if kind in _JOINED:
        return _happened(key, event["channel"], "joined")
    if kind in {"member_joined_channel", "member_left_channel"} and event["user"] == me.user_id:
        return _happened(key, event["channel"], "joined" if kind == "member_joined_channel" else "lost")
    return None


def _happened(
    key: str,
    channel: Any,
    kind: Literal["moved", "lost", "joined"],
    deed: Deed = "receive",
    text: str = "",
    title: str = "",
) -> Decoded:
    chat = ChatRef(PLATFORM, str(channel))
    return Decoded(Incoming(PLATFORM, key, chat, Sender(""), kind, text, title=title), deed=deed)


# ---- parts


def _part(body: Raw, name: str) -> Raw:
    part = body.get(name)
    return part if isinstance(part, dict) else {}


def _by_person(event: Raw, me: Me) -> bool:
    return bool(event.get("user")) and event["user"] != me.user_id and not event.get("bot_id")


def _author(body: Raw, event: Raw) -> str:
    """Return who wrote: in a channel shared with another company the event names their own workspace."""
    teams = (event.get("user_team"), event.get("source_team"), event.get("team"), body.get("team_id"))
    return person(str(next(team for team in teams if team)), str(event["user"]))


def presser(body: Raw) -> Sender:
    """Return who pressed, sent or closed something."""
    user = body["user"]
    team_id = user.get("team_id") or body["team"]["id"]
    return Sender(person(str(team_id), str(user["id"])), str(user.get("name") or user.get("username") or ""))


def _thread(message: Raw) -> str:
    """Return the message that a thread hangs on, empty for what does not stand in one."""
    thread = str(message.get("thread_ts", ""))
    return "" if thread == message.get("ts") else thread


def file_of(part: Raw) -> FileRef:
    """Return a file as Slack describes it."""
    url = str(part.get("url_private_download") or part.get("url_private") or "")
    return FileRef(str(part["id"]), url, int(part.get("size", 0)), str(part.get("name") or ""))
