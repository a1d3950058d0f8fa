"""A job runs once at a time, later after a failure, and again after a kill."""

from __future__ import annotations

from datetime import timedelta

from clocks import Clock

from storage import jobs
from storage.engine import Database
from storage.jobs import Job


async def the_job(database: Database) -> Job:
    job = await database.read(jobs.get, 1)
    assert job is not None
    return job


async def test_a_job_goes_from_queued_to_done(database: Database, clock: Clock) -> None:
    assert await database.write(jobs.queue, "draft", "draft:1", {"draft": 1})
    (found,) = await database.read(jobs.due, clock.now)
    assert (found.kind, found.args, found.state) == ("draft", {"draft": 1}, "queued")
    assert not await database.write(jobs.finish, 1), "only a running job can be finished"
    assert await database.write(jobs.claim, 1)
    assert not await database.write(jobs.claim, 1)
    assert await database.read(jobs.due, clock.now) == []
    assert await database.write(jobs.finish, 1)
    assert ((await the_job(database)).state, (await the_job(database)).done_at) == ("done", clock.now)


async def test_jobs_come_due_in_order_and_not_early(database: Database, clock: Clock) -> None:
    for minutes in (3, 1, 2):
        due_at = clock.now + timedelta(minutes=minutes)
        await database.write(jobs.queue, "draft", str(minutes), {}, due_at)
    assert await database.read(jobs.due, clock.now) == []
    due = await database.read(jobs.due, clock.now + timedelta(minutes=2))
    assert [job.key for job in due] == ["1", "2"]
    assert len(await database.read(jobs.due, clock.now + timedelta(minutes=9), 2)) == 2


async def test_a_failed_job_comes_back_later_and_counts(database: Database, clock: Clock) -> None:
    woken: list[str] = []
    await database.write(jobs.queue, "draft", "k", {})
    database.listen("jobs", lambda: woken.append("jobs"))
    for failures in (1, 2):
        assert await database.write(jobs.claim, 1)
        assert await database.write(jobs.retry, 1, clock.now + timedelta(minutes=1), "no answer")
        job = await the_job(database)
        assert (job.state, job.failures, job.error) == ("queued", failures, "no answer")
        assert job.due_at == clock.now + timedelta(minutes=1)
    assert woken == ["jobs", "jobs"]


async def test_a_hopeless_job_is_buried_with_its_reason(database: Database, clock: Clock) -> None:
    await database.write(jobs.queue, "draft", "k", {})
    await database.write(jobs.claim, 1)
    assert await database.write(jobs.bury, 1, "the draft is gone")
    job = await the_job(database)
    assert (job.state, job.error, job.done_at) == ("dead", "the draft is gone", clock.now)
    assert await database.read(jobs.due, clock.now + timedelta(days=1)) == []


async def test_what_ran_when_the_process_died_runs_again(database: Database, clock: Clock) -> None:
    for key in "abc":
        await database.write(jobs.queue, "draft", key, {})
    await database.write(jobs.claim, 1)
    await database.write(jobs.claim, 2)
    await database.write(jobs.finish, 2)
    assert await database.write(jobs.requeue_running) == 1
    assert [job.key for job in await database.read(jobs.due, clock.now)] == ["a", "c"]
