"""What can be counted on the demo network: words that were said, likes, comments, people, followers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from connectors.demo_network import PAGE, DemoNetwork, Entry, Person


def like(network: DemoNetwork, person: Person, entry_id: str) -> None:
    """Let somebody like an entry. Once more is fine."""
    liked = network.likes.setdefault(entry_id, [])
    if person not in liked:
        liked.append(person)


def search(network: DemoNetwork, words: str, since: int, but_handle: str) -> tuple[list[Entry], bool]:
    """Return public entries by others that have all the words, changed after `since`, and whether there are more."""
    wanted = words.casefold().split()
    found = [
        entry
        for entry in sorted(network.entries.values(), key=lambda entry: entry.seq)
        if entry.seq > since
        and entry.kind != "message"
        and entry.handle != but_handle
        and not (entry.deleted or entry.hidden)
        and all(word in entry.text.casefold() for word in wanted)
    ]
    return found[:PAGE], len(found) > PAGE


def comments(network: DemoNetwork, entry_id: str) -> list[Entry]:
    """Return what people said under a post."""
    return [
        entry
        for entry in network.entries.values()
        if entry.thread_id == entry_id and entry.kind == "comment" and not (entry.brand or entry.deleted)
    ]


def of_days(network: DemoNetwork, handle: str, since: date, until: date) -> tuple[int, int]:
    """Return how many likes a brand's posts of some days have, and how many comments were said on those days."""
    own = [entry.id for entry in network.entries.values() if entry.kind == "post" and entry.handle == handle]
    said = [entry for post in own for entry in comments(network, post) if since <= entry.at.date() <= until]
    posts = [post for post in own if since <= network.entries[post].at.date() <= until]
    return sum(len(network.likes.get(post, ())) for post in posts), len(said)


def following(network: DemoNetwork, handles: Sequence[str]) -> list[str]:
    """Return which of these people follow the brand."""
    return [handle for handle in handles if handle in network.followers]
