"""What the clock looks at: which table is due for which work, and the chores that are looked after now and then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.clock import Chore, Due, Look
from bot.engine import Args, Task, Work
from bot.jobs import run_job
from smm import (
    alerts,
    amender,
    amending,
    doctor,
    figures,
    health,
    hooks,
    inbox,
    incidents,
    ingest,
    join_links,
    labels,
    materials,
    publisher,
    publishing,
    pulse,
    receipts,
    reminders,
    replies,
)
from smm.desk import Desk
from smm.rules import searching
from storage import buttons, jobs, updates
from storage.unit_of_work import UnitOfWork


def looks() -> Sequence[Look]:
    """Return what to ask the tables every second."""
    return (
        _jobs,
        _ids("publish", publishing.due),
        _ids("correct", amending.due),
        _ids("reply", replies.due),
        _ids("poll", health.poll_due),
        _ids("wake", inbox.due),
        _ids("search", searching.due),
    )


def _jobs(uow: UnitOfWork, until: datetime) -> list[Due]:
    return [Due(Task("job", f"job:{job.id}", {"id": job.id}), job.due_at) for job in jobs.due(uow, until)]


def _ids(kind: str, due: Callable[[UnitOfWork, datetime], Sequence[tuple[int, datetime]]]) -> Look:
    def look(uow: UnitOfWork, until: datetime) -> list[Due]:
        return [Due(Task(kind, f"{kind}:{row_id}", {"id": row_id}), at) for row_id, at in due(uow, until)]

    return look


def works(desk: Desk) -> Mapping[str, Work]:
    """Return what the engine does for each kind of task."""

    async def job(args: Args) -> None:
        await run_job(desk, args["id"])

    async def publish(args: Args) -> None:
        await publisher.publish(desk, args["id"])

    async def correct(args: Args) -> None:
        await amender.amend(desk, args["id"])

    async def reply(args: Args) -> None:
        await replies.send(desk, args["id"])

    async def poll(args: Args) -> None:
        await ingest.poll(desk, args["id"])

    async def wake(args: Args) -> None:
        await desk.database.write(inbox.wake, args["id"])

    async def search(args: Args) -> None:
        await searching.search(desk, args["id"])

    return {
        "job": job,
        "publish": publish,
        "correct": correct,
        "reply": reply,
        "poll": poll,
        "wake": wake,
        "search": search,
    }


def chores(desk: Desk) -> Sequence[Chore]:
    """Return what is looked after besides: reminders, deadlines, posts without a receipt, yesterday's line."""

    def chore(name: str, every: timedelta, *works: Callable[[UnitOfWork], object]) -> Chore:
        async def run() -> None:
            for work in works:
                await desk.database.write(work)

        return Chore(name, every, run)

    return (
        chore("what is too old", timedelta(days=1), _forget_buttons, incidents.tidy, hooks.tidy, join_links.tidy),
        chore("news of long ago", timedelta(minutes=5), alerts.tidy, _forget_updates),
        chore("reminders and deadlines", timedelta(seconds=30), _after_people),
        chore("posts without a receipt", timedelta(seconds=15), _late),
        *([chore("language and tone", timedelta(seconds=2), labels.ask)] if desk.reader is not None else []),
        chore("sources that fell silent", timedelta(minutes=10), pulse.listen),
        chore("yesterday's line", timedelta(minutes=1), receipts.daily_lines),
        chore("posts that waited for an account", timedelta(seconds=15), publishing.unblock, amending.unblock),
        chore("figures of publications", timedelta(minutes=5), figures.make_due),
        chore("the doctor's rounds", timedelta(minutes=5), doctor.make_rounds),
    )


def _forget_buttons(uow: UnitOfWork) -> None:
    buttons.forget_expired(uow, uow.now)


def _forget_updates(uow: UnitOfWork) -> None:
    updates.forget(uow, uow.now - alerts.KEPT, alerts.AT_ONCE)


def _late(uow: UnitOfWork) -> None:
    receipts.late_check(uow, uow.now)


def _after_people(uow: UnitOfWork) -> None:
    reminders.remind_due(uow, uow.now)
    materials.remind_due(uow, uow.now)
    reminders.expire_due(uow, uow.now)


def recover(uow: UnitOfWork) -> None:
    """Take up what a kill left behind, before anything else runs."""
    publishing.recover(uow)
    jobs.requeue_running(uow)
