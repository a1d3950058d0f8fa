"""X as its API answers: one account, its posts, mentions of it, pictures, and refresh tokens that are good for one use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from clocks import Clock
from loopback_http import Asked, Said

ME, MIA = "700", "11"


@dataclass
class LoopbackX:
    """The network; `next_public` answers the next public call in place of it."""

    clock: Clock
    token: str = ""
    refresh_token: str = "refresh-1"
    renewals: int = 0
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    likes: dict[str, int] = field(default_factory=dict)
    next_public: Callable[[Callable[[], Said]], Said] | None = None

    def say(self, author: str, text: str, parent: str = "", pictures: int = 0) -> dict[str, Any]:
        """Let somebody say something; return the post."""
        made = str(1000 + len(self.posts))
        post: dict[str, Any] = {"id": made, "author_id": author, "text": text, "created_at": self.clock().isoformat()}
        post["conversation_id"] = parent or made
        if parent:
            post["referenced_tweets"] = [{"type": "replied_to", "id": parent}]
        if "@northwind" in text:
            post["entities"] = {"mentions": [{"id": ME, "username": "northwind"}]}
        if pictures:
            post["attachments"] = {"media_keys": [f"3_{number}" for number in range(pictures)]}
        self.posts[made] = post
        return post

    def __call__(self, asked: Asked) -> Said:
        if asked.path == "/2/oauth2/token":
            return self._renew(asked)
        if not self.token or asked.headers.get("authorization") != f"Bearer {self.token}":
            return Said.of({"title": "Unauthorized", "status": 401, "detail": "Unauthorized"}, 401)
        if asked.method == "GET":
            return self._read(asked, dict(asked.params))
        if asked.path == "/2/media/upload":
            return Said.of({"data": {"id": "m1", "media_key": "3_m1"}})
        trouble, self.next_public = self.next_public, None
        return trouble(lambda: self._write(asked)) if trouble else self._write(asked)

    def _renew(self, asked: Asked) -> Said:
        form = {name: values[0] for name, values in parse_qs(asked.content.decode()).items()}
        is_consent = form["grant_type"] == "authorization_code" and form["code"] == "allowed"
        if not is_consent and form.get("refresh_token") != self.refresh_token:
            words = "Value passed for the token was invalid."
            return Said.of({"error": "invalid_request", "error_description": words}, 400)
        self.renewals += 1
        self.token, self.refresh_token = f"token-{self.renewals}", f"{self.refresh_token}+"
        told = {"access_token": self.token, "refresh_token": self.refresh_token, "expires_in": 7200}
        return Said.of({"token_type": "bearer", **told})

    def _read(self, asked: Asked, given: dict[str, str]) -> Said:
        if asked.path == "/2/users/me":
            return Said.of({"data": {"id": ME, "name": "Northwind Coffee", "username": "northwind"}})
        if asked.path == "/2/tweets":
            found = [self._counted(each) for each in given["ids"].split(",") if each in self.posts]
            return Said.of({"data": found})
        ours = asked.path.endswith("/tweets")
        after = int(given.get("since_id", "0"))
        found = [post for post in self.posts.values() if (post["author_id"] == ME) == ours and int(post["id"]) > after]
        if not found:
            return Said.of({"meta": {"result_count": 0}})
        users = (
            {"includes": {"users": [{"id": MIA, "name": "Mia", "username": "mia"}]}} if "expansions" in given else {}
        )
        return Said.of({"data": found[::-1], "meta": {"result_count": len(found)}, **users})

    def _counted(self, made: str) -> dict[str, Any]:
        likes = self.likes.get(made, 0)
        told = {"like_count": likes, "reply_count": 0, "retweet_count": 0, "quote_count": 0, "impression_count": 9}
        return {"id": made, "text": self.posts[made]["text"], "public_metrics": told}

    def _write(self, asked: Asked) -> Said:
        if asked.path != "/2/tweets":
            return Said.of({"data": {"hidden": True}})
        said = asked.json
        parent = said.get("reply", {}).get("in_reply_to_tweet_id", "")
        post = self.say(ME, said["text"], parent, len(said.get("media", {}).get("media_ids", [])))
        return Said.of({"data": {"id": post["id"], "text": post["text"]}}, 201)
