"""Reading what Instagram answers: comments, tags and mentions as items, and figures.

Pure functions; the conversation is instagram.py's. Resources: https://developers.facebook.com/docs/instagram-platform/reference
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from connectors.graph_reading import listed, privately
from connectors.plain_text import bounded
from connectors.reading import Body
from smm.networks import Item, Kind, Metrics

COMMENT: Final = "id,text,timestamp,username,from,parent_id,hidden"
MEDIA: Final = "id,caption,timestamp,permalink,media_type,media_url"
SITE: Final = "https://www.instagram.com"

# Meta renames figures often; these are v25.0's, by what was published and of the account
# (https://developers.facebook.com/documentation/instagram-platform/reference/instagram-media/insights).
OF_MEDIA: Final[Mapping[str, Mapping[str, str]]] = {
    "FEED": {"views": "views", "reach": "reach", "shares": "shares", "saves": "saved"},
    "REELS": {"views": "views", "reach": "reach", "shares": "shares", "saves": "saved"},
    "STORY": {"views": "views", "reach": "reach", "shares": "shares"},
}
OF_ACCOUNT: Final[Mapping[str, str]] = {
    "views": "views",
    "reach": "reach",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "saves": "saves",
    "clicks": "profile_links_taps",
}


def comments(media: Body, me: str, handle: str) -> Iterator[Item]:
    """Yield the comments that came along with a post, and the answers to them."""
    for comment in listed(media, "comments"):
        yield comment_item(comment, media, me, handle)
        for answer in listed(comment, "replies"):
            yield comment_item(answer, media, me, handle, comment.id("id"))


def comment_item(comment: Body, media: Body, me: str, handle: str, parent: str = "") -> Item:
    """Return a comment under a post of ours."""
    name = bounded(comment.maybe("from.username", str) or comment.maybe("username", str) or "", 200)
    author = comment.maybe("from.id", str) or name
    item = Item(
        kind=Kind.COMMENT,
        remote_id=comment.id("id"),
        author_id=author,
        author_name=name,
        author_handle=name,
        text=bounded(comment.read("text", str)),
        said_at=comment.moment("timestamp"),
        link=link(media),
        thread_id=media.id("id"),
        parent_id=comment.maybe("parent_id", str) or parent or media.id("id"),
        own=author == me or name == handle,
        raw=comment.value,
    )
    return privately(item)


def tagged(media: Body, handle: str | None = None) -> Item:
    """Return somebody's post that tags the account, or names it in its text.

    A program may answer only where the text does: with `handle` that is looked for
    (https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-user/mentions).
    """
    text = bounded(media.maybe("caption", str) or "")
    name = bounded(media.maybe("username", str) or "", 200)
    picture = media.maybe("media_url", str)
    return Item(
        kind=Kind.MENTION,
        out_of_reach=True,
        remote_id=f"mentioned-media:{media.id('id')}",
        author_id=name,
        author_name=name,
        author_handle=name,
        text=text,
        said_at=media.moment("timestamp"),
        link=link(media),
        thread_id=media.id("id"),
        answerable=handle is None or f"@{handle}".casefold() in text.casefold(),
        media=(picture,) if picture else (),
        raw=media.value,
    )


def mentioned(body: Body, media_id: str, comment_id: str) -> Item:
    """Return a caption or, with `comment_id`, a comment that mentions the account."""
    if not comment_id:
        return tagged(body)
    name = bounded(body.maybe("username", str) or "", 200)
    return Item(
        kind=Kind.MENTION,
        out_of_reach=True,
        remote_id=f"mentioned-comment:{comment_id}",
        author_id=body.maybe("from.id", str) or name,
        author_name=name,
        author_handle=name,
        text=bounded(body.read("text", str)),
        said_at=body.moment("timestamp"),
        link=body.maybe("media.permalink", str) or SITE,
        thread_id=media_id,
        parent_id=media_id,
        raw=body.value,
    )


def link(media: Body) -> str:
    """Return the address at which a post is shown."""
    return media.maybe("permalink", str) or SITE


def measured(media: Body, told: Mapping[str, int]) -> Metrics:
    """Return a post's figures: its counts, and what insights tell. Whoever hides likes hides them from us, too."""
    return Metrics(likes=media.maybe("like_count", int), comments=media.maybe("comments_count", int), **told)
