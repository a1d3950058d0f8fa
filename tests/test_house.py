"""The rules of the house, as far as a program can read them. An exception stands here with its reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Table

from handlers import route
from smm.errors import DeskError
from storage.schema import MODULES

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "smm", "connectors", "storage", "config")
MOST_LINES, MOST_FUNCTION, MOST_METHODS = 400, 40, 12
WRITTEN_BY_ALEMBIC = "storage/migrations/versions/"
FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|services?)(_|$)|(Util|Helper|Manager|Service)s?$")

# Where work ends, whatever went wrong: nothing above could do more about it than these do.
CATCHES_EVERYTHING = {
    "bot/router.py": "a handler's failure becomes a card and the next update goes on",
    "bot/clock.py": "a failed look or chore is logged and the clock goes on",
    "bot/engine.py": "a failed task is logged; its table still says that it is due",
    "bot/delivery.py": "one chat's failure keeps no other chat from its cards",
    "bot/jobs.py": "a failed job is logged, and tried again or buried",
    "bot/streams.py": "a failed poll is logged, and the account's next one comes by the clock",
    "bot/checks.py": "a check reports whatever is wrong with what it checks",
    "storage/sqlite.py": "what a unit of work raises is raised where somebody waits for it, on another thread",
}
# The one clock that everything is handed; and connectors, whose networks keep their own time.
TELLS_THE_TIME = re.compile(r"storage/engine\.py|connectors/.*")
ONLY_IN = {
    "telegram": r"bot/telegram\w*\.py|connectors/telegram_channel\.py",
    "slack_bolt": r"bot/slack\w*\.py",
    "slack_sdk": r"bot/slack\w*\.py",
    "fastapi": r"bot/web/.*",
    "starlette": r"bot/web/.*",
    "sse_starlette": r"bot/web/.*",
    "uvicorn": r"bot/.*",
    "sqlalchemy": r"storage/.*",
    "alembic": r"storage/.*",
    "openai": r"connectors/.*",
}


def files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if not name(path).startswith(WRITTEN_BY_ALEMBIC)]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def nodes(path: Path, *kinds: type[ast.AST]) -> Iterator[Any]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, kinds))


def where(path: Path, node: Any) -> str:
    return f"{name(path)}:{node.lineno}"


def test_files_are_short() -> None:
    long = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files(*ROOMS, "tests", "bench")}
    assert {path: lines for path, lines in long.items() if lines > MOST_LINES} == {}


def test_functions_are_short() -> None:
    long = [
        f"{where(path, node)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in files(*ROOMS)
        for node in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef)
        if node.end_lineno - node.lineno + 1 > MOST_FUNCTION
    ]
    assert long == []


def test_classes_do_one_thing() -> None:
    wide = []
    for path in files(*ROOMS):
        for node in nodes(path, ast.ClassDef):
            methods = [each.name for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
            public = [each for each in methods if not each.startswith("_")]
            if len(public) > MOST_METHODS:
                wide.append(f"{where(path, node)} {node.name}: {len(public)} public methods")
    assert wide == []


def test_names_say_what_a_thing_is() -> None:
    named = [name(path) for path in files(*ROOMS, "tests") if FORBIDDEN_NAMES.search(path.stem)]
    named += [
        f"{where(path, node)} {node.name}"
        for path in files(*ROOMS)
        for node in nodes(path, ast.ClassDef)
        if FORBIDDEN_NAMES.search(node.name)
    ]
    assert named == []


def test_every_module_says_what_it_owns() -> None:
    assert [name(path) for path in files(*ROOMS, "bench") if not ast.get_docstring(tree(path))] == []


def test_libraries_stay_in_their_rooms() -> None:
    strays = []
    for path in files(*ROOMS):
        for node in nodes(path, ast.Import, ast.ImportFrom):
            modules = [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            tops = {module.partition(".")[0] for module in modules} & ONLY_IN.keys()
            strays += [f"{where(path, node)} {top}" for top in tops if not re.fullmatch(ONLY_IN[top], name(path))]
    assert strays == []


def test_connectors_know_the_ports_of_the_trade_alone() -> None:
    allowed = {"smm.networks", "smm.errors", "smm.writing", "smm.reading"}
    strays = [
        f"{where(path, node)} imports {node.module}"
        for path in files("connectors")
        for node in nodes(path, ast.ImportFrom)
        if (node.module or "").startswith("smm") and node.module not in allowed
    ]
    assert strays == []


def test_nobody_swallows_everything() -> None:
    caught = [
        where(path, node)
        for path in files(*ROOMS)
        for node in nodes(path, ast.ExceptHandler)
        if _catches_everything(node) and name(path) not in CATCHES_EVERYTHING and not _raises_again(node)
    ]
    assert caught == []


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", "") in {"Exception", "BaseException"} for kind in kinds)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.body[-1], ast.Raise)


def test_time_is_handed_in() -> None:
    told = [
        where(path, node)
        for path in files(*ROOMS)
        for node in nodes(path, ast.Attribute)
        if (
            node.attr in {"now", "utcnow", "today"}
            and getattr(node.value, "id", getattr(node.value, "attr", "")) in {"datetime", "date"}
        )
        and not TELLS_THE_TIME.fullmatch(name(path))
    ]
    assert told == []


def test_words_for_people_are_marked_and_whole() -> None:
    """A message put together before it is looked up, or never marked, stays English for ever."""
    errors = {each.__name__ for each in _below(DeskError)}
    wrong = []
    for path in files(*ROOMS):
        for node in (each for each in nodes(path, ast.Call) if each.args):
            called, first = getattr(node.func, "id", getattr(node.func, "attr", "")), node.args[0]
            together = isinstance(first, ast.JoinedStr | ast.BinOp) and called in {"t", "n", "N_"}
            unmarked = isinstance(first, ast.Constant | ast.JoinedStr) and called in errors
            wrong += [where(path, node)] * (together or unmarked)
    assert wrong == []
    pages = [path for path in (ROOT / "bot").rglob("*.html") if "t.n(" in path.read_text(encoding="utf-8")]
    assert pages == [], "messages are collected from pages by plain names: {% set n = t.n %}"


def _below(error: type[DeskError]) -> set[type[DeskError]]:
    return {error}.union(*(_below(each) for each in error.__subclasses__()))


def test_no_package_hides_under_the_tests() -> None:
    assert [name(path) for path in (ROOT / "tests").rglob("__init__.py")] == []


def _nouns(module: ModuleType) -> list[tuple[type[Any], tuple[str, ...]]]:
    return [
        (noun, tuple(noun.__dataclass_fields__))
        for noun in vars(module).values()
        if isinstance(noun, type) and is_dataclass(noun) and f"{noun.__module__}.".startswith(f"{module.__name__}.")
    ]


def _tables() -> dict[str, Table]:
    return {key: each for module in MODULES for key, each in vars(module).items() if isinstance(each, Table)}


@pytest.mark.parametrize("table", sorted(_tables()))
def test_every_table_has_a_noun_with_its_columns_in_order(table: str) -> None:
    columns = tuple(column.name for column in _tables()[table].columns)
    fields = [fields for module in MODULES for _, fields in _nouns(module)]
    assert columns in fields, f"no dataclass has exactly the columns of {table}: {columns}"


MOST_HELP = {"command": 100, "action": 80}  # characters: what fits a line of a chat's menu, of a table


def test_every_route_says_what_it_does() -> None:
    route.load()
    known = list(route.routes().values())
    assert {each.kind for each in known} == {"command", "action"}
    assert [each.name for each in known if not _is_told_well(each)] == []


def _is_told_well(told: route.Route) -> bool:
    """One line that begins as a sentence does and has no full stop."""
    words = told.help
    return words[:1].isupper() and words.isprintable() and words[-1] != "." and len(words) <= MOST_HELP[told.kind]


def test_every_command_is_talked_to_in_a_test() -> None:
    route.load()
    talked = "\n".join(path.read_text(encoding="utf-8") for path in files("tests"))
    commands = [each for each in route.routes().values() if each.kind == "command"]
    assert commands
    assert [each.name for each in commands if f'says("/{each.name}' not in talked] == []


# The project speaks of itself alone.
WORDS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|/work/|/root/|/opt/(wheels|pypi)|\.\./shared")
MAY_SAY = re.compile(
    r"\.ci/run|tests/support/\w+\.py|tests/test_house\.py"
)  # where the networks' specifications may lie
TEXTS = (".py", ".md", ".toml", ".yaml", ".yml", ".html", ".css", ".js", ".po", ".env", ".mako", "Makefile", "run")


def test_nothing_is_left_to_do_and_no_machine_is_named() -> None:
    told = []
    for path in _texts():
        if MAY_SAY.fullmatch(name(path)):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if found := WORDS.search(line):
                told.append(f"{name(path)}:{number} {found[0]}")
    assert told == []


def _texts() -> list[Path]:
    folders = [ROOT / folder for folder in (*ROOMS, "tests", "bench", "docs", ".ci") if (ROOT / folder).is_dir()]
    found = [path for folder in folders for path in folder.rglob("*") if path.name.endswith(TEXTS) and path.is_file()]
    return sorted(found + [path for path in ROOT.iterdir() if path.is_file() and path.name.endswith(TEXTS)])
