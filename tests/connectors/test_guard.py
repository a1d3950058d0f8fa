"""Addresses that people type lead outside or nowhere: no literal, name, redirect or second look-up reaches an inner host."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpcore
import pytest
from loopback_http import Asked, LoopbackHttp, Said, loopback

from connectors import guard
from connectors.base import Outside
from connectors.guard import inner, public
from connectors.rss import Rss
from smm.errors import ConnectorError, Rejected, Unavailable

# Every one of them would reach this machine, a neighbour or the cloud's metadata if it were let.
CORPUS = [
    "http://127.0.0.1:{port}/",
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.127.127.127/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://0/",
    "http://2130706433/",
    "http://2130706433:{port}/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://localhost/",
    "http://localhost:{port}/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://127．0．0．1/",
    "http://１２７.0.0.1/",
    "http://%6c%6f%63%61%6c%68%6f%73%74/",
    "http://127.0.0.1%00.example.org/",
    "http://[::1]/",
    "http://[::1]:{port}/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://192.0.0.1/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://user@127.0.0.1/",
    "http://example.org@127.0.0.1/",
    "http://example.org:80@127.0.0.1:{port}/",
    "http://127.0.0.1#@example.org/",
    "http://127.0.0.1:{port}\\@example.org/",
    "http://93.184.215.14:22/",
    "http://93.184.215.14:6379/",
    "http://93.184.215.14:{port}/",
    "https://93.184.215.14:8443/",
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1:6379/_INFO",
    "dict://127.0.0.1:11211/stat",
    "unix:///var/run/docker.sock",
    "//127.0.0.1/",
    "http:///127.0.0.1/",
    "http://",
    "127.0.0.1",
]


@pytest.fixture
async def house() -> AsyncIterator[LoopbackHttp]:
    """Something inside that nobody outside may reach."""
    async with loopback(
        lambda asked: Said(200, b"<rss version='2.0'><channel><title>In</title></channel></rss>")
    ) as server:
        yield server


@pytest.fixture(autouse=True)
def nobody_leaves(monkeypatch: pytest.MonkeyPatch, house: LoopbackHttp) -> list[str]:
    """Let no connection leave this machine: what the guard lets through is noted and refused."""
    let_through: list[str] = []
    connect = httpcore.AnyIOBackend.connect_tcp

    async def noted(self: Any, host: str, port: int, **parts: Any) -> Any:
        let_through.append(host)
        if host != "127.0.0.1" or port != house.port:
            raise httpcore.ConnectError("no test talks outside")
        return await connect(self, host, port, **parts)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", noted)
    return let_through


def test_the_corpus_is_large_enough() -> None:
    assert len(set(CORPUS)) >= 60


@pytest.mark.parametrize("address", CORPUS)
async def test_no_inner_address_is_reached(address: str, house: LoopbackHttp, nobody_leaves: list[str]) -> None:
    feed = Rss({"address": address.replace("{port}", str(house.port))}, Outside(patience=30))
    with pytest.raises(ConnectorError):
        await feed.fetch("")
    await feed.close()
    assert house.connections == 0
    assert nobody_leaves == []


async def test_an_inner_host_is_reached_where_the_settings_allow_it(house: LoopbackHttp) -> None:
    for allowed in ("127.0.0.1", f"127.0.0.1:{house.port}"):
        feed = Rss({"address": f"{house.url}/feed"}, Outside(inner_hosts=frozenset({allowed})))
        assert (await feed.check()).name == "In"
        await feed.close()


async def test_only_that_port_of_an_inner_host(house: LoopbackHttp) -> None:
    feed = Rss({"address": f"{house.url}/feed"}, Outside(inner_hosts=frozenset({"127.0.0.1:1"})))
    with pytest.raises(Rejected):
        await feed.check()
    await feed.close()


def resolver(monkeypatch: pytest.MonkeyPatch, **names: list[list[str]]) -> list[str]:
    """Answer look-ups from a list, one after another; return the names that were looked up."""
    asked: list[str] = []

    async def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        answers = names[host.replace(".", "_")]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    monkeypatch.setattr(guard, "look_up", look_up)
    return asked


async def test_a_name_that_leads_inside_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, nobody_leaves: list[str]
) -> None:
    resolver(monkeypatch, evil_example=[["127.0.0.1"]], mixed_example=[["93.184.215.14", "10.0.0.1"]])
    for name in ("evil.example", "mixed.example"):
        feed = Rss({"address": f"http://{name}/"}, Outside())
        with pytest.raises(Rejected):
            await feed.check()
        await feed.close()
    assert nobody_leaves == []


async def test_the_address_that_was_judged_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch, nobody_leaves: list[str]
) -> None:
    asked = resolver(monkeypatch, rebinding_example=[["93.184.215.14"], ["127.0.0.1"]])
    feed = Rss({"address": "http://rebinding.example/"}, Outside())
    with pytest.raises(Unavailable):
        await feed.check()
    await feed.close()
    assert asked == ["rebinding.example"]
    assert nobody_leaves == ["93.184.215.14"]


def redirecting(house: LoopbackHttp, *targets: str) -> None:
    def answer(asked: Asked) -> Said:
        number = int(asked.path.strip("/") or 0)
        if number < len(targets):
            return Said(302, b"", {"location": targets[number]})
        return Said(200, b"<rss version='2.0'><channel><title>In</title></channel></rss>")

    house.handler = answer


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/", "file:///etc/passwd", "http://93.184.215.14:22/"],
)
async def test_a_redirect_leads_no_further_in(target: str, house: LoopbackHttp, nobody_leaves: list[str]) -> None:
    redirecting(house, target)
    feed = Rss({"address": f"{house.url}/0"}, Outside(inner_hosts=frozenset({f"127.0.0.1:{house.port}"})))
    with pytest.raises(ConnectorError):
        await feed.check()
    await feed.close()
    assert set(nobody_leaves) == {"127.0.0.1"}


async def test_a_public_address_does_not_lead_to_an_allowed_inner_one(
    monkeypatch: pytest.MonkeyPatch, house: LoopbackHttp
) -> None:
    resolver(monkeypatch, outside_example=[["93.184.215.14"]], inside_example=[["10.0.0.1"]])

    async def to_the_house(self: Any, host: str, port: int, **parts: Any) -> Any:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        return Stream(reader, writer)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", to_the_house)
    redirecting(house, "http://inside.example/1")
    feed = Rss({"address": "http://outside.example/0"}, Outside(inner_hosts=frozenset({"inside.example"})))
    with pytest.raises(Rejected):
        await feed.check()
    await feed.close()
    assert [asked.headers["host"] for asked in house.asked] == ["outside.example"]


class Stream(httpcore.AsyncNetworkStream):
    """A connection for httpcore over asyncio's own streams."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._reader.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self._writer.write(buffer)
        await self._writer.drain()

    async def aclose(self) -> None:
        self._writer.close()

    def get_extra_info(self, info: str) -> Any:
        return None


async def test_three_redirects_and_no_more(house: LoopbackHttp) -> None:
    redirecting(house, "/1", "/2", "/3")
    feed = Rss({"address": f"{house.url}/0"}, Outside(inner_hosts=frozenset({"127.0.0.1"})))
    assert (await feed.check()).name == "In"
    redirecting(house, "/1", "/2", "/3", "/4")
    with pytest.raises(Rejected):
        await feed.check()
    await feed.close()


async def test_a_slow_look_up_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(host: str, port: int) -> list[str]:
        await asyncio.sleep(30)
        return []

    monkeypatch.setattr(guard, "look_up", never)
    feed = Rss({"address": "http://slow.example/"}, Outside(patience=0.05))
    with pytest.raises(Unavailable):
        await feed.check()
    await feed.close()


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch, house: LoopbackHttp) -> None:
    monkeypatch.setenv("HTTP_PROXY", house.url)
    monkeypatch.setenv("ALL_PROXY", house.url)
    feed = Rss({"address": "http://10.0.0.1/"}, Outside())
    with pytest.raises(Rejected):
        await feed.check()
    await feed.close()
    assert house.connections == 0


def test_public_addresses_are_public() -> None:
    assert public("93.184.215.14")
    assert public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    assert not public("::ffff:10.0.0.1")


def test_inner_hosts_are_named_exactly() -> None:
    hosts = frozenset({"feeds.example", "10.0.0.1:8000"})
    assert inner("FEEDS.example", 8080, hosts)
    assert inner("10.0.0.1", 8000, hosts)
    assert not inner("10.0.0.1", 8001, hosts)
    assert not inner("evil.feeds.example", 80, hosts)
