"""Meta's Graph API behind a loopback server: a Page and the Instagram account that belongs to it, as far as the connectors ask.

Errors come under status 400 with a code; a key stands in a header and is proven with the app's secret; pictures of a Page are
uploaded unseen and attached; what goes out on Instagram is a container first, which is published once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from clocks import Clock
from loopback_http import Asked, Said

PAGE, ACCOUNT, HANDLE, NAME = "1001", "17841400000000001", "northwind.coffee", "Northwind Coffee"
APP_ID, APP_SECRET = "4711", "the-app's-secret"
FIRST_POST, FIRST_MEDIA = f"{PAGE}_1", "18000"
MIA = {"id": "200", "name": "Mia Kern", "username": "mia_k"}
OWN_ID = 27_001  # of the account, as its own login numbers it
PUBLIC = re.compile(r"/(1001/feed|1001/videos|\d+/media_publish)")
# Keys stand in the address there, and nowhere else: Meta takes them in no other place.
ADDRESSED = {"debug_token", "access_token", "refresh_access_token"}


class Refusal(Exception):
    """An error as Meta gives it."""

    def __init__(self, code: int, said: str, status: int = 400, **more: object) -> None:
        super().__init__(said)
        self.said = Said.of(
            {"error": {"message": said, "type": "OAuthException", "code": code, "fbtrace_id": "A6L", **more}}, status
        )


@dataclass
class LoopbackGraph:
    """The network. `next_public` judges the next publication; `wrong` is what was asked as nobody may ask it.

    With `own` it is Instagram's own host as well: the key is the account's, and no Page is known.
    """

    clock: Clock
    token: str = "page-key"
    own: bool = False
    sees_until: int = 0  # when the right to see data ends, in seconds; 0: never
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    photos: dict[str, bool] = field(default_factory=dict)
    comments: dict[str, dict[str, Any]] = field(default_factory=dict)
    containers: dict[str, dict[str, Any]] = field(default_factory=dict)
    media: dict[str, dict[str, Any]] = field(default_factory=dict)
    likes: dict[str, int] = field(default_factory=dict)
    next_public: Callable[[Callable[[], Said]], Said] | None = None
    wrong: list[str] = field(default_factory=list)
    number: int = 20_000

    def __post_init__(self) -> None:
        self.posts[FIRST_POST] = {"id": FIRST_POST, "message": "Hello", "photos": 0, "at": self._now()}
        self.media[FIRST_MEDIA] = {"id": FIRST_MEDIA, "caption": "Hello", "files": 1, "at": self._now()}

    def __call__(self, asked: Asked) -> Said:
        if asked.method == "POST" and PUBLIC.fullmatch(asked.path) and self.next_public:
            judge, self.next_public = self.next_public, None
            return judge(lambda: self._answer(asked))
        return self._answer(asked)

    def _answer(self, asked: Asked) -> Said:
        multipart = asked.headers.get("content-type", "").startswith("multipart")
        given = dict(asked.params) | ({} if multipart else dict(parse_qsl(asked.content.decode())))
        try:
            self._admit(asked, given, multipart=multipart)
            return Said.of(self._route(asked.method, asked.path.strip("/"), given))
        except Refusal as refusal:
            return refusal.said

    def _admit(self, asked: Asked, given: dict[str, str], *, multipart: bool) -> None:
        """Let in who has the key in a header; a Page's is proven by the app."""
        if asked.path.strip("/") in ADDRESSED or asked.path == "/oauth/access_token":
            return
        if any("key" in value for _, value in asked.params):
            self.wrong.append(f"a key in an address: {asked.target}")
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in {self.token, self.token + "-lasting"}:
            raise Refusal(190, "Error validating access token: The session has been invalidated", error_subcode=460)
        if self.own:
            if "instagram_business_account" in given.get("fields", ""):
                raise Refusal(190, "Invalid OAuth access token - Cannot parse access token")
            return
        proof = hmac.new(APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        if not multipart and given.get("appsecret_proof") != proof:
            raise Refusal(100, "Invalid appsecret_proof provided in the API argument")

    def _route(self, method: str, path: str, given: dict[str, str]) -> Any:
        node, _, edge = path.partition("/")
        edge = node if node in ADDRESSED else edge or "node"
        name = "_post_access_token" if node == "oauth" else f"_{method.lower()}_{edge}"
        found = getattr(self, name, None)
        if found is None:
            raise Refusal(2500, f"Unknown path components: /{edge}")
        return found(node, given)

    # Keys and who they belong to.

    def _post_access_token(self, node: str, given: dict[str, str]) -> Any:
        assert (given["client_id"], given["client_secret"]) == (APP_ID, APP_SECRET)
        longer = given["fb_exchange_token"].removesuffix("-lasting") + "-lasting"
        return {"access_token": longer, "token_type": "bearer", "expires_in": 5_183_944}

    def _get_refresh_access_token(self, node: str, given: dict[str, str]) -> Any:
        assert given["grant_type"] == "ig_refresh_token"
        if given["access_token"] not in {self.token, self.token + "-lasting"}:
            raise Refusal(190, "Error validating access token")
        longer = given["access_token"].removesuffix("-lasting") + "-lasting"
        return {"access_token": longer, "token_type": "bearer", "expires_in": 5_183_944, "permissions": ""}

    def _get_debug_token(self, node: str, given: dict[str, str]) -> Any:
        told = {"is_valid": True, "type": "PAGE", "expires_at": 0, "data_access_expires_at": self.sees_until}
        return {"data": told}

    def _post_subscribed_apps(self, node: str, given: dict[str, str]) -> Any:
        return {"success": True}

    def _get_node(self, node: str, given: dict[str, str]) -> Any:
        if self.own and node in {"me", ACCOUNT}:
            me = {"id": OWN_ID, "user_id": int(ACCOUNT), "username": HANDLE, "name": NAME}
            return me | {"followers_count": 412}
        if node in {"me", PAGE}:
            account = {"id": ACCOUNT, "username": HANDLE, "name": NAME}
            link = "https://www.facebook.com/northwind"
            page = {"id": PAGE, "name": NAME, "link": link, "category": "Coffee shop", "username": "northwind"}
            return page | {"instagram_business_account": account, "followers_count": 412}
        for read in (self._container, self._medium, self._post, self._comment):
            if (found := read(node)) is not None:
                return found
        raise Refusal(100, f"Object with ID '{node}' does not exist", error_subcode=33)

    # The Page.

    def _get_feed(self, node: str, given: dict[str, str]) -> Any:
        told = [self._post(each) for each in reversed(self.posts)]
        return {"data": [post | {"comments": {"data": self._under(post["id"])}} for post in told if post]}

    def _get_published_posts(self, node: str, given: dict[str, str]) -> Any:
        return {"data": [self._post(each) for each in reversed(self.posts)], "paging": {"cursors": {"after": ""}}}

    def _get_tagged(self, node: str, given: dict[str, str]) -> Any:
        return {"data": []}

    def _get_ratings(self, node: str, given: dict[str, str]) -> Any:
        raise Refusal(10, "(#10) This endpoint requires the 'pages_read_user_content' permission", 403)

    def _post(self, post_id: str) -> dict[str, Any] | None:
        post = self.posts.get(post_id)
        if post is None:
            return None
        counted = {"data": [], "summary": {"total_count": len(self._under(post_id))}}
        liked = {"data": [], "summary": {"total_count": self.likes.get(post_id, 0)}}
        attached = [{"media_type": "photo"}] if post["photos"] else []
        return {
            "id": post_id,
            "message": post["message"],
            "created_time": post["at"],
            "permalink_url": f"https://www.facebook.com/northwind/posts/{post_id}",
            "from": {"id": PAGE, "name": NAME},
            "attachments": {"data": attached},
            "comments": counted,
            "reactions": liked,
        }

    def _post_photos(self, node: str, given: dict[str, str]) -> Any:
        self.photos[photo := self._next()] = False
        return {"id": photo}

    def _post_feed(self, node: str, given: dict[str, str]) -> Any:
        attached = json.loads(given.get("attached_media", "[]"))
        for each in attached:
            assert self.photos[each["media_fbid"]] is False, "published twice"
            self.photos[each["media_fbid"]] = True
        post_id = f"{PAGE}_{self._next()}"
        self.posts[post_id] = {"message": given.get("message", ""), "photos": len(attached), "at": self._now()}
        return {"id": post_id}

    def _post_node(self, node: str, given: dict[str, str]) -> Any:
        if node not in self.posts:
            raise Refusal(100, "Unsupported post request. Object does not exist", error_subcode=33)
        self.posts[node]["message"] = given["message"]
        return {"success": True}

    def _delete_node(self, node: str, given: dict[str, str]) -> Any:
        if self.posts.pop(node, None) is None and self.media.pop(node, None) is None:
            raise Refusal(100, "Unsupported delete request. Object does not exist", error_subcode=33)
        return {"success": True}

    # Comments, of both.

    def say(self, text: str, under: str, author: dict[str, str] = MIA, parent: str = "") -> str:
        """Let somebody comment; return its id."""
        number = self._next()
        comment_id = f"{under.rpartition('_')[2]}_{number}" if "_" in under else number
        self.comments[comment_id] = {
            "text": text,
            "under": under,
            "author": author,
            "parent": parent,
            "at": self._now(),
        }
        return comment_id

    def _under(self, node: str) -> list[dict[str, Any]]:
        found = [self._comment(each) for each in self.comments if self.comments[each]["under"] == node]
        return [each for each in reversed(found) if each]

    def _comment(self, comment_id: str) -> dict[str, Any] | None:
        comment = self.comments.get(comment_id)
        if comment is None:
            return None
        author, own = comment["author"], comment["author"]["id"] in {PAGE, ACCOUNT}
        if "_" not in comment_id:
            told = {
                "text": comment["text"],
                "timestamp": comment["at"],
                "username": author["username"],
                "hidden": False,
            }
            parent = {"parent_id": comment["parent"]} if comment["parent"] else {}
            media = {"id": comment["under"], "permalink": f"https://www.instagram.com/p/{comment['under']}/"}
            who = {"id": author["id"], "username": author["username"]}
            return {"id": comment_id, "from": who, "media": media, **told, **parent}
        told = {"message": comment["text"], "created_time": comment["at"], "can_reply_privately": not own}
        parent = {"parent": {"id": comment["parent"]}} if comment["parent"] else {}
        return {"id": comment_id, "from": {"id": author["id"], "name": author["name"]}, **told, **parent}

    def _get_comments(self, node: str, given: dict[str, str]) -> Any:
        return {"data": self._under(node)}

    def _get_replies(self, node: str, given: dict[str, str]) -> Any:
        return {"data": [self._comment(each) for each in self.comments if self.comments[each]["parent"] == node]}

    def _post_comments(self, node: str, given: dict[str, str]) -> Any:
        known = self.comments.get(node)
        own = {"id": PAGE, "name": NAME} if "_" in node else {"id": ACCOUNT, "username": HANDLE}
        return {"id": self.say(given["message"], known["under"] if known else node, own, node if known else "")}

    _post_replies = _post_comments

    # Instagram.

    def _get_content_publishing_limit(self, node: str, given: dict[str, str]) -> Any:
        config = {"quota_total": 100, "quota_duration": 86_400}
        return {"data": [{"quota_usage": len(self.media) - 1, "config": config}]}

    def _post_media(self, node: str, given: dict[str, str]) -> Any:
        addresses = [given[name] for name in ("image_url", "video_url") if name in given]
        assert addresses or "children" in given
        assert all(address.startswith("https://") for address in addresses)
        files = len(given["children"].split(",")) if "children" in given else 1
        self.containers[made := self._next()] = {"caption": given.get("caption", ""), "files": files, "media": ""}
        return {"id": made}

    def _container(self, container_id: str) -> dict[str, Any] | None:
        found = self.containers.get(container_id)
        if found is None:
            return None
        return {"id": container_id, "status_code": "PUBLISHED" if found["media"] else "FINISHED", "status": ""}

    def _post_media_publish(self, node: str, given: dict[str, str]) -> Any:
        container = self.containers[given["creation_id"]]
        if container["media"]:
            raise Refusal(9, "This container was published already", error_subcode=2_207_006)
        container["media"] = media_id = self._next()
        self.media[media_id] = {"caption": container["caption"], "files": container["files"], "at": self._now()}
        return {"id": media_id}

    def _get_media(self, node: str, given: dict[str, str]) -> Any:
        told = [self._medium(each) for each in reversed(self.media)]
        return {"data": [each | {"comments": {"data": self._threads(each["id"])}} for each in told if each]}

    def _threads(self, media_id: str) -> list[dict[str, Any]]:
        tops = [each for each in self._under(media_id) if "parent_id" not in each]
        return [each | {"replies": self._get_replies(each["id"], {})} for each in tops]

    def _get_stories(self, node: str, given: dict[str, str]) -> Any:
        return {"data": [self._medium(each) for each in self.media if not self.media[each]["caption"]]}

    def _get_tags(self, node: str, given: dict[str, str]) -> Any:
        return {"data": []}

    def _medium(self, media_id: str) -> dict[str, Any] | None:
        media = self.media.get(media_id)
        if media is None:
            return None
        counts = {"like_count": self.likes.get(media_id, 0), "comments_count": len(self._under(media_id))}
        shown = {"permalink": f"https://www.instagram.com/p/{media_id}/", "media_product_type": "FEED"}
        return {"id": media_id, "caption": media["caption"], "timestamp": media["at"], **counts, **shown}

    def _get_insights(self, node: str, given: dict[str, str]) -> Any:
        names = given["metric"].split(",")
        return {"data": [{"name": name, "period": "lifetime", "values": [{"value": 640}]} for name in names]}

    def _next(self) -> str:
        self.number += 1
        return str(self.number)

    def _now(self) -> str:
        return f"{datetime.fromtimestamp(self.clock.now.timestamp(), UTC):%Y-%m-%dT%H:%M:%S+0000}"
