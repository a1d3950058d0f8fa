"""Who a channel is and what its key may: credentials, the daily quota, and the calls that everything else is made of.

Every call costs units of a daily quota that the API does not tell
(https://developers.google.com/youtube/v3/determine_quota_cost): they are counted here, for all channels of the Google project.
Uploads have a count of their own there, a hundred a day, of which YouTube itself says when it is used up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from connectors.allowance import Counted
from connectors.reading import Body
from connectors.versions import version
from connectors.wire import Reply
from connectors.youtube_reading import meaning, midnight
from smm.errors import N_, ConnectorError
from smm.networks import Can, Credential, OAuth, Profile

DAILY: Final = 10_000  # units (https://developers.google.com/youtube/v3/getting-started#quota)
READING, CHANGING = 1, 50  # units of a call (https://developers.google.com/youtube/v3/determine_quota_cost)
RIGHTS: Final = "https://www.googleapis.com/auth/"
# Any of them lets upload (https://developers.google.com/youtube/v3/docs/videos/insert#auth).
UPLOADING: Final = frozenset(f"{RIGHTS}{name}" for name in ("youtube", "youtube.force-ssl", "youtube.upload"))
BY_HAND, BY_DESK = "hand", "desk"

UNAUDITED: Final = N_(
    "YouTube keeps private what a Google project uploads before Google has audited it. Once it has, reconnect and choose that the"
    " desk uploads."
)
NO_RIGHT: Final = N_("This consent does not cover uploads. Reconnect, and allow everything that is asked for.")


class YoutubeLogin(Counted):
    """One channel, as far as who it is."""

    name: ClassVar[str] = "youtube"
    title: ClassVar[str] = "YouTube"
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("refresh_token", N_("Refresh token")),
        Credential("units", N_("Units a day"), secret=False, default=str(DAILY), required=False),
        Credential(
            "uploads",
            N_("How videos go up"),
            secret=False,
            hint=N_("What a project uploads that Google has not audited stays private."),
            default=BY_HAND,
            required=False,
            options=((BY_HAND, N_("By hand")), (BY_DESK, N_("By the desk: Google has audited the project"))),
        ),
    )
    needs_app: ClassVar[bool] = True  # each token lasts an hour
    oauth: ClassVar[OAuth | None] = OAuth(
        authorize="https://accounts.google.com/o/oauth2/v2/auth",
        token="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        scopes=(f"{RIGHTS}youtube.force-ssl",),
        extra={"access_type": "offline", "prompt": "consent"},
    )
    unit: ClassVar[str] = N_("units for all channels of the project")

    _me: str = ""

    def _base(self) -> str:
        return self._outside.bases.get(self.name, "https://youtube.googleapis.com/")

    def _headers(self) -> Mapping[str, str]:
        return self._bearer()

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        return meaning(reply, datetime.now(UTC))

    def _allowed(self) -> int:
        return self._figure("units", DAILY)

    def _pool(self) -> str:
        return f"app {self._app.client_id}"  # the quota is the Google project's: its channels share it

    def _ends(self, now: datetime) -> datetime:
        return midnight(now)

    async def _ask(self, resource: str, **asked: Any) -> Body:
        await self._spend(READING)
        return (await self._call("GET", f"youtube/{version('youtube')}/{resource}", params=asked)).body()

    async def _change(self, method: str, path: str, **parts: Any) -> Reply:
        await self._spend(CHANGING)
        return await self._call(method, f"youtube/{version('youtube')}/{path}", effect=True, **parts)

    async def check(self) -> Profile:
        """Ask which channel the consent was given for, and find out whether the desk may upload."""
        channel = await self._channel("snippet")
        self._me, handle = channel.id("id"), channel.maybe("snippet.customUrl", str) or ""
        why_not = self._why_not()
        return Profile(
            remote_id=self._me,
            name=channel.read("snippet.title", str),
            handle=handle.removeprefix("@"),
            link=f"https://www.youtube.com/channel/{self._me}",
            mode=N_("comments; videos go up by hand") if why_not else N_("comments and videos"),
            can=self.can - {Can.PUBLISH, Can.FIND, Can.EDIT} if why_not else None,
            cannot={Can.PUBLISH: why_not} if why_not else {},
            quota=self.quota,
        )

    def _why_not(self) -> str:
        """Return why the desk may not upload; empty where it may. Which rights a consent covers is told with its tokens."""
        rights = set(self._secrets.get("scope", "").split())
        if rights and not rights & UPLOADING:
            return NO_RIGHT
        return "" if self._secrets.get("uploads") == BY_DESK else UNAUDITED

    async def _channel(self, part: str) -> Body:
        body = await self._ask("channels", part=part, mine="true")
        # A consent that lost its channel brings an empty list, or none at all.
        channels = list(body.each("items")) if body.has("items") or not body.has("pageInfo") else []
        if not channels:
            raise self._expired()
        return channels[0]

    async def _own_id(self) -> str:
        if not self._me:
            self._me = (await self._channel("snippet")).id("id")
        return self._me
