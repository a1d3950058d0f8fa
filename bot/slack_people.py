"""What people are called, and which language they read: asked of Slack once, for an event names a person by their id alone."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from bot.slack_request import Refused, Requests, Unreached
from bot.transport import Sender

REMEMBERED = 5_000


class People:
    """Completes senders."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._known: OrderedDict[str, Sender] = OrderedDict()

    async def named(self, sender: Sender) -> Sender:
        """Return a sender with name and language; as they came, where Slack does not tell."""
        if sender.user_id not in self._known:
            try:
                found = await self._requests.call(
                    "users.info", user=sender.user_id.partition(":")[2], include_locale=True
                )
            except (Refused, Unreached):
                return sender
            user = found["user"]
            profile = user.get("profile") or {}
            name = profile.get("display_name") or user.get("real_name") or user.get("name") or sender.name
            self._known[sender.user_id] = replace(sender, name=str(name), language=str(user.get("locale") or ""))
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return self._known[sender.user_id]
