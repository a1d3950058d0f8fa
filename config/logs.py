"""Logging: one line an event, for people or as JSON, with every secret masked and nothing that forges another line.

Everything passes one formatter at the root: our structlog events, the loggers of libraries, warnings, and exceptions that
nobody caught. Secrets are masked last, in the finished line, so that no way into it goes around: message, arguments, traceback.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterable, MutableMapping
from types import TracebackType
from typing import Any, Literal, TextIO
from urllib.parse import quote

import structlog

MASK = "***"
SHORTEST = 6  # a shorter value would mask ordinary words
# httpx logs every address it calls, the Bot API's with its token; the others repeat themselves
QUIET = ("httpx", "httpcore", "asyncio", "telegram", "alembic", "uvicorn")

_NAMES = (
    r"access_token|refresh_token|id_token|client_secret|app_secret|appsecret_proof|api_?key|password|passwd|secret|token"
    r"|authorization|cookie|csrf|code_verifier|session"
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"\b(bot)?\d{6,}:[\w-]{30,}"),
        rf"\g<1>{MASK}",
    ),  # Telegram: https://core.telegram.org/bots/api#authorizing-your-bot
    (re.compile(rf"(?i)\b((?:{_NAMES})=)[^&\s\"',;]+"), rf"\g<1>{MASK}"),
    (re.compile(rf"(?i)(\\*[\"'](?:{_NAMES})\\*[\"']\s*:\s*b?\\*[\"'])[^\"'\\]+"), rf"\g<1>{MASK}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\g<1> {MASK}"),
    (re.compile(r"(?i)\b((?:set-)?cookie:\s*)[^\r\n]+"), rf"\g<1>{MASK}"),
    (re.compile(r"://([^/\s:@]*):[^/\s@]+@"), rf"://\g<1>:{MASK}@"),  # user and password in an address
    (re.compile(r"\bEAA\w{20,}"), MASK),  # Meta
    (re.compile(r"\bvk1\.a\.[\w.-]+"), MASK),
    (re.compile(r"\b(?:xox[a-z]|xapp)-[\w-]{8,}"), MASK),  # Slack
    (re.compile(r"\bsk-[\w-]{16,}"), MASK),  # OpenAI and those who follow it
    (re.compile(r"\bgAAAA[\w-]{20,}={0,2}"), MASK),  # Fernet
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SECRET_NAME = re.compile(rf"(?i)^(?:\w*_)?(?:{_NAMES})$")
_hidden: set[str] = set()


def hide(value: str) -> None:
    """Mask this very value from now on, wherever it turns up in a log."""
    if len(value) >= SHORTEST:
        _hidden.update({value, quote(value, safe="")})


def redact(line: str) -> str:
    """Return a line with everything masked that is, or looks like, a secret."""
    for value in sorted(_hidden, key=len, reverse=True):
        line = line.replace(value, MASK)
    for pattern, mask in _PATTERNS:
        line = pattern.sub(mask, line)
    return line


def escape(words: str) -> str:
    r"""Return words whose control characters are written out: a line break would forge a second line, ESC colours."""
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), words)


def configure(level: str = "INFO", form: Literal["text", "json"] = "text", stream: TextIO | None = None) -> None:
    """Send all that is logged, warned or raised unseen through one formatter to one stream; a second call replaces the first."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *_PRE,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=False,
    )
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(_Formatter(form))
    root = logging.getLogger()
    root.handlers = [each for each in root.handlers if not isinstance(each, _Handler)] + [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    _take_over(name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "uvicorn")
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _take_over(names: Iterable[str]) -> None:
    """Let loggers that bring handlers of their own log through ours."""
    for name in names:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("\n")
        return
    logging.getLogger("copydesk").critical("stopped by an error", exc_info=(kind, error or kind(), trace))


Event = MutableMapping[str, Any]
_PRE: list[Any] = [
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]


class _Handler(logging.StreamHandler[TextIO]):
    """Our handler, told apart from those of others."""


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Renders an event, then masks the finished line."""

    def __init__(self, form: Literal["text", "json"]) -> None:
        last = structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else _text
        chain = [self.remove_processors_meta, _clean, last]
        super().__init__(processors=chain, foreign_pre_chain=_PRE)

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line."""
        return redact(super().format(record))


def _clean(_logger: object, _name: str, event: Event) -> Event:
    """Mask values whose name says what they are, and write control characters out, tracebacks excepted."""
    return {name: _value(name, value) for name, value in event.items()}


def _value(name: str, value: Any) -> Any:
    if _SECRET_NAME.match(name):
        return MASK
    if isinstance(value, int | float | bool | None):
        return value
    return str(value) if name in {"exception", "stack"} else escape(str(value))


def _text(_logger: object, _name: str, event: Event) -> str:
    """Render for people. Lines of a traceback stand under a bar, so that none can pass for a line of the log."""
    first = [str(event.pop("at", "")), str(event.pop("level", "")).upper().ljust(8), str(event.pop("logger", ""))]
    traces = [str(event.pop(name)) for name in ("exception", "stack") if event.get(name)]
    facts = [f"{name}={value!r}" for name, value in event.items() if name != "event"]
    line = " ".join([*first, str(event.get("event", "")), *facts])
    under = ["  | " + escape(each) for trace in traces for each in trace.splitlines()]
    return "\n".join([line, *under])
