"""A bell that wakes everybody who waits, and forgets nobody who was about to."""

import asyncio
from contextlib import suppress


class Bell:
    """Take `next_ring()` first, then look whether there is something to do, then `wait` for it: no ring is missed."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait."""
        self._event.set()
        self._event = asyncio.Event()

    def next_ring(self) -> asyncio.Event:
        """The ring that comes next."""
        return self._event


async def wait(ring: asyncio.Event, patience_s: float) -> None:
    """Wait for a ring, but not for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            await ring.wait()
