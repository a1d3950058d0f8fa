"""Reading what Facebook answers: posts, comments and reviews as items, and a post's figures.

Pure functions; the conversation is facebook.py's. Resources: https://developers.facebook.com/docs/graph-api/reference/page
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connectors.graph import ASIDE
from connectors.graph_errors import WRONG_FILE, meaning
from connectors.graph_reading import is_ours, listed, privately
from connectors.outcomes import Reply
from connectors.plain_text import bounded
from connectors.reading import Body, parse
from smm.errors import ConnectorError, Rejected
from smm.networks import Item, Kind, Metrics, Published

COMMENT: Final = (
    "id,message,created_time,permalink_url,from{id,name},parent{id},is_hidden,can_reply_privately,attachment"
)
POST: Final = "id,message,created_time,permalink_url,from{id,name},full_picture"
SITE: Final = "https://www.facebook.com"
TAGGED: Final = f"tagged{ASIDE}"


def comments(post: Body, page: str) -> Iterator[Item]:
    """Yield the comments that came along with a post."""
    for each in listed(post, "comments"):
        yield comment_item(each, post.id("id"), page)


def comment_item(comment: Body, post_id: str, page: str) -> Item:
    """Return a comment under a post."""
    picture = comment.maybe("attachment.media.image.src", str)
    author = comment.maybe("from.id", str) or ""
    item = Item(
        kind=Kind.COMMENT,
        remote_id=comment.id("id"),
        author_id=author,
        author_name=bounded(comment.maybe("from.name", str) or "", 200),
        text=bounded(comment.maybe("message", str) or ""),
        said_at=comment.moment("created_time"),
        link=comment.maybe("permalink_url", str) or f"{SITE}/{comment.id('id')}",
        thread_id=post_id,
        parent_id=comment.maybe("parent.id", str) or post_id,
        media=(picture,) if picture else (),
        own=author == page,
        raw=comment.value,
    )
    return privately(item) if comment.maybe("can_reply_privately", bool) else item


def post_item(post: Body, page: str, *, aside: bool = False) -> Item:
    """Return a post of somebody's: on the Page or, `aside`, with others and about it."""
    picture = post.maybe("full_picture", str)
    author = post.maybe("from.id", str) or ""
    return Item(
        kind=Kind.MENTION,
        remote_id=f"{TAGGED}{post.id('id')}" if aside else post.id("id"),
        author_id=author,
        author_name=bounded(post.maybe("from.name", str) or "", 200),
        text=bounded(post.maybe("message", str) or ""),
        said_at=post.moment("created_time"),
        link=post.maybe("permalink_url", str) or f"{SITE}/{post.id('id')}",
        thread_id=post.id("id"),
        media=(picture,) if picture else (),
        own=author == page,
        out_of_reach=aside,
        raw=post.value,
    )


def review(body: Body, page: str) -> Item:
    """Return a recommendation. It is answered under its story; where Meta does not show that, by a person."""
    story = body.maybe("open_graph_story.id", str) or ""
    author = body.maybe("reviewer.id", str) or ""
    said = body.moment("created_time")
    return Item(
        kind=Kind.REVIEW,
        remote_id=story or "review-" + hashlib.sha256(f"{author} {said.isoformat()}".encode()).hexdigest()[:24],
        author_id=author,
        author_name=bounded(body.maybe("reviewer.name", str) or "", 200),
        text=bounded(body.maybe("review_text", str) or ""),
        said_at=said,
        link=f"{SITE}/{story}" if story else f"{SITE}/{page}/reviews",
        thread_id=story,
        answerable=bool(story),
        rating=_stars(body),
        raw=body.value,
    )


def _stars(body: Body) -> int | None:
    """Return the stars of an old review, and of a recommendation the best or the worst."""
    stars = body.maybe("rating", int)
    if stars is not None and 1 <= stars <= 5:  # noqa: PLR2004 - as Item has it
        return stars
    return {"positive": 5, "negative": 1}.get(body.maybe("recommendation_type", str) or "")


def shows(post: Body, text: str, files: int, since: datetime) -> bool:
    """Say whether a post shows these words and so many pictures, and is not older."""
    attached = list(listed(post, "attachments"))
    parts = [part for each in attached for part in listed(each, "subattachments")]
    alone = sum(each.maybe("media_type", str) in {"photo", "video"} for each in attached)
    seen = len(parts) or alone
    return is_ours(post, ("message", "created_time"), text, since) and seen == files


def published(body: Body) -> Published:
    """Return a post or comment as published."""
    return Published(body.id("id"), body.maybe("permalink_url", str) or f"{SITE}/{body.id('id')}")


def measured(post: Body, told: Mapping[str, int]) -> Metrics:
    """Return a post's figures: its counts, and what insights tell."""
    return Metrics(
        likes=post.maybe("reactions.summary.total_count", int),
        comments=post.maybe("comments.summary.total_count", int),
        shares=post.maybe("shares.count", int),
        **told,
    )


@dataclass(frozen=True, slots=True)
class Clip:
    """A video under way. `failed` says why it cannot be used; `sent` is how many bytes have arrived."""

    video: str
    is_uploaded: bool = False
    is_busy: bool = False  # Facebook works on it: whether it goes out is not known yet
    is_out: bool = False
    failed: str = ""
    sent: int = 0
    post_id: str = ""
    link: str = ""


def clip(body: Body) -> Clip:
    """Read how far Facebook is with a video (https://developers.facebook.com/docs/graph-api/reference/video-status/)."""
    uploading, processing, publishing = (
        body.maybe(f"status.{phase}_phase.status", str) or "" for phase in ("uploading", "processing", "publishing")
    )
    stands = body.maybe("status.video_status", str) or ""
    failed = "error" in {uploading, processing, publishing, stands} or stands == "expired"
    link = body.maybe("permalink_url", str) or ""
    return Clip(
        body.id("id"),
        is_uploaded=uploading == "complete",
        is_busy="in_progress" in {processing, publishing},
        is_out=publishing == "complete",
        failed=_why(body) if failed else "",
        sent=body.maybe("status.uploading_phase.bytes_transferred", int) or 0,
        post_id=body.maybe("post_id", str) or "",
        link=f"{SITE}{link}" if link.startswith("/") else link,
    )


def _why(body: Body) -> str:
    """Return what is wrong with a video, in Facebook's words where it has some."""
    for phase in ("uploading", "processing", "publishing"):
        path = f"status.{phase}_phase.errors"
        for error in body.each(path) if body.has(path) else ():
            if told := error.maybe("message", str):
                return bounded(told, 300)
    return "error"


def refused_upload(reply: Reply) -> ConnectorError | None:
    """Return what a refusal of a whole file means: its words stand elsewhere than the Graph's."""
    try:
        found = Body(parse(reply.content))
        words = found.maybe("debug_info.message", str) if isinstance(found.value, dict) else None
    except (ValueError, ConnectorError):
        words = None
    if words is None:
        return meaning(reply)
    return Rejected(WRONG_FILE, reason=reply.who.masked(words)[:300], field="media", **reply.who.facts)
