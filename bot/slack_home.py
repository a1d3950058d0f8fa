"""Slack's Home tab: what waits for one person, brand by brand, as the cards of /today in one view.

The cards' buttons are sealed for the person's private chat with us: what a press answers is said there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from bot.sealing import seal
from bot.slack_card import render
from bot.slack_text import Block
from handlers import today
from handlers.card import Card, para
from handlers.route import Words
from smm import brands
from smm import members as people
from smm.actors import Actor
from smm.errors import N_
from storage import members
from storage.brands import Brand
from storage.channels import ChatRef
from storage.members import Member
from storage.unit_of_work import UnitOfWork

BLOCKS_LIMIT: Final = 100  # https://docs.slack.dev/reference/views/home-tab-views
_UNKNOWN = N_("I do not know you yet. Ask an owner of the desk for an invitation and open its link.")
_NO_BRAND = N_("There is no brand to work on yet. Begin with /start.")


def home(cards: Sequence[Card]) -> Block:
    """Return the view that shows sealed cards one below the other; a card that has no room is left out whole."""
    blocks: list[Block] = []
    for number, card in enumerate(cards):
        drawn = [_numbered(block, number) for block in render(replace(card, ask=None)).blocks]
        parted: list[Block] = [{"type": "divider"}, *drawn] if blocks else drawn
        if len(blocks) + len(parted) <= BLOCKS_LIMIT:
            blocks += parted
    return {"type": "home", "blocks": blocks or [{"type": "divider"}]}


def _numbered(block: Block, number: int) -> Block:
    """Return a block whose action ids are its card's own: they are unique in a card, and a view has many."""
    if block["type"] != "actions":
        return block
    keys = [key | {"action_id": f"{key['action_id']}.{number}"} for key in block["elements"]]
    return block | {"elements": keys}


def work_of(uow: UnitOfWork, alone: ChatRef, words: Callable[[str], Words], language: str = "") -> list[Card]:
    """Return the cards for whoever is alone with us in a private chat, which their own id addresses; sealed for it."""
    found = members.by_identity(uow, alone.platform, alone.chat_id)
    member = found[0] if found is not None else None
    if member is None or member.revoked_at is not None:
        return [Card(body=(para(words(language)(_UNKNOWN)),))]
    t = words(member.language)
    cards = [_card(uow, t, member, brand, alone) for brand in brands.of_member(uow, member)]
    return cards or [Card(body=(para(t(_NO_BRAND)),))]


def _card(uow: UnitOfWork, t: Words, member: Member, brand: Brand, alone: ChatRef) -> Card:
    roles = people.roles_in(uow, member, brand)
    actor = Actor(brand.id, member.id, member.name, roles, f"{alone.platform}:{alone.chat_id}")
    return seal(uow, today.card(uow, t, brand, actor, team=not actor.is_client), alone, brand.id)
