"""More methods of the loopback Bot API: what a chat is, who is in it with which rights, and what is taken out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from loopback_telegram_methods import Parameters, bad, method, open_chat
from loopback_telegram_world import Raw

if TYPE_CHECKING:
    from loopback_telegram import LoopbackTelegram

_RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
    *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories"),
    *("can_edit_stories", "can_delete_stories", "can_post_messages", "can_manage_direct_messages"),
)


@method
def getChat(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    chat = open_chat(server, asked)
    linked: Raw = {"linked_chat_id": chat.linked.id} if chat.linked else {}
    linked |= {"parent_chat": chat.parent.short()} if chat.parent else {}
    return (
        chat.short()
        | linked
        | {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(
                ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
                False,
            ),
        }
    )


@method
def getChatMember(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    chat = open_chat(server, asked)
    if asked["user_id"] == server.bot["id"] and chat.bot == "administrator":
        return {"status": chat.bot, "user": server.bot, **dict.fromkeys(_RIGHTS, True)}
    if asked["user_id"] == server.bot["id"]:
        return {"status": chat.bot, "user": server.bot}
    person = next((user for user in chat.people if user.id == asked["user_id"]), None)
    if person is None:
        raise bad("PARTICIPANT_ID_INVALID")
    return {"status": "member", "user": person.raw}


@method
def getChatMemberCount(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> int:
    return 2 + len(open_chat(server, asked).people)


@method
def createForumTopic(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    chat = open_chat(server, asked)
    if not chat.raw.get("is_forum"):
        raise bad("the chat is not a forum")
    return {"message_thread_id": chat.topic(asked["name"]), "name": asked["name"], "icon_color": 7322096}


@method
def deleteMessages(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> bool:
    chat = open_chat(server, asked)
    chat.messages[:] = [message for message in chat.messages if message.id not in asked["message_ids"]]
    return True
