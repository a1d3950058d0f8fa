"""YouTube as its Data API answers: one channel, its comments, tokens that last an hour, and a daily quota in units."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from loopback_http import Asked, Said

CHANNEL = "UC-northwind"
READING, CHANGING = 1, 50


@dataclass
class LoopbackYoutube:
    """The network; `refuse` is the reason with which it says no from now on."""

    token: str = "ya29.1"
    refresh_token: str = "1//r"
    units: int = 0
    refuse: str = ""
    comments: dict[str, dict[str, Any]] = field(default_factory=dict)

    def say(self, author: str, text: str, parent: str = "", at: str = "") -> str:
        """Let somebody say something; return its id."""
        number = len(self.comments) + 1
        said = at or f"2026-11-25T10:{number:02}:00Z"
        name = "@northwind" if author == CHANNEL else f"@{author}"
        snippet = {"videoId": "vid-1", "channelId": CHANNEL, "textDisplay": text, "authorDisplayName": name}
        snippet |= {"authorChannelId": {"value": author}, "publishedAt": said, "updatedAt": said}
        snippet |= {"parentId": parent} if parent else {}
        made = f"{parent}.{number}" if parent else f"Ug{number}"
        self.comments[made] = {"kind": "youtube#comment", "id": made, "snippet": snippet}
        return made

    def edit(self, comment: str, text: str) -> None:
        """Let an author mend what they said."""
        self.comments[comment]["snippet"] |= {"textDisplay": text, "updatedAt": "2026-11-25T11:00:00Z"}

    def __call__(self, asked: Asked) -> Said:
        if asked.path == "/token":
            return self._renew(asked)
        self.units += READING if asked.method == "GET" else CHANGING
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return _no(401, "authError", "Invalid Credentials")
        if self.refuse:
            return _no(403, self.refuse, "No, not now")
        return self._answer(asked, dict(asked.params))

    def _renew(self, asked: Asked) -> Said:
        form = {name: values[0] for name, values in parse_qs(asked.content.decode()).items()}
        if form.get("refresh_token") != self.refresh_token:
            return Said.of({"error": "invalid_grant", "error_description": "Token has been revoked."}, 400)
        self.token = f"{self.token}+"
        return Said.of({"access_token": self.token, "expires_in": 3599, "token_type": "Bearer"})

    def _answer(self, asked: Asked, given: dict[str, str]) -> Said:
        resource = asked.path.removeprefix("/youtube/v3/")
        if resource == "channels":
            return _list([{"id": CHANNEL, "snippet": {"title": "Northwind Coffee", "customUrl": "@northwind"}}])
        if resource == "commentThreads":
            tops = [each for each in self.comments.values() if "parentId" not in each["snippet"]]
            newest = sorted(tops, key=lambda each: each["snippet"]["publishedAt"], reverse=True)
            return _list([self._thread(each) for each in newest[: int(given["maxResults"])]])
        if asked.method == "POST":
            said = asked.json["snippet"]
            return Said.of(self.comments[self.say(CHANNEL, said["textOriginal"], said["parentId"])])
        if "parentId" in given:
            return _list(self._answers(given["parentId"]))
        return _list([self.comments[each] for each in given["id"].split(",") if each in self.comments])

    def _answers(self, parent: str) -> list[dict[str, Any]]:
        return [each for each in self.comments.values() if each["snippet"].get("parentId") == parent]

    def _thread(self, top: dict[str, Any]) -> dict[str, Any]:
        answers = self._answers(top["id"])
        snippet = {"videoId": "vid-1", "topLevelComment": top, "canReply": True, "totalReplyCount": len(answers)}
        shown = {"replies": {"comments": answers[:5]}} if answers else {}
        return {"kind": "youtube#commentThread", "id": top["id"], "snippet": snippet, **shown}


def _list(items: list[dict[str, Any]]) -> Said:
    return Said.of({"items": items, "pageInfo": {"totalResults": len(items), "resultsPerPage": 100}})


def _no(status: int, reason: str, message: str) -> Said:
    errors = [{"message": message, "domain": "youtube", "reason": reason}]
    return Said.of({"error": {"code": status, "message": message, "errors": errors}}, status)
