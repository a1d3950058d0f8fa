"""YouTube as its Data API answers: one channel, its comments and videos, tokens that last an hour, and a daily quota in units.

A video is sent to an address of its own, in pieces (https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from loopback_http import Asked, Said

CHANNEL, UPLOADS = "UC-northwind", "UU-northwind"
READING, CHANGING = 1, 50
MOVED = 308  # "go on": there is no other address


@dataclass
class Session:
    """A video on its way: what was said of it, how long it will be, what has arrived, and what it has become."""

    said: dict[str, Any]
    size: int
    arrived: bytearray = field(default_factory=bytearray)
    video: str = ""


@dataclass
class LoopbackYoutube:
    """The network; `refuse` is the reason with which it says no from now on.

    `next_public` answers the next public call in place of it, `next_piece` the next piece of a video. Projects that are not
    `audited` have their videos kept private.
    """

    token: str = "ya29.1"
    refresh_token: str = "1//r"
    units: int = 0
    refuse: str = ""
    clock: Callable[[], datetime] | None = None
    audited: bool = True
    comments: dict[str, dict[str, Any]] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    videos: dict[str, dict[str, Any]] = field(default_factory=dict)
    likes: dict[str, int] = field(default_factory=dict)
    next_public: Callable[[Callable[[], Said]], Said] | None = None
    next_piece: Callable[[Callable[[], Said]], Said] | None = None

    def say(self, author: str, text: str, parent: str = "", at: str = "") -> str:
        """Let somebody say something; return its id."""
        number = len(self.comments) + 1
        said = at or self._now(number)
        name = "@northwind" if author == CHANNEL else f"@{author}"
        snippet = {"videoId": "vid-1", "channelId": CHANNEL, "textDisplay": text, "authorDisplayName": name}
        snippet |= {"authorChannelId": {"value": author}, "publishedAt": said, "updatedAt": said}
        snippet |= {"parentId": parent} if parent else {}
        made = f"{parent}.{number}" if parent else f"Ug{number}"
        self.comments[made] = {"kind": "youtube#comment", "id": made, "snippet": snippet}
        return made

    def _now(self, number: int) -> str:
        return self.clock().isoformat() if self.clock else f"2026-11-25T10:{number:02}:00Z"

    def edit(self, comment: str, text: str) -> None:
        """Let an author mend what they said."""
        self.comments[comment]["snippet"] |= {"textDisplay": text, "updatedAt": "2026-11-25T11:00:00Z"}

    def __call__(self, asked: Asked) -> Said:
        if asked.path == "/token":
            return self._renew(asked)
        if not asked.path.startswith("/upload/"):
            self.units += READING if asked.method == "GET" else CHANGING
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return _no(401, "authError", "Invalid Credentials")
        if self.refuse:
            return _no(403, self.refuse, "No, not now")
        if asked.path.startswith("/upload/"):
            return self._upload(asked, dict(asked.params))
        if asked.method == "GET":
            return self._read(asked.path.removeprefix("/youtube/v3/"), dict(asked.params))
        return self._publicly(lambda: self._change(asked, dict(asked.params)))

    def _publicly(self, do: Callable[[], Said]) -> Said:
        trouble, self.next_public = self.next_public, None
        return trouble(do) if trouble else do()

    def _renew(self, asked: Asked) -> Said:
        form = {name: values[0] for name, values in parse_qs(asked.content.decode()).items()}
        if form.get("refresh_token") != self.refresh_token:
            return Said.of({"error": "invalid_grant", "error_description": "Token has been revoked."}, 400)
        self.token = f"{self.token}+"
        return Said.of({"access_token": self.token, "expires_in": 3599, "token_type": "Bearer"})

    def _read(self, resource: str, given: dict[str, str]) -> Said:
        if resource == "channels":
            lists = {"relatedPlaylists": {"uploads": UPLOADS}}
            told = {"title": "Northwind Coffee", "customUrl": "@northwind"}
            return _list([{"id": CHANNEL, "snippet": told, "contentDetails": lists}])
        if resource == "commentThreads":
            tops = [each for each in self.comments.values() if "parentId" not in each["snippet"]]
            newest = sorted(tops, key=lambda each: each["snippet"]["publishedAt"], reverse=True)
            return _list([self._thread(each) for each in newest[: int(given["maxResults"])]])
        if resource == "playlistItems":
            return _list([_listed(each) for each in reversed(self.videos.values())])
        if resource == "videos":
            return _list([self._counted(each) for each in given["id"].split(",") if each in self.videos])
        if "parentId" in given:
            return _list(self._answers(given["parentId"]))
        return _list([self.comments[each] for each in given["id"].split(",") if each in self.comments])

    def _change(self, asked: Asked, given: dict[str, str]) -> Said:
        if asked.method == "DELETE":
            (self.videos if asked.path.endswith("/videos") else self.comments).pop(given["id"], None)
            return Said(204)
        if asked.method == "PUT":
            standing = self.videos[asked.json["id"]]["snippet"]
            named = {name: standing[name] for name in ("publishedAt", "channelId")}
            self.videos[asked.json["id"]]["snippet"] = named | asked.json["snippet"]  # what is not named is gone
            return Said.of(self.videos[asked.json["id"]])
        said = asked.json["snippet"]
        return Said.of(self.comments[self.say(CHANNEL, said["textOriginal"], said["parentId"])])

    def _upload(self, asked: Asked, given: dict[str, str]) -> Said:
        if asked.method == "POST":
            name = f"u{len(self.sessions) + 1}"
            self.sessions[name] = Session(asked.json, int(asked.headers["x-upload-content-length"]))
            address = f"http://{asked.headers['host']}{asked.path}?upload_id={name}"
            return Said(headers={"location": address})
        session = self.sessions.get(given["upload_id"])
        if session is None:
            return Said(404, b"Not Found")
        span = re.fullmatch(r"bytes (?:\*|(\d+)-(\d+))/(\d+)", asked.headers["content-range"])
        assert span is not None
        if session.video or span[1] is None:
            return self._status(session)
        assert int(span[1]) == len(session.arrived)
        assert len(asked.content) == int(span[2]) - int(span[1]) + 1
        trouble, self.next_piece = self.next_piece, None
        if trouble:
            return trouble(lambda: self._take(session, asked.content))
        if int(span[2]) + 1 == session.size:
            return self._publicly(lambda: self._take(session, asked.content))
        return self._take(session, asked.content)

    def _take(self, session: Session, content: bytes) -> Said:
        session.arrived += content
        if len(session.arrived) == session.size:
            session.video = f"vid-{len(self.videos) + 1:07}"
            told = session.said | {
                "status": session.said["status"] | ({} if self.audited else {"privacyStatus": "private"})
            }
            snippet = told["snippet"] | {"publishedAt": self._now(len(self.videos)), "channelId": CHANNEL}
            self.videos[session.video] = {"id": session.video, **told, "snippet": snippet}
        return self._status(session)

    def _status(self, session: Session) -> Said:
        if session.video:
            return Said.of(self.videos[session.video])
        arrived = len(session.arrived)
        return Said(MOVED, headers={"range": f"bytes=0-{arrived - 1}"} if arrived else {})

    def _counted(self, video: str) -> dict[str, Any]:
        figures = {"viewCount": "9", "likeCount": str(self.likes.get(video, 0)), "commentCount": "0"}
        return {**self.videos[video], "statistics": figures}

    def _answers(self, parent: str) -> list[dict[str, Any]]:
        return [each for each in self.comments.values() if each["snippet"].get("parentId") == parent]

    def _thread(self, top: dict[str, Any]) -> dict[str, Any]:
        answers = self._answers(top["id"])
        snippet = {"videoId": "vid-1", "topLevelComment": top, "canReply": True, "totalReplyCount": len(answers)}
        shown = {"replies": {"comments": answers[:5]}} if answers else {}
        return {"kind": "youtube#commentThread", "id": top["id"], "snippet": snippet, **shown}


def _listed(video: dict[str, Any]) -> dict[str, Any]:
    return {**video, "snippet": {**video["snippet"], "resourceId": {"videoId": video["id"]}}}


def _list(items: list[dict[str, Any]]) -> Said:
    return Said.of({"items": items, "pageInfo": {"totalResults": len(items), "resultsPerPage": 100}})


def _no(status: int, reason: str, message: str) -> Said:
    errors = [{"message": message, "domain": "youtube", "reason": reason}]
    return Said.of({"error": {"code": status, "message": message, "errors": errors}}, status)
