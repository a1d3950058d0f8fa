"""What has happened to a mention since the writer of an answer looked: the answer may no longer fit.

Rule 3 of the inbox's life cycle: a newer message, an answer given elsewhere, an edit or a deletion is told before anything is
public, and wants a second confirmation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from smm.errors import N_
from smm.mention_moves import ANSWERED, PUT_ASIDE, State, holder
from storage import mentions
from storage.mentions import Mention
from storage.replies import Reply
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody was shown: the mention's revision, and the newest thing said beside it."""

    revision: int
    newest: int


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the writer should know, in words for people."""

    words: str
    facts: Mapping[str, str] = field(default_factory=dict)


def look(uow: UnitOfWork, mention: Mention) -> Seen:
    """Return what there is to be seen now."""
    return Seen(mention.revision, mentions.newest_beside(uow, mention))


def since(uow: UnitOfWork, mention: Mention, reply: Reply, seen: Seen) -> list[Change]:
    """Return what has changed since then, most important first."""
    now = look(uow, mention)
    found = _of_mention(uow, mention, reply) if now.revision != seen.revision else []
    return [*found, *(_newer(uow, now) if now.newest > seen.newest else ())]


def _of_mention(uow: UnitOfWork, mention: Mention, reply: Reply) -> list[Change]:
    found = []
    if mention.deleted_at is not None:
        found.append(Change(N_("The author has deleted it.")))
    if answered_meanwhile(mention, reply) or mention.state in ANSWERED:
        found.append(Change(N_("{who} has answered it: “{answer}”"), _answer(mention)))
    if mention.edited_at is not None and mention.edited_at > reply.created_at:
        found.append(Change(N_("The author has edited it.")))
    if mention.state in PUT_ASIDE:
        found.append(Change(N_("Somebody on the team has closed it.")))
    if mention.state != State.SENDING and holder(mention, uow.now) is None:
        found.append(Change(N_("Your claim has run out; nobody else has taken it.")))
    return found or [Change(N_("It has changed since you wrote your answer. Read it again."))]


def answered_meanwhile(mention: Mention, reply: Reply) -> bool:
    """Say whether somebody answered after the reply was written."""
    return mention.answered_at is not None and mention.answered_at > reply.created_at


def _answer(mention: Mention) -> dict[str, str]:
    return {"who": mention.answered_by, "answer": mention.answer[:200]}


def _newer(uow: UnitOfWork, now: Seen) -> list[Change]:
    newest = mentions.get(uow, now.newest)
    if newest is None:
        return []
    return [Change(N_("{who} has written again: “{text}”"), {"who": newest.author_name, "text": newest.text[:200]})]
