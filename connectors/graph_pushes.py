"""What Meta pushes to the one address of our app: believed where it is signed, then looked at through the API.

A push names the accounts it is about and what changed there. What was said is read again, whatever the post's age: looking
around finds the newest posts' at once, and those under older ones later.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import ClassVar, Final, Never

from connectors.graph_keys import GraphKeys
from connectors.graph_reading import is_signed, push
from connectors.reading import Body, parse
from smm.errors import N_, NeedsHuman, Rejected, Unreadable
from smm.networks import Can, Hooked, Item, Pushed

LOOKED_AT: Final = 10  # changes of one push; the next look finds the others

FORGED = N_("That does not come from {network}.")
NO_APP = N_("Pushes are signed with the secret of an app: the desk has none. It looks every few minutes instead.")
NOT_SUBSCRIBED = N_("The key may not subscribe the desk's app to the Page's news. It looks every few minutes instead.")


class GraphPushes(GraphKeys):
    """What an account's network pushes."""

    one_hook: ClassVar[bool] = True
    news: ClassVar[tuple[str, ...]] = ("feed",)  # of the Page, that our app is told about

    async def webhook(self, pushed: Pushed) -> Hooked:
        """Believe what is signed with our app's secret; answer the question that comes when the address is registered.

        Meta asks with the verify token that was typed there: it is the last part of the address.
        """
        if pushed.method == "GET":
            asked = pushed.query.get("hub.verify_token", "")
            if not (pushed.token and hmac.compare_digest(asked.encode(), pushed.token.encode())):
                self._forged()
            return Hooked(body=pushed.query.get("hub.challenge", ""), fetch=False)
        given = pushed.headers.get("x-hub-signature-256", "")
        if not any(is_signed(pushed.body, given, secret) for secret in self._signers()):
            self._forged()
        return await self._understand(self._json(pushed.body))

    def _signers(self) -> tuple[str, ...]:
        """Return the secrets that a push may be signed with."""
        return (self._app.client_secret,)

    async def _understand(self, body: Body) -> Hooked:
        """Return what a push means; only the account that it is about can look closer."""
        pushed, items = push(body), list[Item]()
        if any(field in self._readers() for field, _ in pushed.changes) and await self._own_id() in pushed.accounts:
            for field, change in pushed.changes[:LOOKED_AT]:
                items += [item] if (item := await self._looked_at(field, change)) is not None else []
        return Hooked(accounts=pushed.accounts, items=tuple(items))

    async def _looked_at(self, field: str, change: Body) -> Item | None:
        read = self._readers().get(field)
        try:
            return await read(change) if read is not None else None
        except (
            Rejected,
            NeedsHuman,
            Unreadable,
        ):  # gone already, of somebody who shows it to nobody, or for the next look
            return None

    def _readers(self) -> dict[str, Callable[[Body], Awaitable[Item | None]]]:
        """Return how a change is looked at, by its field."""
        return {}

    def _json(self, content: bytes) -> Body:
        try:
            return Body(parse(content), self.title, self._account)
        except ValueError:
            return Body(None, self.title, self._account)

    def _forged(self) -> Never:
        raise Rejected(FORGED, network=self.title, account=self._account)

    async def _deaf(self) -> dict[Can, str]:
        """Subscribe our app to the account's news; return why pushes do not come, where they cannot."""
        if not self._app.client_secret:
            return {Can.WEBHOOK: NO_APP}
        path, news = await self._news()
        try:
            await self._change(*path, effect=False, subscribed_fields=",".join(news))
        except (NeedsHuman, Rejected):
            return {Can.WEBHOOK: NOT_SUBSCRIBED}
        return {}

    async def _news(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return where our app is subscribed, and to what."""
        return (await self._page_id(), "subscribed_apps"), self.news
