"""What we ask of Telegram, and what our fixtures say it answers, against the Bot API's own description."""

from __future__ import annotations

from typing import Any

import pytest
from fixtures import fixtures
from loopback_telegram_spec import specification
from specifications import REASON

pytestmark = pytest.mark.skipif(specification() is None, reason=REASON)


def exchanges() -> list[Any]:
    return [
        pytest.param(exchange["request"], exchange["response"]["json"], id=f"{fixture.name}-{number}")
        for fixture in fixtures("telegram_channel")
        for number, exchange in enumerate(fixture.exchanges)
        if "json" in exchange["response"]  # files are handed out beside the API
    ]


@pytest.mark.parametrize(("asked", "answered"), exchanges())
def test_we_ask_what_is_described_and_read_what_may_come(asked: dict[str, Any], answered: dict[str, Any]) -> None:
    spec, method = specification(), asked["path"].rpartition("/")[2]
    assert spec is not None
    if "json" in asked:  # files are held against it by the loopback server: test_telegram_channel.py
        spec.check_call(method, asked["json"], {})
    if answered["ok"]:
        spec.check_answer(method, answered["result"])
    else:
        assert answered.keys() <= {"ok", "error_code", "description", "parameters"}
