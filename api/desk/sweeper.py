"""Keeps deadlines: sends what may no longer be undone, and removes what nobody needs any more."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from api import logins, sessions
from api.books import Books, Guard, writing
from api.desk.retention import Retention
from api.dispatching import send_due
from models import keys
from models.clock import monotonic_now, utc_now
from models.tables import dispatch, feed, flow, rejected

log: Final = logging.getLogger("desk")

_LOOK_S: Final = 0.25
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
            try:
                await self._send_due()
                await self._retention.look()
                if monotonic_now() - cleaned >= _CLEAN_S:
                    await self._clean()
                    cleaned = monotonic_now()
            except OperationalError as error:
                log.warning("the sweeper waits: %s", error.orig)
                await asyncio.sleep(1)
            await asyncio.sleep(_LOOK_S)

    async def _send_due(self) -> None:
        query = select(dispatch.c.id).where(dispatch.c.state == "PENDING", dispatch.c.undo_until < utc_now()).limit(1)
        async with self._engine.connect() as connection:
            if (await connection.execute(query)).first() is None:
                return
        async with writing(self._engine, self._guard) as books:
            await send_due(books)
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
