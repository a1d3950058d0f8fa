"""What Slack's refusals mean, named by what to do next.

Codes: https://docs.slack.dev/reference/methods/chat.postMessage#errors and those of the other methods that are called here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.line import PAUSES, Line
from bot.slack_request import Refused, Unreached
from bot.slack_updates import PLATFORM
from smm.errors import N_, ChatBusy, ChatError, ChatGone

_BUSY: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_GONE: Final = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "cannot_dm_bot",
        "channel_is_limited_access",
        "ekm_access_denied",
        "is_inactive",
        "messages_tab_disabled",
        "no_permission",
        "posting_to_general_channel_denied",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "team_access_not_granted",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
    }
)
# It is the token that is refused, for every chat alike: no room is lost by it.
DEAD: Final = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)
_LOST_MESSAGE: Final = frozenset({"message_not_found"})
# Neither can everything be changed, nor taken away: https://docs.slack.dev/reference/methods/chat.delete#errors
_FIXED: Final = frozenset({"cant_update_message", "edit_window_closed"})
_KEPT: Final = frozenset({"message_not_found", "cant_delete_message", "compliance_exports_prevent_deletion"})
_THREAD: Final = frozenset({"cannot_reply_to_message", "invalid_thread_ts", "thread_locked", "thread_not_found"})
_TRIGGER: Final = frozenset({"exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id", "trigger_expired"})


def thread_lost(error: Refused) -> bool:
    """Say whether nothing can be said in a thread, while its channel is there."""
    return error.code in _THREAD


def message_lost(error: Refused) -> bool:
    """Say whether the message to change is there no more."""
    return error.code in _LOST_MESSAGE


def fixed(error: Refused) -> bool:
    """Say whether a message cannot be changed any more."""
    return error.code in _FIXED


def undeletable(error: Refused) -> bool:
    """Say whether the message to delete is gone already, or has to stay."""
    return error.code in _KEPT


def too_late(error: Refused) -> bool:
    """Say whether a form came too late after the press that it answers."""
    return error.code in _TRIGGER


def about_picture(error: Refused) -> bool:
    """Say whether a picture is refused, not the message or the chat."""
    return error.code in {"invalid_blocks", "file_not_found"} and "slack_file" in error.about


def meant(error: Exception) -> ChatError:
    """Return a failure as what delivery does next: give the chat up, wait, or try again later."""
    if not isinstance(error, Refused):
        return ChatError(N_("Slack cannot be reached."))
    if error.code in _BUSY:
        return ChatBusy(N_("Slack asks to wait."), retry_after=timedelta(seconds=error.wait or 30.0))
    if error.code in _GONE:
        return ChatGone(N_("I can no longer write in this Slack channel. Let me in again: /invite and my name."))
    if error.code in DEAD:
        return ChatError(N_("Slack refuses the app's token. Put a valid one into the settings and start again."))
    if error.code == "missing_scope":
        return ChatError(N_("The Slack app lacks a permission: {reason}. Install it again."), reason=error.about)
    return ChatError(N_("Slack refused the message: {reason}"), reason=str(error)[:200])


def slack_line(pauses: Sequence[float] = PAUSES) -> Line:
    """Return a line to Slack."""
    return Line(PLATFORM, told, _asked, pauses)


def _asked(failure: BaseException) -> float:
    return failure.wait if isinstance(failure, Refused) else 0.0


def told(failure: BaseException) -> str:
    """Return what is wrong and what to do, for the operator."""
    if isinstance(failure, Unreached | TimeoutError):
        return f"Slack cannot be reached: {failure or 'no answer in time'}. Trying again."
    if not isinstance(failure, Refused):
        return f"The updates cannot be stored ({type(failure).__name__}): Slack sends them again."
    if failure.code in DEAD:
        return (
            "Slack refuses the app's token: take valid ones from https://api.slack.com/apps (bot token xoxb-, app-level "
            "token xapp-), set COPYDESK_SLACK_BOT_TOKEN and COPYDESK_SLACK_APP_TOKEN, start again."
        )
    if failure.code == "missing_scope":
        return f"The Slack app lacks a permission: {failure.about}. Install it again from config/slack_manifest.yaml."
    return f"Slack says {failure.code}. Trying again."
