"""Reading what a network answered: nothing is believed until its type is stated, and errors name the exact path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from smm.errors import N_, OutcomeUnknown, Unreadable

Kind = TypeVar("Kind", str, int, float, bool, list[Any], dict[str, Any])

_BROKEN = re.compile("[\x00\ud800-\udfff]")  # no database takes these
LONGEST_ID = 255


@dataclass(frozen=True, slots=True)
class Body:
    """A piece of an answer and where it stood. `effect`: it answered a call that changes something in public.

    What cannot be read after such a call is an unknown outcome: something may have happened.
    """

    value: Any
    network: str = ""
    account: str = ""
    effect: bool = False
    at: str = ""

    def read(self, path: str, kind: type[Kind]) -> Kind:
        """Return what stands at `a.b.c`, which must be of this kind."""
        found = self._walk(path)
        if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
            self.stop(path)
        return found

    def maybe(self, path: str, kind: type[Kind]) -> Kind | None:
        """Return what stands at the path, None where nothing does; another kind is an error."""
        return None if self._walk(path, must=False) is None else self.read(path, kind)

    def id(self, path: str) -> str:
        """Return an identifier: text or a whole number, not empty, of a length that can be kept."""
        found = self._walk(path)
        if isinstance(found, bool) or not isinstance(found, str | int):
            self.stop(path)
        if not 0 < len(str(found)) <= LONGEST_ID:
            self.stop(path)
        return str(found)

    def moment(self, path: str) -> datetime:
        """Return an ISO 8601 date and time; without a zone it is taken as UTC."""
        try:
            found = datetime.fromisoformat(self.read(path, str))
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            self.stop(path)

    def each(self, path: str = "") -> Iterator[Body]:
        """Yield the elements of a list."""
        for number, element in enumerate(self.read(path, list)):
            yield self._part(f"{path}[{number}]", element)

    def part(self, path: str) -> Body:
        """Return the object at the path."""
        return self._part(path, self.read(path, dict))

    def has(self, path: str) -> bool:
        """Say whether anything but null stands at the path."""
        return self._walk(path, must=False) is not None

    def _part(self, path: str, value: Any) -> Body:
        return Body(value, self.network, self.account, self.effect, self._full(path))

    def _walk(self, path: str, *, must: bool = True) -> Any:
        found = self.value
        for step in path.split(".") if path else ():
            if not isinstance(found, dict):
                self.stop(path)
            found = found.get(step)
            if found is None and not must:
                return None
        return found

    def _full(self, path: str) -> str:
        joint = "." if self.at and path and not path.startswith("[") else ""
        return f"{self.at}{joint}{path}"

    def stop(self, path: str) -> NoReturn:
        """Raise: what stands at the path makes no sense."""
        if self.effect:
            raise OutcomeUnknown(UNKNOWN, network=self.network, account=self.account)
        raise Unreadable(UNREADABLE, path=self._full(path), network=self.network, account=self.account)


UNKNOWN = N_("{network} gave no clear answer. It may have happened: look there before trying again.")
UNREADABLE = N_("{network} answered in a way that is not understood (at “{path}”). The operator of the desk must look.")


def parse(content: bytes) -> Any:
    """Return JSON as a database can keep it; raise ValueError for anything else."""
    try:
        return _clean(json.loads(content, parse_constant=_no_constant))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _BROKEN.sub("\ufffd", value)
    if isinstance(value, list):
        return [_clean(element) for element in value]
    if isinstance(value, dict):
        return {_clean(name): _clean(element) for name, element in value.items()}
    return value
