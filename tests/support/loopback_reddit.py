"""Reddit as its API answers: one account, what is said to it, and its own comments; tokens are asked for by the app."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from clocks import Clock
from loopback_http import Asked, Said
from troubles import Fault

ME = "northwind"
APP = b64encode(b"desk:app-secret").decode()


@dataclass
class LoopbackReddit:
    """The network; `next_public` answers the next public call in place of it."""

    clock: Clock
    token: str = ""
    refresh_token: str = "refresh-1"
    renewals: int = 0
    comments: dict[str, dict[str, Any]] = field(default_factory=dict)
    next_public: Fault | None = None

    def say(self, author: str, text: str, parent: str = "t3_p1") -> dict[str, Any]:
        """Let somebody say something; return the comment."""
        made = f"c{len(self.comments) + 1}"
        path = f"/r/coffee/comments/p1/autumn/{made}/"
        data = {
            "id": made,
            "name": f"t1_{made}",
            "author": author,
            "body": text,
            "parent_id": parent,
            "link_id": "t3_p1",
        }
        data |= {"created_utc": self.clock().timestamp(), "was_comment": True, "type": "post_reply", "permalink": path}
        self.comments[f"t1_{made}"] = {"kind": "t1", "data": data | {"context": f"{path}?context=3"}}
        return self.comments[f"t1_{made}"]

    def __call__(self, asked: Asked) -> Said:
        if asked.path == "/api/v1/access_token":
            return self._renew(asked)
        if not self.token or asked.headers.get("authorization") != f"Bearer {self.token}":
            return Said.of({"message": "Unauthorized", "error": 401}, 401)
        if asked.method == "GET":
            return self._read(asked.path)
        trouble, self.next_public = self.next_public, None
        return trouble(lambda: self._write(asked)) if trouble else self._write(asked)

    def _renew(self, asked: Asked) -> Said:
        form = {name: values[0] for name, values in parse_qs(asked.content.decode()).items()}
        if asked.headers.get("authorization") != f"Basic {APP}":
            return Said.of({"message": "Unauthorized", "error": 401}, 401)
        if form.get("refresh_token") != self.refresh_token:
            return Said.of({"message": "Bad Request", "error": 400}, 400)
        self.renewals += 1
        self.token = f"token-{self.renewals}"
        return Said.of(
            {"access_token": self.token, "token_type": "bearer", "expires_in": 86400, "scope": "read submit"}
        )

    def _read(self, path: str) -> Said:
        if path == "/api/v1/me":
            return Said.of(
                {"id": "abc1", "name": ME}, x_ratelimit_remaining="594.0", x_ratelimit_used="6", x_ratelimit_reset="300"
            )
        ours = path == f"/user/{ME}/comments"
        found = [each for each in self.comments.values() if (each["data"]["author"] == ME) == ours]
        return Said.of({"kind": "Listing", "data": {"after": None, "children": found[::-1]}})

    def _write(self, asked: Asked) -> Said:
        form = {name: values[0] for name, values in parse_qs(asked.content.decode()).items()}
        if asked.path == "/api/del":
            self.comments.pop(form["id"], None)
            return Said.of({})
        if form["thing_id"] not in self.comments:
            errors = [["DELETED_COMMENT", "that comment has been deleted", "parent"]]
            return Said.of({"json": {"errors": errors}})
        said = self.say(ME, form["text"], form["thing_id"])
        return Said.of({"json": {"errors": [], "data": {"things": [said]}}})
