"""Facebook: a Page's posts, comments, reviews and figures, by Meta's Graph API (https://developers.facebook.com/docs/pages-api).

Built from the documentation and Meta's own description of its API; not tried against Facebook itself. What the Page's key may is
found out with calls that nobody sees. There is no key of ours for a post: after a lost answer its words are looked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Final

from connectors.facebook_reading import (
    COMMENT,
    POST,
    comments,
    measured,
    post_item,
    published,
    review,
    shows,
)
from connectors.graph import Graph, oauth
from connectors.graph_reading import fresh, is_ours
from connectors.outcomes import UNREACHABLE
from connectors.plain_text import with_link
from connectors.reading import Body
from smm.errors import N_, NeedsHuman, Rejected, Unavailable
from smm.networks import (
    Answer,
    Item,
    Limits,
    Looks,
    MediaFile,
    Metrics,
    OAuth,
    Outgoing,
    Page,
    Profile,
    Published,
)

SITE: Final = "https://www.facebook.com"
POSTS: Final = 25  # newest ones, whose comments are looked at
UNDER: Final = 25  # newest comments of each
BATCH: Final = 100
PAGES: Final = 5
WAIT: Final = timedelta(minutes=3)
REVIEW: Final = "created_time,has_review,rating,recommendation_type,review_text,reviewer{id,name},open_graph_story{id}"
COUNTS: Final = "id,shares,reactions.limit(0).summary(total_count),comments.limit(0).summary(total_count)"

# Meta renames figures often; these are v25.0's (https://developers.facebook.com/docs/graph-api/reference/insights).
OF_POSTS: Final = {"views": "post_media_view", "reach": "post_total_media_view_unique", "clicks": "post_clicks"}
OF_PAGE: Final = {"views": "page_media_view", "reach": "page_total_media_view_unique"}

NO_ADDRESS = N_(
    "{network} fetches videos itself: the desk needs a public address (see the guide). Publish this one by hand."
)


class Facebook(Graph):
    """One Page."""

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
    oauth: ClassVar[OAuth | None] = oauth(
        "pages_manage_posts", "pages_manage_engagement", "pages_read_user_content", "read_insights"
    )
    fields: ClassVar[str] = "id,name,link,category,username"
    news: ClassVar[tuple[str, ...]] = ("feed", "mention", "ratings")

    async def check(self) -> Profile:
        """Ask whose the key is, and whether it is the Page's own."""
        self._known = None
        page = await self._page()
        cannot = await self._deaf()
        return Profile(
            remote_id=page.id("id"),
            name=page.read("name", str),
            handle=page.maybe("username", str) or "",
            link=page.read("link", str),
            expires_at=await self._lasting(),
            mode=N_("key of the Page"),
            can=frozenset(self.can - cannot.keys()),
            cannot=cannot,
        )

    async def fetch(self, cursor: str) -> Page:
        """Bring comments under the newest posts, what visitors write on the Page, posts that name it, and reviews."""
        page = await self._page_id()
        under = f"comments.filter(stream).order(reverse_chronological).limit({UNDER}){{{COMMENT}}}"
        body = await self._read(f"{page}/feed", fields=f"{POST},{under}", limit=POSTS)
        items = [item for post in body.each("data") for item in self._said(post, page)]
        items += [post_item(each, page) for each in await self._beside(f"{page}/tagged", POST)]
        items += [review(each, page) for each in await self._beside(f"{page}/ratings", REVIEW)]
        told, cursor = fresh({item.remote_id: item for item in items}.values(), cursor)
        return Page(told, cursor, wait=WAIT)

    def _said(self, post: Body, page: str) -> list[Item]:
        visitor = post.maybe("from.id", str) not in {None, page}
        return [*([post_item(post, page)] if visitor else []), *comments(post, page)]

    async def _beside(self, path: str, fields: str) -> list[Body]:
        """Return what a right of its own is needed for; without it, nothing."""
        try:
            return list((await self._read(path, fields=fields, limit=POSTS)).each("data"))
        except (NeedsHuman, Rejected):
            return []

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
        body = await self._change(f"{page}/feed", **said, attached_media=attached)
        return Published(body.id("id"), f"{SITE}/{body.id('id')}")

    async def _upload(self, page: str, file: MediaFile) -> str:
        picture = {"source": (f"picture.{file.mime.rpartition('/')[2]}", await self._content(file), file.mime)}
        said = {"published": "false", "alt_text_custom": file.alt}
        return (await self._change(f"{page}/photos", effect=False, files=picture, **said)).id("id")

    async def _publish_video(self, page: str, post: Outgoing) -> Published:
        (file, *others) = post.media
        if others:
            self._cannot()
        if not file.url:
            raise NeedsHuman(NO_ADDRESS, url=f"{SITE}/{page}", network=self.title, account=self._account)
        body = await self._change(f"{page}/videos", file_url=file.url, description=with_link(post))
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
            body = await self._read(f"{page}/published_posts", **asked)
            posts = list(body.each("data"))
            for each in posts:
                if any(shows(each, words, len(post.media), since) for words in texts):
                    return published(each)
            after = body.maybe("paging.cursors.after", str) or ""
            if not posts or not after or posts[-1].moment("created_time") < since - timedelta(hours=1):
                return None
        raise self._unsure()

    def _unsure(self) -> Unavailable:
        """Say that not everything was read: only who has read everything may say that something is not there."""
        return Unavailable(UNREACHABLE, network=self.title, account=self._account)

    async def reply(self, answer: Answer) -> Published:
        """Comment as the Page, under what was said or under our own post."""
        body = await self._change(f"{answer.remote_id}/comments", message=answer.text)
        return Published(body.id("id"), f"{SITE}/{body.id('id')}")

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look among the Page's own comments under it; what was said in private cannot be looked up."""
        if answer.private:
            self._cannot()
        page, after = await self._page_id(), ""
        for _ in range(PAGES):
            asked = {"fields": COMMENT, "filter": "stream", "order": "reverse_chronological", "limit": BATCH}
            body = await self._read(f"{answer.thread_id or answer.remote_id}/comments", **asked, after=after)
            said = list(body.each("data"))
            for each in said:
                ours = each.maybe("from.id", str) == page
                if ours and is_ours(each, ("message", "created_time"), answer.text, since) and _answers(each, answer):
                    return published(each)
            after = body.maybe("paging.cursors.after", str) or ""
            if not said or not after or said[-1].moment("created_time") < since - timedelta(hours=1):
                return None
        raise self._unsure()

    async def hide(self, remote_id: str, *, hidden: bool = True) -> None:
        """Hide a comment from everybody but its author and their friends, or show it again."""
        await self._change(remote_id, is_hidden=str(hidden).lower())

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return the figures of posts; one that is gone is left out."""
        counted = await self._counts(remote_ids, COUNTS)
        return {
            each: measured(body, await self._insights(each, OF_POSTS, period="lifetime"))
            for each, body in counted.items()
        }

    async def insights(self, since: date, until: date) -> Metrics:
        """Return the Page's figures. People reached on several days cannot be added up: then None."""
        page = await self._page_id()
        names = OF_PAGE if since == until else {"views": OF_PAGE["views"]}
        begins, ends = (datetime.combine(day, time(), UTC) for day in (since, until + timedelta(days=1)))
        asked = {"period": "day", "since": int(begins.timestamp()), "until": int(ends.timestamp())}
        followers = (await self._read(page, fields="followers_count")).read("followers_count", int)
        return Metrics(followers=followers, **await self._insights(page, names, **asked))


def _message(post: Outgoing) -> str:
    """Return the words beside what is attached: a link that stands alone is attached itself."""
    return with_link(post) if post.media else post.text


def _answers(comment: Body, answer: Answer) -> bool:
    """Say whether a comment answers what was to be answered; Meta puts an answer to an answer beside it."""
    parent = comment.maybe("parent.id", str)
    return (parent is None) == (answer.remote_id == (answer.thread_id or answer.remote_id))
