"""Publishing on a Facebook Page (https://developers.facebook.com/docs/pages-api/posts).

Pictures are uploaded where nobody sees them, then published together. There is no key of ours for a post: after a lost answer
its words are looked for. Videos are facebook_videos.py's.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from connectors.facebook_reading import POST, SITE, published, shows
from connectors.facebook_videos import STORY, FacebookVideos
from connectors.plain_text import with_link
from smm.networks import Limits, Looks, MediaFile, Outgoing, PostKind, Published

BATCH: Final = 100
PAGES: Final = 5


class FacebookPublishing(FacebookVideos):
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
        kinds=(PostKind.POST, PostKind.STORY, PostKind.REEL),
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
        """Upload pictures that nobody sees yet, then publish them together; a video likewise, alone."""
        self._must_fit(post)
        page = await self._page_id()
        if any(file.mime.startswith("video/") for file in post.media):
            if len(post.media) > 1:
                self._cannot()
            return await self._publish_video(page, post)
        if post.options.kind == PostKind.STORY:
            return await self._publish_picture_story(page, post)
        photos = [await self._upload(page, file) for file in post.media]
        said: dict[str, Any] = {"message": _message(post), "link": "" if photos else post.link}
        attached = json.dumps([{"media_fbid": photo} for photo in photos]) if photos else ""
        body = await self._change(page, "feed", **said, attached_media=attached)
        return Published(body.id("id"), f"{SITE}/{body.id('id')}")

    async def _upload(self, page: str, file: MediaFile) -> str:
        picture = {"source": (f"picture.{file.mime.rpartition('/')[2]}", await self._content(file), file.mime)}
        said = {"published": "false", "alt_text_custom": file.alt}
        return (await self._change(page, "photos", effect=False, files=picture, **said)).id("id")

    async def _publish_picture_story(self, page: str, post: Outgoing) -> Published:
        """Publish the picture of this key, uploaded now where there is none yet; a picture is one story at most."""
        known = self._underway(post.key)
        photo = known.thing if known else await self._upload(page, post.media[0])
        if known is None:
            await self._remember(post.key, photo)
        body = await self._change(page, "photo_stories", photo_id=photo)
        return Published(f"{STORY}{body.id('post_id')}", f"{SITE}/{page}")

    async def edit(self, remote_id: str, post: Outgoing) -> None:
        """Put other words in; Meta lets an app edit what it published (https://developers.facebook.com/docs/pages-api/posts)."""
        if remote_id.startswith(STORY):  # has none
            self._cannot()
        await self._change(remote_id, message=_message(post))

    async def delete(self, remote_id: str) -> None:
        """Take down a post or an answer of ours; a story goes by itself after a day."""
        if remote_id.startswith(STORY):
            self._cannot()
        await super().delete(remote_id)

    async def assist(self, post: Outgoing) -> str:
        """Lead to the Page."""
        return f"{SITE}/{await self._page_id()}"

    async def find(self, post: Outgoing, since: datetime) -> Published | None:
        """Ask what became of a video or a story; look for anything else among the posts, by its text and as many files."""
        page = await self._page_id()
        if any(file.mime.startswith("video/") for file in post.media) and self._underway(post.key):
            return await self._find_video(page, post)
        if post.options.kind == PostKind.STORY:
            return await self._find_story(page, post)
        text, after = with_link(post), ""
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

    async def _find_story(self, page: str, post: Outgoing) -> Published | None:
        """Look among the stories for the picture of this key: a Page without an archive of stories may not show them."""
        known = self._underway(post.key)
        if known is None:  # it is kept before it is published
            return None
        for story in (await self._read(page, "stories", fields="post_id,media_id,url")).each("data"):
            if story.maybe("media_id", str) == known.thing:
                return Published(f"{STORY}{story.id('post_id')}", story.maybe("url", str) or f"{SITE}/{page}")
        raise self._unsure()


def _message(post: Outgoing) -> str:
    """Return the words beside what is attached: a link that stands alone is attached itself."""
    return with_link(post) if post.media else post.text
