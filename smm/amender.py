"""The amender: the calls that change or take down what is live, each between two transactions of its ledger (smm/amending.py)."""

from __future__ import annotations

import asyncio

from smm import amending, publishing
from smm.amending import Amendment
from smm.desk import Desk
from smm.errors import (
    N_,
    AuthExpired,
    ConnectorError,
    NeedsHuman,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    Unreadable,
    Unsupported,
)
from smm.networks import Connector, MediaFile, Outgoing

_TIMED_OUT = N_("{network} did not answer in time. In two minutes it is tried again.")


async def amend(desk: Desk, correction_id: int) -> None:
    """Make a correction that is due. Harmless when nothing is due."""
    amendment = await desk.database.write(amending.begin, correction_id)
    if amendment is None:
        return
    try:
        async with asyncio.timeout(publishing.CALL.total_seconds()):
            await _call(desk, amendment, await desk.networks.connector(amendment.account_id))
    except TimeoutError:
        note = publishing.note(_TIMED_OUT, network=desk.networks.title(amendment.network))
        await desk.database.write(amending.finish_unknown, amendment, note)
    except ConnectorError as error:
        await _write_down(desk, amendment, error)
    else:
        await desk.database.write(amending.removed if amendment.removes else amending.finish_ok, amendment)


async def _call(desk: Desk, amendment: Amendment, connector: Connector) -> None:
    if not amendment.removes:
        await connector.edit(amendment.remote_id, outgoing(desk, amendment))
        return
    try:
        await connector.delete(amendment.remote_id)
    except Rejected as error:
        if error.field != "target":  # what is gone already was to go
            raise


async def _write_down(desk: Desk, amendment: Amendment, error: ConnectorError) -> None:
    """Write down what an error means: what may have happened is done once more, and never called a failure."""
    write, note = desk.database.write, publishing.note_of(error)
    match error:
        case AuthExpired():
            await write(amending.finish_blocked, amendment, error)
        case RateLimited():
            await write(amending.finish_later, amendment, note, error.retry_after)
        case Unavailable():
            await write(amending.finish_later, amendment, note)
        case Rejected() | NeedsHuman() | Unsupported():
            await write(amending.finish_refused, amendment, note)
        case OutcomeUnknown() | Unreadable() | _:
            await write(amending.finish_unknown, amendment, note)


def outgoing(desk: Desk, amendment: Amendment) -> Outgoing:
    """Return the words, and what they stand beside."""
    files = tuple(MediaFile(desk.media / each.digest, each.mime, each.digest, each.alt) for each in amendment.files)
    return Outgoing(f"correction-{amendment.correction_id}", amendment.text, files, amendment.link)
