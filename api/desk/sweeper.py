"""Keeps deadlines: sends what may no longer be undone, and removes what nobody needs any more."""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api import logins, sessions, shelves
from api.books import Books, Guard, writing
from api.desk.retention import Retention
from api.dispatching import send_due
from models import keys
from models.clock import monotonic_now, utc_now
from models.dialect import AWAY, why
from models.tables import dispatch, feed, flow, rejected

log: Final = logging.getLogger("desk")

_LOOK_S: Final = 1.0
"""The longest sleep; a dispatch whose undo window ends sooner is sent when it ends."""
_SHORTEST_S: Final = 0.02
_CLEAN_S: Final = 60.0
_FEED_KEPT: Final = timedelta(days=7)
"""A wall that was away for longer reads everything anew."""
_FLOW_KEPT: Final = timedelta(days=400)
"""A year and a month, so that a month can be held against the same one a year ago."""
_REJECTED_KEPT: Final = 10_000


class Sweeper:
    """The desk's clockwork."""

    def __init__(self, redis: Redis, engine: AsyncEngine, guard: Guard, retention: Retention) -> None:
        self._redis = redis
        self._retention = retention
        self._engine = engine
        self._guard = guard

    async def run(self, ending: asyncio.Event) -> None:
        """Look after deadlines until told to end; a database that is away is asked again.

        Raises:
            LeaseLostError: another desk has taken the lease.
        """
        cleaned = -_CLEAN_S
        while not ending.is_set():
            left_s = _LOOK_S
            try:
                left_s = await self._send_due()
                await self._end_shelves()
                await self._retention.look()
                if monotonic_now() - cleaned >= _CLEAN_S:
                    await self._clean()
                    cleaned = monotonic_now()
            except AWAY as error:
                log.warning("the sweeper waits: %s", why(error))
                await asyncio.sleep(1)
            with suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), min(_LOOK_S, max(_SHORTEST_S, left_s)))

    async def _send_due(self) -> float:
        """Send what may no longer be undone; returns in how many seconds the next one is due, 0 where it may be now."""
        query = select(func.min(dispatch.c.undo_until)).where(dispatch.c.state == "PENDING")
        async with self._engine.connect() as connection:
            due: datetime | None = (await connection.execute(query)).scalar_one_or_none()
        if due is None:
            return _LOOK_S
        if (left_s := (due - utc_now()).total_seconds()) >= 0:
            return left_s
        async with writing(self._engine, self._guard) as books:
            await send_due(books)
        await self._wake(books)
        return 0.0

    async def _end_shelves(self) -> None:
        """What is set aside until now waits for somebody again, where it lasts."""
        async with self._engine.connect() as connection:
            if not await shelves.due(connection, utc_now()):
                return
        async with writing(self._engine, self._guard) as books:
            await shelves.end_due(books)
        await self._wake(books)

    async def _wake(self, books: Books) -> None:
        with suppress(RedisError, OSError):  # only the wake-up is lost; walls look by themselves once a second
            await self._redis.publish(keys.WAKE, str(books.feed_id))

    async def _clean(self) -> None:
        async with writing(self._engine, self._guard) as books:
            await sessions.sweep(books)
            await logins.sweep(books)
            await _prune(books)


async def _prune(books: Books) -> None:
    await books.connection.execute(delete(feed).where(feed.c.at < books.at - _FEED_KEPT))
    await books.connection.execute(delete(flow).where(flow.c.minute < books.at - _FLOW_KEPT))
    surplus = select(rejected.c.digest).order_by(rejected.c.at.desc()).offset(_REJECTED_KEPT)
    await books.connection.execute(delete(rejected).where(rejected.c.digest.in_(surplus)))
