"""Every kind of entry in the audit trail has its words, and each of its facts is told or known to be nothing to a person.

What the code writes by names made on the way is caught where it is written: tests/support/fixtures.py looks at every trail.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.words import words
from handlers.audit_facts import Reading, is_known, told
from handlers.audit_words import ACTIONS, OBJECTS
from smm.mention_moves import MOVES
from storage.audit import Entry

ROOT = Path(__file__).parents[2]
WRITERS = {"append", "record", "_record", "_log", "_keep", "keep_line"}  # whose argument names what was done


def calls() -> Iterator[tuple[str, list[str]]]:
    """Yield what the code writes down by a whole name, with the names of the facts that stand beside it."""
    for folder in ("smm", "bot"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _name(node) in WRITERS:
                    yield from ((action, _facts(node)) for action in _actions(node))


def _name(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _actions(node: ast.Call) -> Iterator[str]:
    given = [*node.args, *(each.value for each in node.keywords if each.arg == "action")]
    either = [part for each in given for part in ((each.body, each.orelse) if isinstance(each, ast.IfExp) else (each,))]
    for part in either:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            whole = f"mention.{part.value}" if _name(node) == "keep_line" else part.value
            if whole.partition(".")[0] in GROUPS:
                yield whole


def _facts(node: ast.Call) -> list[str]:
    dicts = [each for each in [*node.args, *(kept.value for kept in node.keywords)] if isinstance(each, ast.Dict)]
    written = [key.value for each in dicts for key in each.keys if isinstance(key, ast.Constant)]
    apart = {"action", "actor", "identity", "object", "brand_id", "facts", "note"}
    return [*map(str, written), *(each.arg for each in node.keywords if each.arg and each.arg not in apart)]


GROUPS = {action.partition(".")[0] for action in ACTIONS}


def test_whatever_is_written_down_has_words() -> None:
    written = list(calls())
    assert len(written) > 60, "the writers have other names now"
    kinds = {action for action, _ in written} | {f"mention.{name}" for name in MOVES}
    assert sorted(kinds - set(ACTIONS)) == []
    assert (
        sorted({f"{action}/{fact}" for action, facts in written for fact in facts if not is_known(action, fact)}) == []
    )
    assert [name for name in OBJECTS if "." in name] == []


NAMES = {"member:2": "Boris", "target:7": "Northwind · Mastodon", "channel:3": "Northwind alerts"}


TOLD: dict[str, tuple[dict[str, Any], str]] = {
    "post.reject": ({"version": 2, "hash": "ab", "step": 1, "reason": "Too loud"}, "version 2 · “Too loud”"),
    "post.approve": ({"version": 1, "reason": "", "override": True}, "version 1 · as the owner, of their own work"),
    "post.place": ({"slot": "2026-03-04T09:00:00+00:00"}, "Wed, 4 Mar 2026, 10:00 (Berlin, UTC+1)"),
    "target.failed": ({"target": 7, "reason": "{network} refused it."}, "Northwind · Mastodon · … refused it."),
    "mention.assign": ({"to": 2}, "Boris"),
    "mention.claim": ({"from": "new", "to": "claimed"}, ""),
    "mention.not_sent": ({"reply": 4, "error": "AuthExpired"}, "the key does not work any more"),
    "inbox.ingest": ({"new": 3, "first": 9, "last": 11, "unusable": 0}, "3 new"),
    "member.role": ({"role": "manager", "held": False}, "Manager · taken away"),
    "room.fallback": ({"purpose": "team", "chat": "telegram:-1", "fallback": 3}, "Team · Northwind alerts"),
    "room.rhythm": ({"before": {}, "after": {"quiet": ["22:00", "08:00"]}}, "changed: quiet hours"),
    "brand.policy": ({"before": {"mode": "client"}, "after": {"mode": "none"}}, "changed: who approves"),
    "draft.use": ({"variant": 0, "model": ""}, "variant 1"),
    "rule.switch": ({"query": "latte", "state": "off", "urgency": "later"}, "“latte” · off · It can wait"),
    "material.state": ({"state": "closed"}, "Closed: the team has what it needs"),
    "press.refused": ({"reason": "Ask an owner.", "what": "r-1f"}, "Ask an owner."),
}


@pytest.mark.parametrize("action", TOLD)
def test_a_fact_is_told_in_words(action: str, clock: Any) -> None:
    facts, said = TOLD[action]
    entry = Entry(1, clock.now, 1, "member:2", "", action, "post:1", facts, "", "", "")
    assert told(entry, Reading(words("en"), "Europe/Berlin", NAMES)) == said
    assert all(is_known(action, fact) for fact in facts)


def test_a_note_comes_first_and_what_is_long_is_cut(clock: Any) -> None:
    entry = Entry(1, clock.now, 1, "member:2", "", "post.hold", "post:1", {"reason": "x" * 500}, "", "", "Look at it")
    said = told(entry, Reading(words("ru"), "Europe/Berlin", {}))
    assert said.startswith("Look at it · «xxx")
    assert len(said) < 200
