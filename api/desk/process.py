"""The desk's process: database up to date, lease taken, then inbox, sweeper and heartbeat side by side."""

import asyncio
import json
import logging
import threading
from contextlib import suppress
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import writing
from api.broker import connect
from api.desk.inbox import Inbox
from api.desk.lease import Lease, holder_of, only_one_here
from api.desk.retention import Retention
from api.desk.sweeper import Sweeper
from api.desk.watchkeeper import Watchkeeper
from api.roster import synchronise
from config.site import Site
from models import keys
from models.clock import to_iso, utc_now
from models.dialect import open_engine
from models.errors import LeaseLostError
from models.evidence import FolderStore
from models.migrations import upgrade
from models.tables import feed

log: Final = logging.getLogger("desk")

_LOOK_S: Final = 0.1
"""How often a desk that has nothing to do looks whether it shall stop."""
_WAIT_S: Final = 0.5
"""How often a desk asks for a lease or a database that it cannot have."""
_BEAT_S: Final = 1.0


def run(site: Site, stop: threading.Event) -> None:
    """Be the desk until `stop` is set; waits while another desk holds the lease.

    Raises:
        LeaseLostError: another desk has taken the lease.
    """
    site.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    while not stop.is_set():
        with only_one_here(site.data) as alone:
            if alone:
                asyncio.run(_run(site, stop))
                return
        stop.wait(_WAIT_S)  # the desk before us is still ending


async def _run(site: Site, stop: threading.Event) -> None:
    engine = open_engine(site.database_url)
    redis = connect(site.redis_url)
    try:
        lease = await _begin(site, engine, stop)
        if lease is not None:
            log.info("the desk holds the lease, number %d", lease.fence)
            await _work(site, engine, redis, lease, stop)
            with suppress(OperationalError, LeaseLostError):  # it would be over in a few seconds anyway
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
        except OperationalError as error:
            log.warning("the database does not answer: %s", error.orig)
        await asyncio.sleep(_WAIT_S)
    return None


async def _work(site: Site, engine: AsyncEngine, redis: Redis, lease: Lease, stop: threading.Event) -> None:
    ending = asyncio.Event()
    inbox = Inbox(redis, engine, f"desk:{lease.holder}", lease.guard)
    retention = Retention(engine, lease.guard, FolderStore(site.evidence_path), site.evidence)
    sweeper = Sweeper(redis, engine, lease.guard, retention)
    watchkeeper = Watchkeeper(site, redis, engine, lease.guard, inbox)
    async with asyncio.TaskGroup() as jobs:
        jobs.create_task(inbox.run(ending), name=f"desk:inbox:{site.id}")
        jobs.create_task(sweeper.run(ending), name=f"desk:sweeper:{site.id}")
        jobs.create_task(watchkeeper.run(ending), name=f"desk:watchkeeper:{site.id}")
        jobs.create_task(_hold(lease, ending), name=f"desk:lease:{site.id}")
        jobs.create_task(_beat(redis, engine, lease, ending), name=f"desk:heartbeat:{site.id}")
        await _told(stop)
        ending.set()


async def _told(stop: threading.Event) -> None:
    while not stop.is_set():  # noqa: ASYNC110 (signal handlers set an event of threads)
        await asyncio.sleep(_LOOK_S)


async def _hold(lease: Lease, ending: asyncio.Event) -> None:
    while not ending.is_set():
        try:
            await lease.renew()
        except OperationalError as error:
            log.warning("the lease could not be renewed: %s", error.orig)
        await _pause(ending)


async def _beat(redis: Redis, engine: AsyncEngine, lease: Lease, ending: asyncio.Event) -> None:
    """Say once a second that the desk lives, and up to which number it has told."""
    while not ending.is_set():
        with suppress(RedisError, OSError, OperationalError):  # silence is what says that something is away
            async with engine.connect() as connection:
                newest = (await connection.execute(select(func.max(feed.c.id)))).scalar_one_or_none()
            words = {"at": to_iso(utc_now()), "fence": lease.fence, "feed_id": newest or 0}
            await redis.set(keys.DESK, json.dumps(words), ex=keys.STATUS_LIFE_S)
        await _pause(ending)


async def _pause(ending: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(ending.wait(), _BEAT_S)
