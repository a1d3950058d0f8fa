"""What Slack would refuse in blocks and views: our own reading of its limits, and slack_sdk's as a second opinion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

Drawn = dict[str, Any]

# https://docs.slack.dev/reference/block-kit/blocks: the blocks that we draw, and where a text may be longest.
BLOCKS = {"header", "rich_text", "context", "actions", "image", "input", "divider"}
RICH = {"rich_text_section", "rich_text_quote"}
LEAVES = {"text", "link", "date"}
INPUTS = {"plain_text_input", "static_select", "datepicker", "timepicker", "file_input"}
NEVER = set("\u202e\u202d\u2066\u2067\x00\x1b\x9b\x7f\t\r\u2028")


def check(blocks: list[Drawn], most: int = 50) -> None:
    """Hold blocks against everything that Slack would refuse."""
    assert len(blocks) <= most
    for block in blocks:
        assert block["type"] in BLOCKS
        CHECKS.get(block["type"], _nothing)(block)
        assert len(block.get("block_id", "")) <= 255
    for text in texts(blocks):
        assert text
        assert not NEVER & set(text)
        text.encode()
    named = [element["action_id"] for block in blocks if block["type"] == "actions" for element in block["elements"]]
    assert len(named) == len(set(named))
    kept = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(kept) == len(set(kept))
    for parsed in Block.parse_all(blocks):
        parsed.validate_json()


def check_view(view: Drawn) -> None:
    """Hold a modal or a home tab against everything that Slack would refuse."""
    assert len(view["blocks"]) >= 1
    check(view["blocks"], 100)
    for name in ("title", "submit", "close"):
        if name in view:
            check_plain(view[name], 24)
    View(**{"type": view["type"], **{name: part for name, part in view.items() if name != "type"}}).validate_json()


def texts(drawn: Any) -> Iterator[str]:
    """Return every text that somebody would read, wherever it stands."""
    if isinstance(drawn, list):
        for each in drawn:
            yield from texts(each)
    elif isinstance(drawn, dict):
        if isinstance(drawn.get("text"), str):
            yield drawn["text"]
        yield from texts([each for each in drawn.values() if isinstance(each, dict | list)])


def buttons(blocks: list[Drawn]) -> list[Drawn]:
    """Return the buttons in order."""
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]


def check_plain(text: Drawn, most: int) -> None:
    """A plain-text object is not empty and within its limit."""
    assert text["type"] == "plain_text"
    assert text["text"].strip()
    assert 1 <= len(text["text"].encode("utf-16-le")) // 2 <= most


def _header(block: Drawn) -> None:
    check_plain(block["text"], 150)


def _rich(block: Drawn) -> None:
    assert block["elements"]
    for part in block["elements"]:
        assert part["type"] in RICH
        assert part["elements"]
        for leaf in part["elements"]:
            assert leaf["type"] in LEAVES
            _link(leaf.get("url", "https://"))
            assert leaf["type"] != "date" or (leaf["timestamp"] > 0 and leaf["fallback"])
            assert set(leaf.get("style", {})) <= {"bold", "italic", "strike", "code", "underline"}
    assert sum(map(len, texts(block))) <= 3_000


def _link(url: str) -> None:
    assert url.startswith(("http://", "https://"))
    assert len(url) <= 3_000
    assert not set('"<> \n') & set(url)


def _context(block: Drawn) -> None:
    assert 1 <= len(block["elements"]) <= 10
    for element in block["elements"]:
        assert element["type"] in {"plain_text", "mrkdwn"}
        assert element["type"] == "plain_text" or element["text"].startswith("<!date^")
        assert len(element["text"]) <= 3_000


def _actions(block: Drawn) -> None:
    assert 1 <= len(block["elements"]) <= 25
    for button in block["elements"]:
        assert button["type"] == "button"
        check_plain(button["text"], 75)
        assert button.get("style") in {None, "primary", "danger"}
        assert ("url" in button) != ("value" in button)
        assert 1 <= len(button.get("value", "x")) <= 2_000
        assert 1 <= len(button["action_id"]) <= 255
        _link(button.get("url", "https://"))
        _confirm(button.get("confirm"))


def _confirm(asked: Drawn | None) -> None:
    if asked is not None:
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            check_plain(asked[name], most)


def _image(block: Drawn) -> None:
    assert 1 <= len(block["alt_text"]) <= 2_000
    assert set(block["slack_file"]) == {"id"}


def _input(block: Drawn) -> None:
    check_plain(block["label"], 2_000)
    if "hint" in block:
        check_plain(block["hint"], 2_000)
    element = block["element"]
    assert element["type"] in INPUTS
    assert element["action_id"] == "value"
    if element["type"] == "plain_text_input":
        assert 1 <= element["max_length"] <= 3_000
        assert len(element.get("initial_value", "")) <= element["max_length"]
    if element["type"] == "static_select":
        _select(element)


def _select(element: Drawn) -> None:
    groups = element.get("option_groups") or [{"options": element["options"]}]
    assert 1 <= len(groups) <= 100
    for group in groups:
        assert 1 <= len(group["options"]) <= 100
        check_plain(group.get("label", {"type": "plain_text", "text": "x"}), 75)
        for option in group["options"]:
            check_plain(option["text"], 75)
            assert 1 <= len(option["value"]) <= 150
    if "initial_option" in element:
        assert any(element["initial_option"] in group["options"] for group in groups)


def _nothing(block: Drawn) -> None:
    """A divider says nothing."""


CHECKS = {
    "header": _header,
    "rich_text": _rich,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "input": _input,
}
