"""Drafts: asking the writer, letting the text grow on the card, and handing the chosen variant on.

A draft is only ever text that a person picks: nothing here publishes or sends. What a model may read is built here: the
brand's tone and past words, the topic a member gave, and a stranger's text that the writer fences.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any
from zoneinfo import ZoneInfo

from smm import declared
from smm.actors import Actor
from smm.alerts import NOW, refresh
from smm.desk import Desk
from smm.errors import N_, Conflict, Invalid, NotFound, WriterError
from smm.writing import Brief, Suggestion
from storage import accounts, audit, brands, drafts, jobs, mentions, templates
from storage.accounts import Account
from storage.drafts import Draft
from storage.unit_of_work import UnitOfWork

DAILY = 200  # calls of a model for one brand in one day: ten thousand comments must not become ten thousand bills
TOPIC = 1_000  # characters
GROWN = 4_000  # characters of unfinished text kept for the card
EVERY = 1.0  # seconds between two looks at a growing text; each chat's own pace comes on top
PAST = 200  # past answers and posts among which examples are looked for
EXAMPLES = 6
SHORTER = 0.5  # of the limit

_SPENT = N_("This brand has used up its drafts for today. Write it yourself, or try again tomorrow.")
_CHANGED = N_("This draft has changed meanwhile. Look at its newest card.")


def start(uow: UnitOfWork, actor: Actor, topic: str) -> int:
    """Ask for drafts of a post; return the draft's id."""
    if not topic.strip():
        raise Invalid(N_("Say what the post is about, for example: /draft autumn menu"), field="topic")
    if len(topic) > TOPIC:
        raise Invalid(N_("A topic has {most} characters at most. Shorten it."), field="topic", most=TOPIC)
    return _ask(uow, actor, drafts.add(uow, actor.brand_id, actor.member_id, "post", topic.strip(), None), "draft")


def suggest_reply(uow: UnitOfWork, actor: Actor, mention_id: int) -> int:
    """Ask for answers to a mention; return the draft's id. One that stands since the mention's last edit is used again."""
    mention = mentions.get(uow, mention_id)
    if mention is None or mention.brand_id != actor.brand_id:
        raise NotFound(N_("This comment is not there any more. See what is open: /inbox"))
    standing = drafts.open_for(uow, mention_id)
    if standing is not None and (mention.edited_at is None or standing.created_at >= mention.edited_at):
        return standing.id
    return _ask(uow, actor, drafts.add(uow, actor.brand_id, actor.member_id, "reply", "", mention_id), "suggest")


def _ask(uow: UnitOfWork, actor: Actor, draft_id: int, kind: str, number: int = 1) -> int:
    _record(uow, actor, draft_id, "draft.ask", round=number)
    jobs.queue(uow, kind, f"draft:{draft_id}:{number}", {"draft": draft_id, "round": number})
    return draft_id


def get(uow: UnitOfWork, brand_id: int, draft_id: int) -> Draft:
    """Return a draft of the brand."""
    found = drafts.get(uow, draft_id)
    if found is None or found.brand_id != brand_id:
        raise NotFound(N_("This draft is not there. Start a new one with /draft."))
    return found


def find(uow: UnitOfWork, draft_id: int) -> Draft | None:
    """Return a draft for a card that is drawn."""
    return drafts.get(uow, draft_id)


def answered(uow: UnitOfWork, draft: Draft) -> str:
    """Return the stranger's text that a draft answers."""
    mention = mentions.get(uow, draft.mention_id) if draft.mention_id else None
    return mention.text if mention else ""


def again(uow: UnitOfWork, actor: Actor, draft: Draft, seen: int, *, shorter: bool = False) -> None:
    """Ask for other variants of a draft whose round was seen."""
    length = "shorter" if shorter else draft.length
    fresh: dict[str, Any] = {"round": seen + 1, "length": length, "state": "writing", "growing": "", "error": ""}
    _move(uow, draft, seen, ("ready", "failed"), **fresh)
    _ask(uow, actor, draft.id, "suggest" if draft.mention_id else "draft", seen + 1)


def take(uow: UnitOfWork, actor: Actor, draft: Draft, seen: int, variant: int) -> str:
    """Use up a draft and return the text of the chosen variant."""
    if not 0 <= variant < len(draft.variants):
        raise NotFound(N_("This variant is not there. Look at the draft's newest card."))
    _move(uow, draft, seen, ("ready",), state="used")
    _record(uow, actor, draft.id, "draft.use", variant=variant, model=draft.model)
    return str(draft.variants[variant]["text"])


def discard(uow: UnitOfWork, actor: Actor, draft: Draft, seen: int) -> None:
    """Throw a draft away; what is still being written will not be shown."""
    _move(uow, draft, seen, ("writing", "ready", "failed"), state="discarded")
    _record(uow, actor, draft.id, "draft.discard")


def _record(uow: UnitOfWork, actor: Actor, draft_id: int, action: str, **facts: Any) -> None:
    audit.append(
        uow,
        actor=f"member:{actor.member_id}",
        identity=actor.identity,
        action=action,
        object=f"draft:{draft_id}",
        brand_id=actor.brand_id,
        facts=facts,
    )


def _move(uow: UnitOfWork, draft: Draft, seen: int, states: tuple[str, ...], **values: Any) -> None:
    if draft.round != seen or not drafts.move(uow, draft, *states, **values):
        raise Conflict(_CHANGED)
    refresh(uow, "draft", draft.id)


async def draft(desk: Desk, args: Mapping[str, Any]) -> None:
    """Have the variants of a draft's round written: the job of the kind "draft"."""
    asked = await desk.database.write(_take_up, int(args["draft"]), int(args["round"]), bool(desk.writer.model))
    if asked is None:
        return
    brief = await desk.database.read(brief_of, asked)
    try:
        found = await desk.writer.suggest(brief, _Growing(desk, asked).show)
    except WriterError as error:
        await desk.database.write(_fail, asked, error.words)
    else:
        await desk.database.write(_finish, asked, desk.writer.model, found)


suggest = draft  # the kind "suggest": an answer to a mention is written in the same way


def _take_up(uow: UnitOfWork, draft_id: int, number: int, costs: bool) -> Draft | None:
    draft = drafts.get(uow, draft_id)
    if draft is None or draft.state != "writing" or draft.round != number:
        return None
    if costs and drafts.calls_since(uow, draft.brand_id, _midnight(uow, draft.brand_id)) >= DAILY:
        _fail(uow, draft, _SPENT)
        return None
    drafts.move(uow, draft, "writing", calls=draft.calls + costs)
    return draft


def _midnight(uow: UnitOfWork, brand_id: int) -> datetime:
    brand = brands.get(uow, brand_id)
    here = uow.now.astimezone(ZoneInfo(brand.zone if brand else "UTC"))
    return here - timedelta(hours=here.hour, minutes=here.minute, seconds=here.second)


class _Growing:
    """A text that grows: the newest is shown now and then, what came in between is skipped."""

    def __init__(self, desk: Desk, draft: Draft) -> None:
        self._desk = desk
        self._draft = draft
        self._shown_at = -math.inf

    async def show(self, text: str) -> None:
        """Put the text on the card, unless that was done a moment ago."""
        now = asyncio.get_running_loop().time()
        if not text or now - self._shown_at < EVERY:
            return
        self._shown_at = now
        await self._desk.database.write(_grow, self._draft, text[-GROWN:])


def _grow(uow: UnitOfWork, draft: Draft, text: str) -> None:
    if drafts.move(uow, draft, "writing", growing=text):
        refresh(uow, "draft", draft.id, NOW)


def _finish(uow: UnitOfWork, draft: Draft, model: str, found: Iterable[Suggestion]) -> None:
    variants = [{"text": suggestion.text, "source": suggestion.source} for suggestion in found]
    if drafts.move(uow, draft, "writing", state="ready", growing="", variants=variants, model=model, ready_at=uow.now):
        refresh(uow, "draft", draft.id)


def _fail(uow: UnitOfWork, draft: Draft, words: str) -> None:
    if drafts.move(uow, draft, "writing", state="failed", growing="", error=words):
        refresh(uow, "draft", draft.id)


def brief_of(uow: UnitOfWork, draft: Draft) -> Brief:
    """Return all that the writer may know of a draft."""
    brand = brands.get(uow, draft.brand_id)
    assert brand is not None
    mention = mentions.get(uow, draft.mention_id) if draft.mention_id else None
    stranger, language = (mention.text, mention.language) if mention else ("", "")
    return Brief(
        purpose=draft.purpose,
        language=language or brand.language,
        brand=brand.name,
        tone=brand.tone,
        topic=draft.topic,
        limits=_limits(uow, draft),
        stranger=stranger,
        examples=_examples(uow, draft, stranger or draft.topic),
    )


def _limits(uow: UnitOfWork, draft: Draft) -> dict[str, int]:
    """Return the most characters for each network that the text may go to: the mention's, else all the brand's."""
    found: dict[str, int] = {}
    for account in accounts.of_brand(uow, draft.brand_id):
        limits = declared.limits(account)
        if account.closed_at is not None or limits is None or not _concerns(uow, account, draft):
            continue
        most = limits.reply if draft.mention_id and limits.reply else limits.text
        most = int(most * (SHORTER if draft.length == "shorter" else 1))
        found[account.network] = min(most, found.get(account.network, most))
    return found


def _concerns(uow: UnitOfWork, account: Account, draft: Draft) -> bool:
    mention = mentions.get(uow, draft.mention_id) if draft.mention_id else None
    return mention is None or mention.account_id == account.id


def _examples(uow: UnitOfWork, draft: Draft, words: str) -> tuple[str, ...]:
    """Return the brand's own words that come closest to what is to be written about."""
    if draft.purpose == "reply":
        past = drafts.past_answers(uow, draft.brand_id, PAST)
    else:
        past = [(text, text) for text in drafts.past_posts(uow, draft.brand_id, PAST) if text]
    saved = [
        (f"{template.title} {template.text}", template.text) for template in templates.of_brand(uow, draft.brand_id)
    ]
    ranked = sorted([*past, *saved], key=lambda pair: alike(words, pair[0]), reverse=True)
    return tuple(dict.fromkeys(text for _, text in ranked))[:EXAMPLES]


def alike(one: str, other: str) -> float:
    """Say how alike two texts are: shared beginnings of words first, then the shape of the letters."""
    stems, others = _stems(one), _stems(other)
    shared = len(stems & others) / math.sqrt(len(stems) * len(others) or 1)
    return shared + 0.1 * SequenceMatcher(None, one[:200].casefold(), other[:200].casefold()).quick_ratio()


def _stems(text: str) -> set[str]:
    # The first five letters stand in for a stem: endings change in Russian, and plurals in English.
    return {word[:5] for word in re.findall(r"\w{4,}", text.casefold())}
