"""The desk's process: database up to date, lease taken, then inbox, sweeper, courier and heartbeat side by side."""

import asyncio
import json
import logging
import threading
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import writing
from api.broker import connect
from api.desk.courier import SCHEDULE, Courier
from api.desk.inbox import Inbox
from api.desk.lease import Lease, holder_of, only_one_here
from api.desk.rehearser import Rehearser
from api.desk.retention import Retention
from api.desk.sweeper import Sweeper
from api.desk.watchkeeper import Watchkeeper
from api.roster import synchronise
from config.site import Site
from models import keys
from models.clock import to_iso, utc_now
from models.dialect import AWAY, open_engine, why
from models.errors import LeaseLostError
from models.evidence import FolderStore
from models.migrations import upgrade
from models.tables import feed

log: Final = logging.getLogger("desk")

_LOOK_S: Final = 0.25
"""How often a desk that has nothing to do looks whether it shall stop."""
_WAIT_S: Final = 0.5
"""How often a desk asks for a lease or a database that it cannot have."""
_BEAT_S: Final = 1.0


def run(site: Site, stop: threading.Event, schedule: Sequence[float] = SCHEDULE) -> None:
    """Be the desk until `stop` is set; waits while another desk holds the lease.

    Args:
        site: Its configuration.
        stop: See above.
        schedule: Seconds from each failed push to the police to its next attempt.

    Raises:
        LeaseLostError: another desk has taken the lease.
    """
    site.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    while not stop.is_set():
        with only_one_here(site.data) as alone:
            if alone:
                asyncio.run(_run(site, stop, schedule))
                return
        stop.wait(_WAIT_S)  # the desk before us is still ending


async def _run(site: Site, stop: threading.Event, schedule: Sequence[float]) -> None:
    engine = open_engine(site.database_url)
    redis = connect(site.redis_url)
    try:
        lease = await _begin(site, engine, stop)
        if lease is not None:
            log.info("the desk holds the lease, number %d", lease.fence)
            courier = Courier(site, redis, engine, lease.guard, schedule)
            await _work(site, engine, redis, lease, stop, courier=courier)
            with suppress(*AWAY, LeaseLostError):  # it would be over in a few seconds anyway
                await lease.release()
    except BaseExceptionGroup as group:
        for error in group.exceptions[1:]:
            log.error("the desk also failed: %r", error)  # noqa: TRY400 (the first one is raised)
        raise group.exceptions[0] from None
    finally:
        await redis.aclose()
        await engine.dispose()


async def _begin(site: Site, engine: AsyncEngine, stop: threading.Event) -> Lease | None:
    """Bring the database up to date and take the lease; None where told to stop before."""
    lease = Lease(engine, holder_of(site.data))
    ready = told = False
    while not stop.is_set():
        try:
            if not ready:
                await upgrade(engine)
                ready = True
            if await lease.take():
                async with writing(engine, lease.guard) as books:
                    await synchronise(books, site)
                return lease
            if not told:
                log.info("another desk holds the lease; waiting")
                told = True
        except AWAY as error:
            log.warning("the database does not answer: %s", why(error))
        await asyncio.sleep(_WAIT_S)
    return None


async def _work(
    site: Site, engine: AsyncEngine, redis: Redis, lease: Lease, stop: threading.Event, *, courier: Courier
) -> None:
    ending = asyncio.Event()
    inbox = Inbox(redis, engine, f"desk:{lease.holder}", lease.guard)
    retention = Retention(engine, lease.guard, FolderStore(site.evidence_path), site.evidence)
    sweeper = Sweeper(redis, engine, lease.guard, retention)
    watchkeeper = Watchkeeper(site, redis, engine, lease.guard, inbox)
    work = {
        "inbox": inbox.run(ending),
        "sweeper": sweeper.run(ending),
        "courier": courier.run(ending),
        "watchkeeper": watchkeeper.run(ending),
        "rehearser": Rehearser(redis, engine, lease.guard).run(ending),
        "lease": _hold(lease, ending),
        "heartbeat": _beat(redis, engine, lease, ending),
    }
    async with asyncio.TaskGroup() as jobs:
        for name, job in work.items():
            jobs.create_task(_last(job, ending), name=f"desk:{name}:{site.id}")
        await _told(stop)
        ending.set()


async def _last(job: Coroutine[Any, Any, None], ending: asyncio.Event) -> None:
    """Where one job fails, the others are told too: a Redis client that is cancelled may swallow that, and go on."""
    try:
        await job
    finally:
        ending.set()


async def _told(stop: threading.Event) -> None:
    while not stop.is_set():  # noqa: ASYNC110 (signal handlers set an event of threads)
        await asyncio.sleep(_LOOK_S)


async def _hold(lease: Lease, ending: asyncio.Event) -> None:
    while not ending.is_set():
        try:
            await lease.renew()
        except AWAY as error:
            log.warning("the lease could not be renewed: %s", why(error))
        await _pause(ending)


async def _beat(redis: Redis, engine: AsyncEngine, lease: Lease, ending: asyncio.Event) -> None:
    """Say once a second that the desk lives, and up to which number it has told."""
    while not ending.is_set():
        with suppress(RedisError, OSError, *AWAY):  # silence is what says that something is away
            async with engine.connect() as connection:
                newest = (await connection.execute(select(func.max(feed.c.id)))).scalar_one_or_none()
            words = {"at": to_iso(utc_now()), "fence": lease.fence, "feed_id": newest or 0}
            await redis.set(keys.DESK, json.dumps(words), ex=keys.STATUS_LIFE_S)
        await _pause(ending)


async def _pause(ending: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(ending.wait(), _BEAT_S)
