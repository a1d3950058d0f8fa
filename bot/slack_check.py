"""Asking Slack whether tokens work, without opening a line."""

from __future__ import annotations

from bot.slack_refusals import DEAD
from bot.slack_request import Refused, Requests, Unreached
from smm.errors import N_, ConfigError, DeskError, Forbidden

_BOT, _APP = "xoxb-", "xapp-"


def check_kinds(bot_token: str, app_token: str, *, pushed: bool) -> None:
    """Raise ConfigError where a token is missing or of the wrong kind; updates that are pushed need no app-level token."""
    if not (bot_token.startswith(_BOT) and bot_token.isascii()):
        raise ConfigError(
            "COPYDESK_SLACK_BOT_TOKEN is not a bot token: take the one that begins with xoxb- from OAuth & Permissions "
            "of your app at https://api.slack.com/apps."
        )
    if not pushed and not (app_token.startswith(_APP) and app_token.isascii()):
        raise ConfigError(
            "COPYDESK_SLACK_APP_TOKEN is missing or no app-level token: make one that begins with xapp- under Basic "
            "Information of your app, with connections:write. Or set COPYDESK_SLACK_SIGNING_SECRET and COPYDESK_PUBLIC_URL."
        )


async def ask_names(bot_token: str, app_token: str, api: str, *, pushed: bool) -> tuple[str, str]:
    """Return the app's name and its workspace's; raise a DeskError that says what to do where Slack does not answer for it."""
    check_kinds(bot_token, app_token, pushed=pushed)
    said = await _asked(bot_token, api, "auth.test")
    if not pushed:
        await _asked(app_token, api, "apps.connections.open")
    return str(said["user"]), str(said["team"])


async def _asked(token: str, api: str, method: str) -> dict[str, object]:
    requests = Requests(api, token)
    await requests.initialize()
    try:
        return await requests.call(method)
    except Refused as error:
        raise _refusal(error, token) from None
    except Unreached:
        raise DeskError(N_("Slack cannot be reached. Check the network and COPYDESK_SLACK_API.")) from None
    finally:
        await requests.shutdown()


def _refusal(error: Refused, token: str) -> DeskError:
    if error.code not in DEAD:
        return DeskError(N_("Slack refuses the app: {reason}. Install it again from its manifest."), reason=str(error))
    if token.startswith(_APP):
        return Forbidden(
            N_("Slack does not know this app-level token. Copy it again from your app into COPYDESK_SLACK_APP_TOKEN.")
        )
    return Forbidden(
        N_("Slack does not know this bot token. Copy it again from your app into COPYDESK_SLACK_BOT_TOKEN.")
    )
