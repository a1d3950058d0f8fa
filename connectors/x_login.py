"""Who an account on X is, and what it may spend (https://docs.x.com/x-api/getting-started/pricing).

Every call is paid for: what it costs is counted here, and nothing is called once the month's budget is used up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from connectors.allowance import Counted
from connectors.reading import Body
from connectors.wire import Reply
from connectors.x_reading import OWNED, SITE, meaning, next_month, worth
from smm.errors import N_, ConnectorError, NeedsHuman, RateLimited, Rejected
from smm.networks import Credential, OAuth, Profile

DOLLARS: Final = 10  # a month, where nobody said
MILLS: Final = 1000  # of a dollar
USED_UP: Final = N_(
    "The month's budget for {network} is used up. It begins anew on the first; to raise it, reconnect: /accounts"
)


class XLogin(Counted):
    """One account, as far as who it is and what it spends."""

    name: ClassVar[str] = "x"
    title: ClassVar[str] = "X"
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("refresh_token", N_("Refresh token")),
        Credential("budget", N_("Dollars a month at most"), secret=False, default=str(DOLLARS), required=False),
    )
    needs_app: ClassVar[bool] = True  # each token lasts two hours
    oauth: ClassVar[OAuth | None] = OAuth(
        authorize="https://x.com/i/oauth2/authorize",
        token="https://api.x.com/2/oauth2/token",  # noqa: S106 - an address
        scopes=("tweet.read", "tweet.write", "tweet.moderate.write", "users.read", "media.write", "offline.access"),
        basic=True,
    )
    unit: ClassVar[str] = N_("cents")
    scale: ClassVar[int] = 10

    _me: str = ""

    def _base(self) -> str:
        return self._outside.bases.get(self.name, "https://api.x.com/")

    def _headers(self) -> Mapping[str, str]:
        return self._bearer()

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        return meaning(reply, datetime.now(UTC))

    async def _refresh(self) -> Mapping[str, str]:
        try:
            return await super()._refresh()
        except Rejected as error:
            if "token was invalid" not in error.reason:
                raise
            raise self._expired() from error  # X says "invalid_request" of a refresh token that is dead

    def _allowed(self) -> int:
        return self._figure("budget", DOLLARS) * MILLS

    def _ends(self, now: datetime) -> datetime:
        return next_month(now)

    async def _ask(self, path: str, *, each: int = OWNED, **asked: Any) -> Body:
        """Read, unless the budget is used up; `each` is what a thing costs that is brought."""
        if await self._spend(0) <= 0:
            raise self._later(USED_UP)
        body = (await self._call("GET", f"2/{path}", params=asked)).body()
        await self._spend(worth(body, each))
        return body

    def _later(self, words: str) -> RateLimited:
        """Return the error of what waits for the next month's budget."""
        now = datetime.now(UTC)
        return RateLimited(words, retry_after=self._ends(now) - now, network=self.title, account=self._account)

    async def _change(self, method: str, path: str, cost: int = 0, **parts: Any) -> Body:
        """Change something in public, if the budget still has what it costs."""
        if await self._spend(cost) < 0 and cost:
            await self._spend(-cost)
            raise NeedsHuman(USED_UP, network=self.title, account=self._account)
        return (await self._call(method, f"2/{path}", effect=True, **parts)).body()

    async def check(self) -> Profile:
        """Ask who the token belongs to."""
        me = (await self._ask("users/me")).part("data")
        self._me, handle = me.id("id"), me.read("username", str)
        return Profile(self._me, me.read("name", str), handle, f"{SITE}/{handle}", quota=self.quota)

    async def _own_id(self) -> str:
        if not self._me:
            self._me = (await self._ask("users/me")).part("data").id("id")
        return self._me
