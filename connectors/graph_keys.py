"""The key of an account at Meta: whose it is, how it is made to last, when it ends, and how a consent gives one out.

A key is made to last before it ends, never after; what it ends with is told to people. Two ends there are: that of the key, and
that of the right to see data, which a person renews by consenting again within 90 days.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from connectors.consent import exchanged, tokens
from connectors.graph_calls import GraphCalls
from connectors.graph_errors import NOT_A_PAGE, RIGHTS_PAGE, meaning, told
from connectors.graph_reading import proof
from connectors.reading import Body
from connectors.versions import version
from connectors.wire import Reply
from smm.errors import N_, AuthExpired, ConnectorError, NeedsHuman, Rejected
from smm.networks import Credential, Grant, OAuth, Offer

RENEWED_BEFORE: Final = timedelta(days=30)
EXTENDED, EXPIRES = "extended", "expires_at"  # names beside the key; nobody is asked for them
NOBODY: Final = frozenset({12, 100})  # a field that a person does not have, or has no longer
NO_PAGES = N_("This consent covers no account that the desk could use. Consent again, and choose the Page there.")
DIALOG: Final = f"https://www.facebook.com/{version('facebook')}/dialog/oauth"
PAGE_RIGHTS: Final = ("pages_show_list", "pages_read_engagement", "pages_manage_metadata", "pages_messaging")


class GraphKeys(GraphCalls):
    """The key of a Page, and the Page that it belongs to."""

    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("token", N_("Page key"), hint=N_("The Page's access token, not a person's: see the guide.")),
    )
    fields: ClassVar[str]  # of the Page, that say who the account is

    _known: Body | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._lengthening = asyncio.Lock()

    async def _refresh(self) -> Mapping[str, str]:
        """Say that only a person can help: a key is made to last before it ends (in `check`), never after."""
        raise self._expired()

    # Who it belongs to.

    async def _page(self) -> Body:
        """Return the Page, asked once."""
        if self._known is None:
            self._known = await self._ask_page()
        return self._known

    async def _ask_page(self) -> Body:
        """Ask whose the key is. A person has no such fields: a key of theirs looks sound, and may do nothing here."""

        def judge(reply: Reply) -> ConnectorError | None:
            error = told(reply)
            if error is not None and error.code in NOBODY and re.search("nonexisting field|deprecated", error.reason):
                return NeedsHuman(NOT_A_PAGE, url=RIGHTS_PAGE, **reply.who.facts)
            return meaning(reply)

        asked = self._proven({"fields": self.fields})
        return self._heard(await self._wire.call("GET", "me", params=asked, meaning=judge))

    async def _page_id(self) -> str:
        return (await self._page()).id("id")

    async def _own_id(self) -> str:
        """Return the id under which the account is known here, and in pushes."""
        return await self._page_id()

    # How long it lasts.

    async def _lasting(self) -> datetime | None:
        """Make the key last as long as Meta allows, and return when the first of its ends is; None where nobody knows."""
        async with self._lengthening:
            token, ends = self._secrets.get("token", ""), self._ends()
            known = self._secrets.get(EXTENDED) == name_of(token)
            soon = ends is not None and ends - datetime.now(UTC) < RENEWED_BEFORE
            if self._app.client_secret and (soon or not known):
                longer = await self._longer(token)
                await self._keep_beside(lambda: {EXPIRES: "", **longer, EXTENDED: name_of(longer["token"])})
                known = True
        found = [end for end in (self._ends() if known else None, *await self._told_ends()) if end is not None]
        return min(found, default=None)

    def _ends(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self._secrets.get(EXPIRES, ""))
        except ValueError:
            return None

    async def _longer(self, token: str) -> Mapping[str, str]:
        """Exchange a key for one that lasts (https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived)."""
        asked = {"grant_type": "fb_exchange_token", "fb_exchange_token": token}
        ours = {"client_id": self._app.client_id, "client_secret": self._app.client_secret}
        return tokens((await self._wire.call("POST", "oauth/access_token", data=asked | ours)).body())

    async def _told_ends(self) -> list[datetime | None]:
        """Ask when the key and the right to see data end (https://developers.facebook.com/docs/graph-api/reference/debug_token).

        Meta takes the key that is asked about in no other place than the address. Who may not ask learns nothing.
        """
        if not self._app.client_secret:
            return []
        asked = {"input_token": self._secrets.get("token", "")}
        headers = {"authorization": f"Bearer {self._app.client_id}|{self._app.client_secret}"}
        try:
            body = (await self._wire.call("GET", "debug_token", params=asked, headers=headers)).body()
        except (AuthExpired, NeedsHuman, Rejected):  # of another app's key; whether it works, the other calls tell
            return []
        return [_moment(body.maybe(f"data.{name}", int)) for name in ("expires_at", "data_access_expires_at")]

    # How a consent gives it out.

    async def exchange(self, grant: Grant) -> tuple[Offer, ...]:
        """Turn a person's consent into the keys of their Pages, which last longer than the person's own."""
        assert self._oauth is not None
        person = await exchanged(self._wire, self._oauth, self._app, grant)
        token = (await self._longer(person["token"]))["token"]
        asked = {"fields": f"access_token,{self.fields}", "appsecret_proof": proof(token, self._app.client_secret)}
        headers = {"authorization": f"Bearer {token}"}
        body = (await self._wire.call("GET", "me/accounts", params=asked, headers=headers)).body()
        offers = [offer for page in body.each("data") if (offer := self._offer(page)) is not None]
        if not offers:
            raise Rejected(NO_PAGES, network=self.title, account=self._account)
        return tuple(offers)

    def _offer(self, page: Body) -> Offer | None:
        """Return a Page as an account to connect, None where it has none on this network."""
        token = page.read("access_token", str)
        return Offer(page.read("name", str), {"token": token, EXTENDED: name_of(token), EXPIRES: ""})


def oauth(*rights: str) -> OAuth:
    """Return how a person consents, with the rights that a network needs besides the Page's."""
    return OAuth(DIALOG, "oauth/access_token", (*PAGE_RIGHTS, *rights), separator=",")


def name_of(token: str) -> str:
    """Return what a key is remembered by."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _moment(seconds: int | None) -> datetime | None:
    """Return a moment told in seconds; zero and less are Meta's way to say never."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds and seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
