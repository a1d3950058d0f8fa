"""Direct messages of the loopback Telegram's channels: people write to a channel, and suggest posts that it publishes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from loopback_telegram_methods import Parameters, bad, method, open_chat
from loopback_telegram_world import Chat, Raw, Standing, User

if TYPE_CHECKING:
    from loopback_telegram import LoopbackTelegram


@method
def approveSuggestedPost(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> bool:
    chat, post = _pending(server, asked)
    wanted = post.raw["suggested_post_info"].get("send_date")
    at = int(wanted or server.now())
    _decide(post, "approved")
    _tell(chat, post, suggested_post_approved={"suggested_post_message": _bare(post), "send_date": at})
    assert chat.parent is not None
    said = {name: post.raw[name] for name in ("text", "caption", "photo") if name in post.raw}
    server.emit("channel_post", chat.parent.put(None, **said).raw)
    return True


@method
def declineSuggestedPost(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> bool:
    if len(asked.get("comment", "")) > 128:
        raise bad("SUGGESTED_POST_COMMENT_TOO_LONG")
    chat, post = _pending(server, asked)
    _decide(post, "declined")
    comment = {"comment": asked["comment"]} if asked.get("comment") else {}
    _tell(chat, post, suggested_post_declined={"suggested_post_message": _bare(post), **comment})
    return True


def _pending(server: LoopbackTelegram, asked: Parameters) -> tuple[Chat, Standing]:
    chat = open_chat(server, asked)
    post = chat.find(asked["message_id"])
    if post is None or post.raw.get("suggested_post_info", {}).get("state") != "pending":
        raise bad("SUGGESTED_POST_NOT_FOUND")
    return chat, post


def _decide(post: Standing, state: str) -> None:
    post.raw["suggested_post_info"] = post.raw["suggested_post_info"] | {"state": state}


def _bare(post: Standing) -> Raw:
    return {name: value for name, value in post.raw.items() if name != "reply_to_message"}


def _tell(chat: Chat, post: Standing, **service: Any) -> None:
    assert chat.parent is not None
    topic = {"direct_messages_topic": post.raw["direct_messages_topic"], "sender_chat": chat.parent.short()}
    chat.server.emit("message", chat.put(None, **topic, **service).raw)


def writes(user: User, chat: Chat, text: str, **parts: Any) -> Standing:
    """Let somebody write to a channel, or suggest a post: with `suggested_post_info` among the parts."""
    topic = {"direct_messages_topic": {"topic_id": user.id, "user": user.raw}}
    said = {"caption": text} if "photo" in parts else {"text": text}
    standing = chat.put(user.raw, **topic, **said, **parts)
    chat.server.emit("message", standing.raw)
    return standing
