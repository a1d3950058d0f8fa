"""Google Play: reviews of one app and the answers to them, by the Reply to Reviews API (https://developers.google.com/android-publisher/reply-to-reviews).

Written from the documentation. Only reviews with words come, and only those of the last week; each has one answer, and a new one
takes its place. A service account's key is exchanged for tokens (https://developers.google.com/identity/protocols/oauth2/service-account).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar, Final
from urllib.parse import quote

from connectors import consent
from connectors.base import Base, Status
from connectors.plain_text import bounded, fingerprint
from connectors.reading import Body, parse
from connectors.seen import news
from connectors.signed_token import signed
from connectors.wire import Reply
from smm.errors import N_, ConnectorError, NeedsHuman, Rejected
from smm.networks import Answer, Can, Credential, Item, Kind, Limits, Page, Profile, Published

TOKENS: Final = "https://oauth2.googleapis.com/token"
SCOPE: Final = "https://www.googleapis.com/auth/androidpublisher"
GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SITE: Final = "https://play.google.com/store/apps/details?id={app}"
PEOPLE: Final = "https://play.google.com/console/developers/users-and-permissions"
LASTS: Final = timedelta(hours=1)
BATCH: Final = 100
PAGES: Final = 5
WAIT: Final = timedelta(
    minutes=30
)  # of 200 calls an hour (https://developers.google.com/android-publisher/reply-to-reviews#gen_quotas)
SKEW: Final = timedelta(minutes=2)
ANSWER: Final = ":answer"  # an answer has no id of its own

NO_KEY: Final = N_("That is no key as {network} gives them out. Paste the whole file.")
MISSING_RIGHT: Final = N_("{network} wants a person to allow that first: {url}")


class GooglePlay(Base):
    """The reviews of one app."""

    name: ClassVar[str] = "google_play"
    title: ClassVar[str] = "Google Play"
    can: ClassVar[frozenset[Can]] = frozenset({Can.FETCH, Can.REPLY, Can.FIND_REPLY})
    limits = Limits(  # only answers are written
        text=350,
        media=0,
        media_bytes=1,
        source="https://developers.google.com/android-publisher/reply-to-reviews",
        media_types=(),
        reply=350,
    )
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("package", N_("Package of the app"), secret=False, hint="com.example.app"),
        Credential("key", N_("Key of the service account"), hint=N_("The whole JSON file"), lines=True),
    )
    status: ClassVar[Status] = Status.DOCUMENTED
    checked: ClassVar[date] = date(2026, 11, 25)

    def _base(self) -> str:
        return self._outside.bases.get(self.name, "https://androidpublisher.googleapis.com/")

    def _headers(self) -> Mapping[str, str]:
        return self._bearer()

    def _hidden(self) -> list[str]:
        return [*super()._hidden(), self._account_key().get("private_key", "")]

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        """Tell what a person must allow from what is refused (https://cloud.google.com/apis/design/errors#handling_errors)."""
        if reply.status == HTTPStatus.FORBIDDEN and _status(reply) == "PERMISSION_DENIED":
            return NeedsHuman(MISSING_RIGHT, url=PEOPLE, **reply.who.facts)
        return None

    def _account_key(self) -> dict[str, str]:
        try:
            told = json.loads(self._secrets.get("key", ""))
            return {name: value for name, value in told.items() if isinstance(value, str)}
        except (ValueError, AttributeError):
            return {}

    async def _refresh(self) -> Mapping[str, str]:
        """Exchange a claim, signed with the key, for a token."""
        if not self._secrets.get("key"):
            raise self._expired()
        sent = {"grant_type": GRANT, "assertion": self._claim(datetime.now(UTC))}
        reply = await self._wire.call("POST", self._placed(TOKENS), data=sent, meaning=consent.meaning)
        return consent.tokens(reply.body())

    def _claim(self, now: datetime) -> str:
        key = self._account_key()
        claims = {"iss": key.get("client_email", ""), "scope": SCOPE, "aud": TOKENS}
        times = {"iat": int(now.timestamp()), "exp": int((now + LASTS).timestamp())}
        try:
            return signed(key.get("private_key", ""), claims | times, {"kid": key.get("private_key_id", "")})
        except ValueError as error:
            raise Rejected(NO_KEY, field="key", network=self.title, account=self._account) from error

    def _path(self, *rest: str) -> str:
        package = quote(self._secrets.get("package", ""), safe="")
        return "/".join([f"androidpublisher/v3/applications/{package}/reviews", *rest])

    @property
    def _link(self) -> str:
        return SITE.format(app=quote(self._secrets.get("package", ""), safe=""))

    async def check(self) -> Profile:
        """Ask for one review: there is no name to ask for."""
        body = (await self._call("GET", self._path(), params={"maxResults": 1})).body()
        list(reviews(body))
        package = bounded(self._secrets.get("package", ""), 200)
        return Profile(package, package, package, self._link)

    async def fetch(self, cursor: str) -> Page:
        """Bring new and changed reviews of the last week, and our answers to them."""
        items: list[Item] = []
        asked: dict[str, Any] = {"maxResults": BATCH}
        for _ in range(PAGES):
            body = (await self._call("GET", self._path(), params=asked)).body()
            for each in reviews(body):
                items += said(each, self._link)
            after = body.maybe("tokenPagination.nextPageToken", str)
            if not after:
                break
            asked["token"] = after
        found, kept = news(items, cursor)
        return Page(found, kept, wait=WAIT)

    async def reply(self, answer: Answer) -> Published:
        """Answer a review; an answer that is there gives way."""
        path = self._path(f"{quote(answer.remote_id, safe='')}:reply")
        reply = await self._call("POST", path, json={"replyText": answer.text}, effect=True)
        reply.body().read("result.replyText", str)
        return self._published(answer)

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look whether the review has this answer."""
        body = (await self._call("GET", self._path(quote(answer.remote_id, safe="")))).body()
        ours = next((item for item in said(body, self._link) if item.own), None)
        if ours is None or ours.said_at < since - SKEW or fingerprint(ours.text) != fingerprint(answer.text):
            return None
        return self._published(answer)

    def _published(self, answer: Answer) -> Published:
        return Published(f"{answer.remote_id}{ANSWER}", self._link)


def reviews(body: Body) -> Iterator[Body]:
    """Yield the reviews of a list; one without any is an empty object."""
    return iter(()) if body.value == {} else body.each("reviews")


def said(review: Body, link: str) -> Iterator[Item]:
    """Yield a review, and our answer to it (https://developers.google.com/android-publisher/api-ref/rest/v3/reviews#Review)."""
    for comment in review.each("comments"):
        if comment.has("userComment"):
            yield _theirs(review, comment.part("userComment"), link)
        elif comment.has("developerComment"):
            yield _ours(review, comment.part("developerComment"), link)


def _theirs(review: Body, comment: Body, link: str) -> Item:
    name = bounded(review.maybe("authorName", str) or "", 200)
    rating = comment.maybe("starRating", int)
    title, tab, told = comment.read("text", str).partition("\t")  # once reviews had titles: they come before a tab
    return Item(
        kind=Kind.REVIEW,
        remote_id=review.id("reviewId"),
        author_id=name or review.id("reviewId"),
        author_name=name,
        text=bounded(f"{title.strip()}\n\n{told.strip()}".strip() if tab else title.strip()),
        said_at=_moment(comment),
        link=link,
        thread_id=review.id("reviewId"),
        language=(comment.maybe("reviewerLanguage", str) or "")[:35],
        rating=rating if rating in range(1, 6) else None,
        raw=review.value,
    )


def _ours(review: Body, comment: Body, link: str) -> Item:
    parent = review.id("reviewId")
    return Item(
        kind=Kind.REVIEW,
        remote_id=f"{parent}{ANSWER}",
        author_id="",
        author_name="",
        text=bounded(comment.read("text", str)),
        said_at=_moment(comment),
        link=link,
        thread_id=parent,
        parent_id=parent,
        own=True,
        raw=review.value,
    )


def _moment(comment: Body) -> datetime:
    """Read a moment in seconds; they come as text."""
    try:
        return datetime.fromtimestamp(int(comment.read("lastModified.seconds", str)), UTC)
    except (ValueError, OverflowError, OSError):
        comment.stop("lastModified.seconds")


def _status(reply: Reply) -> str:
    try:
        return str(parse(reply.content)["error"]["status"])
    except (ValueError, KeyError, TypeError):
        return ""
