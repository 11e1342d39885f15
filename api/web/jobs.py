"""Ends what runs beside requests, for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

_AGAIN_S: Final = 0.5


async def end(jobs: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel jobs until they are over: a database driver may lose a cancellation that comes just as its answer does."""
    pending = set(jobs)
    while pending:
        for job in pending:
            job.cancel()
        _, pending = await asyncio.wait(pending, timeout=_AGAIN_S)
