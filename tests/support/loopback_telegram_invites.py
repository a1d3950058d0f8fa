"""Invite links of the loopback Telegram: made and revoked by a bot, and people who join by them and leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from loopback_telegram_methods import Parameters, Refused, bad, method, open_chat
from loopback_telegram_world import Chat, Raw, User

if TYPE_CHECKING:
    from loopback_telegram import LoopbackTelegram


@method
def createChatInviteLink(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    chat = _governed(server, asked)
    if len(asked.get("name", "")) > 32:
        raise bad("INVITE_NAME_TOO_LONG")
    url = f"https://t.me/+AbCd{next(server.counter):012d}"
    plain = {"creator": server.bot, "creates_join_request": False, "is_primary": False, "is_revoked": False}
    told = {name: asked[name] for name in ("name", "expire_date") if name in asked}
    chat.invites[url] = {"invite_link": url, **plain, **told}
    return chat.invites[url]


@method
def revokeChatInviteLink(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    link = _governed(server, asked).invites.get(asked["invite_link"])
    if link is None or link["is_revoked"]:
        raise bad("INVITE_HASH_EXPIRED")
    link["is_revoked"] = True
    return link


def _governed(server: LoopbackTelegram, asked: Parameters) -> Chat:
    chat = open_chat(server, asked)
    if chat.bot != "administrator":
        raise Refused(400, "Bad Request: not enough rights to manage chat invite link")
    return chat


def joins(user: User, chat: Chat, url: str = "") -> Raw:
    """Let somebody join a chat, by a link or by searching for it; return the update."""
    link = chat.invites.get(url, {})
    assert not link.get("is_revoked"), "nobody joins by a revoked link"
    chat.people.append(user)
    return _change(user, chat, "left", "member", **({"invite_link": link} if link else {}))


def leaves(user: User, chat: Chat) -> Raw:
    """Let somebody leave a chat; return the update."""
    chat.people.remove(user)
    return _change(user, chat, "member", "left")


def _change(user: User, chat: Chat, was: str, now: str, **more: Raw) -> Raw:
    states = {
        "old_chat_member": {"status": was, "user": user.raw},
        "new_chat_member": {"status": now, "user": user.raw},
    }
    told = {"chat": chat.short(), "from": user.raw, "date": int(user.server.now())}
    return user.server.emit("chat_member", told | states | more)
