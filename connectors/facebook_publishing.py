"""Publishing on a Facebook Page (https://developers.facebook.com/docs/pages-api/posts).

Pictures are uploaded where nobody sees them, then published together. There is no key of ours for a post: after a lost answer
its words are looked for.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from connectors.facebook_reading import POST, SITE, published, shows
from connectors.graph_underway import GraphUnderway
from connectors.plain_text import with_link
from smm.errors import N_, NeedsHuman
from smm.networks import Limits, Looks, MediaFile, Outgoing, Published

BATCH: Final = 100
PAGES: Final = 5

NO_ADDRESS = N_(
    "{network} fetches videos itself: the desk needs a public address (see the guide). Publish this one by hand."
)


class FacebookPublishing(GraphUnderway):
    """What one Page publishes."""

    name: ClassVar[str] = "facebook"
    title: ClassVar[str] = "Facebook"
    limits = Limits(
        text=63_206,
        media=10,
        media_bytes=4 * 1024 * 1024,
        source="https://developers.facebook.com/docs/graph-api/reference/page/photos/",
        media_types=("image/jpeg", "image/png", "image/gif", "video/mp4"),
        reply=8000,
        video_bytes=1024**3,
        video_seconds=4 * 3600,
        video_alone=True,
        first_comment=True,
    )
    looks = Looks(
        source="https://www.facebook.com/business/help/469767027114079",
        fold=477,
        alone=(0.8, 1.91),
        grid=1.0,
        most=5,
    )

    async def publish(self, post: Outgoing) -> Published:
        """Upload pictures that nobody sees yet, then publish them together; a video is published as it is fetched."""
        page = await self._page_id()
        if any(file.mime.startswith("video/") for file in post.media):
            return await self._publish_video(page, post)
        photos = [await self._upload(page, file) for file in post.media]
        said: dict[str, Any] = {
            "message": _message(post),
            "link": "" if photos else post.link,
        }
        attached = json.dumps([{"media_fbid": photo} for photo in photos]) if photos else ""
        body = await self._change(page, "feed", **said, attached_media=attached)
        return Published(body.id("id"), f"{SITE}/{body.id('id')}")

    async def _upload(self, page: str, file: MediaFile) -> str:
        picture = {"source": (f"picture.{file.mime.rpartition('/')[2]}", await self._content(file), file.mime)}
        said = {"published": "false", "alt_text_custom": file.alt}
        return (await self._change(page, "photos", effect=False, files=picture, **said)).id("id")

    async def _publish_video(self, page: str, post: Outgoing) -> Published:
        (file, *others) = post.media
        if others:
            self._cannot()
        if not file.url:
            raise NeedsHuman(NO_ADDRESS, url=f"{SITE}/{page}", network=self.title, account=self._account)
        body = await self._change(page, "videos", file_url=file.url, description=with_link(post))
        video = body.id("id")
        return Published(f"{page}_{video}", f"{SITE}/{page}/videos/{video}")

    async def edit(self, remote_id: str, post: Outgoing) -> None:
        """Put other words in; Meta lets an app edit what it published (https://developers.facebook.com/docs/pages-api/posts)."""
        if any(file.mime.startswith("video/") for file in post.media):
            await self._change(remote_id.rpartition("_")[2], description=with_link(post))
        else:
            await self._change(remote_id, message=_message(post))

    async def assist(self, post: Outgoing) -> str:
        """Lead to the Page."""
        return f"{SITE}/{await self._page_id()}"

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Look among the Page's posts for the text and as many files."""
        page, text, after = await self._page_id(), with_link(post), ""
        texts = (post.text, text) if post.link and not post.media else (text,)
        for _ in range(PAGES):
            asked = {"fields": f"{POST},attachments{{media_type,subattachments}}", "limit": BATCH, "after": after}
            body = await self._read(page, "published_posts", **asked)
            posts = list(body.each("data"))
            for each in posts:
                if any(shows(each, words, len(post.media), since) for words in texts):
                    return published(each)
            after = body.maybe("paging.cursors.after", str) or ""
            if not posts or not after or posts[-1].moment("created_time") < since - timedelta(hours=1):
                return None
        raise self._unsure()


def _message(post: Outgoing) -> str:
    """Return the words beside what is attached: a link that stands alone is attached itself."""
    return with_link(post) if post.media else post.text
