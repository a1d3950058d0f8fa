"""Bluesky: posts, answers and what is said to an account, by the AT Protocol's XRPC (https://docs.bsky.app/docs/category/http-reference).

Built from the documentation and the protocol's own lexicons; not tried against Bluesky itself. A record stands under a key that
is made of the publication's and is put there only where none stands yet: the same key twice is one post, and never an edited
one. Logins are counted (300 a day), so a session is kept and renewed. Content warnings are words of ours, and Bluesky knows four
labels with meanings of their own (nudity, violence …): no word is turned into one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from connectors.bluesky_audience import BlueskyAudience
from connectors.bluesky_reading import (
    POSTS,
    Cursor,
    answers_others,
    heard,
    key_of,
    link,
    newest,
    owner,
    since,
    step,
    strong,
    taken_back,
)
from connectors.bluesky_session import Missing, Swapped
from connectors.bluesky_words import card, facets, found_in, image, record_key, stamp
from connectors.outcomes import GONE, UNREACHABLE
from connectors.plain_text import with_link
from connectors.reading import Body
from smm.errors import N_, Rejected, Unavailable
from smm.networks import Answer, Can, Item, Limits, Looks, MediaFile, Outgoing, Page, Published

BATCH: Final = 50  # notifications, own posts or posts found of one call
HIDDEN: Final = 300  # the most answers that can be hidden under one post (app.bsky.feed.threadgate)
GATES: Final = "app.bsky.feed.threadgate"

NOT_UNDER_OURS = N_("On {network} only answers under the brand's own posts can be hidden.")
ALONE = N_("{network} shows a video alone: take away the video, or what is beside it.")
FULL = N_("{network} hides at most 300 answers under one post.")


class Bluesky(BlueskyAudience):
    """One account, wherever its repository is kept."""

    can: ClassVar[frozenset[Can]] = frozenset(
        {
            *(Can.FETCH, Can.SEARCH, Can.PUBLISH, Can.FIND, Can.DELETE),
            *(Can.REPLY, Can.FIND_REPLY, Can.HIDE, Can.METRICS, Can.INSIGHTS, Can.PARTICIPANTS, Can.FOLLOWERS),
        }
    )
    # 300 graphemes and 3000 bytes. The app's own limit of ten minutes: https://github.com/bluesky-social/social-app/pull/11528
    limits = Limits(
        text=300,
        media=4,
        media_bytes=2_000_000,
        source="https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json",
        media_types=("image/jpeg", "image/png", "image/webp", "video/mp4"),
        grapheme_bytes=10,
        reply=300,
        video_bytes=300_000_000,
        video_seconds=600,
        video_alone=True,
        first_comment=True,
    )
    looks = Looks(source="https://github.com/bluesky-social/social-app/blob/main/src/view/com/util/images/Gallery.tsx")
    # What is said.

    async def fetch(self, cursor: str) -> Page:
        """Bring answers, mentions and quotes, our own answers given elsewhere, and what was taken back meanwhile."""
        me, kept = await self._me(), Cursor.load(cursor)
        asked = {"reasons": ["reply", "mention", "quote"], "limit": BATCH} | (
            {"cursor": kept.page} if kept.page else {}
        )
        body = await self._ask("GET", "app.bsky.notification.listNotifications", params=asked)
        told = list(body.each("notifications"))
        fresh, ahead, more = step(kept, told, body.maybe("cursor", str) or "")
        items, recent = await self._heard(fresh, kept, me)
        answers, own = await self._own_answers(kept, me)
        return Page((*items, *answers), replace(ahead, own=own, recent=recent).dump(), more)

    async def _heard(self, fresh: Sequence[Body], kept: Cursor, me: str) -> tuple[list[Item], tuple[str, ...]]:
        """Return what was notified of as the posts are now, and which of the remembered ones are gone."""
        unseen = {each.id("uri"): each for each in fresh if each.id("uri") not in kept.recent}
        views = await self._views([*kept.recent, *unseen])
        items = [heard(views.get(uri, each), me) for uri, each in unseen.items()]
        gone = [uri for uri in kept.recent if uri not in views]
        recent = dict.fromkeys([*(uri for uri in kept.recent if uri in views), *(item.remote_id for item in items)])
        ordered = sorted(items, key=lambda item: item.said_at)
        return [*ordered, *map(taken_back, gone)], tuple(recent)

    async def _own_answers(self, kept: Cursor, me: str) -> tuple[list[Item], str]:
        asked = {"actor": me, "limit": BATCH, "filter": "posts_with_replies"}
        body = await self._ask("GET", "app.bsky.feed.getAuthorFeed", params=asked)
        ours = [post for each in body.each("feed") if answers_others(post := each.part("post"), me)]
        fresh = since(kept.own, ours)
        return [heard(post, me) for post in fresh], newest(kept.own, fresh)

    async def search(self, query: str, cursor: str) -> Page:
        """Bring the newest posts with these words; the cursor is the moment until which everything was seen."""
        kept = Cursor.load(cursor)
        asked: dict[str, Any] = {"q": query, "sort": "latest", "limit": BATCH}
        asked |= {"cursor": kept.page} if kept.page else {}
        body, me = await self._ask("GET", "app.bsky.feed.searchPosts", params=asked), await self._me()
        fresh, ahead, more = step(kept, list(body.each("posts")), body.maybe("cursor", str) or "")
        return Page(tuple(heard(post, me) for post in fresh), ahead.dump(), more)

    # What we say.

    async def publish(self, post: Outgoing) -> Published:
        """Upload the files, which nobody sees yet, then put the record under the key's own."""
        shown = await self._shown(post)
        record = await self._record(with_link(post), post.language)
        published = await self._say(post.key, record | ({"embed": shown} if shown else {}))
        for file in post.media:
            await self._forget(file.digest)
        return published

    async def _shown(self, post: Outgoing) -> dict[str, Any] | None:
        """Return what stands below the text: a video, pictures, or the link's card."""
        if any(file.mime.startswith("video/") for file in post.media):
            if len(post.media) > 1:
                raise self._refused(ALONE, "media")
            return await self._video(post.media[0])
        if pictures := [await self._upload(file) for file in post.media]:
            return {"$type": "app.bsky.embed.images", "images": pictures}
        return card(post.link) if post.link else None

    async def _upload(self, file: MediaFile) -> dict[str, Any]:
        content = await self._content(file)
        typed = {"content-type": file.mime}
        body = await self._ask("POST", "com.atproto.repo.uploadBlob", content=content, headers=typed)
        return await asyncio.to_thread(image, body.read("blob", dict), file.alt, content)

    async def _record(self, text: str, language: str = "") -> dict[str, Any]:
        found = found_in(text)
        people = {each.value: await self._did(each.value) for each in found if each.kind == "mention"}
        record = {"$type": POSTS, "text": text, "createdAt": stamp(datetime.now(UTC))}
        told = {"facets": facets(text, found, people), "langs": [language] if language else []}
        return record | {name: value for name, value in told.items() if value}

    async def _did(self, handle: str) -> str:
        """Return whose handle it is; empty where nobody has it, and then it is mere text."""
        try:
            asked = {"handle": handle}
            return (await self._ask("GET", "com.atproto.identity.resolveHandle", params=asked)).id("did")
        except Rejected:
            return ""

    async def _say(self, key: str, record: Mapping[str, Any]) -> Published:
        """Put a record where none stands yet: what stands there was said with the same key.

        https://docs.bsky.app/docs/api/com-atproto-repo-put-record
        """
        try:
            uri = (await self._put(POSTS, record_key(key), record, None)).id("uri")
        except Rejected as error:
            there = await self._said_as(key) if isinstance(error, Swapped) else None
            if there is None:
                raise
            return there
        return Published(uri, link(uri))

    async def _put(self, collection: str, key: str, record: Mapping[str, Any], instead_of: str | None) -> Body:
        sent = {"repo": await self._me(), "collection": collection, "rkey": key, "record": record}
        return await self._ask(
            "POST", "com.atproto.repo.putRecord", json=sent | {"swapRecord": instead_of}, effect=True
        )

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look under the key."""
        return await self._said_as(post.key)

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look under the key."""
        return await self._said_as(answer.key)

    async def _said_as(self, key: str) -> Published | None:
        found = await self._own(POSTS, record_key(key))
        return Published(found.id("uri"), link(found.id("uri"))) if found else None

    async def _own(self, collection: str, key: str) -> Body | None:
        """Return a record of our own, from where it is kept; None where there is none."""
        asked = {"repo": await self._me(), "collection": collection, "rkey": key}
        try:
            return await self._ask("GET", "com.atproto.repo.getRecord", params=asked)
        except Missing:
            return None

    async def reply(self, answer: Answer) -> Published:
        """Answer what was said, in its thread."""
        parent, said = await self._target(answer.remote_id)
        root = said.maybe("reply.root", dict) or strong(parent)
        record = await self._record(answer.text)
        return await self._say(answer.key, record | {"reply": {"root": root, "parent": strong(parent)}})

    async def _target(self, uri: str) -> tuple[Body, Body]:
        """Return a post and its record. Our own newest ones may be known to nobody but the server that keeps them."""
        if owner(uri) == await self._me():
            if found := await self._own(POSTS, key_of(uri)):
                return found, found.part("value")
        elif found := (await self._views([uri])).get(uri):
            return found, found.part("record")
        raise self._refused(GONE, "target")

    async def delete(self, remote_id: str) -> None:
        """Take down a record of ours."""
        sent = {"repo": await self._me(), "collection": POSTS, "rkey": key_of(remote_id)}
        await self._ask("POST", "com.atproto.repo.deleteRecord", json=sent, effect=True)

    async def hide(self, remote_id: str, *, hidden: bool = True) -> None:
        """Hide an answer under a post of ours, or show it again: the post's threadgate lists what is hidden."""
        _, said = await self._target(remote_id)
        root = said.maybe("reply.root.uri", str) or ""
        if owner(root) != await self._me():
            raise self._refused(NOT_UNDER_OURS, "target")
        gate = await self._own(GATES, key_of(root))
        record = (
            gate.read("value", dict) if gate else {"$type": GATES, "post": root, "createdAt": stamp(datetime.now(UTC))}
        )
        others = [uri for uri in record.get("hiddenReplies", []) if uri != remote_id]
        if hidden and len(others) >= HIDDEN:
            raise self._refused(FULL, "target")
        changed = record | {"hiddenReplies": [*others, remote_id] if hidden else others}
        try:
            await self._put(GATES, key_of(root), changed, gate.read("cid", str) if gate else None)
        except Swapped as error:  # somebody changed it since it was read: surely not done, and the next try reads again
            raise Unavailable(UNREACHABLE, network=self.title, account=self._account) from error
