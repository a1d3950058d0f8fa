"""The table of connectors/README.md says what the code says. Run this file to write it anew."""

from __future__ import annotations

from pathlib import Path

from connectors.base import Base
from connectors.registry import networks
from smm.networks import Can

README = Path(__file__).parents[2] / "connectors" / "README.md"
BEGIN, END = "<!-- table:", "<!-- end of table -->"
COLUMNS = [Can.FETCH, Can.STREAM, Can.PUBLISH, Can.FIND, Can.REPLY, Can.FIND_REPLY, Can.DELETE, Can.HIDE]


def table() -> str:
    names = ["network", *map(str, COLUMNS), "text", "pictures", "proven", "on"]
    rows = [names, ["---"] * len(names), *(_row(network) for network in networks())]
    return "\n".join("|" + "|".join(f" {cell} " if cell != "---" else cell for cell in row) + "|" for row in rows)


def _row(network: type[Base]) -> list[str]:
    marks = ["✔" if can in network.can else "–" for can in COLUMNS]
    writes = Can.PUBLISH in network.can
    figures = [str(network.limits.text), str(network.limits.media)] if writes else ["–", "–"]
    return [network.title, *marks, *figures, str(network.status), network.checked.isoformat()]


def written(text: str) -> str:
    head, _, rest = text.partition(BEGIN)
    note, _, rest = rest.partition("\n")
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}{note}\n{table()}\n{END}{tail}"


def test_the_table_is_what_the_code_says() -> None:
    text = README.read_text()
    assert written(text) == text, "run: python tests/connectors/test_readme.py"


def test_every_network_says_how_to_get_credentials() -> None:
    text = README.read_text()
    for network in networks():
        assert f"### {network.title}\n" in text


if __name__ == "__main__":
    README.write_text(written(README.read_text()))
