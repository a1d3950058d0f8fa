"""App Store: reviews of one app and the answers to them, by https://developer.apple.com/documentation/appstoreconnectapi.

Written from the documentation. Each review has one answer, and a new one takes its place; Apple shows it within a day. Tokens are
signed here, for twenty minutes at most
(https://developer.apple.com/documentation/appstoreconnectapi/generating-tokens-for-api-requests).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar, Final
from urllib.parse import quote

from connectors.base import Base, Status
from connectors.outcomes import REFUSED
from connectors.plain_text import bounded, fingerprint
from connectors.reading import Body, parse
from connectors.seen import news
from connectors.signed_token import signed
from connectors.wire import Reply
from smm.errors import N_, ConnectorError, NeedsHuman, Rejected
from smm.networks import Answer, Can, Credential, Item, Kind, Limits, Page, Profile, Published, Quota

SITE: Final = "https://apps.apple.com/app/id{app}"
DESK: Final = "https://appstoreconnect.apple.com/access/integrations/api"
LASTS: Final = timedelta(minutes=15)  # of twenty
EARLY: Final = timedelta(minutes=3)
BATCH: Final = 200  # reviews of one call
WAIT: Final = timedelta(minutes=30)
SKEW: Final = timedelta(minutes=2)
REFUSALS: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})

NO_KEY: Final = N_("That is no key as {network} gives them out. Paste the whole file.")
MISSING_RIGHT: Final = N_("{network} wants a person to allow that first: {url}")


class AppStore(Base):
    """The reviews of one app."""

    name: ClassVar[str] = "app_store"
    title: ClassVar[str] = "App Store"
    can: ClassVar[frozenset[Can]] = frozenset({Can.FETCH, Can.REPLY, Can.FIND_REPLY, Can.DELETE})
    limits = Limits(  # only answers are written
        text=5970,
        media=0,
        media_bytes=1,
        source="https://developer.apple.com/help/app-store-connect/monitor-ratings-and-reviews/respond-to-reviews/",
        media_types=(),
        reply=5970,
    )
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("app", N_("Apple ID of the app"), secret=False, hint="1234567890"),
        Credential("issuer", N_("Issuer ID"), secret=False, hint="57246542-96fe-1a63-e053-0824d011072a"),
        Credential("key_id", N_("Key ID"), secret=False, hint="2X9R4HXF34"),
        Credential("key", N_("Private key"), hint=N_("The whole file AuthKey_….p8"), lines=True),
    )
    status: ClassVar[Status] = Status.DOCUMENTED
    checked: ClassVar[date] = date(2026, 11, 25)

    _token: tuple[str, datetime] | None = None

    def _base(self) -> str:
        return self._outside.bases.get(self.name, "https://api.appstoreconnect.apple.com/")

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        """Read Apple's words (https://developer.apple.com/documentation/appstoreconnectapi/interpreting-and-handling-errors)."""
        reason, facts = _reason(reply), reply.who.facts
        if reason and reply.status == HTTPStatus.FORBIDDEN:
            return NeedsHuman(MISSING_RIGHT, url=DESK, **facts)
        return Rejected(REFUSED, reason=reason, **facts) if reason and reply.status in REFUSALS else None

    async def _ask(self, method: str, path: str, **parts: Any) -> Reply:
        reply = await self._call(method, f"v1/{path}", headers={"authorization": f"Bearer {self._signed()}"}, **parts)
        self.quota = quota(reply.headers.get("x-rate-limit", "")) or self.quota
        return reply

    def _signed(self) -> str:
        now = datetime.now(UTC)
        if self._token is None or self._token[1] - EARLY < now:
            self._token = (self._sign(now), now + LASTS)
        return self._token[0]

    def _sign(self, now: datetime) -> str:
        claims = {"iss": self._secrets.get("issuer", ""), "aud": "appstoreconnect-v1"}
        times = {"iat": int(now.timestamp()), "exp": int((now + LASTS).timestamp())}
        try:
            return signed(self._secrets.get("key", ""), claims | times, {"kid": self._secrets.get("key_id", "")})
        except ValueError as error:
            raise Rejected(NO_KEY, field="key", network=self.title, account=self._account) from error

    @property
    def _app_id(self) -> str:
        return quote(self._secrets.get("app", ""), safe="")

    async def check(self) -> Profile:
        """Ask for the app's name."""
        app = (await self._ask("GET", f"apps/{self._app_id}")).body().part("data")
        link = SITE.format(app=app.id("id"))
        name, bundle = app.read("attributes.name", str), app.read("attributes.bundleId", str)
        return Profile(app.id("id"), bounded(name, 200), bundle, link, quota=self.quota)

    async def fetch(self, cursor: str) -> Page:
        """Bring new and changed reviews, and our answers to them."""
        asked = {"sort": "-createdDate", "include": "response", "limit": BATCH}
        body = (await self._ask("GET", f"apps/{self._app_id}/customerReviews", params=asked)).body()
        link = SITE.format(app=self._app_id)
        reviews = [review(each, link) for each in body.each("data")]
        whose = dict(_answered(each) for each in body.each("data") if each.has("relationships.response.data.id"))
        answers = [
            answered(each, whose[each.id("id")], link)
            for each in (body.each("included") if body.has("included") else ())
            if each.id("id") in whose
        ]
        items, after = news([*reviews, *answers], cursor)
        return Page(items, after, wait=WAIT)

    async def reply(self, answer: Answer) -> Published:
        """Answer a review; an answer that is there gives way."""
        review_of = {"data": {"type": "customerReviews", "id": answer.remote_id}}
        said = {
            "type": "customerReviewResponses",
            "attributes": {"responseBody": answer.text},
            "relationships": {"review": review_of},
        }
        reply = await self._ask("POST", "customerReviewResponses", json={"data": said}, effect=True)
        return self._published(reply.body().part("data"))

    async def find_reply(self, answer: Answer, since: datetime) -> Published | None:
        """Look whether the review has this answer."""
        path = f"customerReviews/{quote(answer.remote_id, safe='')}"
        body = (await self._ask("GET", path, params={"include": "response"})).body()
        body.part("data")
        for found in body.each("included") if body.has("included") else ():
            same = fingerprint(found.read("attributes.responseBody", str)) == fingerprint(answer.text)
            if same and found.moment("attributes.lastModifiedDate") >= since - SKEW:
                return self._published(found)
        return None

    def _published(self, response: Body) -> Published:
        return Published(response.id("id"), SITE.format(app=self._app_id))

    async def delete(self, remote_id: str) -> None:
        """Take down an answer of ours."""
        await self._ask("DELETE", f"customerReviewResponses/{quote(remote_id, safe='')}", effect=True)


def review(body: Body, link: str) -> Item:
    """Read a review (https://developer.apple.com/documentation/appstoreconnectapi/customerreview)."""
    title, told = (body.maybe(f"attributes.{name}", str) or "" for name in ("title", "body"))
    name = bounded(body.read("attributes.reviewerNickname", str), 200)
    rating = body.read("attributes.rating", int)
    return Item(
        kind=Kind.REVIEW,
        remote_id=body.id("id"),
        author_id=name,
        author_name=name,
        text=bounded("\n\n".join(part for part in (title.strip(), told.strip()) if part)),
        said_at=body.moment("attributes.createdDate"),
        link=link,
        thread_id=body.id("id"),
        rating=rating if rating in range(1, 6) else None,
        raw=body.value,
    )


def _answered(body: Body) -> tuple[str, str]:
    return body.id("relationships.response.data.id"), body.id("id")


def answered(body: Body, parent: str, link: str) -> Item:
    """Read our answer to a review (https://developer.apple.com/documentation/appstoreconnectapi/customerreviewresponsev1)."""
    return Item(
        kind=Kind.REVIEW,
        remote_id=body.id("id"),
        author_id="",
        author_name="",
        text=bounded(body.read("attributes.responseBody", str)),
        said_at=body.moment("attributes.lastModifiedDate"),
        link=link,
        thread_id=parent,
        parent_id=parent,
        own=True,
        raw=body.value,
    )


def quota(told: str) -> Quota | None:
    """Read what is left of an hour (https://developer.apple.com/documentation/appstoreconnectapi/identifying-rate-limits)."""
    figures = dict(re.findall(r"user-hour-(lim|rem):(\d{1,9})", told))
    return Quota(int(figures["rem"]), int(figures["lim"])) if {"lim", "rem"} == figures.keys() else None


def _reason(reply: Reply) -> str:
    try:
        told = parse(reply.content)["errors"][0]
        words = told.get("detail") or told.get("title")
        return bounded(reply.who.masked(words), 300) if isinstance(words, str) else ""
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return ""
