"""VKontakte: a community's posts, comments and messages, by its API (https://dev.vk.com/ru/reference).

Built from the documentation and the API's own schema; not tried against VKontakte itself. Which of the three modes an account
works in (a community's key, a user's, by hand) is found out when it is connected: vk_login.py. Keys that VKontakte gives out
by VK ID are of no use for posts, so there is no OAuth here.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Never

from connectors.outcomes import GONE, UNREACHABLE
from connectors.plain_text import with_link
from connectors.reading import Body
from connectors.vk_audience import VkAudience
from connectors.vk_errors import KINDS, RIGHTS, code_of
from connectors.vk_keys import Kind, Login
from connectors.vk_reading import matches
from connectors.vk_spots import SITE, Spot
from connectors.vk_walls import COMMENTS
from smm.errors import N_, Rejected, Unavailable
from smm.networks import OF_CHANNELS, Answer, Can, MediaFile, Outgoing, Poll, Published

BATCH: Final = 100  # posts, comments or messages of one call
PAGES: Final = 5
SKEW: Final = timedelta(minutes=2)  # between our clock and VKontakte's
QUESTION: Final = 255  # characters of a poll's question
_SECTIONS: Final = {"photo": ("photos", "photo_id"), "video": ("video", "video_id"), "market": ("market", "item_id")}
NO_FILE = N_("{network} did not take the file. Attach another one, as JPEG.")


class Vk(VkAudience):
    """One community."""

    can: ClassVar[frozenset[Can]] = frozenset(Can) - {Can.HIDE} - OF_CHANNELS

    async def publish(self, post: Outgoing) -> Published:
        """Upload files and make the poll, which nobody sees yet, then put it on the wall under the key."""
        login = await self._login()
        attached = [await self._upload(login, file) for file in post.media]
        if post.options.poll:
            attached.append(await self._poll(login, post.text, post.options.poll))
        asked = {"owner_id": login.wall, "from_group": 1, "message": with_link(post), "guid": post.key}
        if post.link and not attached:
            try:
                return await self._put(login, asked | {"attachments": [post.link]})
            except Rejected as error:
                if "link" not in error.reason.lower():  # a page without a picture cannot be shown as a card
                    raise
        return await self._put(login, asked | {"attachments": attached})

    async def _put(self, login: Login, asked: dict[str, Any]) -> Published:
        """Publish with the strongest key that may; the last one's refusal is told."""
        if not login.speakers:
            self._wrong_key()
        *others, last = login.speakers
        for key in others:
            reply = await self._ask(key, "wall.post", asked, effect=True, spared=KINDS | RIGHTS)
            if not code_of(reply):
                return self._on_wall(login, reply.body())
        return self._on_wall(login, await self._read(last, "wall.post", True, **asked))

    def _on_wall(self, login: Login, body: Body) -> Published:
        return self._published(login, Spot("wall", login.wall, body.read("response.post_id", int)))

    def _published(self, login: Login, spot: Spot) -> Published:
        return Published(str(spot), spot.link(login.group_id))

    async def _upload(self, login: Login, file: MediaFile) -> str:
        """Upload a file and return how it is attached (https://dev.vk.com/ru/api/upload/overview)."""
        content = await self._content(file)
        if file.mime.startswith("video/"):
            return await self._upload_video(login, content, file)
        key = login.of(Kind.USER, Kind.COMMUNITY)
        place = await self._read(key, "photos.getWallUploadServer", group_id=login.group_id)
        sent = {"photo": (f"picture.{file.mime.rpartition('/')[2]}", content, file.mime)}
        told = (await self._wire.call("POST", place.read("response.upload_url", str), files=sent)).body()
        photo = told.read("photo", str)
        if photo in {"", "[]"}:
            self._no_file()
        saved = {"server": told.read("server", int), "photo": photo, "hash": told.read("hash", str)}
        body = await self._read(key, "photos.saveWallPhoto", group_id=login.group_id, **saved)
        (first, *_) = [*body.each("response")] or self._no_file()
        return _attachment("photo", first)

    async def _upload_video(self, login: Login, content: bytes, file: MediaFile) -> str:
        asked = {"name": file.alt[:128], "group_id": login.group_id, "wallpost": 0}
        place = (await self._read(login.of(Kind.USER), "video.save", **asked)).part("response")
        sent = {"video_file": ("video.mp4", content, file.mime)}
        await self._wire.call("POST", place.read("upload_url", str), files=sent)
        return _attachment("video", place, "video_id")

    async def _poll(self, login: Login, text: str, poll: Poll) -> str:
        """Make a poll; its question is the post's first line, for a poll cannot stand without a text."""
        ends = datetime.now(UTC) + timedelta(minutes=poll.minutes)
        asked = {
            "question": (text.strip().splitlines() or ["?"])[0][:QUESTION],
            "owner_id": login.wall,
            "add_answers": json.dumps(poll.choices, ensure_ascii=False),
            "is_multiple": int(poll.several),
            "end_date": int(ends.timestamp()),
        }
        body = await self._read(login.of(Kind.USER), "polls.create", **asked)
        return _attachment("poll", body.part("response"))

    async def assist(self, post: Outgoing) -> str:
        """Lead to the community's wall."""
        login = await self._login()
        return f"{SITE}/{login.handle}"

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look on the wall for the text and as many files; a community's key alone may not look."""
        login, text = await self._login(), with_link(post)
        for page in range(PAGES):
            asked = {"domain": login.handle, "count": BATCH, "offset": page * BATCH or None}
            body = await self._read(login.reader, "wall.get", **asked)
            posts = list(body.each("response.items"))
            recent = [each for each in posts if _since(each, since)]
            for each in recent:
                if each.read("from_id", int) == login.wall and matches(each, text, len(post.media)):
                    return self._published(login, Spot("wall", login.wall, each.read("id", int)))
            if len(posts) < BATCH or not recent:
                return None
        raise self._unsure()

    async def edit(self, remote_id: str, post: Outgoing) -> None:
        """Put other words in, with all that is attached named again; a poll stays the one it is.

        A user's key alone may (https://dev.vk.com/ru/method/wall.edit); until when, VKontakte says itself.
        """
        login, spot = await self._login(), self._spot(remote_id)
        key, place = login.of(Kind.USER), f"{spot.owner}_{spot.thing}"
        found = list((await self._read(key, "wall.getById", posts=[place])).each("response.items"))
        if not found:
            raise Rejected(GONE, field="target", network=self.title, account=self._account)
        attached = [_again(each) for each in found[0].each("attachments")]
        asked = {"owner_id": spot.owner, "post_id": spot.thing, "message": with_link(post), "attachments": attached}
        await self._read(key, "wall.edit", True, **asked)

    async def delete(self, remote_id: str) -> None:
        """Take down a post or an answer of ours."""
        await self._take_down(self._spot(remote_id))

    async def reply(self, answer: Answer) -> Published:
        """Answer as the community, under what was said."""
        login, spot = await self._login(), self._spot(answer.remote_id)
        if spot.place == "im":
            self._cannot()
        method, asked = _commenting(spot, login, answer)
        order = (Kind.COMMUNITY, Kind.USER) if spot.place == "wall" else (Kind.USER, Kind.COMMUNITY)
        body = await self._read(login.of(*order), method, True, **asked)
        comment = body.read("response.comment_id" if spot.place == "wall" else "response", int)
        return self._published(login, Spot(spot.place, spot.owner, spot.thing, comment))

    async def message(self, answer: Answer) -> Published:
        """Write to somebody as the community, once for a key (https://dev.vk.com/ru/method/messages.send)."""
        login, peer = await self._login(), self._peer(answer)
        digest = hashlib.sha256(answer.key.encode()).digest()
        number = int.from_bytes(digest[:4]) & 0x7FFFFFFF or 1
        asked = {"peer_id": peer, "message": answer.text, "random_id": number}
        body = await self._read(login.messenger, "messages.send", True, **asked, **_as_group(login))
        return self._published(login, Spot("im", peer, body.read("response", int)))

    def _peer(self, answer: Answer) -> int:
        spot = self._spot(answer.remote_id)
        if spot.place == "im":
            return spot.owner
        if not answer.author_id.isdigit():
            self._cannot()
        return int(answer.author_id)

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look among the conversation's messages, or under the post; a community's key may not look under posts."""
        if answer.private:
            return await self._find_message(answer, since)
        login, spot = await self._login(), self._spot(answer.remote_id)
        if spot.place != "wall":
            self._cannot()
        for page in range(PAGES):
            said, _, ended = await self._said_under(spot, page * COMMENTS)
            ours = [each for each in said if each.read("from_id", int) == login.wall]
            for each in ours:
                to = each.maybe("reply_to_comment", int) or 0
                if to == spot.comment and _since(each, since) and matches(each, answer.text):
                    return self._published(login, Spot("wall", spot.owner, spot.thing, each.read("id", int)))
            if ended:
                return None
        raise self._unsure()

    async def _find_message(self, answer: Answer, since: datetime) -> Published | None:
        login, peer = await self._login(), self._peer(answer)
        asked = {"peer_id": peer, "count": BATCH} | _as_group(login)
        body = await self._read(login.messenger, "messages.getHistory", **asked)
        said = list(body.each("response.items"))
        for each in said:
            if each.read("from_id", int) == login.wall and _since(each, since) and matches(each, answer.text):
                return self._published(login, Spot("im", peer, each.read("id", int)))
        if len(said) == BATCH and _since(said[-1], since):
            raise self._unsure()
        return None

    def _unsure(self) -> Unavailable:
        """Say that not everything was read: only who has read everything may say that something is not there."""
        return Unavailable(UNREACHABLE, network=self.title, account=self._account)

    def _no_file(self) -> Never:
        raise Rejected(NO_FILE, field="media", network=self.title, account=self._account)


def _since(body: Body, since: datetime) -> bool:
    return body.read("date", int) >= (since - SKEW).timestamp()


def _attachment(kind: str, body: Body, name: str = "id") -> str:
    """Return how something is attached; what only we may see carries its key."""
    access = body.maybe("access_key", str)
    return f"{kind}{body.read('owner_id', int)}_{body.read(name, int)}" + (f"_{access}" if access else "")


def _again(body: Body) -> str:
    """Return how something that is attached already is attached again."""
    kind = body.read("type", str)
    return body.read("link.url", str) if kind == "link" else _attachment(kind, body.part(kind))


def _as_group(login: Login) -> dict[str, int]:
    """Return what a user's key has to say besides: which community's messages are meant."""
    key = login.messenger
    return {"group_id": login.group_id} if key and key.kind == Kind.USER else {}


def _commenting(spot: Spot, login: Login, answer: Answer) -> tuple[str, dict[str, Any]]:
    """Return the method that comments there, and what it is asked (https://dev.vk.com/ru/method/wall.createComment)."""
    asked: dict[str, Any] = {"message": answer.text, "guid": answer.key}
    if spot.place == "topic":
        return "board.createComment", asked | {"group_id": -spot.owner, "topic_id": spot.thing, "from_group": 1}
    asked |= {"owner_id": spot.owner, "reply_to_comment": spot.comment or None}
    if spot.place == "wall":
        return "wall.createComment", asked | {"post_id": spot.thing, "from_group": login.group_id}
    section, thing = _SECTIONS[spot.place]
    return f"{section}.createComment", asked | {thing: spot.thing, "from_group": 1}
