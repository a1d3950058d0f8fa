"""One conversation with Meta's Graph API: how it is asked, that it is our app that asks, and how much it lets us ask.

Keys travel in a header or a body, never in an address; ids that came from outside are quoted. Not tried against Meta itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from connectors.base import Base
from connectors.graph_errors import meaning
from connectors.graph_reading import figures, proof
from connectors.graph_usage import used
from connectors.reading import Body
from connectors.versions import version
from connectors.wire import Reply
from smm.errors import ConnectorError, NeedsHuman, Rejected


class GraphCalls(Base):
    """An account's calls. A path is given in its parts."""

    _used: int | None = None  # per cent of the calls that we may make, as told last

    def _base(self) -> str:
        return self._outside.bases.get(self.name, f"https://graph.facebook.com/{version(self.name)}/")

    def _headers(self) -> Mapping[str, str]:
        return self._bearer()

    def _meaning(self, reply: Reply) -> ConnectorError | None:
        return meaning(reply)

    def _place(self, path: Sequence[str]) -> str:
        """Return where a call goes."""
        return "/".join(quote(part, safe="") for part in path)

    def _at(self, host: str, path: Sequence[str]) -> str:
        """Return a place at another host of Meta's; where the settings say another address, it is there, too."""
        name, _, folder = host.partition("/")
        folder, joined = f"{folder}/" if folder else "", "/".join(quote(part, safe="") for part in path)
        if self.name in self._outside.bases:
            return folder + joined
        return f"https://{name}/{folder}{version(self.name)}/{joined}"

    def _proven(self, parts: Mapping[str, Any]) -> dict[str, Any]:
        """Return parameters without those that say nothing, and with what shows that our app asks."""
        token, secret = self._secrets.get("token", ""), self._app.client_secret
        shown = {"appsecret_proof": proof(token, secret)} if token and secret else {}
        return {name: value for name, value in parts.items() if value not in (None, "")} | shown

    async def _read(self, *path: str, **asked: Any) -> Body:
        return self._heard(await self._wire.call("GET", self._place(path), params=self._proven(asked)))

    async def _change(self, *path: str, effect: bool = True, files: Any = None, host: str = "", **said: Any) -> Body:
        parts = {"files": files} if files else {}
        place = self._at(host, path) if host else self._place(path)
        return self._heard(await self._wire.call("POST", place, effect=effect, data=self._proven(said), **parts))

    async def _take_down(self, remote_id: str) -> None:
        await self._wire.call("DELETE", self._place([remote_id]), effect=True, params=self._proven({}))

    def _heard(self, reply: Reply) -> Body:
        told = used(reply.headers)
        self._used = self._used if told is None else told
        return reply.body()

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
            body = await self._read(remote_id, "insights", metric=",".join(names.values()), **asked)
        except (Rejected, NeedsHuman):
            if len(names) == 1:
                return {}
            alone = [await self._insights(remote_id, {ours: theirs}, **asked) for ours, theirs in names.items()]
            return {ours: figure for some in alone for ours, figure in some.items()}
        return figures(body, names)
