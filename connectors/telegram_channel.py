"""Telegram channels: posts, what people say in the linked discussion group, reactions, by a bot of the brand's own.

Built from the documentation (https://core.telegram.org/bots/api); not tried against Telegram itself. Everything that a bot hears is
handed out once, to whoever asks (https://core.telegram.org/bots/api#getting-updates): the desk's own bot, which serves the
team's chats, cannot listen for an account as well. A bot cannot read what stands in a channel, and there is no key against saying a
thing twice, so nothing here looks for a lost publication: a person is asked.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, Final

from connectors.base import Status
from connectors.plain_text import with_link
from connectors.reading import Body
from connectors.telegram_channel_direct import TALKS, TelegramChannelDirect, direct_items, lacks_direct, verdicts
from connectors.telegram_channel_errors import FATHER, NO_ADMIN, TAKEN
from connectors.telegram_channel_guests import INVITES, joins, lacks_guests
from connectors.telegram_channel_reading import COMMENT, Channel, Cursor, published, take
from smm.errors import N_, NeedsHuman, Rejected, Unavailable
from smm.networks import Answer, Can, Credential, Limits, Looks, MediaFile, Metrics, Outgoing, Page, Profile, Published

BATCH: Final = 100  # updates of one call (https://core.telegram.org/bots/api#getupdates)
LONG: Final = 25  # seconds that a stream waits for one
HEARD: Final = (
    *("message", "edited_message", "channel_post", "edited_channel_post"),
    *("message_reaction_count", "chat_member"),  # told to administrators, and only where named
)

NO_POSTS = N_("The bot may not post in the channel: allow it among the administrators, or a person posts by hand.")
NO_GROUP = N_("The channel has no discussion group. Link one in its settings and make the bot an administrator there.")
NOT_IN_GROUP = N_(
    "The bot is no administrator of the channel's discussion group: only then it hears and answers comments."
)
NO_REMOVING = N_("The bot may not delete messages in the discussion group.")
ONE_CHANNEL = N_("This bot already serves another channel here, and hears for one alone. Make another: {url}")
NO_ROOT = N_("Telegram has not put the post into the discussion group yet.")

LAPSE: Final = 300.0  # seconds after which a channel that no longer listens has let go of its bot
_LISTENS: dict[str, tuple[int, float]] = {}  # by bot: the channel that took last what it hears, and when


class TelegramChannel(TelegramChannelDirect):
    """One channel and its discussion group."""

    name: ClassVar[str] = "telegram_channel"
    title: ClassVar[str] = "Telegram"
    can: ClassVar[frozenset[Can]] = frozenset(
        {
            Can.FETCH,
            Can.STREAM,
            Can.PUBLISH,
            Can.ASSIST,
            Can.EDIT,
            Can.DELETE,
            Can.REPLY,
            Can.REMOVE,
            Can.METRICS,
            Can.INSIGHTS,
        }
        | INVITES
        | TALKS
    )
    limits = Limits(
        text=4096,
        media=10,
        media_bytes=10 * 1024 * 1024,
        source="https://core.telegram.org/bots/api#sending-files",
        text_with_media=1024,
        media_types=("image/jpeg", "image/png", "video/mp4"),
        reply=4096,
        video_bytes=50 * 1024 * 1024,
        first_comment=True,
    )
    looks = Looks(source="https://core.telegram.org/bots/api#sendmediagroup", most=10)
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("token", N_("Token of the channel's bot"), hint=N_("@BotFather → /newbot. Not the desk's own bot.")),
        Credential("channel", N_("Address of the channel"), secret=False, hint="https://t.me/northwind"),
    )
    status: ClassVar[Status] = Status.DOCUMENTED
    checked: ClassVar[date] = date(2026, 11, 25)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._kept = Cursor(self._bot)
        self._fetching = asyncio.Lock()  # a second question ends the first

    def _refuse_second_channel(self, channel: Channel) -> float:
        """Raise where a bot listens for another channel: each would take what the other should hear. Return the moment."""
        now = asyncio.get_running_loop().time()
        held, at = _LISTENS.get(self._bot, (channel.channel_id, now))
        if held != channel.channel_id and now - at < LAPSE:
            raise NeedsHuman(ONE_CHANNEL, url=FATHER, network=self.title, account=self._account)
        return now

    async def check(self) -> Profile:
        """Ask who the bot is, whether nobody else takes what it hears, and what it may in the channel and in its group."""
        bot = (await self._ask("getMe")).read("result.id", int)
        if (await self._ask("getWebhookInfo")).read("result.url", str):
            raise NeedsHuman(TAKEN, url=FATHER, network=self.title, account=self._account)
        channel = await self._channel(fresh=True)
        self._refuse_second_channel(channel)
        rights = await self._rights(channel.channel_id, bot)
        if rights is None:
            raise NeedsHuman(NO_ADMIN, url=channel.link, network=self.title, account=self._account)
        cannot = {} if rights.maybe("can_post_messages", bool) else {Can.PUBLISH: NO_POSTS, Can.EDIT: NO_POSTS}
        cannot |= {**lacks_guests(rights), **lacks_direct(rights), **await self._missing_in_group(channel, bot)}
        limits = replace(self.limits, first_comment=Can.REPLY not in cannot)
        return Profile(
            str(channel.channel_id),
            channel.title,
            channel.handle,
            channel.link,
            limits,
            can=frozenset(self.can - cannot.keys()),
            cannot=cannot,
        )

    async def _missing_in_group(self, channel: Channel, bot: int) -> Mapping[Can, str]:
        """Return what the bot cannot do for comments, and why. Only administrators hear everything for certain."""
        if channel.group_id is None:
            return {Can.REPLY: NO_GROUP, Can.REMOVE: NO_GROUP}
        rights = await self._rights(channel.group_id, bot)
        if rights is None:
            return {Can.REPLY: NOT_IN_GROUP, Can.REMOVE: NOT_IN_GROUP}
        return {} if rights.maybe("can_delete_messages", bool) else {Can.REMOVE: NO_REMOVING}

    async def _rights(self, chat_id: int, bot: int) -> Body | None:
        """Return the bot's rights in a chat, None where it is no administrator."""
        try:
            found = await self._ask("getChatMember", chat_id=chat_id, user_id=bot)
        except (Rejected, NeedsHuman):
            return None
        return found.part("result") if found.read("result.status", str) == "administrator" else None

    async def fetch(self, cursor: str) -> Page:
        """Bring what the bot was told since; Telegram lets go of what a kept cursor is past, and of all after a day."""
        channel, kept = await self._channel(), Cursor.load(cursor, self._bot)
        _LISTENS[self._bot] = (channel.channel_id, self._refuse_second_channel(channel))
        async with self._fetching:
            updates = await self._updates(BATCH, offset=kept.offset)
        direct = await self._direct(updates, channel, kept.direct)
        items, self._kept = take(updates, channel, replace(kept, direct=direct))
        return Page(
            (*items, *direct_items(updates, channel, direct)),
            self._kept.dump(),
            more=len(updates) == BATCH,
            joins=joins(updates, channel),
            verdicts=verdicts(updates, direct),
        )

    async def _updates(self, most: int, *, offset: int = 0, seconds: int = 0) -> list[Body]:
        """Return what the bot was told; only an offset lets go of anything, of all before it."""
        asked: dict[str, Any] = {"offset": offset} if offset else {}
        body = await self._ask("getUpdates", limit=most, timeout=seconds, allowed_updates=HEARD, **asked)
        return list(body.each("result"))

    async def stream(self) -> AsyncIterator[None]:
        """Yield when the bot was told something; a fetch ends the waiting question, which is then asked anew."""
        pause = 1.0
        while True:
            async with self._fetching:
                pass
            try:
                told, pause = await self._updates(1, seconds=LONG), 1.0
            except Unavailable:
                told, pause = [], min(pause * 2, 60.0)
            if told:
                yield
            await asyncio.sleep(pause)

    async def publish(self, post: Outgoing) -> Published:
        """Send a text, a picture or a video with its caption, or an album. Telegram itself makes links of addresses."""
        text = with_link(post)
        if not post.media:
            return await self._text(self._address, text)
        if len(post.media) > 1:
            return await self._album(post.media, text)
        kind = _kind(post.media[0])
        return await self._files(f"send{kind.title()}", {kind: post.media[0]}, {"caption": text})

    async def _text(self, chat: str | int, text: str, prefix: str = "", **asked: Any) -> Published:
        body = await self._ask("sendMessage", effect=True, chat_id=chat, text=text, **asked)
        return published([body.part("result")], prefix)

    async def _album(self, media: Sequence[MediaFile], text: str) -> Published:
        """Send two to ten files as one; the first one's caption is the album's."""
        album = [{"type": _kind(file), "media": f"attach://file{number}"} for number, file in enumerate(media)]
        album[0] |= {"caption": text} if text else {}
        named = {f"file{number}": file for number, file in enumerate(media)}
        return await self._files("sendMediaGroup", named, {"media": json.dumps(album, ensure_ascii=False)})

    async def _files(self, method: str, files: Mapping[str, MediaFile], asked: Mapping[str, str]) -> Published:
        self._refuse_own_bot()
        parts = {name: (_file_name(file), await self._content(file), file.mime) for name, file in files.items()}
        data = {"chat_id": str(self._address)} | {name: value for name, value in asked.items() if value}
        body = (await self._wire.call("POST", method, data=data, files=parts, effect=True)).body()
        sent = list(body.each("result")) if method == "sendMediaGroup" else [body.part("result")]
        return published(sent or body.stop("result"))

    async def assist(self, post: Outgoing) -> str:
        """Lead to the channel."""
        return self._link()

    async def edit(self, remote_id: str, post: Outgoing) -> None:
        """Change the text, or the caption of what has files: that of an album stands at its first.

        https://core.telegram.org/bots/api#editmessagetext says no hour after which a channel's own post cannot be edited.
        """
        (message, *_) = self._numbers(remote_id.split(","))
        method, words = ("editMessageCaption", "caption") if post.media else ("editMessageText", "text")
        try:
            asked = {words: with_link(post)}
            await self._ask(method, effect=True, chat_id=self._address, message_id=message, **asked)
        except Rejected as error:
            if "message is not modified" not in error.reason.lower():  # the same words stand there already
                raise

    async def delete(self, remote_id: str) -> None:
        """Take down a post or an answer of ours; Telegram skips what is gone (up to 48 hours: its own words tell)."""
        await self._take_down(remote_id)

    async def remove(self, remote_id: str) -> None:
        """Take somebody's comment down."""
        await self._take_down(remote_id)

    async def _take_down(self, remote_id: str) -> None:
        chat = await self._group() if remote_id.startswith(COMMENT) else self._address
        ids = self._numbers(remote_id.removeprefix(COMMENT).split(","))
        await self._ask("deleteMessages", effect=True, chat_id=chat, message_ids=ids)

    async def _group(self) -> int:
        return (await self._channel()).group_id or self._gone()

    async def reply(self, answer: Answer) -> Published:
        """Answer in the group, as the bot; as the group itself where the bot is an anonymous administrator."""
        group = await self._group()
        (message,) = self._numbers([self._answered(answer.remote_id)])
        return await self._text(group, answer.text, COMMENT, reply_parameters={"message_id": message})

    def _answered(self, remote_id: str) -> str:
        """Return the message in the group: a post of ours is answered at its copy there, which comes a moment later."""
        if remote_id.startswith(COMMENT):
            return remote_id.removeprefix(COMMENT)
        first = remote_id.partition(",")[0]
        root = next((root for root, post in self._kept.roots.items() if post == first), None)
        if root is None:
            raise Unavailable(NO_ROOT, network=self.title, account=self._account)
        return root

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return how many reacted, as far as the bot was told, that not fetched yet included; bots are told of no views."""
        channel, first = await self._channel(), {each: each.partition(",")[0] for each in remote_ids}
        async with self._fetching:
            waiting = await self._updates(BATCH)  # they stay: the next fetch brings them
        counts = take(waiting, channel, self._kept)[1].counts
        return {each: Metrics(likes=counts[post]) for each, post in first.items() if post in counts}

    async def insights(self, since: date, until: date) -> Metrics:
        """Return how many follow the channel now; Telegram tells bots nothing of other days."""
        return Metrics(followers=(await self._ask("getChatMemberCount", chat_id=self._address)).read("result", int))


def _kind(file: MediaFile) -> str:
    return "video" if file.mime.startswith("video/") else "photo"


def _file_name(file: MediaFile) -> str:
    return f"file.{file.mime.rpartition('/')[2]}"
