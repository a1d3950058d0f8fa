"""The two logins of Instagram, and all that differs between them.

By the key of the Page that an account belongs to, or by the account's own key, without a Page
(https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login). Which of the two a key is, is
found out by asking: neither side knows the other's keys. An account's own key has another host and another app, is not proven
with the app's secret, lasts 60 days and is renewed before they are over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from connectors.base import App
from connectors.consent import meaning, page, tokens
from connectors.graph_keys import EXTENDED, RENEWED_BEFORE, name_of, oauth
from connectors.graph_reading import alone
from connectors.graph_underway import GraphUnderway
from connectors.reading import Body
from connectors.versions import version
from smm.errors import N_, AuthExpired, NeedsHuman, Rejected, Unreadable
from smm.networks import Can, Credential, Grant, OAuth, Offer

LOGIN, PAGE, OWN = "login", "page", "instagram"  # beside the key: which of the two it is
OWN_APP: Final = "instagram_login"  # its name among the desk's apps
HOST: Final = f"https://graph.instagram.com/{version('instagram')}/"
KEYS: Final = "https://graph.instagram.com/"
TOKEN: Final = "https://api.instagram.com/oauth/access_token"  # noqa: S105 - an address
OWN_INBOX: Final = "https://www.instagram.com/direct/inbox/"
HELP: Final = "https://help.instagram.com/502981923235522"

NO_ACCOUNT = N_(
    "No professional Instagram account belongs to the Page {name}. Connect one to it there, then try again: {url}"
)
NOT_TAKEN_DOWN = N_("A key of Instagram's own login may not take posts down; the key of a Page may.")

OF_PAGE: Final = oauth(
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_insights",
    "instagram_manage_messages",
)
OF_ITSELF: Final = OAuth(
    "https://www.instagram.com/oauth/authorize",
    TOKEN,
    (
        "instagram_business_basic",
        "instagram_business_content_publish",
        "instagram_business_manage_comments",
        "instagram_business_manage_insights",
        "instagram_business_manage_messages",
    ),
    separator=",",
)


@dataclass(frozen=True, slots=True)
class Login:
    """Who the key speaks for."""

    id: str
    handle: str
    name: str


class InstagramLogin(GraphUnderway):
    """One professional account, by either login."""

    name: ClassVar[str] = "instagram"
    title: ClassVar[str] = "Instagram"
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential("token", N_("Key"), hint=N_("Of the account itself, or of the Page it belongs to: see the guide.")),
    )
    oauth: ClassVar[OAuth | None] = OF_PAGE
    more_apps: ClassVar[tuple[str, ...]] = (OWN_APP,)
    fields: ClassVar[str] = "id,name,instagram_business_account{id,username,name}"
    own_news: ClassVar[tuple[str, ...]] = ("comments", "live_comments", "mentions")

    @property
    def _is_own(self) -> bool:
        return self._secrets.get(LOGIN) == OWN

    @property
    def _app(self) -> App:
        return self._outside.apps.get(OWN_APP if self._is_own else self.name, App(""))

    @property
    def _own_app(self) -> App | None:
        return self._outside.apps.get(OWN_APP)

    def _hidden(self) -> list[str]:
        return [*super()._hidden(), *self._signers()]

    def _place(self, path: Sequence[str]) -> str:
        return self._placed_at(HOST, super()._place(path)) if self._is_own else super()._place(path)

    def _placed_at(self, host: str, path: str) -> str:
        """Return a place on a host; where the settings say another address for Instagram, it is there, too."""
        return path if self.name in self._outside.bases else host + path

    def _proven(self, parts: Mapping[str, Any]) -> dict[str, Any]:
        shown = super()._proven(parts)
        return {name: value for name, value in shown.items() if name != "appsecret_proof" or not self._is_own}

    def _signers(self) -> tuple[str, ...]:
        apps = (self._outside.apps.get(name, App("")) for name in (self.name, OWN_APP))
        return tuple(app.client_secret for app in apps if app.client_secret)

    # Who it is.

    async def _login(self) -> Login:
        """Return the account, asked once."""
        if not self._is_own:
            return await self._of_page()
        if self._known is None:
            self._known = alone(await self._read("me", fields="user_id,username,name"))
        return self._of_itself(self._known)

    def _of_itself(self, me: Body) -> Login:
        handle = me.read("username", str)
        return Login(me.id("user_id"), handle, me.maybe("name", str) or handle)

    async def _of_page(self) -> Login:
        found = await self._page()
        if not found.has("instagram_business_account"):
            facts = {"network": self.title, "account": self._account, "name": found.read("name", str)}
            raise NeedsHuman(NO_ACCOUNT, url=HELP, **facts)
        account = found.part("instagram_business_account")
        handle = account.read("username", str)
        return Login(account.id("id"), handle, account.maybe("name", str) or handle)

    async def _own_id(self) -> str:
        return (await self._login()).id

    async def _messenger(self) -> str:
        return await self._own_id() if self._is_own else await super()._messenger()

    def _inbox(self) -> str:
        return OWN_INBOX if self._is_own else super()._inbox()

    async def _news(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if self._is_own:
            return (await self._own_id(), "subscribed_apps"), self.own_news
        return await super()._news()

    async def _probed(self) -> Login:
        """Ask whose the key is, of a Page first; remember which login it is."""
        self._known = None
        if self._secrets.get(LOGIN):
            return await self._login()
        try:
            found = await self._of_page()
        except AuthExpired as error:
            return await self._probed_own(error)
        await self._keep_beside(lambda: {LOGIN: PAGE})
        return found

    async def _probed_own(self, refusal: AuthExpired) -> Login:
        asked = {"fields": "user_id,username,name"}
        try:
            reply = await self._wire.call("GET", self._placed_at(HOST, "me"), params=asked)
            me = alone(self._heard(reply))
            found = self._of_itself(me)
        except (AuthExpired, NeedsHuman, Rejected, Unreadable) as error:
            raise refusal from error
        await self._keep_beside(lambda: {LOGIN: OWN})
        self._known = me
        return found

    def _unable(self) -> dict[Can, str]:
        """Return what this login does not allow, and why."""
        return {Can.DELETE: NOT_TAKEN_DOWN} if self._is_own else {}

    # How long it lasts.

    async def _lasting(self) -> datetime | None:
        """Renew an own key in its last 30 days, and find out when one that was typed ends."""
        if not self._is_own:
            return await super()._lasting()
        async with self._lengthening:
            token, ends = self._secrets.get("token", ""), self._ends()
            known = self._secrets.get(EXTENDED) == name_of(token)
            if known and ends is not None and ends - datetime.now(UTC) >= RENEWED_BEFORE:
                return ends
            longer = await self._renewed(token)
            if not longer:
                return ends if known else None
            await self._keep_beside(lambda: {**longer, EXTENDED: name_of(longer["token"])})
            return self._ends()

    async def _renewed(self, token: str) -> Mapping[str, str]:
        """Renew a key; nothing where it is younger than a day, which Instagram refuses: the next check asks again."""
        try:
            return await self._own_tokens("refresh_access_token", "ig_refresh_token", token)
        except Rejected:
            return await self._exchanged(token, self._own_app) if self._own_app else {}

    async def _exchanged(self, token: str, app: App) -> Mapping[str, str]:
        """Exchange a key of an hour for one of 60 days; nothing where it is one already."""
        try:
            return await self._own_tokens("access_token", "ig_exchange_token", token, client_secret=app.client_secret)
        except Rejected:
            return {}

    async def _own_tokens(self, path: str, grant: str, token: str, **more: str) -> Mapping[str, str]:
        """Ask for a key. Instagram takes what it needs for that in no other place than the address.

        https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
        """
        asked = {"grant_type": grant, **more, "access_token": token}
        return tokens((await self._wire.call("GET", self._placed_at(KEYS, path), params=asked)).body())

    # How a consent gives it out.

    @property
    def _oauth(self) -> OAuth | None:
        wanted = OF_ITSELF if self._own_app else OF_PAGE
        return replace(wanted, authorize=self._placed(wanted.authorize), token=self._placed(wanted.token))

    def consent(self, state: str, challenge: str, redirect: str) -> str:
        """Return the page where a person consents: Instagram's own where the desk has an app for that, else Facebook's."""
        assert self._oauth is not None
        return page(self._base(), self._oauth, self._own_app or self._app, state, challenge, redirect)

    async def exchange(self, grant: Grant) -> tuple[Offer, ...]:
        """Turn a person's consent into the account's own key, or into those of Pages."""
        app = self._own_app
        if app is None:
            return await super().exchange(grant)
        asked = {"grant_type": "authorization_code", "code": grant.code, "redirect_uri": grant.redirect}
        ours = {"client_id": app.client_id, "client_secret": app.client_secret}
        assert self._oauth is not None
        reply = await self._wire.call("POST", self._oauth.token, data=asked | ours, meaning=meaning)
        token = alone(reply.body()).read("access_token", str)
        longer = await self._own_tokens("access_token", "ig_exchange_token", token, client_secret=app.client_secret)
        return (Offer("", {**longer, EXTENDED: name_of(longer["token"]), LOGIN: OWN}),)

    def _offer(self, page: Body) -> Offer | None:
        """Return the account that belongs to a Page."""
        found = super()._offer(page)
        if found is None or not page.has("instagram_business_account"):
            return None
        handle = page.read("instagram_business_account.username", str)
        return Offer(f"@{handle}", {**found.secrets, LOGIN: PAGE})
