"""A copy of the audit trail to take away: as a table for people, or as lines for programs.

A table is opened by programs that run what looks like a formula: such a cell begins with an apostrophe here, which they show as
text (https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Final
from zoneinfo import ZoneInfo

from smm.trail import Entry

DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
COLUMNS: Final = (
    *("seq", "at_utc", "at_local", "zone", "actor", "actor_name", "identity", "action", "object"),
    *("facts", "note", "previous", "hash"),
)
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a copy: `name` ends its file's name."""

    name: str
    label: str
    mime: str
    head: str
    line: Callable[[Row], str]


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy in a form, with times in a zone too, and people by name."""

    form: Form
    zone: str
    names: Mapping[str, str]

    def head(self) -> str:
        """Return what stands before the first entry."""
        return self.form.head

    def row(self, entry: Entry) -> str:
        """Return one entry."""
        at = entry.at.astimezone(UTC)
        row = {name: getattr(entry, name) for name in COLUMNS if hasattr(entry, name)} | {
            "at_utc": at.isoformat(),
            "at_local": at.astimezone(ZoneInfo(self.zone)).isoformat(),
            "zone": self.zone,
            "actor_name": self.names.get(entry.actor, ""),
        }
        return self.form.line({name: row[name] for name in COLUMNS})


def _table_line(row: Row) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(
        [_cell(json.dumps(each, ensure_ascii=False) if isinstance(each, dict) else str(each)) for each in row.values()]
    )
    return written.getvalue()


def _cell(words: str) -> str:
    return f"'{words}" if words.startswith(DANGEROUS) else words


def _program_line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


_BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"  # by it spreadsheets know that this is UTF-8
FORMS: Final = {
    form.name: form
    for form in (
        Form("csv", "CSV", "text/csv; charset=utf-8", _BOM + ",".join(COLUMNS) + "\r\n", _table_line),
        Form("jsonl", "JSON lines", "application/x-ndjson", "", _program_line),
    )
}
