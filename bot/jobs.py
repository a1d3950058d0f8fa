"""Running the jobs that transactions asked for: claimed once, repeated after a failure, buried when it keeps failing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog

from bot import bringing
from smm import (
    by_hand,
    doctor,
    drafts,
    figures,
    first_comment,
    join_links,
    labels,
    logins,
    suggestion_calls,
    suggestions,
    tending,
    voices,
)
from smm.desk import Desk
from smm.rules import book
from storage import jobs
from storage.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

Handler = Callable[[Desk, Mapping[str, Any]], Awaitable[None]]
KINDS: Mapping[str, Handler] = {
    "connect": logins.connect,
    "draft": drafts.draft,
    "examine": doctor.examine,
    "figures": figures.take,
    "first_comment": first_comment.write,
    "join_link": join_links.carry_out,
    "labels": labels.read,
    suggestions.KIND: suggestion_calls.carry_out,
    suggestions.FILES: bringing.bring,
    "tend": tending.tend,
    "by_hand": by_hand.reminded,
    "rule_forms": book.look_forms_up,
    "suggest": drafts.suggest,
    "hear": voices.hear,
}
TRIES = 4
PAUSE = timedelta(seconds=5)


async def run_job(desk: Desk, job_id: int) -> None:
    """Run one job, if nobody else has taken it."""
    job = await desk.database.read(jobs.get, job_id)
    if job is None or not await desk.database.write(jobs.claim, job_id):
        return
    try:
        await KINDS[job.kind](desk, job.args)
    except Exception as error:
        # Work ends here; what the person is shown is in the job's own table.
        log.exception("job failed", kind=job.kind, job=job.id)
        await desk.database.write(_put_off, job.id, job.failures, type(error).__name__)
    else:
        await desk.database.write(jobs.finish, job_id)


def _put_off(uow: UnitOfWork, job_id: int, failures: int, error: str) -> None:
    if failures + 1 >= TRIES:
        jobs.bury(uow, job_id, error)
    else:
        jobs.retry(uow, job_id, uow.now + PAUSE * 4**failures, error)
