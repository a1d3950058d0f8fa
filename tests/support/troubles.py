"""What can go wrong with a call to a network, told by each network in its own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from loopback_http import Said
from network_desk import Trouble

Fault = Callable[[Callable[[], Said]], Said]  # is handed what would be done, and answers in place of it


def lost(do: Callable[[], Said]) -> Said:
    """Do it, and lose the answer."""
    do()
    return Said(fault="reset")


def instead(said: Said) -> Fault:
    """Do nothing, and answer so."""
    return lambda do: said


def troubles(*, slower: Said, down: Said, refused: Said, human: Said | None) -> Mapping[Trouble, Fault]:
    """Return every trouble as a network tells it; the page for people and the lost answer are everywhere the same."""
    page = Said(200, b"<html>We will be back soon</html>", {"content-type": "text/html"})
    told: dict[Trouble, Said] = {"slower": slower, "down": down, "refused": refused, "garbage": page}
    told |= {"human": human} if human else {}
    return {kind: instead(said) for kind, said in told.items()} | {"lost": lost}
