"""Jobs of a web worker end, also where a cancellation gets lost."""

import asyncio
from contextlib import suppress

from api.web.jobs import end


async def test_a_job_that_loses_a_cancellation_is_told_again() -> None:
    told = 0

    async def work() -> None:
        nonlocal told
        with suppress(asyncio.CancelledError):
            try:
                await asyncio.sleep(60)
            finally:
                told += 1
        await asyncio.sleep(60)

    job = asyncio.create_task(work())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end([job])

    assert job.cancelled()
    assert told == 1


async def test_nothing_to_end_and_what_has_ended_are_no_trouble() -> None:
    job = asyncio.create_task(asyncio.sleep(0))
    await job

    await end([])
    await end([job])
