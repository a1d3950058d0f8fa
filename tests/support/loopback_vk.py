"""VKontakte behind a loopback server: its methods as far as the connector calls them, with its habits.

Errors come under HTTP 200; each key may call what the kind of its owner may (`access_token_type` of the API's schema); files go
to an address of their own before they are saved; events wait in a queue until somebody asks for what came after a number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from clocks import Clock
from loopback_http import Asked, Said

GROUP, HANDLE, NAME = 1001, "northwind", "Northwind Coffee"
WALL = -GROUP
FIRST = 39  # a post that stood there before
PEOPLE = {200: ("Mia", "Kern", "mia_k"), 201: ("Ben", "Tal", "ben_t"), 7: ("Anna", "Admin", "anna")}
RIGHTS = 4 | 16 | 4096 | 8192 | 262144 | 1048576
ONLY_USER = {
    *("photos.getAllComments", "video.get", "video.getComments", "market.get", "market.getComments"),
    *("photos.getWallUploadServer", "photos.saveWallPhoto", "video.save", "polls.create", "stats.get", "wall.delete"),
    "wall.edit",
    *("stats.getPostReach", "newsfeed.getMentions", "wall.deleteComment", "photos.createComment"),
    *("video.createComment", "market.createComment", "board.createComment", "account.getAppPermissions"),
}
NOT_COMMUNITY = {
    "board.getTopics",
    "board.getComments",
    "wall.get",
    "wall.getById",
    "wall.getComments",
    "newsfeed.search",
    "likes.getList",
}
ONLY_COMMUNITY = {"groups.getTokenPermissions"}
NOT_SERVICE = {"wall.post", "wall.createComment", "messages.send", "messages.getHistory", "groups.getLongPollServer"}


_PLACES = {
    "photo": ("photo_comment_new", "photo_id"),
    "video": ("video_comment_new", "video_id"),
    "market": ("market_comment_new", "item_id"),
    "topic": ("board_post_new", "topic_id"),
}


class Refusal(Exception):
    """An error as VKontakte gives it."""

    def __init__(self, code: int, said: str, **more: object) -> None:
        super().__init__(said)
        self.error = {"error_code": code, "error_msg": said, "request_params": [], **more}


@dataclass
class LoopbackVk:
    """The network. `answers` are given instead of the next public call's, in order; `keys` are whose they are."""

    clock: Clock
    keys: dict[str, str]
    url: str = ""
    posts: dict[int, dict[str, Any]] = field(default_factory=lambda: {FIRST: _greeting()})
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    elsewhere: list[dict[str, Any]] = field(default_factory=list)  # comments under other things than posts
    deaf: bool = False  # Long Poll is off
    likes: dict[int, int] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    next_public: Callable[[Callable[[], Said]], Said] | None = None
    called: list[str] = field(default_factory=list)
    uploads: int = 0
    lost: int = 0  # events that are kept no longer
    guids: set[str] = field(default_factory=set)
    posts_for: frozenset[str] = frozenset({"user", "community"})  # kinds of keys that may post

    def __call__(self, asked: Asked) -> Said:
        if asked.path.startswith("/lp"):
            return self._long_poll(dict(asked.params))
        if asked.path.startswith("/upload"):
            return self._take_file(asked)
        return self._method(asked.path.rpartition("/")[2], dict(parse_qsl(asked.content.decode())))

    def _method(self, method: str, given: dict[str, str]) -> Said:
        self.called.append(method)
        public = method in {"wall.createComment", "messages.send"} or (method == "wall.post" and "message" in given)
        if public and self.next_public:
            judge, self.next_public = self.next_public, None
            return judge(lambda: self._answer(method, given))
        return self._answer(method, given)

    def _answer(self, method: str, given: dict[str, str]) -> Said:
        try:
            self._admit(method, given)
            return Said.of({"response": getattr(self, "_" + method.replace(".", "_"))(given)})
        except Refusal as refusal:
            return Said.of({"error": refusal.error})

    def _admit(self, method: str, given: dict[str, str]) -> None:
        assert given["v"] == "5.199"
        kind = self.keys.get(given.get("access_token", ""))
        if kind is None:
            raise Refusal(5, "User authorization failed: invalid access_token (4).")
        if method == "wall.post" and kind not in self.posts_for:
            raise Refusal(1051, "Method is unavailable with current profile type.")
        if method in (ONLY_USER | NOT_COMMUNITY) and kind == "community":
            raise Refusal(27, "Group authorization failed: method is unavailable with group auth.")
        if (method in ONLY_COMMUNITY and kind != "community") or (
            method in ONLY_USER | NOT_SERVICE and kind == "service"
        ):
            raise Refusal(28, "Application authorization failed: method is unavailable with service token.")

    # Who is who.

    def _groups_getTokenPermissions(self, given: dict[str, str]) -> Any:
        return {"mask": 4 | 4096 | 262144, "permissions": [{"name": "messages", "setting": 4096}]}

    def _users_get(self, given: dict[str, str]) -> Any:
        ids = [int(each) for each in given.get("user_ids", "").split(",") if each]
        own = [7] if self.keys[given["access_token"]] == "user" else []
        return [_profile(each) for each in ids or own if each in PEOPLE]

    def _account_getAppPermissions(self, given: dict[str, str]) -> Any:
        return RIGHTS

    def _groups_getById(self, given: dict[str, str]) -> Any:
        return {"groups": [_group() | ({"members_count": 412} if "fields" in given else {})], "profiles": []}

    def _groups_isMember(self, given: dict[str, str]) -> Any:
        return [{"user_id": int(each), "member": int(each == "200")} for each in given["user_ids"].split(",")]

    # Events.

    def _groups_getLongPollSettings(self, given: dict[str, str]) -> Any:
        return {"api_version": "5.199", "is_enabled": True, "events": {"wall_reply_new": 1, "message_new": 1}}

    def _groups_getLongPollServer(self, given: dict[str, str]) -> Any:
        if self.deaf:
            raise Refusal(15, "Access denied: long poll is disabled")
        return {"key": "lp-key", "server": f"{self.url}/lp/{GROUP}", "ts": str(self.lost + len(self.events))}

    def _groups_getCallbackConfirmationCode(self, given: dict[str, str]) -> Any:
        return {"code": "a1b2c3d4"}

    def _long_poll(self, given: dict[str, str]) -> Said:
        if given["key"] != "lp-key":
            return Said.of({"failed": 2})
        newest, after = self.lost + len(self.events), int(given["ts"])
        if not self.lost <= after <= newest:
            return Said.of({"failed": 1, "ts": newest})
        return Said.of({"ts": str(newest), "updates": self.events[after - self.lost :]})

    def lose(self) -> None:
        """Keep no event that has happened so far."""
        self.lost, self.events = self.lost + len(self.events), []

    def happen(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """Let an event happen; return it as the Callback API pushes it, without the secret."""
        told = {"type": kind, "object": body, "group_id": GROUP, "event_id": f"e{len(self.events)}", "v": "5.199"}
        self.events.append(told)
        return told

    # What stands on the wall.

    def _wall_post(self, given: dict[str, str]) -> Any:
        attached = [each for each in given.get("attachments", "").split(",") if each]
        if not given.get("message") and not attached:
            raise Refusal(100, "One of the parameters specified was missing or invalid: message or attachments")
        post_id = FIRST + len(self.posts)
        self.posts[post_id] = {
            "id": post_id,
            "owner_id": WALL,
            "from_id": WALL,
            "date": self._now(),
            "text": given.get("message", ""),
            "post_type": "post",
            "attachments": [_attached(each) for each in attached],
        }
        self.happen("wall_post_new", self.posts[post_id])
        return {"post_id": post_id}

    def _wall_edit(self, given: dict[str, str]) -> Any:
        attached = [each for each in given.get("attachments", "").split(",") if each]
        changed = {"text": given.get("message", ""), "attachments": [_attached(each) for each in attached]}
        self.posts[int(given["post_id"])] |= changed  # what an edit does not name is taken away
        return {"post_id": int(given["post_id"])}

    def publish_by_hand(self, text: str) -> None:
        """Let an administrator post on the wall as the community."""
        self._wall_post({"message": text})

    def _wall_get(self, given: dict[str, str]) -> Any:
        posts = sorted(self.posts.values(), key=lambda post: -post["id"])[int(given.get("offset", 0)) :]
        told = [post | {"comments": {"count": len(self._under(post["id"]))}} for post in posts]
        return {"count": len(self.posts), "items": told}

    def _wall_getById(self, given: dict[str, str]) -> Any:
        wanted = {int(each.rpartition("_")[2]) for each in given["posts"].split(",")}
        figures = {"reposts": {"count": 3}, "views": {"count": 840}}
        told = [
            post | figures | {"likes": {"count": self.likes.get(post_id, 0)}}
            for post_id, post in self.posts.items()
            if post_id in wanted
        ]
        return {"items": [post | {"comments": {"count": len(self._under(post["id"]))}} for post in told]}

    def _under(self, post_id: int) -> list[dict[str, Any]]:
        return [each for each in self.comments.values() if each["post_id"] == post_id]

    def say(self, text: str, post_id: int = 0, author: int = 200, parent: int = 0) -> dict[str, Any]:
        """Let somebody comment a post; return the event."""
        comment_id = 70 + len(self.comments)
        self.comments[comment_id] = {
            "id": comment_id,
            "from_id": author,
            "post_id": post_id or FIRST,
            "owner_id": WALL,
            "date": self._now(),
            "text": text,
        } | ({"reply_to_comment": parent} if parent else {})
        return self.happen("wall_reply_new", self.comments[comment_id])

    def _wall_createComment(self, given: dict[str, str]) -> Any:
        if given["guid"] in self.guids:
            raise Refusal(100, "One of the parameters specified was missing or invalid: guid")
        self.guids.add(given["guid"])
        assert int(given["from_group"]) == GROUP
        parent = int(given.get("reply_to_comment", "0"))
        event = self.say(given["message"], int(given["post_id"]), WALL, parent)
        return {"comment_id": event["object"]["id"], "parents_stack": [parent] if parent else []}

    def _wall_getComments(self, given: dict[str, str]) -> Any:
        found = self._under(int(given["post_id"])) if "comment_id" not in given else []
        told = sorted(found, key=lambda each: -each["id"])[int(given.get("offset", 0)) :]
        profiles = [_profile(each) for each in PEOPLE]
        return {"count": len(found), "items": told, "profiles": profiles, "groups": [_group()]}

    # Under other things: photos, videos, goods, discussions.

    def mutter(self, place: str, thing: int, text: str) -> dict[str, Any]:
        """Let Mia say something under a photo, a video, a good or in a discussion; return the event."""
        event, named = _PLACES[place]
        said = {"id": 600 + len(self.elsewhere), "from_id": 200, "date": self._now(), "text": text, named: thing}
        self.elsewhere.append(said)
        return self.happen(event, said | {f"{place}_owner_id": WALL})

    def _things(self, named: str) -> list[dict[str, Any]]:
        found = [each[named] for each in self.elsewhere if named in each]
        return [{"id": thing, "owner_id": WALL, "comments": found.count(thing)} for thing in dict.fromkeys(found)]

    def _muttered(self, named: str, given: dict[str, str]) -> Any:
        said = [each for each in reversed(self.elsewhere) if named in each]
        told = [each for each in said if given.get(named, str(each[named])) == str(each[named])]
        return {"count": len(told), "items": told[int(given.get("offset", 0)) :][: int(given["count"])]}

    def _photos_getAllComments(self, given: dict[str, str]) -> Any:
        return self._muttered("photo_id", given)

    def _video_get(self, given: dict[str, str]) -> Any:
        return {"count": 1, "items": self._things("video_id")}

    def _video_getComments(self, given: dict[str, str]) -> Any:
        return self._muttered("video_id", given)

    def _market_get(self, given: dict[str, str]) -> Any:
        goods, passed = self._things("item_id"), int(given.get("offset", 0))
        return {"count": len(goods), "items": goods[passed : passed + int(given["count"])]}

    def _market_getComments(self, given: dict[str, str]) -> Any:
        return self._muttered("item_id", given)

    def _board_getTopics(self, given: dict[str, str]) -> Any:
        return {"count": 1, "items": self._things("topic_id"), "default_order": 1, "can_add_topics": 0}

    def _board_getComments(self, given: dict[str, str]) -> Any:
        return self._muttered("topic_id", given)

    def _newsfeed_getMentions(self, given: dict[str, str]) -> Any:
        return {"count": 0, "items": []}

    def _stats_getPostReach(self, given: dict[str, str]) -> Any:
        return [{"post_id": int(each), "reach_total": 640, "links": 9} for each in given["post_ids"].split(",")]

    # Messages.

    def _messages_getConversations(self, given: dict[str, str]) -> Any:
        return {"count": 0, "items": []}

    def _messages_getHistory(self, given: dict[str, str]) -> Any:
        told = [each for each in reversed(self.messages) if each["peer_id"] == int(given["peer_id"])]
        return {"count": len(told), "items": told}

    def _messages_send(self, given: dict[str, str]) -> Any:
        peer = int(given["peer_id"])
        same = [each for each in self.messages if each.get("random_id") == int(given["random_id"])]
        return (same or [self.write(given["message"], peer, WALL, int(given["random_id"]))])[0]["id"]

    def write(self, text: str, peer: int = 200, author: int = 200, random_id: int = 0) -> dict[str, Any]:
        """Let somebody write to the community in private, or the community to somebody."""
        told = {
            "id": 300 + len(self.messages),
            "peer_id": peer,
            "from_id": author,
            "date": self._now(),
            "text": text,
            "conversation_message_id": len(self.messages) + 1,
            "random_id": random_id,
        }
        self.messages.append(told)
        ours = author == WALL
        self.happen("message_reply" if ours else "message_new", told if ours else {"message": told, "client_info": {}})
        return told

    # Files.

    def _photos_getWallUploadServer(self, given: dict[str, str]) -> Any:
        return {"upload_url": f"{self.url}/upload/photo", "album_id": -14, "user_id": 7}

    def _take_file(self, asked: Asked) -> Said:
        assert asked.headers["content-type"].startswith("multipart/form-data")
        self.uploads += 1
        if b"\xff\xd8" not in asked.content and b"PNG" not in asked.content:
            return Said.of({"server": 1, "photo": "[]", "hash": ""})
        return Said.of(
            {"server": 836, "photo": json.dumps([{"markers": self.uploads}]), "hash": f"hash-{self.uploads}"}
        )

    def _photos_saveWallPhoto(self, given: dict[str, str]) -> Any:
        if given["hash"] != f"hash-{self.uploads}":
            raise Refusal(121, "Invalid hash")
        return [{"id": 500 + self.uploads, "owner_id": 7, "album_id": -14, "date": self._now(), "has_tags": False}]

    def _now(self) -> int:
        return int(self.clock.now.timestamp())


def _profile(user_id: int) -> dict[str, Any]:
    first, last, handle = PEOPLE[user_id]
    return {"id": user_id, "first_name": first, "last_name": last, "screen_name": handle}


def _group() -> dict[str, Any]:
    return {"id": GROUP, "name": NAME, "screen_name": HANDLE, "is_closed": 0, "type": "page"}


def _greeting() -> dict[str, Any]:
    told = {"text": "Good morning from both shops.", "post_type": "post", "attachments": []}
    return {"id": FIRST, "owner_id": WALL, "from_id": WALL, "date": 1_700_000_000} | told


def _attached(told: str) -> dict[str, Any]:
    found = re.fullmatch(r"(photo|video|poll)(-?\d+)_(\d+)\w*", told)
    if found is None:
        return {"type": "link", "link": {"url": told, "title": ""}}
    return {"type": found[1], found[1]: {"owner_id": int(found[2]), "id": int(found[3])}}
