"""Instagram: a professional account's posts, stories, reels, comments, mentions and figures, by the key of the Page it belongs to.

https://developers.facebook.com/documentation/instagram-platform. Built from the documentation and Meta's own description of its
API; not tried against Instagram itself. Each publication is a container first, which is published once: instagram_publishing.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Final

from connectors.graph import oauth
from connectors.graph_reading import fresh, is_ours, push
from connectors.instagram_publishing import InstagramPublishing
from connectors.instagram_reading import (
    COMMENT,
    MEDIA,
    OF_ACCOUNT,
    OF_MEDIA,
    comments,
    measured,
    mentioned,
    tagged,
)
from connectors.reading import Body
from smm.errors import N_, NeedsHuman, Rejected
from smm.networks import Answer, Can, Hooked, Item, Metrics, OAuth, Offer, Outgoing, Page, Profile, Published

SITE: Final = "https://www.instagram.com"
HELP: Final = "https://help.instagram.com/502981923235522"
POSTS: Final = 25
UNDER: Final = 25  # newest comments of each
ANSWERS: Final = 10
BATCH: Final = 50
PAGES: Final = 5
WAIT: Final = timedelta(minutes=3)
COUNTS: Final = "id,like_count,comments_count,media_product_type"

NO_ACCOUNT = N_(
    "No professional Instagram account belongs to the Page {name}. Connect one to it there, then try again: {url}"
)
NOT_PUBLISHING = N_("The key may not publish on Instagram: the right instagram_content_publish is missing.")


class Instagram(InstagramPublishing):
    """One professional account. What is published there no program can edit."""

    can: ClassVar[frozenset[Can]] = InstagramPublishing.can - {Can.EDIT}
    oauth: ClassVar[OAuth | None] = oauth(
        "instagram_basic",
        "instagram_content_publish",
        "instagram_manage_comments",
        "instagram_manage_insights",
        "instagram_manage_messages",
    )

    async def check(self) -> Profile:
        """Ask which account belongs to the Page, and how much it may still publish today."""
        self._known = None
        account, cannot = await self._account_of_page(), await self._deaf()
        handle = account.read("username", str)
        try:
            await self._left()
        except (NeedsHuman, Rejected):
            cannot[Can.PUBLISH] = NOT_PUBLISHING
        return Profile(
            remote_id=account.id("id"),
            name=account.maybe("name", str) or handle,
            handle=handle,
            link=f"{SITE}/{handle}/",
            expires_at=await self._lasting(),
            mode=N_("key of the Page"),
            can=frozenset(self.can - cannot.keys()),
            cannot=cannot,
            quota=self.quota,
        )

    async def _account_of_page(self) -> Body:
        page = await self._page()
        if not page.has("instagram_business_account"):
            facts = {"network": self.title, "account": self._account, "name": page.read("name", str)}
            raise NeedsHuman(NO_ACCOUNT, url=HELP, **facts)
        return page.part("instagram_business_account")

    async def _own_id(self) -> str:
        return (await self._account_of_page()).id("id")

    def _offer(self, page: Body) -> Offer | None:
        """Return the account that belongs to a Page."""
        found = super()._offer(page)
        if found is None or not page.has("instagram_business_account"):
            return None
        return Offer("@" + page.read("instagram_business_account.username", str), found.secrets)

    async def fetch(self, cursor: str) -> Page:
        """Bring comments and answers under the newest posts, and posts of others that tag the account."""
        me = await self._own_id()
        under = f"comments.limit({UNDER}){{{COMMENT},replies.limit({ANSWERS}){{{COMMENT}}}}}"
        body = await self._read(f"{me}/media", fields=f"{MEDIA},{under}", limit=POSTS)
        handle = (await self._account_of_page()).read("username", str)
        items = [item for media in body.each("data") for item in comments(media, me, handle)]
        items += [tagged(each) for each in await self._tagged(me)]
        told, cursor = fresh(items, cursor)
        return Page(told, cursor, wait=WAIT)

    async def _tagged(self, me: str) -> list[Body]:
        try:
            return list((await self._read(f"{me}/tags", fields=f"{MEDIA},username", limit=POSTS)).each("data"))
        except (NeedsHuman, Rejected):
            return []

    async def _understand(self, body: Body) -> Hooked:
        """Return what a push means; who mentioned us is told in pushes alone, and only by number."""
        pushed, me = push(body), await self._own_id()
        mentions = [change for field, change in pushed.changes if field == "mentions"]
        if mentions and me not in pushed.accounts:
            self._forged()  # another account's connector can look at it, and is asked next
        items = [item for change in mentions if (item := await self._mention(me, change)) is not None]
        return Hooked(accounts=pushed.accounts, items=tuple(items))

    async def _mention(self, me: str, change: Body) -> Item | None:
        """Look at a mention (https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mentioned_comment)."""
        media, comment = change.id("value.media_id"), change.maybe("value.comment_id", str)
        kind, number = ("mentioned_comment", comment) if comment else ("mentioned_media", media)
        shown = f"{COMMENT},media{{id,permalink}}" if comment else f"{MEDIA},username"
        try:
            body = await self._read(me, fields=f"{kind}.{kind.removeprefix('mentioned_')}_id({number}){{{shown}}}")
        except Rejected:  # gone already, or of a private account
            return None
        return mentioned(body.part(kind), media, comment or "")

    async def assist(self, post: Outgoing) -> str:
        """Lead to the account; posts are made in the app."""
        return f"{SITE}/{(await self._account_of_page()).read('username', str)}/"

    async def reply(self, answer: Answer) -> Published:
        """Answer under a comment, under our own post, or where we were mentioned."""
        kind, _, number = answer.remote_id.rpartition(":")
        if kind:
            return await self._answer_mention(kind, number, answer)
        edge = "comments" if answer.remote_id == answer.thread_id else "replies"
        body = await self._change(f"{answer.remote_id}/{edge}", message=answer.text)
        return Published(body.id("id"), await self._link(answer.thread_id))

    async def _answer_mention(self, kind: str, number: str, answer: Answer) -> Published:
        comment = number if kind == "mentioned-comment" else ""
        said: dict[str, Any] = {"media_id": answer.thread_id, "comment_id": comment, "message": answer.text}
        body = await self._change(f"{await self._own_id()}/mentions", **said)
        return Published(body.id("id"), SITE)

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look among our own answers there; what was said in private or under others' posts cannot be looked up."""
        if answer.private or ":" in answer.remote_id:
            self._cannot()
        handle, under = (await self._account_of_page()).read("username", str), await self._root(answer)
        after = ""
        for _ in range(PAGES):
            body = await self._read(under, fields="id,text,timestamp,username", limit=BATCH, after=after)
            for each in body.each("data"):
                ours = each.maybe("username", str) == handle
                if ours and is_ours(each, ("text", "timestamp"), answer.text, since):
                    return Published(each.id("id"), await self._link(answer.thread_id))
            after = body.maybe("paging.cursors.after", str) or ""
            if not after:
                return None
        raise self._unsure()

    async def _root(self, answer: Answer) -> str:
        """Return where answers stand: Instagram puts an answer to an answer beside it."""
        if answer.remote_id == answer.thread_id:
            return f"{answer.remote_id}/comments"
        body = await self._read(answer.remote_id, fields="id,parent_id")
        return f"{body.maybe('parent_id', str) or body.id('id')}/replies"

    async def hide(self, remote_id: str, *, hidden: bool = True) -> None:
        """Hide a comment from everybody but its author, or show it again."""
        await self._change(remote_id, hide=str(hidden).lower())

    async def metrics(self, remote_ids: Sequence[str]) -> Mapping[str, Metrics]:
        """Return the figures of posts; one that is gone is left out."""
        found: dict[str, Metrics] = {}
        for each, media in (await self._counts(remote_ids, COUNTS)).items():
            names = OF_MEDIA.get(media.maybe("media_product_type", str) or "", OF_MEDIA["FEED"])
            found[each] = measured(media, await self._insights(each, names))
        return found

    async def insights(self, since: date, until: date) -> Metrics:
        """Return the account's figures."""
        me = await self._own_id()
        begins, ends = (datetime.combine(day, time(), UTC) for day in (since, until + timedelta(days=1)))
        asked: dict[str, Any] = {"period": "day", "metric_type": "total_value"}
        asked |= {"since": int(begins.timestamp()), "until": int(ends.timestamp())}
        followers = (await self._read(me, fields="followers_count")).read("followers_count", int)
        return Metrics(followers=followers, **await self._insights(me, OF_ACCOUNT, **asked))
