"""Bringing pictures that a network keeps to the desk: checked like any other file, kept under the digest of their bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bot.media import keep
from smm import suggestions
from smm.desk import Desk
from smm.errors import Invalid, Rejected
from smm.mention_moves import get

log = structlog.get_logger(__name__)


async def bring(desk: Desk, args: Mapping[str, Any]) -> None:
    """Bring the pictures of a suggestion; one that cannot be had, or is none, is left out, and its card says so."""
    mention = await desk.database.read(get, args["mention_id"])
    connector = await desk.networks.connector(mention.account_id)
    digests = []
    for name in args["files"]:
        try:
            picture = await keep(desk.database, desk.media, await connector.file(name), brand_id=mention.brand_id)
        except (Invalid, Rejected) as error:
            log.warning("a picture was not brought", mention=mention.id, reason=type(error).__name__)
        else:
            digests.append(picture.digest)
    await desk.database.write(suggestions.keep_pictures, mention.id, args["files"], digests)
