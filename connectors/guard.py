"""The guard at the door: a connector reaches public addresses, and inner ones only where the settings allow them.

Addresses of instances and feeds are typed by people. A name is looked up here, every address it has is judged, and the
connection goes to the very address that was judged: there is no second look-up that could say something else.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore
import httpx

PORTS: Final = frozenset({80, 443})
# `is_global` is true for these although they lead inside: NAT64, 6to4 and Teredo carry an IPv4 address within
# (https://www.rfc-editor.org/rfc/rfc6052, https://www.rfc-editor.org/rfc/rfc3056, https://www.rfc-editor.org/rfc/rfc4380).
_TUNNELS: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10")
)


class Barred(httpcore.ConnectError):
    """The address leads where a connector has no business. Nothing was sent."""


def public(address: str) -> bool:
    """Say whether an address, as digits, belongs to the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return public(str(ip.ipv4_mapped))
        if any(ip in network for network in _TUNNELS):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def inner(host: str, port: int, hosts: frozenset[str]) -> bool:
    """Say whether the settings allow this inner host."""
    bare = host.strip("[]").lower()
    return bare in hosts or f"{bare}:{port}" in hosts


def place(address: str) -> tuple[str, int]:
    """Return the host and port of an address; raise ValueError where it has none."""
    parts = urlsplit(address)
    if not parts.hostname:
        raise ValueError("no host")
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def bar(url: httpx.URL, hosts: frozenset[str]) -> None:
    """Raise Barred for an address that must not even be looked up."""
    port = url.port or (443 if url.scheme == "https" else 80)
    if url.scheme not in {"http", "https"} or not url.host:
        raise Barred("only http and https")
    if url.userinfo:
        raise Barred("no user or password in an address")
    if port not in PORTS and not inner(url.host, port, hosts):
        raise Barred("only ports 80 and 443")


class _Door(httpcore.AsyncNetworkBackend):
    """Looks names up, judges every address, and connects to what was judged."""

    def __init__(self, hosts: frozenset[str]) -> None:
        self._hosts = hosts
        self._behind = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers, if every address may be reached."""
        try:
            async with asyncio.timeout(timeout):
                return await self._connect(await self._judged(host, port), port, socket_options)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("no connection in time") from error

    async def _judged(self, host: str, port: int) -> list[str]:
        allowed = inner(host, port, self._hosts)
        if port not in PORTS and not allowed:
            raise Barred("only ports 80 and 443")
        addresses = await look_up(host, port)
        if not allowed and not all(public(address) for address in addresses):
            raise Barred("the name leads to an inner address")
        return addresses

    async def _connect(
        self, addresses: list[str], port: int, options: Iterable[Any] | None
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in addresses:
            try:
                return await self._behind.connect_tcp(address, port, socket_options=options)
            except httpcore.ConnectError as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: nothing outside is on a socket file."""
        raise Barred("no socket files")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


async def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a name, as digits."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError("the name is not known") from error
    return list(dict.fromkeys(str(address[4][0]) for address in found))


@cache
def _trust() -> ssl.SSLContext:
    """Return whom we trust, read once: it takes a twentieth of a second."""
    return httpx.create_ssl_context(trust_env=False)


class Guarded(httpx.AsyncHTTPTransport):
    """httpx's transport, behind the door. Proxies of the environment are ignored: they would look names up for us."""

    def __init__(self, hosts: frozenset[str]) -> None:
        super().__init__(verify=_trust(), trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_trust(),
            max_connections=8,
            keepalive_expiry=4,  # shorter than servers keep idle connections, so that a publish never meets a dead one
            network_backend=_Door(hosts),
        )
