"""The end of the feed: read once for all browsers of this worker, each row encoded once."""

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.web.bell import Bell, wait
from models.dialect import AWAY
from models.tables import feed

_PAGE_ROWS: Final = 100
"""Who is far behind gets rows in pages; no more than one of them is in memory."""
_MOST_ROWS: Final = 1000
_MOST_BYTES: Final = 8 * 1024 * 1024
_PATIENCE_S: Final = 1.0
"""A wake-up may be lost with Redis."""


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the feed.

    Attributes:
        id: Its number.
        camera: Whom it concerns; empty for everybody.
        event: As it goes to browsers.
    """

    id: int
    camera: str
    event: bytes

    @classmethod
    def of(cls, row: Row[Any]) -> "Told":
        """From the table."""
        return cls(row.id, row.camera, f"id: {row.id}\nevent: {row.kind}\ndata: {row.body}\n\n".encode())


@dataclass(frozen=True, slots=True)
class Stretch:
    """What comes next for somebody.

    Attributes:
        told: The rows, oldest first.
        reached: The number up to which nothing is left to tell.
        more: Whether to ask again at once.
    """

    told: list[Told]
    reached: int
    more: bool


class Tail:
    """Keeps the newest rows at hand; whoever is further behind reads the table page by page until it meets them.

    Args:
        engine: The database.
        wake: Rings when the table may have grown.

    Attributes:
        bell: Rings after each look, whether it found something or not.
        replaced: How often the database was found to be another one, whose numbers begin lower.
    """

    def __init__(self, engine: AsyncEngine, wake: Bell) -> None:
        self._engine, self._wake = engine, wake
        self.bell = Bell()
        self.replaced = 0
        self._rows: deque[Told] = deque()
        self._bytes = 0
        self._since: int | None = None  # every row after this number is at hand
        self._last = 0

    async def run(self) -> None:
        """Look until cancelled; a database that is away is asked again."""
        while True:
            ring, full = self._wake.next_ring(), False
            with suppress(*AWAY):
                full = await self._look()
            self.bell.ring()
            if not full:
                await wait(ring, _PATIENCE_S)

    async def newest(self) -> int:
        """The newest number of the table."""
        async with self._engine.connect() as connection:
            return await _newest(connection)

    async def after(self, last: int) -> Stretch:
        """What was told after a number.

        Raises:
            AWAY: the database is away, and not all of it is at hand.
        """
        since = self._since
        if since is None:
            return Stretch([], last, more=False)
        if last >= since:
            return Stretch(self._at_hand(last), max(last, self._last), more=False)
        async with self._engine.connect() as connection:
            told = await _page(connection, last)
        if len(told) < _PAGE_ROWS:  # whatever was told up to `since` stood in the table when we asked
            return Stretch(told, max(since, *(row.id for row in told[-1:])), more=True)
        return Stretch(told, told[-1].id, more=True)

    def _at_hand(self, last: int) -> list[Told]:
        found: list[Told] = []
        for row in reversed(self._rows):
            if row.id <= last:
                break
            found.append(row)
        return found[::-1]

    async def _look(self) -> bool:
        """Read on; True where there may be more."""
        async with self._engine.connect() as connection:
            newest = await _newest(connection)
            if self._since is None or newest < self._last:
                self.replaced += self._since is not None
                self._since = self._last = newest
                self._rows.clear()
                self._bytes = 0
            told = await _page(connection, self._last) if newest > self._last else []
        for row in told:
            self._keep(row)
        return len(told) == _PAGE_ROWS

    def _keep(self, row: Told) -> None:
        self._rows.append(row)
        self._bytes += len(row.event)
        self._last = row.id
        while len(self._rows) > _MOST_ROWS or self._bytes > _MOST_BYTES:
            gone = self._rows.popleft()
            self._bytes -= len(gone.event)
            self._since = gone.id


async def _newest(connection: AsyncConnection) -> int:
    return (await connection.execute(select(func.max(feed.c.id)))).scalar_one_or_none() or 0


async def _page(connection: AsyncConnection, last: int) -> list[Told]:
    query = select(feed).where(feed.c.id > last).order_by(feed.c.id).limit(_PAGE_ROWS)
    return [Told.of(row) for row in (await connection.execute(query)).all()]
