"""What Telegram's refusals mean, named by what to do next. Their words are the server's; it has no codes finer than 400.

https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

from datetime import timedelta

from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from smm.errors import N_, ChatBusy, ChatError, ChatGone

_GONE = (
    "chat not found",
    "chat_write_forbidden",
    "deactivated",
    "group chat was upgraded",
    "have no rights to send",
    "not enough rights to send",
    "peer_id_invalid",
    "user not found",
)
_LOST_MESSAGE = ("message to edit not found", "message_id_invalid")
# A prompt for a reply cannot be edited, nor a message after 48 hours without a keyboard:
# https://core.telegram.org/bots/api#updating-messages
_FIXED = ("message is not modified", "message can't be edited")
# Nor can everything be deleted: https://core.telegram.org/bots/api#deletemessage
_KEPT = ("message to delete not found", "message can't be deleted", "message_id_invalid")
_TOPIC = ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")
_PICTURE = ("photo", "image", "file", "http url", "media", "webpage", "url host", "wrong type")


def says(error: TelegramError, *words: str) -> bool:
    """Say whether a refusal of the request itself contains any of the words."""
    return isinstance(error, BadRequest) and any(each in error.message.lower() for each in words)


def unparsed(error: TelegramError) -> bool:
    """Say whether the server could not read our markup."""
    return says(error, "can't parse entities", "can't find end tag", "unsupported start tag")


def unchanged(error: TelegramError) -> bool:
    """Say whether an edit would have changed nothing, or cannot change that message at all."""
    return says(error, *_FIXED)


def undeletable(error: TelegramError) -> bool:
    """Say whether the message to delete is gone already, or has to stay."""
    return says(error, *_KEPT)


def topic_lost(error: TelegramError) -> bool:
    """Say whether the topic is closed or deleted while its group is there."""
    return says(error, *_TOPIC)


def about_picture(error: TelegramError) -> bool:
    """Say whether a picture is refused, not the message or the chat."""
    return says(error, *_PICTURE)


def unheard(error: TelegramError) -> bool:
    """Say whether somebody takes no voice notes from anybody."""
    return says(error, "voice_messages_forbidden")


def message_lost(error: TelegramError) -> bool:
    """Say whether the message to edit is there no more."""
    return says(error, *_LOST_MESSAGE)


def meant(error: TelegramError) -> ChatError:
    """Return a refusal as what delivery does next: give the chat up, wait, or try again later."""
    if isinstance(error, RetryAfter):
        return ChatBusy(N_("Telegram asks to wait."), retry_after=seconds(error))
    if isinstance(error, Forbidden) or says(error, *_GONE):
        return ChatGone(N_("I can no longer write in this Telegram chat. Let me in again, with the right to write."))
    if isinstance(error, InvalidToken):
        return ChatError(N_("Telegram refuses the bot's token. Put a valid one into the settings and start again."))
    if isinstance(error, BadRequest):
        return ChatError(N_("Telegram refused the message: {reason}"), reason=error.message[:200])
    return ChatError(N_("Telegram cannot be reached."))


def seconds(error: RetryAfter) -> timedelta:
    """Return how long to wait, in whichever form the library gives it."""
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
