"""The methods of the loopback Slack: what each does to its world, and what it refuses, by Slack's own codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import slack_blocks
from loopback_slack_world import Channel, Modal, Raw, Standing

if TYPE_CHECKING:
    from loopback_slack import LoopbackSlack

Asked = Mapping[str, str]
Method = Callable[["LoopbackSlack", Asked], Raw]
METHODS: dict[str, Method] = {}
TEXT = 40_000  # https://docs.slack.dev/reference/methods/chat.postMessage#truncating


class Refused(Exception):
    """An answer other than ok."""

    def __init__(self, code: str, *messages: str, status: int = 200, wait: int = 0) -> None:
        self.code = code
        self.messages = messages
        self.status = status
        self.wait = wait
        super().__init__(code)


def method(name: str) -> Callable[[Method], Method]:
    def keep(function: Method) -> Method:
        METHODS[name] = function
        return function

    return keep


@method("auth.test")
def auth_test(server: LoopbackSlack, asked: Asked) -> Raw:
    return {
        "url": "https://northwind.slack.com/",
        "team": "Northwind",
        "user": "copydesk",
        "team_id": server.team,
        "user_id": server.bot_user,
        "bot_id": server.bot_id,
    }


@method("apps.connections.open")
def apps_connections_open(server: LoopbackSlack, asked: Asked) -> Raw:
    server.tickets += 1
    return {"url": f"{server.url.replace('http', 'ws', 1)}/link/?ticket=ticket-canary-{server.tickets}"}


@method("chat.postMessage")
def chat_post_message(server: LoopbackSlack, asked: Asked) -> Raw:
    channel = open_channel(server, asked["channel"])
    if wait := server.wait(channel):
        raise Refused("ratelimited", status=429, wait=wait)
    parts = _content(server, asked)
    thread = asked.get("thread_ts")
    if thread and channel.find(thread) is None:
        raise Refused("thread_not_found")
    author = {"user": server.bot_user, "bot_id": server.bot_id, "app_id": "A0DESK"}
    standing = channel.put(**author, **parts, **({"thread_ts": thread} if thread else {}))
    return {"channel": channel.id, "ts": standing.ts, "message": standing.raw}


@method("chat.update")
def chat_update(server: LoopbackSlack, asked: Asked) -> Raw:
    channel, message = _own_message(server, asked, "cant_update_message")
    parts = _content(server, asked)
    message.raw = {**message.raw, **parts, "edited": {"user": server.bot_user, "ts": server.stamp()}}
    message.edits += 1
    return {"channel": channel.id, "ts": message.ts, "text": message.raw["text"], "message": message.raw}


@method("chat.delete")
def chat_delete(server: LoopbackSlack, asked: Asked) -> Raw:
    channel, message = _own_message(server, asked, "cant_delete_message")
    channel.messages.remove(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.postEphemeral")
def chat_post_ephemeral(server: LoopbackSlack, asked: Asked) -> Raw:
    channel = open_channel(server, asked["channel"])
    if asked["user"] not in {user.id for user in channel.people}:
        raise Refused("user_not_in_channel")
    channel.whispers.append((asked["user"], asked["text"]))
    return {"message_ts": server.stamp()}


@method("conversations.open")
def conversations_open(server: LoopbackSlack, asked: Asked) -> Raw:
    user = server.users.get(asked["users"])
    if user is None:
        raise Refused("user_not_found")
    return {"channel": {"id": server.private(user).id}}


@method("conversations.info")
def conversations_info(server: LoopbackSlack, asked: Asked) -> Raw:
    channel = server.channels.get(asked["channel"])
    if channel is None or (channel.kind != "channel" and not channel.bot):
        raise Refused("channel_not_found")
    return {
        "channel": {"id": channel.id, "name": channel.name, "is_member": channel.bot, "is_archived": channel.archived}
    }


@method("users.info")
def users_info(server: LoopbackSlack, asked: Asked) -> Raw:
    user = server.users.get(asked["user"])
    if user is None:
        raise Refused("user_not_found")
    profile = {"display_name": user.name, "real_name": user.name}
    return {"user": {"id": user.id, "team_id": user.team, "name": user.name, "locale": user.locale, "profile": profile}}


@method("views.open")
def views_open(server: LoopbackSlack, asked: Asked) -> Raw:
    user = server.redeem(asked["trigger_id"])
    view = _view(asked)
    view |= {"id": f"V{server.stamp()}", "hash": "1.abc", "team_id": server.team, "state": {"values": {}}}
    user.modals.append(Modal(view, user))
    return {"view": view}


@method("views.publish")
def views_publish(server: LoopbackSlack, asked: Asked) -> Raw:
    user = server.users.get(asked["user_id"])
    if user is None:
        raise Refused("user_not_found")
    user.home = _view(asked)
    return {"view": user.home}


@method("files.info")
def files_info(server: LoopbackSlack, asked: Asked) -> Raw:
    file = server.files.known.get(asked["file"])
    if file is None:
        raise Refused("file_not_found")
    return {"file": server.files.look(file)}


@method("files.getUploadURLExternal")
def files_get_upload_url(server: LoopbackSlack, asked: Asked) -> Raw:
    file = server.files.expect(asked["filename"], int(asked["length"]))
    return {"upload_url": f"{server.url}/upload/{file.raw['id']}", "file_id": file.raw["id"]}


@method("files.completeUploadExternal")
def files_complete_upload(server: LoopbackSlack, asked: Asked) -> Raw:
    done = []
    for each in json.loads(asked["files"]):
        file = server.files.known[each["id"]]
        if len(file.content) != file.raw["size"]:
            raise Refused("file_not_found")
        file.complete = True
        done.append(each)
        if "channel_id" in asked:
            shared = {"files": [file.raw], "user": server.bot_user, "bot_id": server.bot_id}
            open_channel(server, asked["channel_id"]).put(text="", thread_ts=asked.get("thread_ts", ""), **shared)
    return {"files": done}


def open_channel(server: LoopbackSlack, channel_id: str) -> Channel:
    """Return the channel that is spoken to, or refuse as Slack does."""
    channel = server.channels.get(channel_id)
    if channel is None or (channel.kind == "group" and not channel.bot):
        raise Refused("channel_not_found")
    if channel.archived:
        raise Refused("is_archived")
    if not channel.bot:
        raise Refused("not_in_channel")
    return channel


def _own_message(server: LoopbackSlack, asked: Asked, otherwise: str) -> tuple[Channel, Standing]:
    channel = open_channel(server, asked["channel"])
    message = channel.find(asked["ts"])
    if message is None:
        raise Refused("message_not_found")
    if not message.by_bot:
        raise Refused(otherwise)
    return channel, message


def _content(server: LoopbackSlack, asked: Asked) -> Raw:
    text = asked.get("text", "")
    blocks = json.loads(asked.get("blocks", "[]"))
    if not text and not blocks:
        raise Refused("no_text")
    if len(text) > TEXT:
        raise Refused("msg_too_long")
    _check(lambda: slack_blocks.check(blocks))
    for number, block in enumerate(blocks):
        if block["type"] == "image" and not server.files.showable(block["slack_file"]["id"]):
            raise Refused("invalid_blocks", f"[ERROR] invalid slack file [json-pointer:/blocks/{number}/slack_file]")
    return {"text": text, "blocks": blocks}


def _view(asked: Asked) -> Raw:
    view: Raw = json.loads(asked["view"])
    _check(lambda: slack_blocks.check_view(view))
    if len(view.get("private_metadata", "")) > 3_000:
        raise Refused("invalid_arguments", "[ERROR] private_metadata is too long")
    return view


def _check(check: Callable[[], Any]) -> None:
    try:
        check()
    except Exception as error:
        raise Refused("invalid_blocks", f"[ERROR] {error}") from error
