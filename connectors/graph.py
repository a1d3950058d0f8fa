"""What Facebook Pages and Instagram share: one conversation with Meta's Graph API, as a Page, with the Page's own key.

It owns who the key belongs to, how it is proven, made to last and given out by a consent, pushes, and what both networks do alike.
Not tried against Meta itself. Keys travel in a header or a body, never in an address.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Final, Never

from connectors.base import Base, Status
from connectors.consent import exchanged, tokens
from connectors.graph_errors import NOT_A_PAGE, RIGHTS_PAGE, meaning, told
from connectors.graph_reading import figures, is_signed, proof, push
from connectors.reading import Body, parse
from connectors.versions import version
from connectors.wire import Reply
from smm.errors import N_, ConnectorError, NeedsHuman, Rejected
from smm.networks import Answer, Can, Credential, Grant, Hooked, OAuth, Offer, Published, Pushed

INBOX: Final = "https://business.facebook.com/latest/inbox/all"
RENEWED_BEFORE: Final = timedelta(days=30)
EXTENDED, EXPIRES = "extended", "expires_at"  # names beside the key; nobody is asked for them
NOBODY: Final = frozenset({12, 100})  # a field that a person does not have, or has no longer

FORGED = N_("That does not come from {network}.")
NO_APP = N_("Pushes are signed with the secret of an app: the desk has none. It looks every few minutes instead.")
NOT_SUBSCRIBED = N_("The key may not subscribe the desk's app to the Page's news. It looks every few minutes instead.")
NO_PAGES = N_("This consent covers no account that the desk could use. Consent again, and choose the Page there.")
DIALOG: Final = f"https://www.facebook.com/{version('facebook')}/dialog/oauth"
PAGE_RIGHTS: Final = ("pages_show_list", "pages_read_engagement", "pages_manage_metadata", "pages_messaging")


class Graph(Base):
    """One account that a Page's key speaks for."""

    can: ClassVar[frozenset[Can]] = (
        frozenset(Can) - {Can.STREAM, Can.SEARCH} - {Can.PARTICIPANTS, Can.FOLLOWERS} - {Can.INVITE, Can.CLOSE_INVITE}
    )
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("token", N_("Page key"), hint=N_("The Page's access token, not a person's: see the guide.")),
    )
    one_hook: ClassVar[bool] = True
    status: ClassVar[Status] = Status.DOCUMENTED
    checked: ClassVar[date] = date(2026, 11, 25)
    fields: ClassVar[str]  # of the Page, that say who the account is
    news: ClassVar[tuple[str, ...]] = ("feed",)  # of the Page, that our app is told about

    _known: Body | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._keeping = asyncio.Lock()

    def _base(self) -> str:
        return self._outside.bases.get(self.name, f"https://graph.facebook.com/{version(self.name)}/")

    def _headers(self) -> Mapping[str, str]:
        token = self._secrets.get("token", "")
        return {"authorization": f"Bearer {token}"} if token else {}

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        return meaning(reply)

    async def _refresh(self) -> Mapping[str, str]:
        """Say that only a person can help: a key is made to last before it ends (in `check`), never after."""
        raise self._expired()

    async def _keep_beside(self, more: Callable[[], Mapping[str, str]]) -> None:
        """Keep something beside the key, so that it is there after a restart, too. `more` sees what was kept last."""
        async with self._keeping:  # two who keep at once would lose what one of them kept
            secrets = self._secrets | dict(more())
            await self._keep(secrets)
            is_other = secrets.get("token") != self._secrets.get("token")
            self._secrets = secrets
            if is_other:
                self._wire.renew(self._headers(), self._hidden())

    # Calls.

    def _proven(self, parts: Mapping[str, Any]) -> dict[str, Any]:
        token, secret = self._secrets.get("token", ""), self._app.client_secret
        shown = {"appsecret_proof": proof(token, secret)} if token and secret else {}
        return {name: value for name, value in parts.items() if value not in (None, "")} | shown

    async def _read(self, path: str, **asked: Any) -> Body:
        return (await self._wire.call("GET", path, params=self._proven(asked))).body()

    async def _change(self, path: str, *, effect: bool = True, files: Any = None, **said: Any) -> Body:
        parts = {"files": files} if files else {}
        reply = await self._wire.call("POST", path, effect=effect, data=self._proven(said), **parts)
        return reply.body()

    async def _take_down(self, remote_id: str) -> None:
        await self._wire.call("DELETE", remote_id, effect=True, params=self._proven({}))

    async def _counts(self, remote_ids: Sequence[str], fields: str) -> Mapping[str, Body]:
        """Return what is told of each. One that is gone is left out, unless all are."""
        found: dict[str, Body] = {}
        gone: Rejected | None = None
        for remote_id in remote_ids:
            try:
                body = await self._read(remote_id, fields=fields)
                found[remote_id] = body if body.id("id") == remote_id else body.stop("id")
            except Rejected as error:
                if error.field != "target":
                    raise
                gone = error
        if gone is not None and not found:
            raise gone
        return found

    async def _insights(self, remote_id: str, names: Mapping[str, str], **asked: Any) -> dict[str, int]:
        """Return insights by our names. A figure that Meta has renamed or holds back is left out, and the others stay."""
        try:
            body = await self._read(f"{remote_id}/insights", metric=",".join(names.values()), **asked)
        except (Rejected, NeedsHuman):
            if len(names) == 1:
                return {}
            alone = [await self._insights(remote_id, {ours: theirs}, **asked) for ours, theirs in names.items()]
            return {ours: figure for some in alone for ours, figure in some.items()}
        return figures(body, names)

    # Who the key belongs to.

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

        reply = await self._wire.call("GET", "me", params=self._proven({"fields": self.fields}), meaning=judge)
        return reply.body()

    async def _page_id(self) -> str:
        return (await self._page()).id("id")

    async def _own_id(self) -> str:
        """Return the id under which the account is known here, and in pushes."""
        return await self._page_id()

    async def _lasting(self) -> datetime | None:
        """Make the key last as long as Meta allows, and return when it ends; None where it does not, or nobody knows."""
        token, ends = self._secrets.get("token", ""), self._ends()
        known = self._secrets.get(EXTENDED) == _name(token)
        soon = ends is not None and ends - datetime.now(UTC) < RENEWED_BEFORE
        if self._app.client_secret and (soon or not known):
            longer = await self._longer(token)
            await self._keep_beside(lambda: {EXPIRES: "", **longer, EXTENDED: _name(longer["token"])})
            return self._ends()
        return ends if known else None

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
        return Offer(page.read("name", str), {"token": token, EXTENDED: _name(token)})

    # Pushes.

    async def webhook(self, pushed: Pushed) -> Hooked:
        """Believe what is signed with our app's secret; answer the question that comes when the address is registered.

        Meta asks with the verify token that was typed there: it is the last part of the address.
        """
        if pushed.method == "GET":
            asked = pushed.query.get("hub.verify_token", "")
            if not (pushed.token and hmac.compare_digest(asked.encode(), pushed.token.encode())):
                self._forged()
            return Hooked(body=pushed.query.get("hub.challenge", ""), fetch=False)
        if not is_signed(pushed.body, pushed.headers.get("x-hub-signature-256", ""), self._app.client_secret):
            self._forged()
        return await self._understand(Body(_json(pushed.body), self.title, self._account))

    async def _understand(self, body: Body) -> Hooked:
        """Return what a push means: a hint to fetch."""
        return Hooked(accounts=push(body).accounts)

    def _forged(self) -> Never:
        raise Rejected(FORGED, network=self.title, account=self._account)

    async def _deaf(self) -> dict[Can, str]:
        """Subscribe our app to the Page's news; return why pushes do not come, where they cannot."""
        if not self._app.client_secret:
            return {Can.WEBHOOK: NO_APP}
        path, news = f"{await self._page_id()}/subscribed_apps", ",".join(self.news)
        try:
            await self._change(path, effect=False, subscribed_fields=news)
        except (NeedsHuman, Rejected):
            return {Can.WEBHOOK: NOT_SUBSCRIBED}
        return {}

    # What both do alike.

    async def delete(self, remote_id: str) -> None:
        """Take down a post or an answer of ours."""
        await self._take_down(remote_id)

    async def remove(self, remote_id: str) -> None:
        """Take somebody's comment down."""
        await self._take_down(remote_id)

    async def message(self, answer: Answer) -> Published:
        """Answer a comment in private: once, within a week.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies
        """
        said, to = {"text": answer.text}, {"comment_id": answer.remote_id}
        path = f"{await self._page_id()}/messages"
        body = await self._change(path, recipient=json.dumps(to), message=json.dumps(said, ensure_ascii=False))
        return Published(body.id("message_id"), INBOX)


def oauth(*rights: str) -> OAuth:
    """Return how a person consents, with the rights that a network needs besides the Page's."""
    return OAuth(DIALOG, "oauth/access_token", (*PAGE_RIGHTS, *rights), separator=",")


def _name(token: str) -> str:
    """Return what a key is remembered by."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _json(content: bytes) -> Any:
    try:
        return parse(content)
    except ValueError:
        return None
