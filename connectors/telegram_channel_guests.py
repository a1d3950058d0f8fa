"""Who joins a channel, and by which link (https://core.telegram.org/bots/api#createchatinvitelink): links for one place each.

A bot is told of joining and leaving as long as it is an administrator; by which link somebody came is told when they join,
never when they leave (https://core.telegram.org/bots/api#chatmemberupdated).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from connectors.reading import Body
from connectors.telegram_channel_calls import TelegramChannelCalls
from connectors.telegram_channel_reading import Channel, moment
from smm.errors import N_, Rejected
from smm.networks import Can, Join

INVITES: Final = frozenset({Can.INVITE, Can.CLOSE_INVITE})
NO_INVITING = N_("The bot may not invite people to the channel: allow it “Add subscribers” among the administrators.")
_INSIDE: Final = frozenset({"creator", "administrator", "member"})


class TelegramChannelGuests(TelegramChannelCalls):
    """The links by which people join a channel."""

    async def invite(self, name: str, until: datetime | None) -> str:
        """Make a link of this name."""
        ends: dict[str, Any] = {"expire_date": int(until.timestamp())} if until else {}
        made = await self._ask("createChatInviteLink", chat_id=self._address, name=name, **ends)
        return made.read("result.invite_link", str)

    async def close_invite(self, address: str) -> None:
        """Revoke a link; one that Telegram no longer knows lets nobody in."""
        try:
            closed = await self._ask("revokeChatInviteLink", chat_id=self._address, invite_link=address)
        except Rejected as error:
            if "invite_hash_expired" not in error.reason.lower():
                raise
        else:
            closed.read("result.is_revoked", bool)


def lacks_guests(rights: Body) -> Mapping[Can, str]:
    """Return what a bot with these rights cannot do about links, and why."""
    return {} if rights.read("can_invite_users", bool) else dict.fromkeys(INVITES, NO_INVITING)


def joins(updates: Iterable[Body], channel: Channel) -> tuple[Join, ...]:
    """Return who joined the channel and who left it, in the order in which it is told."""
    changes = (update.part("chat_member") for update in updates if update.has("chat_member"))
    ours = (_join(change) for change in changes if change.read("chat.id", int) == channel.channel_id)
    return tuple(join for join in ours if join is not None)


def _join(change: Body) -> Join | None:
    was, now = _is_inside(change.part("old_chat_member")), _is_inside(change.part("new_chat_member"))
    if was == now:
        return None
    address = "" if was else change.maybe("invite_link.invite_link", str) or ""
    return Join(change.id("new_chat_member.user.id"), moment(change, "date"), address, left=was)


def _is_inside(member: Body) -> bool:
    status = member.read("status", str)
    return status in _INSIDE or (status == "restricted" and member.read("is_member", bool))
