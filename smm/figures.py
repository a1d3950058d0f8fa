"""Figures of what was published: taken one hour, one day and one week after it went live, and kept as the network told them.

Whether the desk was closed at that moment does not matter as long as it opens again before the figures would mean another age.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

from smm import alerts, declared, quotas
from smm.desk import Desk
from smm.errors import ConnectorError
from smm.networks import Can, Metrics
from storage import accounts as logins
from storage import jobs, metrics, targets
from storage.metrics import Snapshot, Wanted
from storage.unit_of_work import UnitOfWork

# hours after publication, and for how long after that the figures still tell of that age
AGES: Final = {1: timedelta(hours=6), 24: timedelta(hours=24), 168: timedelta(days=7)}
MOST: Final = 100  # publications asked about at once
_NAMES: Final = ("views", "reach", "likes", "comments", "shares", "saves", "clicks")


def make_due(uow: UnitOfWork) -> int:
    """Ask for the figures that are due, one job an account and age; return for how many publications."""
    count = 0
    for hours, lasting in AGES.items():
        due = metrics.due(uow, hours, lasting, MOST)
        for account_id, wanted in groupby(due, key=lambda each: each.account_id):
            count += _ask(uow, account_id, hours, list(wanted))
    return count


def _ask(uow: UnitOfWork, account_id: int, hours: int, wanted: Sequence[Wanted]) -> int:
    account = logins.get(uow, account_id)
    if account is None or not declared.allows(account, Can.METRICS):
        return 0
    # The key holds the hour: what fails is asked for again in the next one.
    name = f"figures:{account_id}:{hours}:{uow.now:%Y%m%d%H}:{wanted[0].target_id}"
    args = {"account_id": account_id, "hours": hours, "targets": {each.remote_id: each.target_id for each in wanted}}
    return len(wanted) if jobs.queue(uow, "figures", name, args) else 0


async def take(desk: Desk, args: Mapping[str, Any]) -> None:
    """Ask a network for figures and keep them."""
    wanted: dict[str, int] = args["targets"]
    try:
        connector = await desk.networks.connector(args["account_id"])
        found = await connector.metrics(list(wanted))
    except ConnectorError:
        return  # asked for again within the hour; what is wrong with the account is met and told by its next poll
    told = {wanted[remote_id]: figures for remote_id, figures in found.items() if remote_id in wanted}
    await desk.database.write(_keep, args["account_id"], args["hours"], told)
    await desk.database.write(quotas.note, args["account_id"], connector.quota)


def _keep(uow: UnitOfWork, account_id: int, hours: int, told: Mapping[int, Metrics]) -> None:
    for target_id, figures in told.items():
        target = targets.get(uow, target_id)
        if target is None or target.account_id != account_id:
            continue
        counted = {name: value for name, value in asdict(figures).items() if name in _NAMES}
        metrics.keep(uow, target_id, hours, **counted)
        alerts.refresh(uow, "post", target.post_id, alerts.LATER)


def newest(uow: UnitOfWork, target_id: int) -> Snapshot | None:
    """Return the newest figures of a publication."""
    return metrics.newest(uow, target_id)
