"""Videos on Bluesky: given to the service that works on them, then shown by a post (https://docs.bsky.app/docs/tutorials/video).

The service stores what it has made in the account's repository, with a token that the account's own server signs for it.
Nobody sees a video before a post shows it, so all of this may happen twice. Which job works on a file is kept: a try after a
restart goes on with it. The account's own session never travels to the service.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from connectors.bluesky_reading import SITE, pds
from connectors.bluesky_session import DEAD, BlueskySession
from connectors.bluesky_words import video
from connectors.outcomes import GOES_ON, REFUSED, REFUSED_SILENTLY, UNREACHABLE, Reply
from connectors.reading import Body, parse
from connectors.underway import Underway, read, written
from smm.errors import N_, ConnectorError, NeedsHuman, RateLimited, Rejected, Unavailable
from smm.networks import MediaFile

SERVICE: Final = "https://video.bsky.app/xrpc/app.bsky.video."
AUDIENCE: Final = "did:web:video.bsky.app"
UPLOADS: Final = "com.atproto.repo.uploadBlob"
TOKEN_LASTS: Final = timedelta(minutes=30)  # as the tutorial says: the service stores the file when it has made it
PAUSES: Final = (1, 2, 3, 4, 5, 5, 5, 5)  # seconds between looks at a job
LASTS: Final = timedelta(hours=1)  # of a job; afterwards its file may be cleared away
HOUR: Final = timedelta(hours=1)
JOBS: Final = "jobs"  # the name with the credentials; nobody is asked for it
OURS: Final = frozenset({"pds_upload_failure", "generic_failure", ""})  # failures that the file is not to blame for

CONFIRM = N_("{network} takes videos when the account's e-mail address is confirmed: {url}")
SPENT = N_("{network} takes no more videos today. The desk tries again in an hour.")


class Known(Rejected):
    """The service has this file already; `reason` is the name of the job that worked on it."""


class BlueskyVideo(BlueskySession):
    """What an account sends to the service."""

    async def _video(self, file: MediaFile) -> dict[str, Any]:
        """Return a video as it is embedded, when the service has made it."""
        content = await self._content(file)
        known = self._jobs().get(file.digest)
        job = known.thing if known else await self._begin(file, content)
        return video(await self._made(job, file.digest), file.alt, content)

    def _jobs(self) -> dict[str, Underway]:
        return read(self._secrets.get(JOBS, ""), datetime.now(UTC), LASTS)

    async def _begin(self, file: MediaFile, content: bytes) -> str:
        await self._may_send(len(content))
        job = await self._send(file, content)
        made = Underway(job, datetime.now(UTC))
        await self._keep_beside(lambda: {JOBS: written(self._jobs() | {file.digest: made})})
        return job

    async def _forget(self, digest: str) -> None:
        """Let go of a job that ended: the same file is then sent anew, and the service knows it again."""
        if digest in self._jobs():
            await self._keep_beside(
                lambda: {JOBS: written({key: job for key, job in self._jobs().items() if key != digest})}
            )

    async def _may_send(self, size: int) -> None:
        """Ask whether the account may send a video of so many bytes today."""
        told = await self._serve("GET", "getUploadLimits", await self._signed("app.bsky.video.getUploadLimits"))
        videos, space = told.maybe("remainingDailyVideos", int), told.maybe("remainingDailyBytes", int)
        if videos == 0 or (space is not None and space < size):
            raise RateLimited(SPENT, retry_after=HOUR, network=self.title, account=self._account)
        if not told.read("canUpload", bool):
            raise self._unfit(told.maybe("message", str) or told.maybe("error", str) or "")

    async def _send(self, file: MediaFile, content: bytes) -> str:
        """Send a file; return the job that works on it."""
        session = await self._ask("GET", "com.atproto.server.getSession")
        if session.maybe("emailConfirmed", bool) is False:
            raise self._unconfirmed()
        token = await self._signed(UPLOADS, pds(session, self._server))
        named = {"did": await self._me(), "name": f"{file.digest[:32]}.mp4"}
        try:
            told = await self._serve(
                "POST", "uploadVideo", token, params=named, content=content, headers={"content-type": file.mime}
            )
        except Known as known:
            return known.reason
        return told.id("jobId")

    async def _made(self, job: str, digest: str) -> dict[str, Any]:
        """Wait until a job has made its file, and return that; what takes longer is looked at again by the next try."""
        token = await self._signed("app.bsky.video.getJobStatus")
        for pause in PAUSES:
            told = await self._look_at(job, digest, token)
            blob = told.maybe("blob", dict)
            if blob:  # there even where the service calls it an error: it had the file already
                return blob
            if told.read("state", str) == "JOB_STATE_FAILED":
                await self._forget(digest)
                raise self._failed(told)
            await asyncio.sleep(pause)
        raise Unavailable(GOES_ON, network=self.title, account=self._account)

    async def _look_at(self, job: str, digest: str, token: str) -> Body:
        try:
            return await self._serve("GET", "getJobStatus", token, params={"jobId": job})
        except Rejected as error:  # it knows nothing of such a job any more: the next try sends the file again
            await self._forget(digest)
            raise Unavailable(UNREACHABLE, network=self.title, account=self._account) from error

    def _failed(self, told: Body) -> ConnectorError:
        reason = told.maybe("message", str) or told.maybe("error", str) or ""
        if (told.maybe("failureCode", str) or "") in OURS:
            return Unavailable(UNREACHABLE, network=self.title, account=self._account)
        return self._unfit(reason)

    def _unfit(self, reason: str) -> Rejected:
        words = REFUSED if reason else REFUSED_SILENTLY
        return Rejected(words, reason=reason[:300], field="media", network=self.title, account=self._account)

    def _unconfirmed(self) -> NeedsHuman:
        return NeedsHuman(CONFIRM, url=f"{SITE}/settings/account", network=self.title, account=self._account)

    # The conversation with the service.

    async def _signed(self, method: str, audience: str = AUDIENCE) -> str:
        """Return a token for one method, signed by the account's server for whoever it is shown to."""
        ends = datetime.now(UTC) + TOKEN_LASTS
        asked = {"aud": audience, "lxm": method, "exp": int(ends.timestamp())}
        return (await self._ask("GET", "com.atproto.server.getServiceAuth", params=asked)).read("token", str)

    async def _serve(self, method: str, name: str, token: str, **parts: Any) -> Body:
        """Make a call of the service. Some answers hold the job's status, others are it (bluesky-social/atproto#3097)."""
        headers = parts.pop("headers", {}) | {"authorization": f"Bearer {token}"}
        address = self._placed(f"{SERVICE}{name}")
        reply = await self._wire.call(method, address, headers=headers, meaning=self._of_service, **parts)
        body = reply.body()
        return body.part("jobStatus") if body.has("jobStatus") else body

    def _of_service(self, reply: Reply) -> ConnectorError | None:
        """Tell the service's errors apart. That it does not believe its own token says nothing about the account's session."""
        told = _status(reply)
        error, facts = told.get("error"), reply.who.facts
        if reply.status == HTTPStatus.CONFLICT and isinstance(told.get("jobId"), str) and told["jobId"]:
            return Known(REFUSED, reason=told["jobId"], **facts)
        if error == "unconfirmed_email":
            return self._unconfirmed()
        if reply.status == HTTPStatus.UNAUTHORIZED or error in DEAD:
            return Unavailable(UNREACHABLE, **facts)
        if error == "DailyLimitExceeded":
            return RateLimited(SPENT, retry_after=HOUR, **facts)
        return self._meaning(reply)


def _status(reply: Reply) -> Mapping[str, Any]:
    """Return what an answer says of a job; nothing where it cannot be read."""
    try:
        value = parse(reply.content)
    except ValueError:
        return {}
    found = value if isinstance(value, dict) else {}
    return found["jobStatus"] if isinstance(found.get("jobStatus"), dict) else found
