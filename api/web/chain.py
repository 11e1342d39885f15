"""Whether the record's chain is whole: followed now and then in the background, told with the time at which it was."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from api.audit import ChainReport, verify
from models.clock import utc_now
from models.dialect import AWAY

_FRESH: Final = timedelta(minutes=15)
"""To follow a long chain takes seconds of a core: whoever wants it sooner says so."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The chain as it was found.

    Attributes:
        at: When that was.
        report: What was found.
    """

    at: datetime
    report: ChainReport


class ChainWatch:
    """What is known of the chain in one web worker."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._found: Checked | None = None
        self._work: asyncio.Task[None] | None = None

    @property
    def checking(self) -> bool:
        """Whether it is being followed now."""
        return self._work is not None and not self._work.done()

    def look(self, *, anew: bool = False) -> Checked | None:
        """What was found last; has it followed again where that is old, or where somebody asks for it."""
        stale = self._found is None or utc_now() - self._found.at > _FRESH
        if (stale or anew) and not self.checking:
            self._work = asyncio.create_task(self._check(), name="wall:chain")
        return self._found

    async def close(self) -> None:
        """Follow it no further."""
        if self._work:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _check(self) -> None:
        try:
            async with self._engine.connect() as connection:
                self._found = Checked(utc_now(), await verify(connection))
        except AWAY:  # the next look tries again
            self._found = None
