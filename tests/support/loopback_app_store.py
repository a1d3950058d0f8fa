"""App Store Connect as its API answers: one app, its reviews, one answer to each, and keys whose signatures are checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from clocks import Clock
from loopback_http import Asked, Said
from private_keys import claims_of, ec_key
from troubles import Fault

APP, ISSUER = "123", "57246542-96fe-1a63-e053-0824d011072a"


@dataclass
class LoopbackAppStore:
    """The store; `key_id` names the one key that is good. `next_public` answers the next public call in place of it."""

    clock: Clock
    key_id: str = "K1"
    reviews: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)  # by review
    next_public: Fault | None = None

    def say(self, author: str, text: str, rating: int) -> str:
        """Let somebody review the app; return the review's id."""
        made = f"r{len(self.reviews) + 1}"
        told = {"rating": rating, "title": "", "body": text, "reviewerNickname": author, "territory": "USA"}
        told["createdDate"] = self.clock().isoformat()
        self.reviews[made] = {"type": "customerReviews", "id": made, "attributes": told}
        return made

    def __call__(self, asked: Asked) -> Said:
        if not self._is_signed(asked.headers.get("authorization", "").removeprefix("Bearer ")):
            return _no(401, "NOT_AUTHORIZED", "Provide a properly configured and signed bearer token.")
        if asked.method == "GET":
            return self._read(asked.path)
        trouble, self.next_public = self.next_public, None
        return trouble(lambda: self._write(asked)) if trouble else self._write(asked)

    def _is_signed(self, token: str) -> bool:
        head, claims = claims_of(token, ec_key())
        return head.get("kid") == self.key_id and (claims["iss"], claims["aud"]) == (ISSUER, "appstoreconnect-v1")

    def _read(self, path: str) -> Said:
        left = {"x_rate_limit": "user-hour-lim:3500;user-hour-rem:3400;"}
        if path == f"/v1/apps/{APP}":
            told = {"name": "Northwind Coffee", "bundleId": "com.northwind.coffee"}
            return Said.of({"data": {"type": "apps", "id": APP, "attributes": told}}, **left)
        if path == f"/v1/apps/{APP}/customerReviews":
            found = [self._related(each) for each in reversed(self.reviews.values())]
            return Said.of({"data": found, "included": [*self.answers.values()]}, **left)
        review = path.rpartition("/")[2]
        if review not in self.reviews:
            return _no(404, "NOT_FOUND", "There is no resource of that id.")
        answer = [self.answers[review]] if review in self.answers else []
        return Said.of({"data": self._related(self.reviews[review]), "included": answer}, **left)

    def _related(self, review: dict[str, Any]) -> dict[str, Any]:
        answer = self.answers.get(review["id"])
        linked = {"type": "customerReviewResponses", "id": answer["id"]} if answer else None
        return {**review, "relationships": {"response": {"data": linked}}}

    def _write(self, asked: Asked) -> Said:
        if asked.method == "DELETE":
            gone = asked.path.rpartition("/")[2]
            self.answers = {review: each for review, each in self.answers.items() if each["id"] != gone}
            return Said(204)
        said = asked.json["data"]
        review = said["relationships"]["review"]["data"]["id"]
        told = {"responseBody": said["attributes"]["responseBody"], "state": "PENDING_PUBLISH"}
        told["lastModifiedDate"] = self.clock().isoformat()
        self.answers[review] = {"type": "customerReviewResponses", "id": f"a-{review}", "attributes": told}
        return Said.of({"data": self.answers[review]}, 201)


def _no(status: int, code: str, detail: str) -> Said:
    return Said.of({"errors": [{"status": str(status), "code": code, "title": code, "detail": detail}]}, status)
