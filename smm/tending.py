"""Tending what people say under a brand's posts: hiding it, showing it again, removing it for good, on the network itself.

The call is a job, asked for in one transaction; doing it twice is harmless. What came of it stands on the mention's card.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Literal

from smm import alerts, declared
from smm.actors import Actor
from smm.desk import Desk
from smm.errors import AuthExpired, Conflict, DeskError
from smm.health import record_failure
from smm.mention_moves import OPEN, SINCE_THEN, get, keep_line, move
from smm.networks import Can
from smm.roles import Right
from storage import accounts, jobs, mentions
from storage.accounts import Account
from storage.channels import ChatRef
from storage.mentions import Mention
from storage.unit_of_work import UnitOfWork

Deed = Literal["hide", "show", "remove"]
KIND: Final = "tend"
NEEDS: Final[Mapping[str, Can]] = {"hide": Can.HIDE, "show": Can.HIDE, "remove": Can.REMOVE}


def can(account: Account, mention: Mention, deed: Deed) -> bool:
    """Say whether something can be done with a mention: with what was said in public where we have a say, while it is there."""
    is_there = mention.deleted_at is None and mention.kind in {"comment", "mention"} and not mention.out_of_reach
    fits = (mention.hidden_at is None) is (deed == "hide") or deed == "remove"
    return is_there and fits and account.closed_at is None and declared.allows(account, NEEDS[deed])


def ask(uow: UnitOfWork, actor: Actor, mention_id: int, deed: Deed, chat: ChatRef, language: str) -> None:
    """Ask for something to be done with a mention on the network; the chat hears if it was not."""
    actor.must(Right.REPLY)
    mention = get(uow, mention_id, actor.brand_id)
    account = accounts.get(uow, mention.account_id)
    if account is None or not can(account, mention, deed):
        raise Conflict(SINCE_THEN)
    told = {"platform": chat.platform, "chat_id": chat.chat_id, "topic_id": chat.topic_id}
    args = {"mention_id": mention_id, "deed": deed, "chat": told, "language": language, "member_id": actor.member_id}
    jobs.queue(uow, KIND, f"{KIND}:{mention_id}:{deed}:{uow.now.isoformat()}", args | {"identity": actor.identity})


async def tend(desk: Desk, args: Mapping[str, Any]) -> None:
    """Do it on the network, and write down what came of it."""
    mention = await desk.database.read(get, args["mention_id"])
    try:
        connector = await desk.networks.connector(mention.account_id)
        if args["deed"] == "remove":
            await connector.remove(mention.remote_id)
        else:
            await connector.hide(mention.remote_id, hidden=args["deed"] == "hide")
    except DeskError as error:
        await desk.database.write(_failed, mention, args, error)
    else:
        await desk.database.write(_done, mention.id, args)


def _done(uow: UnitOfWork, mention_id: int, args: Mapping[str, Any]) -> None:
    mention = mentions.hold(uow, mention_id)
    if mention is None:
        return
    by = Actor(mention.brand_id, args["member_id"], "", frozenset(), args["identity"])
    if args["deed"] == "remove" and mention.state in OPEN:
        mention = move(uow, mention, "resolve", by, claimed_by=None, claimed_until=None, snoozed_until=None)
    values = {"hidden_at": None if args["deed"] == "show" else uow.now}
    if args["deed"] == "remove":
        values |= {"deleted_at": uow.now}
    mentions.change(uow, mention, **values)
    keep_line(uow, mention, args["deed"], by, {})
    alerts.refresh(uow, "mention", mention_id)


def _failed(uow: UnitOfWork, mention: Mention, args: Mapping[str, Any], error: DeskError) -> None:
    if isinstance(error, AuthExpired):
        record_failure(uow, mention.account_id, error)
    facts = json.dumps({name: str(fact) for name, fact in error.facts.items()})
    told = {"why": "not_done", "words": error.words, "facts": facts}
    chat = ChatRef(**args["chat"])
    alerts.show(uow, chat, "mention", mention.id, brand_id=mention.brand_id, language=args["language"], args=told)
