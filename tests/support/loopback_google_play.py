"""Google Play as its API answers: one app, its reviews, one answer to each, and a service account whose claims are checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from clocks import Clock
from loopback_http import Asked, Said
from private_keys import claims_of, rsa_key
from troubles import Fault

PACKAGE, ACCOUNT = "com.northwind.coffee", "desk@northwind.example"
HERE = f"/androidpublisher/v3/applications/{PACKAGE}/reviews"


@dataclass
class LoopbackGooglePlay:
    """The store; `key_id` names the one key that is good. `next_public` answers the next public call in place of it."""

    clock: Clock
    key_id: str = "K1"
    token: str = ""
    claims: int = 0
    reviews: dict[str, dict[str, Any]] = field(default_factory=dict)
    next_public: Fault | None = None

    def say(self, author: str, text: str, rating: int) -> str:
        """Let somebody review the app; return the review's id."""
        made = f"g{len(self.reviews) + 1}"
        told = {"text": f"\t{text}", "lastModified": self._now(), "starRating": rating, "reviewerLanguage": "en"}
        self.reviews[made] = {"reviewId": made, "authorName": author, "comments": [{"userComment": told}]}
        return made

    def _now(self) -> dict[str, str]:
        return {"seconds": str(int(self.clock().timestamp()))}

    def __call__(self, asked: Asked) -> Said:
        if asked.path == "/token":
            return self._grant(asked)
        if not self.token or asked.headers.get("authorization") != f"Bearer {self.token}":
            return _no(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if asked.method == "GET":
            return self._read(asked.path.removeprefix(HERE).removeprefix("/"))
        trouble, self.next_public = self.next_public, None
        return trouble(lambda: self._write(asked)) if trouble else self._write(asked)

    def _grant(self, asked: Asked) -> Said:
        form = {name: values[0] for name, values in parse_qs(asked.content.decode()).items()}
        head, claims = claims_of(form["assertion"], rsa_key())
        if head.get("kid") != self.key_id or claims.get("iss") != ACCOUNT:
            return Said.of({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)
        self.claims += 1
        self.token = f"ya29.{self.claims}"
        return Said.of({"access_token": self.token, "expires_in": 3599, "token_type": "Bearer"})

    def _read(self, review: str) -> Said:
        if not review:
            return Said.of({"reviews": [*self.reviews.values()][::-1]} if self.reviews else {})
        known = self.reviews.get(review)
        return Said.of(known) if known else _no(404, "NOT_FOUND", "No review was found for the given ID.")

    def _write(self, asked: Asked) -> Said:
        review = self.reviews[asked.path.removeprefix(f"{HERE}/").removesuffix(":reply")]
        said = {"text": asked.json["replyText"], "lastModified": self._now()}
        theirs = [each for each in review["comments"] if "userComment" in each]
        review["comments"] = [*theirs, {"developerComment": said}]
        return Said.of({"result": {"replyText": said["text"], "lastEdited": self._now()}})


def _no(status: int, code: str, message: str) -> Said:
    return Said.of({"error": {"code": status, "message": message, "status": code}}, status)
