"""Sealing: behind every button that a chat shows stands a row, and the chat carries only the row's opaque name.

The same button drawn again in the same chat is the same row, so that redrawing a card a hundred times costs nothing.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from handlers.card import Button, Card
from storage import buttons
from storage.buttons import ButtonRow
from storage.channels import ChatRef
from storage.unit_of_work import UnitOfWork

LIFE = timedelta(days=30)


def new_ref() -> str:
    """Return 96 random bits for a chat to carry: 16 characters, within the 64 bytes of Telegram's callback data."""
    return secrets.token_urlsafe(12)


def needs_seal(card: Card) -> bool:
    """Say whether a card has buttons that mean nothing to a chat yet."""
    return any(_open(button) for row in card.buttons for button in row)


def seal(uow: UnitOfWork, card: Card, chat: ChatRef, brand_id: int | None) -> Card:
    """Return the card with a ref in every button, each kept for one chat and one brand."""
    digests = [[_digest(b, chat, brand_id) if _open(b) else "" for b in row] for row in card.buttons]
    wanted = {
        digest: b for row, of in zip(card.buttons, digests, strict=True) for b, digest in zip(row, of, strict=True)
    }
    wanted.pop("", None)
    if not wanted:
        return card
    refs = _refs(uow, wanted, chat, brand_id)
    rows = tuple(
        tuple(replace(b, ref=refs[digest]) if digest else b for b, digest in zip(row, of, strict=True))
        for row, of in zip(card.buttons, digests, strict=True)
    )
    return replace(card, buttons=rows)


def without_ask(card: Card) -> Card:
    """Return the card without its questions."""
    return replace(card, ask=None)


def _open(button: Button) -> bool:
    return bool(button.action) and not button.ref


def _refs(uow: UnitOfWork, wanted: Mapping[str, Button], chat: ChatRef, brand_id: int | None) -> dict[str, str]:
    known = buttons.known(uow, list(wanted))
    buttons.renew(uow, [row.ref for row in known.values() if row.expires_at < uow.now + LIFE / 2], uow.now + LIFE)
    new = [_row(uow, button, chat, brand_id, digest) for digest, button in wanted.items() if digest not in known]
    if new:
        buttons.put(uow, new)
        known = buttons.known(uow, list(wanted))
    return {digest: row.ref for digest, row in known.items()}


def _row(uow: UnitOfWork, button: Button, chat: ChatRef, brand_id: int | None, digest: str) -> ButtonRow:
    return ButtonRow(
        ref=new_ref(),
        action=button.action,
        brand_id=brand_id,
        object_id=button.object_id,
        version=button.version,
        args=dict(button.args),
        platform=chat.platform,
        chat_id=chat.chat_id,
        digest=digest,
        created_at=uow.now,
        expires_at=uow.now + LIFE,
    )


def _digest(button: Button, chat: ChatRef, brand_id: int | None) -> str:
    meaning = [
        chat.platform,
        chat.chat_id,
        brand_id,
        button.action,
        button.object_id,
        button.version,
        sorted(button.args.items()),
    ]
    return hashlib.sha256(json.dumps(meaning).encode()).hexdigest()
