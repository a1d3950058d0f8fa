"""Instagram: a professional account's posts, stories, reels, comments, mentions and figures, by Meta's Graph API.

https://developers.facebook.com/documentation/instagram-platform. Built from the documentation and Meta's own description of its
API; not tried against Instagram itself. Each publication is a container first, which is published once: instagram_publishing.py.
There are two logins, with a Page and without: instagram_login.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Final

from connectors.graph import ASIDE
from connectors.graph_older import fresh, remembered
from connectors.graph_reading import bounds, is_ours, spans, summed
from connectors.graph_usage import pace
from connectors.instagram_publishing import InstagramPublishing
from connectors.instagram_reading import (
    COMMENT,
    MEDIA,
    OF_ACCOUNT,
    OF_MEDIA,
    comment_item,
    comments,
    measured,
    mentioned,
    tagged,
)
from connectors.reading import Body
from smm.errors import N_, NeedsHuman, Rejected
from smm.networks import Answer, Can, Item, Metrics, Outgoing, Page, Profile, Published

SITE: Final = "https://www.instagram.com"
LONGEST: Final = 30  # days of one question about the account's figures
UNDER: Final = 25  # newest comments of each
ANSWERS: Final = 10
BATCH: Final = 50
PAGES: Final = 5
SHOWN: Final = f"{MEDIA},comments_count,comments.limit({UNDER}){{{COMMENT},replies.limit({ANSWERS}){{{COMMENT}}}}}"
COUNTS: Final = "id,like_count,comments_count,media_product_type"

NOT_PUBLISHING = N_("The key may not publish on Instagram: the right instagram_content_publish is missing.")


class Instagram(InstagramPublishing):
    """One professional account. What is published there no program can edit."""

    can: ClassVar[frozenset[Can]] = InstagramPublishing.can - {Can.EDIT}
    counted: ClassVar[tuple[str, str]] = ("comments_count", "comments_count")
    hiding: ClassVar[str] = "hide"

    async def check(self) -> Profile:
        """Ask whose key it is, and how much the account may still publish today."""
        self._barred.clear()
        login = await self._probed()
        cannot = await self._deaf() | self._unable()
        try:
            await self._left()
        except (NeedsHuman, Rejected):
            cannot[Can.PUBLISH] = NOT_PUBLISHING
        return Profile(
            remote_id=login.id,
            name=login.name,
            handle=login.handle,
            link=f"{SITE}/{login.handle}/",
            expires_at=await self._lasting(),
            mode=N_("key of the account") if self._is_own else N_("key of the Page"),
            can=frozenset(self.can - cannot.keys()),
            cannot=cannot,
            quota=self.quota,
        )

    async def fetch(self, cursor: str) -> Page:
        """Bring comments and answers under posts, and posts of others that tag the account."""
        login = await self._login()
        posts, memory = await self._posts((login.id, "media"), SHOWN, remembered(cursor))
        items = [item for media in posts for item in comments(media, login.id, login.handle)]
        items += [
            tagged(each, login.handle) for each in await self._beside(login.id, "tags", fields=f"{MEDIA},username")
        ]
        told, memory = fresh(items, memory)
        return Page(told, str(memory), wait=pace(self._used))

    def _readers(self) -> dict[str, Callable[[Body], Awaitable[Item | None]]]:
        return {"comments": self._pushed_comment, "live_comments": self._pushed_comment, "mentions": self._mention}

    async def _pushed_comment(self, change: Body) -> Item | None:
        """Look at a comment that was pushed, under posts and ads (https://developers.facebook.com/docs/instagram-platform/webhooks)."""
        body = await self._read(change.id("value.id"), fields=f"{COMMENT},media{{id,permalink}}")
        login = await self._login()
        return comment_item(body, body.part("media"), login.id, login.handle)

    async def _mention(self, change: Body) -> Item | None:
        """Look at a mention: who mentioned us is told in pushes alone, and only by number.

        https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mentioned_comment
        """
        media, comment = change.id("value.media_id"), change.maybe("value.comment_id", str)
        kind, number = ("mentioned_comment", comment) if comment else ("mentioned_media", media)
        if not number.isdigit():  # it becomes part of what is asked
            return None
        shown = f"{COMMENT},media{{id,permalink}}" if comment else f"{MEDIA},username"
        asked = f"{kind}.{kind.removeprefix('mentioned_')}_id({number}){{{shown}}}"
        body = await self._read(await self._own_id(), fields=asked)
        return mentioned(body.part(kind), media, comment or "")

    async def assist(self, post: Outgoing) -> str:
        """Lead to the account; posts are made in the app."""
        return f"{SITE}/{(await self._login()).handle}/"

    async def reply(self, answer: Answer) -> Published:
        """Answer under a comment, under our own post, or where we were mentioned."""
        kind, _, number = answer.remote_id.rpartition(ASIDE)
        if kind:
            return await self._answer_mention(kind, number, answer)
        edge = "comments" if answer.remote_id == answer.thread_id else "replies"
        body = await self._change(answer.remote_id, edge, message=answer.text)
        return Published(body.id("id"), await self._link(answer.thread_id))

    async def _answer_mention(self, kind: str, number: str, answer: Answer) -> Published:
        comment = number if kind == "mentioned-comment" else ""
        said: dict[str, Any] = {"media_id": answer.thread_id, "comment_id": comment, "message": answer.text}
        body = await self._change(await self._own_id(), "mentions", **said)
        return Published(body.id("id"), SITE)

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look among our own answers there; what was said in private or under others' posts cannot be looked up."""
        if answer.private or ASIDE in answer.remote_id:
            self._cannot()
        handle, under = (await self._login()).handle, await self._root(answer)
        after = ""
        for _ in range(PAGES):
            body = await self._read(*under, fields="id,text,timestamp,username", limit=BATCH, after=after)
            for each in body.each("data"):
                ours = each.maybe("username", str) == handle
                if ours and is_ours(each, ("text", "timestamp"), answer.text, since):
                    return Published(each.id("id"), await self._link(answer.thread_id))
            after = body.maybe("paging.cursors.after", str) or ""
            if not after:
                return None
        raise self._unsure()

    async def _root(self, answer: Answer) -> tuple[str, str]:
        """Return where answers stand: Instagram puts an answer to an answer beside it."""
        if answer.remote_id == answer.thread_id:
            return answer.remote_id, "comments"
        body = await self._read(answer.remote_id, fields="id,parent_id")
        return body.maybe("parent_id", str) or body.id("id"), "replies"

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return the figures of posts; one that is gone is left out."""
        found: dict[str, Metrics] = {}
        for each, media in (await self._counts(remote_ids, COUNTS)).items():
            names = OF_MEDIA.get(media.maybe("media_product_type", str) or "", OF_MEDIA["FEED"])
            found[each] = measured(media, await self._insights(each, names))
        return found

    async def insights(self, since: date, until: date) -> Metrics:
        """Return the account's figures. People reached in one month and in the next cannot be added up: then None."""
        me = await self._own_id()
        parts = spans(since, until, LONGEST)
        names = OF_ACCOUNT if len(parts) == 1 else {name: OF_ACCOUNT[name] for name in OF_ACCOUNT if name != "reach"}
        asked = {"period": "day", "metric_type": "total_value"}
        followers = (await self._read(me, fields="followers_count")).read("followers_count", int)
        told = [await self._insights(me, names, **asked, **bounds(*span)) for span in parts]
        return Metrics(followers=followers, **summed(told))
