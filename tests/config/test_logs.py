"""No secret reaches a log, by any way into it; and nothing that strangers write forges a line."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Literal

import httpx
import pytest
import structlog

from config import logs

TOKEN = "123456789:AAH" + "canary-canary_canary-canary0042"
EXACT = "p@ss wörd/42"
CANARIES = {
    "telegram": f"https://api.telegram.org/bot{TOKEN}/sendMessage",
    "telegram alone": f"token {TOKEN} refused",
    "query": "GET https://graph.example/me?access_token=canary0042&fields=id",
    "meta": "EAA" + "canary0042" * 3,
    "vk": "vk1.a." + "canary0042-x" * 3,
    "slack": "xoxb-1234-canary0042-abc",
    "slack app": "xapp-1-A111-canary0042",
    "bearer": "{'Authorization': 'Bearer canary0042.canary0042'}",
    "openai": "sk-proj-canary0042canary0042",
    "fernet": "gAAAAABcanary0042canary0042canary0042==",
    "address": "postgresql://desk:canary0042@db.example/desk",
    "json": '{"access_token": "canary0042", "name": "x"}',
    "repr": "{'client_secret': 'canary0042'}",
    "cookie": "Set-Cookie: sid=canary0042; HttpOnly",
    "exact": f"it was {EXACT}",
    "exact, quoted": "it was p%40ss%20w%C3%B6rd%2F42",
}


@pytest.fixture(params=["text", "json"])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What is logged, in one of the two forms."""
    yield from _captured(request.param)


@pytest.fixture
def text_log() -> Iterator[io.StringIO]:
    """What is logged for people."""
    yield from _captured("text")


def _captured(form: Literal["text", "json"]) -> Iterator[io.StringIO]:
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    kept = (root.handlers[:], root.level)
    stream = io.StringIO()
    logs.configure("DEBUG", form, stream)
    logs.hide(EXACT)
    yield stream
    root.handlers, root.level = kept
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    logs._hidden.clear()


def leaks(written: str) -> bool:
    return "canary" in written or EXACT in written or "p%40ss" in written


def failing(words: str) -> Exception:
    try:
        refuse(words)
    except ValueError as cause:
        error = RuntimeError(f"again {words}")
        error.__cause__ = cause
    return error


def refuse(words: str) -> None:
    raise ValueError(words)


WAYS: dict[str, Callable[[str], object]] = {
    "message": lambda words: logging.getLogger("lib").warning(words),
    "arguments": lambda words: logging.getLogger("lib").warning("called %s", words),
    "mapping": lambda words: logging.getLogger("lib").warning("called %(it)s", {"it": words}),
    "exception": lambda words: logging.getLogger("lib").error("failed", exc_info=failing(words)),
    "event": lambda words: structlog.get_logger("ours").info(words),
    "value": lambda words: structlog.get_logger("ours").info("called", address=words),
    "nested": lambda words: structlog.get_logger("ours").info("called", request={"headers": [words]}),
    "exception of ours": lambda words: structlog.get_logger("ours").error("failed", exc_info=failing(words)),
    "uncaught": lambda words: sys.excepthook(RuntimeError, failing(words), None),
    "warning": lambda words: warnings.warn(words, stacklevel=1),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_secret_is_masked_whatever_way_it_takes(log: io.StringIO, way: str) -> None:
    for name, words in CANARIES.items():
        log.seek(0)
        log.truncate()
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            WAYS[way](words)
        written = log.getvalue()
        assert "***" in written, f"{name}: nothing was masked in {written!r}"
        assert not leaks(written), f"{name} leaks: {written!r}"


def test_a_value_is_masked_by_its_name(log: io.StringIO) -> None:
    structlog.get_logger("ours").info("made", token="canary", client_secret="canary", refresh_token="canary", tokens=3)
    assert not leaks(log.getvalue())
    assert "3" in log.getvalue()


async def test_a_client_that_logs_its_address_is_quiet(log: io.StringIO) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(404))
    async with httpx.AsyncClient(transport=transport) as client:
        response = await client.get(CANARIES["telegram"])
        try:
            response.raise_for_status()
        except httpx.HTTPStatusError:
            structlog.get_logger("ours").exception("refused")
    assert "refused" in log.getvalue()
    assert not leaks(log.getvalue())


async def test_a_task_that_nobody_awaited_is_masked(log: io.StringIO) -> None:
    asyncio.get_running_loop().call_exception_handler({"message": "lost", "exception": failing(CANARIES["telegram"])})
    assert "lost" in log.getvalue()
    assert not leaks(log.getvalue())


def test_a_thread_that_dies_is_masked(log: io.StringIO) -> None:
    def die() -> None:
        raise failing(CANARIES["slack"])

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    assert "stopped by an error" in log.getvalue()
    assert not leaks(log.getvalue())


def test_a_server_that_brings_its_own_handlers_logs_through_ours(text_log: io.StringIO) -> None:
    server = logging.getLogger("uvicorn.error")
    server.addHandler(logging.StreamHandler(io.StringIO()))
    logs.configure("INFO", "text", text_log)
    assert server.handlers == []
    server.warning("at %s", CANARIES["query"])
    assert "uvicorn.error" in text_log.getvalue()
    assert not leaks(text_log.getvalue())


@pytest.mark.parametrize("forged", ["x\n2026-01-01 INFO ours all is well", "x\r\x1b[31mred", "x\u2028y", "x\u202ey"])
def test_nothing_forges_a_line(log: io.StringIO, forged: str) -> None:
    structlog.get_logger("ours").info(forged, name=forged)
    logging.getLogger("lib").warning("by %s", forged)
    lines = log.getvalue().splitlines()
    assert len(lines) == 2
    assert not set(log.getvalue()) & {"\r", "\x1b", "\u2028", "\u202e"}


def test_a_traceback_cannot_pass_for_a_line(text_log: io.StringIO) -> None:
    structlog.get_logger("ours").error("failed", exc_info=failing("x\n2026-01-01 INFO ours all is well\x1b[31m"))
    first, *under = text_log.getvalue().splitlines()
    assert "ERROR" in first
    assert "failed" in first
    assert under
    assert all(line.startswith("  | ") for line in under)
    assert "\x1b" not in text_log.getvalue()


def test_json_is_json_with_the_facts(log: io.StringIO, request: pytest.FixtureRequest) -> None:
    structlog.get_logger("ours").bind(brand=3).info("sent", count=2, ok=True, who="Анна")
    line = log.getvalue()
    if line.startswith("{"):
        told = json.loads(line)
        assert (told["event"], told["brand"], told["count"], told["ok"], told["who"]) == ("sent", 3, 2, True, "Анна")
        assert (told["level"], told["logger"]) == ("info", "ours")
    else:
        assert "INFO" in line
        assert "sent brand=3 count=2 ok=True who='Анна'" in line


def test_short_values_are_not_hidden_and_ordinary_words_stand(text_log: io.StringIO) -> None:
    logs.hide("the")
    structlog.get_logger("ours").info("the token bucket is full at 10:30, see https://example.com/a:b@c")
    assert "the token bucket is full at 10:30, see https://example.com/a:b@c" in text_log.getvalue()
