"""The tables of connectors/README.md and of the README at the root say what the code says. Run this file to write them anew."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from connectors.base import Base
from connectors.registry import networks
from smm.networks import Can

ROOT = Path(__file__).parents[2]
README = ROOT / "connectors" / "README.md"
BEGIN, END = "<!-- table:", "<!-- end of table -->"

# What people ask about a network, and what a connector must declare for it: all of the first, or at least one of the second.
ASKED: dict[str, tuple[Can, ...]] = {
    "hears": (Can.FETCH,),
    "at once": (Can.STREAM, Can.WEBHOOK),
    "listens elsewhere": (Can.SEARCH,),
    "publishes": (Can.PUBLISH,),
    "answers": (Can.REPLY,),
    "in private": (Can.MESSAGE,),
    "hides, removes": (Can.HIDE, Can.REMOVE),
    "corrects": (Can.EDIT,),
    "takes down ours": (Can.DELETE,),
    "figures": (Can.METRICS, Can.INSIGHTS),
    "contests": (Can.PARTICIPANTS, Can.FOLLOWERS),
}


def technical() -> str:
    """Return the table for those who write connectors: call by call."""
    calls = list(Can)
    rows = [[network.title, *("✔" if can in network.can else "–" for can in calls)] for network in networks()]
    return _drawn(["network", *map(str, calls)], rows)


def plain() -> str:
    """Return the table for those who choose: what works on which network, and how far that was proven."""
    return _drawn(["network", *ASKED, "text", "files", "proven", "on"], [_row(network) for network in networks()])


def _row(network: type[Base]) -> list[str]:
    marks = ["✔" if set(wanted) & network.can else "–" for wanted in ASKED.values()]
    if Can.PUBLISH not in network.can and Can.ASSIST in network.can:
        marks[list(ASKED).index("publishes")] = "✋"
    writes = network.can & {Can.PUBLISH, Can.ASSIST}
    figures = [str(network.limits.text), str(network.limits.media)] if writes else ["–", "–"]
    return [network.title, *marks, *figures, str(network.status), network.checked.isoformat()]


def _drawn(names: list[str], rows: list[list[str]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("|" + "|".join(f" {cell} " if cell != "---" else cell for cell in row) + "|" for row in lines)


def written(text: str, table: str) -> str:
    head, _, rest = text.partition(BEGIN)
    note, _, rest = rest.partition("\n")
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}{note}\n{table}\n{END}{tail}"


TABLES = {README: technical, ROOT / "README.md": plain}


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.parent.name)
def test_the_table_is_what_the_code_says(path: Path) -> None:
    text = path.read_text()
    assert written(text, TABLES[path]()) == text, "run: PYTHONPATH=. python tests/connectors/test_readme.py"


def test_every_network_says_how_to_get_credentials() -> None:
    text = README.read_text()
    for network in networks():
        assert re.search(rf"^### {re.escape(network.title)}( channels)?$", text, re.MULTILINE), network.title


def test_the_part_for_users_comes_first_and_names_no_source_file() -> None:
    users, _, engineers = README.read_text().partition("\n## Add a network\n")
    assert engineers
    assert re.findall(r"\w+\.py\b", users) == []


def test_the_line_of_apps_is_whole_and_names_networks_that_ask_for_consent() -> None:
    (line,) = re.findall(r"^    COPYDESK_APPS=(.+)$", README.read_text(), re.MULTILINE)
    assert set(json.loads(line)) <= {network.name for network in networks() if network.oauth}


if __name__ == "__main__":
    for changed, drawn in TABLES.items():
        changed.write_text(written(changed.read_text(), drawn()))
