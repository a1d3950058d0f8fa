"""The inline engine: one key once, one lane in order, and failures that stay where they are."""

import asyncio

from waiting import until

from bot.engine import Args, InlineEngine, Task


async def test_the_same_key_runs_once_while_it_runs_and_again_afterwards() -> None:
    seen: list[str] = []
    gate = asyncio.Event()

    async def work(args: Args) -> None:
        seen.append(str(args["name"]))
        await gate.wait()

    engine = InlineEngine({"work": work})
    for _ in range(3):
        engine.execute(Task("work", "a", {"name": "a"}))
    await asyncio.sleep(0)
    gate.set()
    await engine.drain()
    assert seen == ["a"]
    engine.execute(Task("work", "a", {"name": "a"}))
    await engine.drain()
    assert seen == ["a", "a"]


async def test_a_lane_runs_one_at_a_time_in_order_and_lanes_do_not_wait_for_each_other() -> None:
    seen: list[str] = []
    gate = asyncio.Event()

    async def work(args: Args) -> None:
        seen.append(f"start {args['name']}")
        if args["name"] == "one":
            await gate.wait()
        seen.append(f"end {args['name']}")

    engine = InlineEngine({"work": work})
    engine.execute(Task("work", "1", {"name": "one"}, lane="x"))
    engine.execute(Task("work", "2", {"name": "two"}, lane="x"))
    engine.execute(Task("work", "3", {"name": "other"}, lane="y"))
    await until(lambda: "end other" in seen)
    assert seen == ["start one", "start other", "end other"]
    gate.set()
    await engine.drain()
    assert seen[3:] == ["end one", "start two", "end two"]


async def test_a_task_that_fails_does_not_stop_its_lane() -> None:
    seen: list[str] = []

    async def work(args: Args) -> None:
        if args.get("fails"):
            raise RuntimeError("broken")
        seen.append("ran")

    engine = InlineEngine({"work": work})
    engine.execute(Task("work", "1", {"fails": True}, lane="x"))
    engine.execute(Task("work", "2", {}, lane="x"))
    await engine.drain()
    assert seen == ["ran"]


async def test_stop_waits_for_grace_then_cancels() -> None:
    seen: list[str] = []

    async def work(args: Args) -> None:
        try:
            await asyncio.sleep(float(args["seconds"]))
            seen.append("ended")
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    engine = InlineEngine({"work": work})
    engine.execute(Task("work", "short", {"seconds": 0}))
    engine.execute(Task("work", "long", {"seconds": 3600}))
    await engine.stop(grace=0.02)
    assert sorted(seen) == ["cancelled", "ended"]
