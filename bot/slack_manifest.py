"""The Slack app's manifest, made from the routes: what Slack is told about us when somebody creates the app.

`EVENTS` are all that we listen to, `METHODS` all that we call, and with them `SCOPES` all that we ask for, each with its reason:
adding one means that every team installs the app again. Fields: https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

from typing import Any, Final

import yaml

from handlers.route import load, routes
from smm.errors import ConfigError

COMMAND: Final = "/desk"
SHORTCUT: Final = "answer"  # the message shortcut's callback id
PATH: Final = "/slack/events"
HINT_LIMIT: Final = 1_000

# https://docs.slack.dev/reference/scopes
SCOPES: Final = {
    "app_mentions:read": "hear @Copydesk, which works in threads too, where a slash command does not",
    "channels:history": "hear what is said in threads of public channels that Copydesk was invited to",
    "channels:read": "know a channel's name, and that Copydesk was invited, or that the channel was archived",
    "chat:write": "show cards, keep them up to date, answer one person alone",
    "commands": "the /desk command and the message shortcut",
    "files:read": "take pictures that people send or attach to a post",
    "files:write": "show the pictures of a post in its card",
    "groups:history": "the same as channels:history in private channels",
    "groups:read": "the same as channels:read in private channels",
    "im:history": "hear what somebody writes to Copydesk alone",
    "im:read": "know that a conversation is with one person alone",
    "im:write": "write to one person alone",
    "mpim:history": "the same as channels:history in group conversations",
    "mpim:read": "the same as channels:read in group conversations",
    "users:read": "know the name and the language of who writes",
}
# https://docs.slack.dev/reference/events, each with the scopes of which it needs one; none where it comes by itself.
EVENTS: Final[dict[str, tuple[str, ...]]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "channel_archive": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_id_changed": ("channels:read", "groups:read"),
    "channel_left": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "group_archive": ("groups:read",),
    "group_deleted": ("groups:read",),
    "group_left": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "tokens_revoked": (),
}
# https://docs.slack.dev/reference/methods, each with the scopes that it needs.
METHODS: Final[dict[str, tuple[str, ...]]] = {
    "apps.connections.open": (),  # by the app's own token
    "auth.test": (),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.info": ("channels:read", "groups:read", "im:read", "mpim:read"),
    "conversations.open": ("im:write",),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
}
_LONG: Final = (
    "Copydesk listens to your brands' social networks and puts every new comment and mention into the team's channel as a card "
    "with buttons: answer, hand over, put aside. Posts are drafted here, shown to the client for approval, and published on time. "
    "Nothing becomes public before somebody has seen it and sent it."
)


def manifest(url: str = "") -> dict[str, Any]:
    """Return the manifest: for Socket Mode, or for requests pushed to us where a public address is given."""
    pushed = _pushed(url)
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Copydesk",
            "description": "Social media, from the first comment to the published post, without leaving the chat.",
            "long_description": _LONG,
            "background_color": "#1f4d3a",
        },
        "features": _features(pushed),
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {**_to("request_url", pushed), "bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True, **_to("request_url", pushed)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not pushed,
            "token_rotation_enabled": False,
        },
    }


def _pushed(url: str) -> str:
    if url and not url.startswith("https://"):
        raise ConfigError("Slack pushes to https addresses alone. Give one with --url, or none for Socket Mode.")
    return url.rstrip("/") + PATH if url else ""


def _to(name: str, address: str) -> dict[str, str]:
    return {name: address} if address else {}


def _features(pushed: str) -> dict[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "Copydesk", "always_online": True},
        "shortcuts": [
            {
                "name": "Answer as the brand",
                "type": "message",
                "callback_id": SHORTCUT,
                "description": "Answer the comment of this card or thread; a message's words begin the answer",
            }
        ],
        "slash_commands": [
            {
                "command": COMMAND,
                **_to("url", pushed),
                "description": f"Do anything at the desk; {COMMAND} help lists what you may do",
                "usage_hint": usage(),
                "should_escape": False,
            }
        ],
    }


def usage() -> str:
    """Return every command as the hint beside the slash command, as many as fit."""
    load()
    names = sorted(route.name for route in routes().values() if route.kind == "command")
    hint = " | ".join(names)
    return hint if len(hint) <= HINT_LIMIT else hint[:HINT_LIMIT].rpartition(" | ")[0]


def written(url: str = "") -> str:
    """Return the manifest as a YAML file, with the reason of each scope above it."""
    reasons = "".join(f"#   {scope}: {reason}\n" for scope, reason in SCOPES.items())
    head = "# Made by `copydesk slack-manifest`: give it to Slack under api.slack.com/apps, Create New App, From a manifest.\n"
    body = yaml.safe_dump(manifest(url), sort_keys=False, allow_unicode=True, width=110)
    return f"{head}# What each permission is for:\n{reasons}{body}"
