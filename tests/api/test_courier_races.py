"""A push that is through while somebody is still about to try it is neither sent again nor called otherwise."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from handed_over import confirm, hand_over, pushes
from neighbourhood import make_site, wait_for
from police_station import Station, open_station, police
from redis.asyncio import Redis
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.broker import connect
from api.desk.courier import Courier
from config.site import Site
from models.clock import utc_now
from models.tables_access import audit
from models.tables_police import push

pytestmark = pytest.mark.usefixtures("server")


class Slow(Courier):
    """Its reader is held up between what the outbox says and what is made of it."""

    def __init__(self, site: Site, redis: Redis, engine: AsyncEngine) -> None:
        super().__init__(site, redis, engine, _allowed)
        self.has_read, self.may_go, self.has_tried = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def _due(self) -> list[Row[Any]]:
        rows = await super()._due()
        if rows:
            self.has_read.set()
            await self.may_go.wait()
        return rows

    async def _attempt(self, row: Row[Any]) -> None:
        await super()._attempt(row)
        self.has_tried.set()


async def _allowed(_: AsyncConnection) -> None:
    """Nobody else holds the lease."""


@pytest.fixture
def station() -> Iterator[Station]:
    with open_station(Station()) as it:
        yield it


@pytest.fixture
def site(folder: Path, station: Station, database: str | None) -> Site:
    return make_site(folder, database=database, police=police(station.target()))


@pytest.fixture
async def redis(site: Site) -> AsyncIterator[Redis]:
    redis = connect(site.redis_url)
    yield redis
    await redis.aclose()


async def until_error(engine: AsyncEngine, error: str) -> None:
    deadline = time.monotonic() + 15
    while [row.error for row in await pushes(engine)] != [error]:
        assert time.monotonic() < deadline, await pushes(engine)
        await asyncio.sleep(0.02)


async def until_state(engine: AsyncEngine, state: str) -> None:
    deadline = time.monotonic() + 15
    while [row.state for row in await pushes(engine)] != [state]:
        assert time.monotonic() < deadline, await pushes(engine)
        await asyncio.sleep(0.02)


async def actions(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        rows = (await connection.execute(select(audit.c.action).order_by(audit.c.id))).scalars().all()
    return [action for action in rows if action.startswith("push.")]


@pytest.mark.parametrize("configured", [True, False])
async def test_what_was_delivered_since_it_was_read_is_not_touched(
    engine: AsyncEngine, site: Site, folder: Path, redis: Redis, station: Station, *, configured: bool
) -> None:
    station.answers = [204, 410]
    one = await confirm(engine, site, 1)
    await hand_over(engine, site, one)
    ending = asyncio.Event()
    slow = Slow(site if configured else make_site(folder), redis, engine)

    async with asyncio.TaskGroup() as both:
        both.create_task(slow.run(ending))
        await asyncio.wait_for(slow.has_read.wait(), 15)
        both.create_task(Courier(site, redis, engine, _allowed).run(ending))
        await until_state(engine, "DELIVERED")
        slow.may_go.set()
        await asyncio.wait_for(slow.has_tried.wait(), 15)
        ending.set()

    (row,) = await pushes(engine)
    assert (row.state, row.attempts, row.error) == ("DELIVERED", 1, "")
    assert len(station.calls) == 1
    assert await actions(engine) == ["push.delivered"]


async def test_what_waits_for_its_next_attempt_since_it_was_read_is_not_tried_sooner(
    engine: AsyncEngine, site: Site, redis: Redis, station: Station
) -> None:
    station.answers = [500]
    one = await confirm(engine, site, 1)
    await hand_over(engine, site, one)
    ending = asyncio.Event()
    slow = Slow(site, redis, engine)

    async with asyncio.TaskGroup() as both:
        both.create_task(slow.run(ending))
        await asyncio.wait_for(slow.has_read.wait(), 15)
        both.create_task(Courier(site, redis, engine, _allowed, (60.0,)).run(ending))
        await until_error(engine, "status:500")
        slow.may_go.set()
        await asyncio.wait_for(slow.has_tried.wait(), 15)
        ending.set()

    (row,) = await pushes(engine)
    assert (row.state, row.attempts) == ("WAITING", 1)
    assert len(station.calls) == 1


async def test_what_was_delivered_while_an_attempt_was_under_way_stays_so(
    engine: AsyncEngine, site: Site, redis: Redis, station: Station
) -> None:
    station.answers, station.delay_s = [410], 1.0
    one = await confirm(engine, site, 1)
    await hand_over(engine, site, one)
    ending = asyncio.Event()
    courier = Slow(site, redis, engine)
    courier.may_go.set()

    async with asyncio.TaskGroup() as jobs:
        jobs.create_task(courier.run(ending))
        await asyncio.to_thread(wait_for, lambda: station.calls, "it is asked")
        async with engine.begin() as connection:
            await connection.execute(update(push).values(state="DELIVERED", delivered=utc_now()))
        await asyncio.wait_for(courier.has_tried.wait(), 15)
        ending.set()

    assert [row.state for row in await pushes(engine)] == ["DELIVERED"]
    assert await actions(engine) == []
