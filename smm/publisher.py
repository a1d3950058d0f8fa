"""The publisher: the calls to the networks, each between two transactions of the ledger (smm/publishing.py).

What a network answered is written down before anything else is done, and every error means one thing for the ledger:
certainly not done, or nobody knows. Nothing is repeated here; the ledger decides whether and when there is another try.
"""

from __future__ import annotations

import asyncio

from smm import by_hand, publishing
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
from smm.networks import Can, MediaFile, Outgoing
from smm.publishing import Picture, Publication

_TIMED_OUT = N_("{network} did not answer in time. In two minutes it is looked whether the post is there.")
_NO_LOOKING = N_("{network} cannot be asked whether the post is there.")


async def publish(desk: Desk, target_id: int) -> None:
    """Do what is due for a target: publish it, or look for it where the outcome is unknown. Harmless when nothing is due."""
    publication = await desk.database.write(publishing.begin, target_id)
    if publication is None:
        return
    if publication.probes:
        await _look(desk, publication)
    else:
        await (_hand_over if publication.by_hand else _call)(desk, publication)


async def _hand_over(desk: Desk, publication: Publication) -> None:
    """Give it to people, with the address where they publish it if the network has one."""
    try:
        async with asyncio.timeout(publishing.CALL.total_seconds()):
            connector = await desk.networks.connector(publication.account_id)
            link = await connector.assist(outgoing(desk, publication))
    except (ConnectorError, TimeoutError):
        link = ""
    await desk.database.write(by_hand.hand_over, publication, link)


async def _call(desk: Desk, publication: Publication) -> None:
    write = desk.database.write
    try:
        async with asyncio.timeout(publishing.CALL.total_seconds()):
            connector = await desk.networks.connector(publication.account_id)
            published = await connector.publish(outgoing(desk, publication))
    except TimeoutError:
        note = publishing.note(_TIMED_OUT, network=desk.networks.title(publication.network))
        await write(publishing.finish_unknown, publication, note)
    except ConnectorError as error:
        await _write_down(desk, publication, error)
    else:
        await write(publishing.finish_ok, publication, published.remote_id, published.link)


async def _write_down(desk: Desk, publication: Publication, error: ConnectorError) -> None:
    """Write down what an error means: what may have happened is never called a failure."""
    write, note = desk.database.write, publishing.note_of(error)
    match error:
        case OutcomeUnknown() | Unreadable():
            await write(publishing.finish_unknown, publication, note)
        case AuthExpired():
            await write(publishing.finish_blocked, publication, error)
        case RateLimited():
            await write(publishing.finish_later, publication, note, error.retry_after)
        case Unavailable():
            await write(publishing.finish_later, publication, note)
        case Rejected() | NeedsHuman() | Unsupported():
            await write(publishing.finish_refused, publication, note)
        case _:
            await write(publishing.finish_unknown, publication, note)


async def _look(desk: Desk, publication: Publication) -> None:
    write = desk.database.write
    title = desk.networks.title(publication.network)
    if not desk.networks.can(publication.network, Can.FIND):
        note = publishing.note(_NO_LOOKING, network=title)
        await write(publishing.unseen, publication, note, can_look=False)
        return
    try:
        async with asyncio.timeout(publishing.CALL.total_seconds()):
            connector = await desk.networks.connector(publication.account_id)
            found = await connector.find(outgoing(desk, publication), publication.since)
    except TimeoutError:
        note = publishing.note(_NO_LOOKING, network=title)
        await write(publishing.unseen, publication, note, can_look=True)
    except ConnectorError as error:
        looks_again = isinstance(error, Unavailable | RateLimited | OutcomeUnknown | Unreadable)
        await write(publishing.unseen, publication, publishing.note_of(error), can_look=looks_again)
    else:
        if found is None:
            await write(publishing.absent, publication)
        else:
            await write(publishing.finish_ok, publication, found.remote_id, found.link)


def outgoing(desk: Desk, publication: Publication) -> Outgoing:
    """Return what the connector is handed."""
    return Outgoing(
        key=publication.key,
        text=publication.text,
        media=tuple(_file(desk, each) for each in publication.pictures),
        link=publication.link,
        language=publication.language,
        options=publication.options,
    )


def _file(desk: Desk, picture: Picture) -> MediaFile:
    url = f"{desk.public_url}/public-media/{picture.token}" if desk.public_url else ""
    return MediaFile(desk.media / picture.digest, picture.mime, picture.digest, picture.alt, url)
