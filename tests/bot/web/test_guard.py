"""The gate: headers, hosts, other sites, sizes, guesses."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from web_desk import ORIGIN, Browser, WebDesk, open_web

from bot.web.guard import FORM_BYTES, Attempts
from storage.engine import Database


async def test_every_page_says_what_may_run_and_is_not_stored(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    page = await anna.opens()
    policy = page.headers["content-security-policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert f'<script nonce="{nonce}"' in page.text
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"
    again = await anna.opens()
    assert nonce not in again.headers["content-security-policy"]


async def test_nothing_in_a_page_runs_but_our_script(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    html = (await anna.opens()).text
    assert html.count("<script") == html.count("<script nonce=") == 3
    assert " style=" not in html
    assert " on" not in html.split("<body")[0]
    assert "https://" not in html


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_deed_from_another_site_is_refused(open_desk: WebDesk, headers: dict[str, str]) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    data = {"csrf": await anna.csrf(), "key": "key-for-tests", "text": "hello"}
    sent = await anna.http.post("/s/me/chat/team/words", data=data, headers=headers)
    assert sent.status_code == 403
    assert await open_desk.messages("team") == []


async def test_the_public_address_is_our_own_too(database: Database, tmp_path: Path) -> None:
    desk = await open_web(database, tmp_path, public_url="https://desk.example/")
    anna = await desk.browser(desk.world.anna)
    data = {"csrf": await anna.csrf(), "key": "key-for-tests", "text": "hello"}
    headers = {"Origin": "https://desk.example"}
    assert (await anna.http.post("/s/me/chat/team/words", data=data, headers=headers)).status_code == 303


async def test_the_demo_answers_only_under_this_machines_names(database: Database, tmp_path: Path) -> None:
    desk = await open_web(database, tmp_path, demo=True)
    for host in ("evil.example", "127.0.0.1.evil.example", "", "[::2]:8080"):
        refused = await Browser(desk).http.get("/demo", headers={"Host": host})
        assert refused.status_code == 421, host
    for host in ("127.0.0.1:8080", "localhost", "[::1]:8080"):
        assert (await Browser(desk).http.get("/demo", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("told", [True, False])
async def test_a_long_body_is_refused_before_it_is_kept(open_desk: WebDesk, *, told: bool) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    body = b"text=" + b"x" * FORM_BYTES

    async def stream() -> object:
        yield body

    content = body if told else stream()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRF": await anna.csrf(), "Origin": ORIGIN}
    sent = await anna.http.post("/s/me/chat/team/words", content=content, headers=headers)  # type: ignore[arg-type]
    assert sent.status_code == 413


@pytest.mark.parametrize("token", ["", "x", "ключ", "a" * 24])
async def test_a_form_without_its_sessions_token_is_refused(open_desk: WebDesk, token: str) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    sent = await anna.sends("/chat/team/words", csrf=token, text="hello")
    assert sent.status_code == 403
    assert await open_desk.messages("team") == []


async def test_another_sessions_token_is_refused(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    boris = await open_desk.browser(open_desk.world.boris)
    sent = await anna.sends("/chat/team/words", csrf=await boris.csrf(), text="hello", script=True)
    assert sent.status_code == 403
    assert sent.json()["notice"]["alarm"]


async def test_health_says_whether_the_desk_is_open(database: Database, tmp_path: Path) -> None:
    ready = False
    desk = await open_web(database, tmp_path, is_ready=lambda: ready)
    assert (await Browser(desk).http.get("/healthz")).status_code == 503
    ready = True
    answer = await Browser(desk).http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_unknown_pages_and_broken_addresses_are_told_in_words(open_desk: WebDesk) -> None:
    anna = await open_desk.browser(open_desk.world.anna)
    for path in ("/nowhere", "/s/me/nowhere", "/s/me/chat/team?before=x", "/s/me/media/..%2f..%2fetc"):
        found = await anna.http.get(path)
        assert found.status_code in {404, 422}
        assert "Back to the desk" in found.text, path


def test_guesses_run_out_and_come_back() -> None:
    now = 0.0
    attempts = Attempts(most=3, window=60, clock=lambda: now)
    assert [attempts.allow("a") for _ in range(5)] == [True, True, True, False, False]
    assert attempts.allow("b")
    now = 61
    assert attempts.allow("a")


async def test_our_own_files_are_served_as_what_they_are(open_desk: WebDesk) -> None:
    served: httpx.Response = await Browser(open_desk).http.get("/static/chat.js")
    assert served.headers["content-type"].startswith("text/javascript")
    assert "max-age" in served.headers["cache-control"]
