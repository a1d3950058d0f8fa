"""Looking outside: a rule's words are asked of every network that can search, and what the rule then finds comes in as mentions.

Networks understand little more than words, so each is asked for words without which the rule cannot be true, and the rule itself
decides about the answers. The brand's own words and what came already are left out as everywhere (smm/ingest.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from smm import alerts, declared, health, ingest
from smm.accounts import connected_ones
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import N_, AuthExpired, Conflict, ConnectorError, RateLimited, Unsupported
from smm.networks import Can, Page
from smm.roles import Right
from smm.rules import book
from smm.rules.matching import Matcher
from smm.rules.matching import Rule as Ready
from smm.rules.query import Both, Either, Near, Node, Without, Word, stands_alone
from storage import accounts, rules, searches
from storage.accounts import Account
from storage.rules import Rule
from storage.searches import Search
from storage.unit_of_work import UnitOfWork

EVERY: Final = timedelta(minutes=10)
SLOWEST: Final = timedelta(hours=6)  # between tries of a search that keeps failing
MOST_QUERIES: Final = 5  # of one rule on one account: each costs calls


def queries(tree: Node) -> list[str]:
    """Return what to ask a network for: whatever the rule finds has the words of at least one of these."""
    return list(dict.fromkeys(_queries(tree)))


def _queries(node: Node) -> Iterator[str]:
    match node:
        case Word():
            yield node.text
        case Near():
            words = " ".join(word.text for word in node.words)
            yield f'"{words}"' if node.between is None else words
        case Either():
            for part in node.parts:
                yield from _queries(part)
        case Both():
            choices = [list(_queries(part)) for part in node.parts if stands_alone(part)]
            yield from min(choices, key=lambda found: (len(found), -min(map(len, found))))
        case Without():
            return


def able(uow: UnitOfWork, brand_id: int) -> list[Account]:
    """Return the brand's accounts that can search their network."""
    return [account for account in connected_ones(uow, brand_id) if declared.allows(account, Can.SEARCH)]


def begin(uow: UnitOfWork, by: Actor, rule_id: int) -> int:
    """Look for a rule outside from now on; return on how many accounts."""
    by.must(Right.MANAGE)
    rule = book.get(uow, by.brand_id, rule_id)
    asked = queries(book.tree_of(rule))
    if len(asked) > MOST_QUERIES:
        raise Conflict(
            N_("A search outside takes at most {most} alternatives, this rule has {count}. Make several rules of it."),
            most=MOST_QUERIES,
            count=len(asked),
        )
    found = able(uow, by.brand_id)
    if not found:
        raise Conflict(N_("None of the brand's accounts can search its network. Connect one that can: /accounts"))
    for account in found:
        for query in asked:
            searches.add(uow, rule.id, account.id, query[:255])
    alerts.refresh(uow, book.VIEW, rule.id)
    return len(found)


def end(uow: UnitOfWork, by: Actor, rule_id: int) -> None:
    """Look for a rule outside no more."""
    by.must(Right.MANAGE)
    rule = book.get(uow, by.brand_id, rule_id)
    searches.drop_of_rule(uow, rule.id)
    alerts.refresh(uow, book.VIEW, rule.id)


def where(uow: UnitOfWork, rule_id: int) -> list[Account]:
    """Return the accounts that look for a rule outside."""
    ids = sorted({search.account_id for search in searches.of_rule(uow, rule_id)})
    return [account for each in ids if (account := accounts.get(uow, each)) is not None]


def due(uow: UnitOfWork, until: datetime) -> list[tuple[int, datetime]]:
    """Return the searches to make by then, each with its moment."""
    return searches.due(uow, until)


async def search(desk: Desk, search_id: int) -> None:
    """Ask one network for one query, and take in what the rule finds in its answer."""
    found = await desk.database.write(_claim, search_id)
    if found is None:
        return
    asked, rule, account = found
    try:
        connector = await desk.networks.connector(account.id)
        page = await connector.search(asked.query, asked.cursor)
    except ConnectorError as error:
        await desk.database.write(_put_off, asked, error)
    else:
        await desk.database.write(_take_in, asked, rule, page)


def _claim(uow: UnitOfWork, search_id: int) -> tuple[Search, Rule, Account] | None:
    """Take a search that is due; what it belongs to may be gone or at rest."""
    asked = searches.get(uow, search_id)
    if asked is None or asked.due_at > uow.now:
        return None
    rule, account = rules.get(uow, asked.rule_id), accounts.get(uow, asked.account_id)
    if rule is None or account is None or account.closed_at is not None:
        searches.drop(uow, search_id)
        return None
    searches.change(uow, search_id, due_at=uow.now + EVERY)
    return (asked, rule, account) if rule.state == "on" and account.health != "auth_expired" else None


def _put_off(uow: UnitOfWork, asked: Search, error: ConnectorError) -> None:
    if isinstance(error, AuthExpired):
        health.record_failure(uow, asked.account_id, error)
    wait = error.retry_after if isinstance(error, RateLimited) else min(EVERY * 2 ** min(asked.failures, 8), SLOWEST)
    wait = SLOWEST if isinstance(error, Unsupported) else max(wait, EVERY)
    searches.change(uow, asked.id, due_at=uow.now + wait, failures=asked.failures + 1)


def _take_in(uow: UnitOfWork, asked: Search, rule: Rule, page: Page) -> None:
    matcher = Matcher([Ready(rule.id, book.tree_of(rule), rule.forms)])
    account = accounts.get(uow, asked.account_id)
    items = tuple(item for item in page.items if not item.deleted and matcher.match(item.text))
    if account is not None:
        ingest.ingest(uow, account.id, replace(page, items=items, cursor=account.cursor))
    again = uow.now if page.more and page.cursor != asked.cursor else uow.now + max(EVERY, page.wait)
    searches.change(uow, asked.id, cursor=page.cursor, due_at=again, failures=0)
    if again == uow.now:
        uow.wake("due")
