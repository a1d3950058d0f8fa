"""Publishing on Instagram (https://developers.facebook.com/documentation/instagram-platform/content-publishing).

A publication is a container first, made when its time comes, for it dies after a day. Which container a key has is kept before
it is published: the same container is published once at most, and what became of it is asked of Instagram, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Never

from connectors.graph_errors import EXHAUSTED, HOUR, Told, understood
from connectors.graph_reading import is_ours
from connectors.graph_underway import LOOKS
from connectors.instagram_login import InstagramLogin
from connectors.outcomes import Who
from connectors.plain_text import with_link
from connectors.reading import Body
from connectors.underway import Underway
from smm.errors import N_, ConnectorError, NeedsHuman, RateLimited, Rejected
from smm.networks import Limits, Looks, MediaFile, Outgoing, PostKind, Published, Quota

SITE: Final = "https://www.instagram.com"
FOUND: Final = 25  # newest posts among which one of ours is looked for
ALIVE: Final = frozenset({"IN_PROGRESS", "FINISHED"})  # states of a container that may still be published
GONE: Final = ""  # the state of a container that is there no longer, or never was
SHOWN: Final = "id,caption,timestamp,permalink,media_product_type"

NO_ADDRESS = N_(
    "{network} fetches files itself: the desk needs a public address (see the guide). Publish this one by hand."
)


class InstagramPublishing(InstagramLogin):
    """What one account publishes."""

    limits = Limits(
        text=2200,
        media=10,
        media_bytes=8 * 1024 * 1024,
        source="https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media",
        media_types=("image/jpeg", "image/png", "video/mp4"),
        reply=300,
        video_bytes=300 * 1024 * 1024,
        video_seconds=15 * 60,
        media_required=True,
        ratios=(0.8, 1.91),
        kinds=(PostKind.POST, PostKind.STORY, PostKind.REEL),
        first_comment=True,
    )
    looks = Looks(
        source="https://help.instagram.com/1631821640426723",
        fold=125,
        alone=(0.8, 1.91),
        grid=1.0,
        most=1,
        card=False,
        links=False,
    )

    async def _left(self) -> Quota:
        """Ask how many publications are left of those in 24 hours."""
        asked = {"fields": "quota_usage,config"}
        body = await self._read(await self._own_id(), "content_publishing_limit", **asked)
        (first, *_) = [*body.each("data")] or body.stop("data")
        limit = first.read("config.quota_total", int)
        self.quota = Quota(max(0, limit - first.read("quota_usage", int)), limit, unit=N_("posts"))
        return self.quota

    async def publish(self, post: Outgoing) -> Published:
        """Publish the container of this key, made now where there is none yet."""
        me, known = await self._own_id(), self._underway(post.key)
        state = await self._state(known.thing) if known else GONE
        if known and state == "PUBLISHED":
            return await self._published(me, post, known)
        container = known.thing if known and state in ALIVE else await self._new(me, post)
        await self._finished(container)
        media = (await self._change(me, "media_publish", creation_id=container)).id("id")
        return Published(media, await self._link(media))

    # Containers.

    async def _new(self, me: str, post: Outgoing) -> str:
        if (await self._left()).left == 0:
            raise RateLimited(EXHAUSTED, retry_after=HOUR, network=self.title, account=self._account)
        container = await self._make(me, post)
        await self._remember(post.key, container)
        return container

    async def _make(self, me: str, post: Outgoing) -> str:
        """Make a container; one with several files has one of its own for each."""
        self._must_fit(post)
        if len(post.media) == 1:
            return await self._container(me, **self._single(post, post.media[0]))
        parts = await self._parts(me, post)
        return await self._container(me, media_type="CAROUSEL", children=",".join(parts), caption=with_link(post))

    async def _parts(self, me: str, post: Outgoing) -> list[str]:
        """Return the finished containers of a carousel's files; those that take long are not made again by the next try."""
        key = f"{post.key}/parts"
        known = self._underway(key)
        parts = known.thing.split(",") if known else []
        if not parts or not all([await self._state(part) in ALIVE for part in parts]):
            parts = [await self._container(me, is_carousel_item="true", **self._file(each)) for each in post.media]
            await self._remember(key, ",".join(parts))
        for part in parts:
            await self._finished(part)
        return parts

    async def _container(self, me: str, **said: Any) -> str:
        return (await self._change(me, "media", effect=False, **said)).id("id")

    def _single(self, post: Outgoing, file: MediaFile) -> Mapping[str, str]:
        said = dict(self._file(file))
        if post.options.kind == PostKind.STORY:
            return said | {"media_type": "STORIES", "alt_text": ""}
        if "video_url" in said:
            said |= {"media_type": "REELS", "share_to_feed": "true"}
        return said | {"caption": with_link(post)}

    def _file(self, file: MediaFile) -> Mapping[str, str]:
        if not file.url:
            raise NeedsHuman(NO_ADDRESS, url=SITE, network=self.title, account=self._account)
        if file.mime.startswith("video/"):
            return {"media_type": "VIDEO", "video_url": file.url}
        return {"image_url": file.url, "alt_text": file.alt}

    async def _state(self, container: str) -> str:
        try:
            return (await self._read(container, fields="id,status_code,status")).read("status_code", str)
        except Rejected as error:
            if error.field != "target":
                raise
            return GONE

    async def _finished(self, container: str) -> None:
        """Wait until a container may be published; what takes longer is looked at again by the next try."""
        for look in range(LOOKS):
            body = await self._read(container, fields="id,status_code,status")
            state = body.read("status_code", str)
            if state == "FINISHED":
                return
            if state == "ERROR":
                self._failed(body)
            if state != "IN_PROGRESS":
                raise self._unsure()
            if look + 1 < LOOKS:
                await self._pause()
        raise self._goes_on()

    def _failed(self, body: Body) -> Never:
        """Say why a container could not be made: its status ends with a code."""
        status = body.maybe("status", str) or ""
        codes = frozenset(map(int, re.findall(r"\b\d{7}\b", status)))
        raise understood(Told(0, codes, status[:300]), Who(self.title, self._account))

    # What became of them.

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Ask what became of the container; without one, look among the posts for the text."""
        me, known = await self._own_id(), self._underway(post.key)
        state = await self._state(known.thing) if known else GONE
        if state not in {"PUBLISHED", GONE}:
            return None
        return await self._seen(me, post, since, certain=state == "PUBLISHED")

    async def _published(self, me: str, post: Outgoing, known: Underway) -> Published:
        """Return what a container has become."""
        found = await self._seen(me, post, known.made, certain=True)
        if found is None:
            raise self._unsure()
        return found

    async def _seen(self, me: str, post: Outgoing, since: datetime, *, certain: bool) -> Published | None:
        """Look among the newest posts; `certain` says that it is there, so that not to find it is no answer."""
        is_story = post.options.kind == PostKind.STORY
        edge, text = ("stories", "") if is_story else ("media", with_link(post))
        body = await self._read(me, edge, fields=SHOWN, limit=FOUND)
        found = list(body.each("data"))
        ours = [each for each in found if is_ours(each, ("caption", "timestamp"), text, since)]
        if len(ours) == 1 or (ours and not is_story):
            return Published(ours[-1].id("id"), ours[-1].maybe("permalink", str) or SITE)
        full = len(found) == FOUND and found[-1].moment("timestamp") >= since - timedelta(minutes=2)
        if certain or ours or full:
            raise self._unsure()
        return None

    async def _link(self, media: str) -> str:
        """Return a post's address. It is out already: what goes wrong here changes nothing of that."""
        try:
            return (await self._read(media, fields="id,permalink")).maybe("permalink", str) or SITE
        except ConnectorError:
            return SITE
