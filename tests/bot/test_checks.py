"""`copydesk check` about the machine and the models: what works, what is wrong, what to do, and no secret said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from loopback_model import LoopbackModel, loopback_model
from web_desk import open_web

from bot import checks
from bot.checks import Finding
from bot.web.server import WebServer
from config.settings import Settings
from storage.engine import Database
from storage.vault import Vault

KEY = "sk-canary"


@pytest.fixture
async def model() -> AsyncIterator[LoopbackModel]:
    async with loopback_model() as running:
        yield running


async def said(check: Callable[[Settings], Awaitable[Finding]], folder: Path, **given: Any) -> tuple[str, str]:
    found = await checks._guarded(check, Settings(data=folder, **given))
    assert "canary" not in found.words
    return found.level, found.words


@pytest.mark.parametrize("which", ["writer", "transcriber"])
@pytest.mark.parametrize(
    ("changed", "level", "next_step"),
    [
        ({}, "ready", "loopback-1: it answers"),
        ({"status": 401}, "missing", "_KEY anew"),
        ({"status": 404}, "missing", "does not know loopback-1. Check COPYDESK_"),
        ({"status": 429}, "missing", "no money left. Look at its account"),
        ({"status": 500}, "missing", "try again later"),
        ({"status": 400}, "missing", "no server of OpenAI's kind"),
        ({"url": "http://127.0.0.1:9/v1"}, "missing", "Check the network and COPYDESK_"),
    ],
)
async def test_a_models_key_is_tried_by_a_real_call(
    model: LoopbackModel, tmp_path: Path, which: str, changed: dict[str, Any], level: str, next_step: str
) -> None:
    model.status = changed.get("status", 200)
    given = {f"{which}_url": changed.get("url", model.url), f"{which}_key": KEY, f"{which}_model": "loopback-1"}
    check = {"writer": checks._writer, "transcriber": checks._transcriber}[which]
    found, words = await said(check, tmp_path, **given)
    assert (found, next_step in words) == (level, True), words
    assert set(model.keys) <= {f"Bearer {KEY}"}
    assert model.keys or "url" in changed


async def test_a_key_that_no_header_takes_is_no_crash(model: LoopbackModel, tmp_path: Path) -> None:
    found, words = await said(checks._writer, tmp_path, writer_url=model.url, writer_key="ключ-canary")
    assert (found, "COPYDESK_WRITER_KEY anew" in words) == ("missing", True), words


async def test_a_server_that_is_something_else_is_named(model: LoopbackModel, tmp_path: Path) -> None:
    model.body = "<html>hello</html>"
    found, words = await said(checks._writer, tmp_path, writer_url=model.url, writer_key=KEY)
    assert (found, "Check COPYDESK_WRITER_URL" in words) == ("missing", True), words


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[WebServer]:
    """A desk that is running."""
    opened = WebServer((await open_web(database, tmp_path / "media")).app, "127.0.0.1", 0)
    await opened.start()
    yield opened
    await opened.stop()


async def test_the_port_is_free_or_the_desks_own_or_somebody_elses(desk: WebServer, tmp_path: Path) -> None:
    assert (await said(checks._port, tmp_path, web_port=0))[0] == "ready"
    found, words = await said(checks._port, tmp_path, web_port=desk.port)
    assert (found, "a desk answers there now" in words) == ("ready", True), words
    other = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with other:
        found, words = await said(checks._port, tmp_path, web_port=other.sockets[0].getsockname()[1])
    assert (found, "Choose another port with COPYDESK_WEB_PORT" in words) == ("missing", True), words


async def test_the_public_address_is_tried_from_outside_once_the_desk_runs(desk: WebServer, tmp_path: Path) -> None:
    for wrong in ("http://desk.example", "https://desk.example/copydesk", "https://anna:canary@desk.example"):
        assert (await said(checks._address, tmp_path, public_url=wrong))[0] == "missing", wrong
    here = {"public_url": f"https://127.0.0.1:{desk.port}"}  # nothing there speaks TLS
    assert (await said(checks._address, tmp_path, web_port=0, **here))[0] == "ready"
    found, words = await said(checks._address, tmp_path, web_port=desk.port, **here)
    assert (found, "your proxy passes everything on" in words) == ("missing", True), words


async def test_the_folder_and_its_key(tmp_path: Path) -> None:
    assert (await said(checks._folder, tmp_path / "later"))[0] == "ready"
    assert not (tmp_path / "later").exists()
    (tmp_path / "file").write_text("")
    found, words = await said(checks._folder, tmp_path / "file" / "data")
    assert (found, "COPYDESK_DATA" in words) == ("missing", True), words
    key = tmp_path / "secret.key"
    key.write_text(Vault.new_key())
    key.chmod(0o644)
    assert "chmod 600" in (await said(checks._key, tmp_path))[1]
    key.chmod(0o600)
    assert (await said(checks._key, tmp_path))[0] == "ready"
    key.write_text("canary")
    assert (await said(checks._key, tmp_path))[0] == "missing"


@pytest.mark.parametrize(
    ("given", "level", "words"),
    [
        ({}, "optional", "No apps of your own"),
        ({"apps": {"mastodon": "id:canary"}}, "ready", "mastodon"),
        ({"apps": {"mastodon": "canary"}}, "missing", "client id:client secret"),
        ({"apps": {"instagram_login": "id:canary"}}, "ready", "instagram_login"),
        ({"apps": {"mastodonn": "id:canary"}}, "missing", "“mastodonn”, which is no network"),
        ({"networks": {"base": "https://n.example"}}, "missing", "“base”, which is no network"),
    ],
)
async def test_the_settings_name_networks_that_there_are(tmp_path: Path, given: Any, level: str, words: str) -> None:
    found, told = await said(checks._apps, tmp_path, **given)
    assert (found, words in told) == (level, True), told


async def test_every_line_is_said_however_much_is_wrong(tmp_path: Path) -> None:
    wrong = {"database": "postgresql://anna:canary@127.0.0.1:9/none", "telegram_token": "canary", "web_port": 0}
    found = await checks.inspect(Settings(data=tmp_path, **wrong), audit=True)
    assert len(found) == 13
    assert [finding.words for finding in found if "canary" in finding.words] == []
    assert {"missing", "optional", "ready"} == {finding.level for finding in found}


async def test_versions_are_told_from_the_table_and_as_of_its_date(tmp_path: Path) -> None:
    level, words = await said(checks._versions, tmp_path)
    assert level == "ready"
    assert words.endswith("by what the networks had announced on 2026-11-25; none was asked.")
