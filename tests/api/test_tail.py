"""The end of the feed is read once for all: whoever follows it gets every row once, in order, however far behind."""

import asyncio
from random import Random
from uuid import uuid4

import pytest
from neighbourhood import enter, make_alert
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.web import tail as module
from api.web.bell import Bell, wait
from api.web.tail import Tail
from models.tables import feed


async def follow(tail: Tail, random: Random, until: asyncio.Event) -> list[int]:
    """What somebody is told who is now quick and now slow."""
    last, told = 0, list[int]()
    while True:
        over = until.is_set()
        stretch = await tail.after(last)
        told += [row.id for row in stretch.told]
        last = stretch.reached
        if over and not stretch.told and not stretch.more:
            return told
        await asyncio.sleep(random.choice((0.0, 0.005, 0.1)))


async def told_after(tail: Tail, last: int) -> list[int]:
    """Waits until something is."""
    while not (stretch := await tail.after(last)).told:
        await wait(tail.bell.next_ring(), 1)
    return [row.id for row in stretch.told]


async def test_followers_of_any_speed_are_told_every_row_once_and_in_order(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAGE_ROWS", 7)
    monkeypatch.setattr(module, "_MOST_ROWS", 15)
    random, wake, over = Random(5), Bell(), asyncio.Event()
    await enter(engine, *(make_alert() for _ in range(10)))
    tail = Tail(engine, wake)
    reading = asyncio.create_task(tail.run())
    following = [asyncio.create_task(follow(tail, Random(n), over)) for n in range(6)]
    first = 100
    for _ in range(40):
        count = random.randrange(1, 12)
        await enter(engine, *(make_alert(id=uuid4()) for _ in range(count)), first=first)
        first += count
        wake.ring()
        await asyncio.sleep(random.choice((0, 0.01)))
    async with engine.connect() as connection:
        written = list((await connection.execute(select(feed.c.id).order_by(feed.c.id))).scalars())
    await told_after(tail, written[-1] - 1)
    over.set()
    told = await asyncio.gather(*following)
    reading.cancel()

    assert len(written) == 10 + first - 100
    assert told == [written] * 6


async def test_a_database_that_was_replaced_by_an_older_one_is_followed_from_its_own_end(engine: AsyncEngine) -> None:
    wake = Bell()
    tail = Tail(engine, wake)
    reading = asyncio.create_task(tail.run())
    await enter(engine, *(make_alert() for _ in range(9)))
    await told_after(tail, 8)
    async with engine.begin() as connection:
        await connection.execute(delete(feed).where(feed.c.id > 3))
    wake.ring()
    while not tail.replaced:
        await wait(tail.bell.next_ring(), 1)
    async with engine.begin() as connection:
        await connection.execute(update(feed).where(feed.c.id == 3).values(id=4))
        newest = (await connection.execute(select(func.max(feed.c.id)))).scalar_one()
    wake.ring()
    told = await told_after(tail, 3)
    reading.cancel()

    assert (newest, tail.replaced, told) == (4, 1, [4])
