"""The loopback Graph's videos: uploaded in parts or whole, seen by nobody before the call that publishes, which it takes once.

`part` is how many bytes of a video are asked for at once; `videos` what was sent, by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from loopback_graph import PAGE, LoopbackGraph, Refusal
from loopback_http import Asked, Said


@dataclass
class Video:
    """One video. `url` is where it is to be fetched; with `size` it comes in parts."""

    edge: str
    size: int = 0
    content: bytes = b""
    url: str = ""
    post_id: str = ""
    fetched: bool = True


@dataclass
class LoopbackVideos(LoopbackGraph):
    """The network, with videos and stories. `shows_stories`: the Page has an archive of stories."""

    part: int = 1000
    shows_stories: bool = True
    videos: dict[str, Video] = field(default_factory=dict)
    stories: dict[str, str] = field(default_factory=dict)  # what each shows

    def _answer(self, asked: Asked) -> Said:
        if asked.path.startswith("/video-upload/"):
            return self._upload_whole(asked)
        if "multipart" in asked.headers.get("content-type", "") and asked.path.endswith("/videos"):
            return Said.of(self._transfer(_fields(asked)))
        return super()._answer(asked)

    def _upload_whole(self, asked: Asked) -> Said:
        if asked.headers.get("authorization", "").removeprefix("OAuth ") not in {self.token, f"{self.token}-lasting"}:
            return Said.of({"debug_info": {"message": "Invalid OAuth access token"}}, 401)
        video = self.videos[asked.path.rpartition("/")[2]]
        video.url, video.content = asked.headers.get("file_url", ""), asked.content
        assert video.url or len(video.content) == int(asked.headers["file_size"]) - int(asked.headers["offset"])
        return Said.of({"success": True})

    def _post_videos(self, node: str, given: dict[str, str]) -> Any:
        if given["upload_phase"] == "start":
            self.videos[made := self._next()] = Video("videos", int(given["file_size"]))
            return {"video_id": made, "upload_session_id": f"s{made}", **self._wanted(self.videos[made])}
        return self._publish_video(given["upload_session_id"].removeprefix("s"), given)

    def _transfer(self, given: Mapping[str, bytes]) -> Any:
        video = self.videos[given["upload_session_id"].decode().removeprefix("s")]
        assert int(given["start_offset"]) == len(video.content), "sent twice"
        video.content += given["video_file_chunk"]
        return self._wanted(video)

    def _wanted(self, video: Video) -> dict[str, str]:
        start = len(video.content)
        return {"start_offset": str(start), "end_offset": str(min(start + self.part, video.size))}

    def _post_video_reels(self, node: str, given: dict[str, str], edge: str = "video_reels") -> Any:
        if given["upload_phase"] == "start":
            self.videos[made := self._next()] = Video(edge)
            return {"video_id": made, "upload_url": f"https://rupload.facebook.com/video-upload/v25.0/{made}"}
        return self._publish_video(given["video_id"], given)

    def _post_video_stories(self, node: str, given: dict[str, str]) -> Any:
        return self._post_video_reels(node, given, "video_stories")

    def _publish_video(self, video_id: str, given: dict[str, str]) -> Any:
        video = self.videos[video_id]
        if not (video.url or video.content) or len(video.content) < video.size:
            raise Refusal(6000, "There was a problem uploading your video file. Please try again.")
        if not video.post_id:  # again is the same one
            number = self._next()
            if video.edge == "video_stories":
                self.stories[number] = video_id
            else:
                told = {"message": given.get("description", ""), "photos": 1, "at": self._now()}
                self.posts[f"{PAGE}_{number}"] = told
            video.post_id = number
        return {"success": True, "post_id": video.post_id} if video.edge != "videos" else {"success": True}

    def _post_photo_stories(self, node: str, given: dict[str, str]) -> Any:
        photo = given["photo_id"]
        if self.photos[photo]:
            raise Refusal(100, "This photo was published already")
        self.photos[photo] = True
        self.stories[number := self._next()] = photo
        return {"success": True, "post_id": number}

    def _get_stories(self, node: str, given: dict[str, str]) -> Any:
        if node != PAGE:
            return super()._get_stories(node, given)
        shown = self.stories.items() if self.shows_stories else ()
        return {"data": [{"post_id": number, "media_id": thing} for number, thing in shown]}

    def _get_node(self, node: str, given: dict[str, str]) -> Any:
        video = self.videos.get(node)
        return super()._get_node(node, given) if video is None else _told(node, video)


def _told(video_id: str, video: Video) -> dict[str, Any]:
    arrived = video.fetched and (video.url or len(video.content) >= max(video.size, 1))
    phases = {
        "uploading_phase": {
            "status": "complete" if arrived else "in_progress",
            "bytes_transferred": len(video.content),
        },
        "processing_phase": {"status": "complete" if video.post_id else "not_started"},
        "publishing_phase": {"status": "complete" if video.post_id else "not_started"},
    }
    shown = {"post_id": video.post_id, "permalink_url": f"/reel/{video_id}/"} if video.post_id else {}
    return {"id": video_id, "status": {"video_status": "processing", **phases}, **shown}


def _fields(asked: Asked) -> dict[str, bytes]:
    whole = message_from_bytes(f"content-type: {asked.headers['content-type']}\r\n\r\n".encode() + asked.content)
    return {
        str(part.get_param("name", header="content-disposition")): _content(part)
        for part in whole.walk()
        if _is_field(part)
    }


def _is_field(part: Message) -> bool:
    return part.get_content_disposition() == "form-data"


def _content(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    assert isinstance(found, bytes)
    return found
