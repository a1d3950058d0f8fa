"""The methods of the loopback Bot API: what each does to the world, and what it refuses in the Bot API's own words.

Refusals follow what the server says to real bots; https://core.telegram.org/bots/api gives the limits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from loopback_telegram_html import CannotParse, Parsed, detect, parse_html, units
from loopback_telegram_world import Chat, Raw, Standing

if TYPE_CHECKING:
    from loopback_telegram import LoopbackTelegram

Parameters = Mapping[str, Any]
Method = Callable[["LoopbackTelegram", Parameters, Mapping[str, bytes]], Any]
METHODS: dict[str, Method] = {}
TEXT, CAPTION, DATA, NOTICE = 4096, 1024, 64, 200
DOWNLOAD = 20 * 1024 * 1024


class Refused(Exception):
    """An answer other than ok."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        self.code = code
        self.description = description
        self.parameters = parameters
        super().__init__(description)


def bad(description: str, **parameters: Any) -> Refused:
    return Refused(400, f"Bad Request: {description}", **parameters)


def method(function: Method) -> Method:
    METHODS[function.__name__] = function
    return function


@method
def getMe(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    return server.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
    }


@method
def sendMessage(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    chat = open_chat(server, asked)
    parts = _text(asked, "text", "entities", TEXT) | _thread(chat, asked) | _keyboard(asked) | _answering(chat, asked)
    parts |= _directly(chat, asked)
    if not parts.get("text"):
        raise bad("message text is empty")
    whom = asked.get("ephemeral_message_parameters", asked)
    if "receiver_user_id" in whom and server.knows_ephemeral:
        return _whisper(server, chat, whom, parts)
    prompt = asked.get("reply_markup", {})
    return chat.put(server.bot, **parts, prompt=prompt if "force_reply" in prompt else {}).raw


def _whisper(server: LoopbackTelegram, chat: Chat, whom: Parameters, parts: Raw) -> Raw:
    """A press opens the way to its presser, who is a member; an administrator may speak to any member at any time."""
    user = next((user for user in chat.people if user.id == whom["receiver_user_id"]), None)
    if not chat.group or user is None:
        raise bad("ephemeral message receiver is not a member of the chat")
    if chat.bot != "administrator" and whom.get("callback_query_id") not in server.presses:
        raise bad("not enough rights to send an ephemeral message")
    chat.whispers.append((user.id, parts["text"]))
    standing = {"message_id": 0, "ephemeral_message_id": len(chat.whispers), "receiver_user": user.raw}
    return {"date": int(time.time()), "chat": chat.short(), "from": server.bot, **parts, **standing}


@method
def deleteEphemeralMessage(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> bool:
    chat = open_chat(server, asked)
    if not 1 <= asked["ephemeral_message_id"] <= len(chat.whispers):
        raise bad("message to delete not found")
    chat.whispers.pop(asked["ephemeral_message_id"] - 1)
    return True


@method
def sendPhoto(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    chat = open_chat(server, asked)
    photo = _photo(server, asked["photo"], files)
    words = _text(asked, "caption", "caption_entities", CAPTION)
    return chat.put(server.bot, photo=photo, **words, **_thread(chat, asked), **_keyboard(asked)).raw


@method
def sendVideo(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    chat = open_chat(server, asked)
    words = _text(asked, "caption", "caption_entities", CAPTION)
    return chat.put(server.bot, video=_video(server, asked["video"], files), **words).raw


@method
def sendDocument(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    chat = open_chat(server, asked)
    document = _document(server, asked["document"], files)
    words = _text(asked, "caption", "caption_entities", CAPTION)
    return chat.put(server.bot, document=document, **words, **_thread(chat, asked), **_keyboard(asked)).raw


@method
def sendVoice(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    chat = open_chat(server, asked)
    voice = _document(server, asked["voice"], files)
    told = {name: part for name, part in voice.items() if name != "file_name"} | {"duration": 3}
    words = _text(asked, "caption", "caption_entities", CAPTION)
    return chat.put(server.bot, voice=told, **words, **_thread(chat, asked), **_keyboard(asked)).raw


@method
def sendMediaGroup(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> list[Raw]:
    chat = open_chat(server, asked)
    if not 2 <= len(asked["media"]) <= 10:
        raise bad("there are not enough or too many messages to send as an album")
    album = {"media_group_id": str(next(server.counter))}
    parts = [_medium(server, item, files) for item in asked["media"]]
    return [chat.put(server.bot, **part, **album, **_thread(chat, asked)).raw for part in parts]


@method
def sendChatAction(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> bool:
    open_chat(server, asked)
    return True


@method
def editMessageText(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    message = _own_message(server, asked)
    if "text" not in message.raw:
        raise bad("there is no text in the message to edit")
    return _change(message, _text(asked, "text", "entities", TEXT) | _keyboard(asked), ("text", "entities"))


@method
def editMessageCaption(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    message = _own_message(server, asked)
    if not {"photo", "document", "voice"} & message.raw.keys():
        raise bad("there is no caption in the message to edit")
    words = _text(asked, "caption", "caption_entities", CAPTION)
    return _change(message, words | _keyboard(asked), ("caption", "caption_entities"))


@method
def editMessageMedia(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    message = _own_message(server, asked)
    if "voice" in message.raw:
        raise bad("message media can't be edited")
    part = _medium(server, asked["media"], files) | _keyboard(asked)
    return _change(message, part, ("text", "entities", "caption", "caption_entities", "photo", "document"))


@method
def editMessageReplyMarkup(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    return _change(_own_message(server, asked), _keyboard(asked), ())


@method
def deleteMessage(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> bool:
    chat = open_chat(server, asked)
    message = chat.find(asked["message_id"])
    if message is None:
        raise bad("message to delete not found")
    chat.messages.remove(message)
    return True


@method
def answerCallbackQuery(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> bool:
    press = server.presses.pop(asked["callback_query_id"], None)
    if press is None:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if units(asked.get("text", "")) > NOTICE:
        raise bad("MESSAGE_TOO_LONG")
    if not press.answer.done():
        press.answer.set_result(dict(asked))
    return True


@method
def setMyCommands(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> bool:
    scope = asked.get("scope", {"type": "default"})
    if "chat_id" in scope:
        open_chat(server, scope)
    for command in asked["commands"]:
        name, description = command["command"], command["description"]
        if not 1 <= len(name) <= 32 or not name.replace("_", "").isalnum() or name != name.lower():
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(description) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    server.commands[_scope(scope), asked.get("language_code", "")] = asked["commands"]
    return True


@method
def deleteMyCommands(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> bool:
    server.commands.pop((_scope(asked.get("scope", {"type": "default"})), asked.get("language_code", "")), None)
    return True


@method
def getFile(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    known = server.files.known.get(asked["file_id"])
    if known is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if known["file_size"] > DOWNLOAD:
        raise bad("file is too big")
    return known | {"file_path": f"photos/{known['file_id']}"}


@method
def setWebhook(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> bool:
    server.webhook = dict(asked) if asked["url"] else {}
    server.allow(dict(asked))
    return True


@method
def deleteWebhook(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> bool:
    server.webhook = {}
    return True


@method
def getWebhookInfo(server: LoopbackTelegram, asked: Parameters, files: Mapping[str, bytes]) -> Raw:
    return {
        "url": server.webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(server.pending),
    }


def open_chat(server: LoopbackTelegram, asked: Parameters) -> Chat:
    """Return the chat that is spoken to, or refuse as the server does."""
    named = str(asked["chat_id"])
    chat = next(
        (each for each in server.chats.values() if named in {str(each.id), f"@{each.raw.get('username')}"}), None
    )
    if chat is None:
        raise bad("chat not found")
    if chat.migrated_to:
        raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
    if chat.bot == "kicked" and not chat.group:
        raise Refused(403, "Forbidden: bot was blocked by the user")
    if chat.bot in {"kicked", "left"}:
        raise Refused(403, f"Forbidden: bot was kicked from the {chat.raw['type']} chat")
    return chat


def _own_message(server: LoopbackTelegram, asked: Parameters) -> Standing:
    message = open_chat(server, asked).find(asked["message_id"])
    if message is None:
        raise bad("message to edit not found")
    if not message.own or message.prompt:  # "only messages without reply_markup or with inline keyboards"
        raise bad("message can't be edited")
    return message


def _change(message: Standing, parts: Raw, replaced: tuple[str, ...]) -> Raw:
    kept = {name: value for name, value in message.raw.items() if name not in {*replaced, "reply_markup"}}
    changed = {name: value for name, value in (kept | parts).items() if name != "edit_date"}
    if changed == {name: value for name, value in message.raw.items() if name != "edit_date"}:
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly the same as a current"
            " content and reply markup of the message"
        )
    message.raw = changed | {"edit_date": int(time.time())}
    message.edits += 1
    return message.raw


def _text(asked: Parameters, name: str, entities: str, limit: int) -> Raw:
    words = asked.get(name, "")
    if any("\ud800" <= mark <= "\udfff" for mark in words):
        raise bad("strings must be encoded in UTF-8")
    try:
        parsed = parse_html(words) if asked.get("parse_mode") == "HTML" else Parsed(words.strip())
    except CannotParse as refusal:
        raise bad(f"can't parse entities: {refusal}") from None
    if units(parsed.text) > limit:
        raise bad("message is too long" if name == "text" else "message caption is too long")
    detect(parsed)
    return ({name: parsed.text} if parsed.text else {}) | ({entities: parsed.entities} if parsed.entities else {})


def _thread(chat: Chat, asked: Parameters) -> Raw:
    topic = asked.get("message_thread_id")
    if topic is None:
        return {}
    if topic not in chat.topics:
        raise bad("message thread not found")
    return {"message_thread_id": topic, "is_topic_message": True}


def _directly(chat: Chat, asked: Parameters) -> Raw:
    """Return what an answer in a channel's direct messages has: the topic of the person."""
    if chat.parent is None:
        return {}
    topics = [message.raw["direct_messages_topic"] for message in chat.messages]
    topic = next((each for each in topics if each["topic_id"] == asked.get("direct_messages_topic_id")), None)
    if topic is None:
        raise bad("direct messages topic must be specified")
    return {"direct_messages_topic": topic, "sender_chat": chat.parent.short()}


def _answering(chat: Chat, asked: Parameters) -> Raw:
    """Return what an answer in a discussion group has: whom it answers, and the thread, named after the post's copy."""
    if "reply_parameters" not in asked or chat.linked is None:
        return {}
    answered = chat.find(asked["reply_parameters"]["message_id"])
    if answered is None:
        raise bad("message to be replied not found")
    shown = {name: value for name, value in answered.raw.items() if name != "reply_to_message"}
    return {"reply_to_message": shown, "message_thread_id": answered.raw.get("message_thread_id", answered.id)}


def _keyboard(asked: Parameters) -> Raw:
    rows = asked.get("reply_markup", {}).get("inline_keyboard", [])
    keys = [key for row in rows for key in row]
    if len(keys) > 100 or any(len(row) > 8 for row in rows):
        raise bad("reply markup is too long")
    for key in keys:
        if "callback_data" in key and not 1 <= len(key["callback_data"].encode()) <= DATA:
            raise bad("BUTTON_DATA_INVALID")
        if "url" in key and "." not in key["url"]:
            raise bad(f"inline keyboard button URL '{key['url']}' is invalid: Wrong HTTP URL")
        if not key["text"].strip() or key.get("style", "primary") not in {"primary", "success", "danger"}:
            raise bad("can't parse inline keyboard button")
    return {"reply_markup": {"inline_keyboard": rows}} if keys else {}


def _medium(server: LoopbackTelegram, item: Raw, files: Mapping[str, bytes]) -> Raw:
    words = _text(item, "caption", "caption_entities", CAPTION)
    if item["type"] == "photo":
        return {"photo": _photo(server, item["media"], files)} | words
    if item["type"] == "video":
        return {"video": _video(server, item["media"], files)} | words
    return {"document": _document(server, item["media"], files)} | words


def _video(server: LoopbackTelegram, given: str, files: Mapping[str, bytes]) -> Raw:
    return _document(server, given, files) | {"width": 640, "height": 360, "duration": 3, "mime_type": "video/mp4"}


def _photo(server: LoopbackTelegram, given: str, files: Mapping[str, bytes]) -> list[Raw]:
    content = _content(server, given, files)
    if given in server.files.known:
        return [server.files.known[given] | {"width": 800, "height": 800}]
    if len(content) > 10 * 1024 * 1024:
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return server.files.photo(content)


def _document(server: LoopbackTelegram, given: str, files: Mapping[str, bytes]) -> Raw:
    content = _content(server, given, files)
    if given in server.files.known:
        return dict(server.files.known[given])
    return server.files.document(content, "file", "application/octet-stream")


def _content(server: LoopbackTelegram, given: str, files: Mapping[str, bytes]) -> bytes:
    if given.startswith("attach://"):
        return files[given.removeprefix("attach://")]
    if given.startswith("http"):
        if given in server.dead_links:
            raise bad("failed to get HTTP URL content")
        return given.encode()
    if given not in server.files.known:
        raise bad("wrong file identifier/HTTP URL specified")
    return server.files.contents[given]


def _scope(scope: Raw) -> tuple[str, ...]:
    return tuple(str(scope[name]) for name in ("type", "chat_id", "user_id") if name in scope)
