"""A Telegram channel with its discussion group as a world of the networks' journeys, and a bot of the brand's own in both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import groupby

from clocks import Clock
from loopback_telegram import LoopbackTelegram, loopback_telegram
from loopback_telegram_world import Standing
from network_desk import Seen, Trouble

from connectors.base import Outside
from smm.networks import Pushed

HANDLE = "northwind"
SENDS = "sendPhoto"  # a journey publishes with a picture


class TelegramChannelWorld:
    """One channel."""

    network = "telegram_channel"

    def __init__(self, server: LoopbackTelegram) -> None:
        self.server = server
        self.outside = Outside({"telegram_channel": server.url})
        self.mia = server.user("Mia")
        self.group = server.group("Northwind talk", self.mia)
        self.channel = server.channel("Northwind Coffee", HANDLE, self.group)
        self.greeting = self.post("Good morning from both shops.")

    def key(self) -> Mapping[str, str]:
        """Return the bot's token and the channel's address."""
        return {"token": self.server.token, "channel": f"https://t.me/{HANDLE}"}

    def post(self, text: str) -> Standing:
        """Let an administrator post by hand."""
        standing = self.channel.put(None, text=text)
        self.server.emit("channel_post", standing.raw)
        return standing

    def root(self, post: Standing) -> Standing:
        """Return a post's copy in the group."""
        copies = [each for each in self.group.messages if each.raw.get("is_automatic_forward")]
        return next(each for each in copies if each.raw["forward_origin"]["message_id"] == post.id)

    def comment(self, text: str) -> None:
        """Let Mia comment the first post."""
        root = self.root(self.greeting)
        self.mia.says(self.group, text, reply_to=root, message_thread_id=root.id)

    def pushed(self) -> Pushed:
        """Telegram pushes to one address alone, and bots that are fetched have none."""
        raise NotImplementedError

    def like(self) -> None:
        """Let somebody react to the newest post."""
        self.react(self.channel.messages[-1], 1)

    def react(self, post: Standing, *counts: int) -> None:
        """Let so many react to a post, each number with an emoji of its own."""
        emoji = ("👍", "🔥", "❤")
        reactions = [
            {"type": {"type": "emoji", "emoji": each}, "total_count": count}
            for each, count in zip(emoji, counts, strict=False)
        ]
        told = {"chat": self.channel.short(), "message_id": post.id, "date": int(self.server.now())}
        self.server.emit("message_reaction_count", told | {"reactions": reactions})

    def seen(self) -> list[Seen]:
        """Return the channel's posts after the first, albums as one, and what the bot says in the group."""
        ours = self.channel.messages[1:]
        albums = [list(each) for _, each in groupby(ours, lambda post: post.raw.get("media_group_id", post.id))]
        posts = [Seen(album[0].text, sum("photo" in each.raw for each in album)) for album in albums]
        answers = [Seen(each.text, 0, str(each.raw["reply_to_message"]["message_id"])) for each in self.group.cards]
        return [*posts, *answers]

    def trouble(self, kind: Trouble) -> None:
        """Let the next picture go wrong."""
        match kind:
            case "slower":
                self.server.refuse(SENDS, 429, "Too Many Requests: retry after 5", retry_after=5)
            case "down":
                self.server.fail(SENDS, 502)
            case "refused":
                self.server.refuse(SENDS, 400, "Bad Request: IMAGE_PROCESS_FAILED")
            case "human":
                self.server.refuse(SENDS, 403, "Forbidden: bot is not a member of the channel chat")
            case "garbage":
                self.server.garble(SENDS)
            case "lost":
                self.server.drop(SENDS)

    def revoke(self) -> None:
        """Let @BotFather give out another token."""
        self.server.token = f"{self.server.token.partition(':')[0]}:AAnew-canary-canary-canary-canary-new"


@asynccontextmanager
async def telegram_channel_world(clock: Clock) -> AsyncIterator[TelegramChannelWorld]:
    """Serve a channel for the length of a block; what is said and answered must follow the Bot API's description."""
    async with loopback_telegram() as server:
        server.now = lambda: clock.now.timestamp()
        yield TelegramChannelWorld(server)
        assert server.breaches == []
