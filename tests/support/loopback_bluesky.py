"""Bluesky behind a loopback server: a repository and what is seen of it, as far as the connector calls them, with its habits.

Sessions run out with status 400, logins are counted, a record is put only where what is expected stands, and the shape of what
is sent is checked against the lexicons where they are there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clocks import Clock
from lexicons import wrong_with
from loopback_http import Asked, Said

HOME, MIA = "did:plc:northwind2222222222222222", "did:plc:mia2222222222222222222222"
HANDLES = {HOME: "northwind.example.com", MIA: "mia.example.com"}
POSTS, GATES = "app.bsky.feed.post", "app.bsky.feed.threadgate"
VIDEO, SERVICE, PDS = "app.bsky.video.", "did:web:video.bsky.app", "did:web:pds.example.com"
DONE = "JOB_STATE_COMPLETED"
_PUBLIC = frozenset({"com.atproto.repo.putRecord", "com.atproto.repo.deleteRecord"})


class Refusal(Exception):
    """An error as XRPC gives it (https://atproto.com/specs/xrpc#error-responses)."""

    def __init__(self, status: int, name: str, said: str, **more: str) -> None:
        super().__init__(said)
        self.said = Said.of({"error": name, "message": said, **more}, status)


@dataclass
class LoopbackBluesky:
    """The network: `records` by address, oldest first; `password` logs in, `sessions` and `refreshes` are good."""

    clock: Clock
    password: str = "app-password"
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    indexed: dict[str, datetime] = field(default_factory=dict)
    notified: list[tuple[str, str]] = field(default_factory=list)
    likes: dict[str, int] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)
    refreshes: set[str] = field(default_factory=set)
    called: list[str] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    followers: set[str] = field(default_factory=set)
    jobs: dict[str, bytes] = field(default_factory=dict)  # videos that the service works on
    works: int = 1  # looks at a job before it is done
    failure: str = ""  # how every job ends
    uploads: dict[str, Any] = field(default_factory=lambda: {"canUpload": True, "remainingDailyVideos": 25})
    next_public: Callable[[Callable[[], Said]], Said] | None = None
    wrong: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Said:
        name = asked.path.removeprefix("/xrpc/")
        self.called.append(name)
        if name in _PUBLIC and self.next_public:
            judge, self.next_public = self.next_public, None
            return judge(lambda: self._answer(name, asked))
        return self._answer(name, asked)

    def _answer(self, name: str, asked: Asked) -> Said:
        try:
            self._admit(name, asked)
            return Said.of(getattr(self, "_" + name.rpartition(".")[2])(asked))
        except Refusal as refusal:
            return refusal.said

    def _admit(self, name: str, asked: Asked) -> None:
        self.wrong += wrong_with(name, asked.params, asked.json if _is_json(asked) else None)
        key = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if name.endswith("createSession"):
            return
        if name.startswith(VIDEO):
            self._admit_served(name.removeprefix(VIDEO), key)
        elif key not in (self.refreshes if name.endswith("refreshSession") else self.sessions):
            raise Refusal(400, "ExpiredToken", "Token has expired") if key else Refusal(401, "AuthMissing", "No key")

    def _admit_served(self, name: str, key: str) -> None:
        """The service knows tokens signed for it, or for the account's server, and no session."""
        wanted = {"uploadVideo": f"{PDS} com.atproto.repo.uploadBlob"}.get(name, f"{SERVICE} {VIDEO}{name}")
        if key != f"signed {wanted}":
            self.wrong.append(f"{name}: {key}")
            raise Refusal(401, "InvalidToken", "Not for this")

    # Videos.

    def _getServiceAuth(self, asked: Asked) -> Any:
        given = dict(asked.params)
        return {"token": f"signed {given['aud']} {given['lxm']}"}

    def _getUploadLimits(self, asked: Asked) -> Any:
        return self.uploads

    def _uploadVideo(self, asked: Asked) -> Any:
        job = f"job-{len(asked.content)}"
        if job in self.jobs:
            raise Refusal(409, "already_exists", "Video already processed", jobId=job, did=HOME, state=DONE)
        self.jobs[job] = asked.content
        return {"jobId": job, "did": HOME, "state": "JOB_STATE_CREATED"}

    def _getJobStatus(self, asked: Asked) -> Any:
        job = dict(asked.params)["jobId"]
        if job not in self.jobs:
            raise Refusal(400, "InvalidRequest", "No such job")
        status: dict[str, Any] = {"jobId": job, "did": HOME}
        self.works -= 1
        if self.works >= 0:
            return {"jobStatus": status | {"state": "JOB_STATE_ENCODING", "progress": 40}}
        if self.failure:
            failed = {"state": "JOB_STATE_FAILED", "failureCode": self.failure, "message": "This is no video"}
            return {"jobStatus": status | failed}
        link, content = cid(self.jobs[job]), self.jobs[job]
        self.blobs[link] = content
        blob = {"$type": "blob", "ref": {"$link": link}, "mimeType": "video/mp4", "size": len(content)}
        return {"jobStatus": status | {"state": DONE, "blob": blob}}

    # Sessions.

    def _createSession(self, asked: Asked) -> Any:
        if asked.json["password"] != self.password:
            raise Refusal(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._session()

    def _refreshSession(self, asked: Asked) -> Any:
        self.refreshes.discard(asked.headers["authorization"].removeprefix("Bearer "))
        return self._session()

    def _session(self) -> dict[str, Any]:
        number = len(self.called)
        self.sessions.add(f"access-{number}")
        self.refreshes.add(f"refresh-{number}")
        told = {"accessJwt": f"access-{number}", "refreshJwt": f"refresh-{number}"}
        return told | {"did": HOME, "handle": HANDLES[HOME], "active": True}

    def _getSession(self, asked: Asked) -> Any:
        kept = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://pds.example.com"}
        return {"did": HOME, "handle": HANDLES[HOME], "emailConfirmed": True, "didDoc": {"service": [kept]}}

    def _getProfile(self, asked: Asked) -> Any:
        return _person(HOME) | {"displayName": "Northwind Coffee", "followersCount": len(self.followers)}

    def _resolveHandle(self, asked: Asked) -> Any:
        found = [did for did, handle in HANDLES.items() if handle == dict(asked.params)["handle"]]
        if not found:
            raise Refusal(400, "HandleNotFound", "Unable to resolve handle")
        return {"did": found[0]}

    # The repository.

    def _uploadBlob(self, asked: Asked) -> Any:
        link = cid(asked.content)
        self.blobs[link] = asked.content
        typed, size = asked.headers["content-type"], len(asked.content)
        if size > 2_000_000:
            raise Refusal(400, "BlobTooLarge", "This file is too large")
        return {"blob": {"$type": "blob", "ref": {"$link": link}, "mimeType": typed, "size": size}}

    def _putRecord(self, asked: Asked) -> Any:
        sent = asked.json
        uri = f"at://{HOME}/{sent['collection']}/{sent['rkey']}"
        there = cid(self.records[uri]) if uri in self.records else None
        if "swapRecord" in sent and sent["swapRecord"] != there and there != cid(sent["record"]):
            raise Refusal(400, "InvalidSwap", f"Record was at {there}")
        self.records[uri] = sent["record"]
        self.indexed.setdefault(uri, self.clock())
        return {"uri": uri, "cid": cid(sent["record"]), "validationStatus": "valid"}

    def _getRecord(self, asked: Asked) -> Any:
        given = dict(asked.params)
        uri = f"at://{given['repo']}/{given['collection']}/{given['rkey']}"
        if uri not in self.records:
            raise Refusal(400, "RecordNotFound", f"Could not locate record: {uri}")
        return {"uri": uri, "cid": cid(self.records[uri]), "value": self.records[uri]}

    def _deleteRecord(self, asked: Asked) -> Any:
        self.records.pop(f"at://{HOME}/{asked.json['collection']}/{asked.json['rkey']}", None)
        return {}

    # What is seen.

    def say(self, text: str, **more: Any) -> str:
        """Let Mia post something; a mention unless it answers us. Return its address."""
        number = f"{len(self.records):0>10}".translate(str.maketrans("0123456789", "abcdefghij"))
        uri = f"at://{MIA}/{POSTS}/3mm{number}"
        self.records[uri] = {"$type": POSTS, "text": text, "createdAt": _stamp(self.clock()), **more}
        self.indexed[uri] = self.clock()
        self.notified.append((uri, "reply" if "reply" in more else "mention"))
        return uri

    def strong(self, uri: str) -> dict[str, str]:
        """Return a reference to a record as it is."""
        return {"uri": uri, "cid": cid(self.records[uri])}

    def _listNotifications(self, asked: Asked) -> Any:
        wanted = [value for name, value in asked.params if name == "reasons"]
        told = [each for each in reversed(self.notified) if each[0] in self.records and each[1] in wanted]
        return self._paged(
            asked, "notifications", [self._view(uri) | {"reason": why, "isRead": False} for uri, why in told]
        )

    def _paged(self, asked: Asked, name: str, told: list[Any]) -> Any:
        given = dict(asked.params)
        start, size = int(given.get("cursor", 0)), int(given["limit"])
        ends = {"cursor": str(start + size)} if start + size < len(told) else {}
        return {name: told[start : start + size]} | ends

    def _getPosts(self, asked: Asked) -> Any:
        return {"posts": [self._view(uri) for name, uri in asked.params if name == "uris" and uri in self.records]}

    def _getAuthorFeed(self, asked: Asked) -> Any:
        return self._paged(asked, "feed", [{"post": self._view(uri)} for uri in reversed(self._posts(HOME))])

    def _searchPosts(self, asked: Asked) -> Any:
        words = dict(asked.params)["q"].casefold()
        found = [uri for uri in reversed(self._posts()) if words in self.records[uri]["text"].casefold()]
        return self._paged(asked, "posts", [self._view(uri) for uri in found])

    # The people around.

    def _getLikes(self, asked: Asked) -> Any:
        uri, moment = dict(asked.params)["uri"], _stamp(self.clock())
        likes = [{"indexedAt": moment, "createdAt": moment, "actor": _person(MIA)}] * self.likes.get(uri, 0)
        return {"uri": uri} | self._paged(asked, "likes", likes)

    def _getRepostedBy(self, asked: Asked) -> Any:
        return {"uri": dict(asked.params)["uri"]} | self._paged(asked, "repostedBy", [_person(MIA)])

    def _getQuotes(self, asked: Asked) -> Any:
        uri = dict(asked.params)["uri"]
        quotes = [each for each in self._posts() if uri in str(self.records[each].get("embed"))]
        return {"uri": uri} | self._paged(asked, "posts", [self._view(each) for each in quotes])

    def _getPostThread(self, asked: Asked) -> Any:
        return {"thread": self._thread(dict(asked.params)["uri"])}

    def _thread(self, uri: str) -> dict[str, Any]:
        below = [
            each for each in self._posts() if self.records[each].get("reply", {}).get("parent", {}).get("uri") == uri
        ]
        kind = "app.bsky.feed.defs#threadViewPost"
        return {"$type": kind, "post": self._view(uri), "replies": [self._thread(each) for each in below]}

    def _getRelationships(self, asked: Asked) -> Any:
        kind = "app.bsky.graph.defs#relationship"
        wanted = [value for name, value in asked.params if name == "others"]
        follows = {did: {"followedBy": f"at://{did}/app.bsky.graph.follow/3lc2222222225"} for did in self.followers}
        return {"relationships": [{"$type": kind, "did": did} | follows.get(did, {}) for did in wanted]}

    def _posts(self, of: str = "") -> list[str]:
        return [uri for uri in self.records if f"/{POSTS}/" in uri and of in uri]

    def _view(self, uri: str) -> dict[str, Any]:
        record, author = self.records[uri], uri.split("/")[2]
        counts = {"likeCount": self.likes.get(uri, 0), "replyCount": 0, "repostCount": 0, "quoteCount": 0}
        told = {"author": _person(author), "record": record, "indexedAt": _stamp(self.indexed[uri])}
        return {**self.strong(uri), **told, **counts}


def _person(did: str) -> dict[str, Any]:
    return {"did": did, "handle": HANDLES[did]}


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _is_json(asked: Asked) -> bool:
    return asked.headers.get("content-type") == "application/json"


def cid(content: object) -> str:
    """Return something of the form of a content's address, the same for the same content."""
    return "bafyrei" + hashlib.sha256(repr(content).encode()).hexdigest()[:52].translate(str.maketrans("0189", "ghij"))
