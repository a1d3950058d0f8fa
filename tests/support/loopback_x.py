"""X as its API answers: one account, its posts, mentions of it, files, and refresh tokens that are good for one use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs

from clocks import Clock
from loopback_http import Asked, Said

ME, MIA = "700", "11"


@dataclass
class Film:
    """A video on its way: how long it will be, what has arrived, and how often it was asked for."""

    size: int
    arrived: bytearray = field(default_factory=bytearray)
    looks: int = 0


@dataclass
class LoopbackX:
    """The network; `next_public` answers the next public call in place of it."""

    clock: Clock
    token: str = ""
    refresh_token: str = "refresh-1"
    renewals: int = 0
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    likes: dict[str, int] = field(default_factory=dict)
    films: dict[str, Film] = field(default_factory=dict)
    working: int = 1  # looks until X has made a video
    fails: str = ""  # why it cannot be made
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
        if asked.path == "/2/media/metadata":
            return Said.of({"data": {"id": asked.json["id"], "associated_metadata": asked.json["metadata"]}})
        if asked.path.startswith("/2/media/upload"):
            return self._upload(asked)
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
        if asked.path == "/2/media/upload":
            return self._made(given["media_id"])
        if asked.path == "/2/tweets/search/recent":
            wanted = given["query"].removesuffix(" -is:retweet").casefold()
            said = [post for post in self.posts.values() if wanted in post["text"].casefold()]
            return self._list(said[::-1][: int(given["max_results"])], given)
        ours = asked.path.endswith("/tweets")
        after = int(given.get("since_id", "0"))
        found = [post for post in self.posts.values() if (post["author_id"] == ME) == ours and int(post["id"]) > after]
        return self._list(found[::-1], given)

    def _list(self, found: list[dict[str, Any]], given: dict[str, str]) -> Said:
        if not found:
            return Said.of({"meta": {"result_count": 0}})
        users = (
            {"includes": {"users": [{"id": MIA, "name": "Mia", "username": "mia"}]}} if "expansions" in given else {}
        )
        return Said.of({"data": found, "meta": {"result_count": len(found)}, **users})

    def _upload(self, asked: Asked) -> Said:
        step = asked.path.removeprefix("/2/media/upload").strip("/")
        if not step:
            return Said.of({"data": {"id": "m1", "media_key": "3_m1"}})
        if step == "initialize":
            made = f"188{len(self.films)}"
            self.films[made] = Film(asked.json["total_bytes"])
            return Said.of({"data": {"id": made, "media_key": f"13_{made}", "expires_after_secs": 86400}})
        made, _, deed = step.partition("/")
        if deed == "append":
            self.films[made].arrived += _part(asked, "media")
            return Said.of({"data": {"expires_at": 1764100000}})
        assert len(self.films[made].arrived) == self.films[made].size
        return self._made(made)

    def _made(self, made: str) -> Said:
        film = self.films[made]
        film.looks += 1
        state = "failed" if self.fails else "succeeded" if film.looks > self.working else "in_progress"
        told = {"state": state, "check_after_secs": 1} | ({"error": {"message": self.fails}} if self.fails else {})
        return Said.of({"data": {"id": made, "media_key": f"13_{made}", "processing_info": told}})

    def _counted(self, made: str) -> dict[str, Any]:
        likes = self.likes.get(made, 0)
        told = {"like_count": likes, "reply_count": 0, "retweet_count": 0, "quote_count": 0, "impression_count": 9}
        return {"id": made, "text": self.posts[made]["text"], "public_metrics": told}

    def _write(self, asked: Asked) -> Said:
        if asked.method == "DELETE":
            return Said.of({"data": {"deleted": self.posts.pop(asked.path.rpartition("/")[2], None) is not None}})
        if asked.path != "/2/tweets":
            return Said.of({"data": {"hidden": True}})
        said = asked.json
        parent = said.get("reply", {}).get("in_reply_to_tweet_id", "")
        post = self.say(ME, said["text"], parent, len(said.get("media", {}).get("media_ids", [])))
        return Said.of({"data": {"id": post["id"], "text": post["text"]}}, 201)


def _part(asked: Asked, name: str) -> bytes:
    """Return the content of one part of a form."""
    told = f"content-type: {asked.headers['content-type']}\r\n\r\n".encode()
    form = message_from_bytes(told + asked.content, policy=HTTP)
    part = next(each for each in form.iter_parts() if each.get_param("name", header="content-disposition") == name)
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content
