"""Facebook: a Page's posts, comments, reviews and figures, by Meta's Graph API (https://developers.facebook.com/docs/pages-api).

Built from the documentation and Meta's own description of its API; not tried against Facebook itself. What the Page's key may is
found out with calls that nobody sees. What it publishes is facebook_publishing.py's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from connectors import graph_usage
from connectors.facebook_publishing import BATCH, PAGES, FacebookPublishing
from connectors.facebook_reading import (
    COMMENT,
    POST,
    SITE,
    TAGGED,
    comment_item,
    comments,
    measured,
    post_item,
    published,
    review,
)
from connectors.facebook_videos import STORY
from connectors.graph_keys import oauth
from connectors.graph_older import fresh, remembered
from connectors.graph_reading import bounds, is_ours, spans, summed
from connectors.reading import Body
from smm.errors import N_
from smm.networks import Answer, Item, Metrics, OAuth, Page, Profile, Published

UNDER: Final = 25  # newest comments of each post
LONGEST: Final = 90  # days of one question about the Page's figures
REVIEW: Final = "created_time,has_review,rating,recommendation_type,review_text,reviewer{id,name},open_graph_story{id}"
COUNTS: Final = "id,shares,reactions.limit(0).summary(total_count),comments.limit(0).summary(total_count)"
SHOWN: Final = (
    f"{POST},comments.filter(stream).order(reverse_chronological).limit({UNDER}).summary(total_count){{{COMMENT}}}"
)

# Meta renames figures often; these are v25.0's (https://developers.facebook.com/docs/graph-api/reference/insights).
OF_POSTS: Final = {"views": "post_media_view", "reach": "post_total_media_view_unique", "clicks": "post_clicks"}
OF_STORIES: Final = {"views": "STORY_MEDIA_VIEW", "reach": "STORY_TOTAL_MEDIA_VIEW_UNIQUE"}
OF_PAGE: Final = {"views": "page_media_view", "reach": "page_total_media_view_unique"}


class Facebook(FacebookPublishing):
    """One Page."""

    oauth: ClassVar[OAuth | None] = oauth(
        "pages_manage_posts", "pages_manage_engagement", "pages_read_user_content", "read_insights"
    )
    fields: ClassVar[str] = "id,name,link,category,username"
    news: ClassVar[tuple[str, ...]] = ("feed", "mention", "ratings")
    counted: ClassVar[tuple[str, str]] = (
        "comments.filter(stream).limit(0).summary(total_count)",
        "comments.summary.total_count",
    )
    hiding: ClassVar[str] = "is_hidden"

    async def check(self) -> Profile:
        """Ask whose the key is, and whether it is the Page's own."""
        self._known = None
        self._barred.clear()
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
            quota=graph_usage.quota(self._used),
        )

    async def fetch(self, cursor: str) -> Page:
        """Bring comments under posts and ads, what visitors write on the Page, posts that tag it, and reviews."""
        page = await self._page_id()
        posts, memory = await self._posts((page, "feed"), SHOWN, remembered(cursor))
        posts += await self._beside(page, "ads_posts", fields=SHOWN)
        items = [item for post in posts for item in self._said(post, page)]
        items += [post_item(each, page, aside=True) for each in await self._beside(page, "tagged", fields=POST)]
        items += [review(each, page) for each in await self._beside(page, "ratings", fields=REVIEW)]
        told, memory = fresh({item.remote_id: item for item in items}.values(), memory)
        self.quota = graph_usage.quota(self._used)
        return Page(told, str(memory), wait=graph_usage.pace(self._used))

    def _said(self, post: Body, page: str) -> list[Item]:
        visitor = post.maybe("from.id", str) not in {None, page}
        return [*([post_item(post, page)] if visitor else []), *comments(post, page)]

    def _readers(self) -> dict[str, Callable[[Body], Awaitable[Item | None]]]:
        return {"feed": self._pushed_comment}

    async def _pushed_comment(self, change: Body) -> Item | None:
        """Look at a comment that was pushed (https://developers.facebook.com/docs/graph-api/webhooks/reference/page#feed)."""
        if change.maybe("value.item", str) != "comment" or change.maybe("value.verb", str) not in {"add", "edited"}:
            return None
        body = await self._read(change.id("value.comment_id"), fields=COMMENT)
        return comment_item(body, change.id("value.post_id"), await self._page_id())

    async def reply(self, answer: Answer) -> Published:
        """Comment as the Page, under what was said or under our own post; a story takes no comments."""
        if answer.remote_id.startswith(STORY):
            self._cannot()
        body = await self._change(answer.remote_id.removeprefix(TAGGED), "comments", message=answer.text)
        return Published(body.id("id"), f"{SITE}/{body.id('id')}")

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look among the Page's own comments under it; what was said in private cannot be looked up."""
        if answer.private:
            self._cannot()
        page, after = await self._page_id(), ""
        for _ in range(PAGES):
            asked = {"fields": COMMENT, "filter": "stream", "order": "reverse_chronological", "limit": BATCH}
            body = await self._read(
                answer.thread_id or answer.remote_id.removeprefix(TAGGED), "comments", **asked, after=after
            )
            said = list(body.each("data"))
            for each in said:
                ours = each.maybe("from.id", str) == page
                if ours and is_ours(each, ("message", "created_time"), answer.text, since) and _answers(each, answer):
                    return published(each)
            after = body.maybe("paging.cursors.after", str) or ""
            if not said or not after or said[-1].moment("created_time") < since - timedelta(hours=1):
                return None
        raise self._unsure()

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return the figures of posts and stories; one that is gone is left out."""
        stories = [each for each in remote_ids if each.startswith(STORY)]
        counted = await self._counts([each for each in remote_ids if each not in stories], COUNTS)
        found = {
            each: measured(body, await self._insights(each, OF_POSTS, period="lifetime"))
            for each, body in counted.items()
        }
        told = {each: await self._insights(each.removeprefix(STORY), OF_STORIES) for each in stories}
        return found | {each: Metrics(**figures) for each, figures in told.items() if figures}

    async def insights(self, since: date, until: date) -> Metrics:
        """Return the Page's figures. People reached on several days cannot be added up: then None."""
        page = await self._page_id()
        names = OF_PAGE if since == until else {"views": OF_PAGE["views"]}
        followers = (await self._read(page, fields="followers_count")).read("followers_count", int)
        told = [
            await self._insights(page, names, period="day", **bounds(*span)) for span in spans(since, until, LONGEST)
        ]
        return Metrics(followers=followers, **summed(told))


def _answers(comment: Body, answer: Answer) -> bool:
    """Say whether a comment answers what was to be answered; Meta puts an answer to an answer beside it."""
    parent, asked = comment.maybe("parent.id", str), answer.remote_id.removeprefix(TAGGED)
    return (parent is None) == (asked == (answer.thread_id or asked))
