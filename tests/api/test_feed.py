"""The feed misses nothing and repeats nothing, also over a broken connection and without Redis."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import Any
from uuid import UUID

import httpx
import pytest
from feed_reader import PATIENCE_S, events
from neighbourhood import Server, at_work, desk_thread, entry_of, make_alert, make_span, publish, wait_for
from wall_client import serving, signed_in

from config.site import Site
from models import keys


async def read(client: httpx.AsyncClient, last: int, count: int, **headers: str) -> list[tuple[int, str, Any]]:
    """The first `count` events of the table."""
    seen: list[tuple[int, str, Any]] = []
    async with asyncio.timeout(PATIENCE_S):
        async with aclosing(events(client, last, **headers)) as stream:
            async for number, kind, data in stream:
                if number:
                    seen.append((number, kind, data))
                if len(seen) == count:
                    break
    return seen


async def test_two_hundred_alerts_over_broken_connections_are_all_told_once(site: Site, server: Server) -> None:
    made = [make_alert(id=UUID(int=n + 1)) for n in range(200)]
    with desk_thread(site):
        wait_for(lambda: at_work(site), "the desk is at work")
        async with serving(site) as wall, signed_in(wall, site) as client:
            seen: list[tuple[int, str, Any]] = []

            async def pour() -> None:
                with server.client() as redis:
                    for n, alert in enumerate(made):
                        await asyncio.to_thread(publish, redis, [entry_of(alert, n + 1)])

            pouring = asyncio.create_task(pour())
            for count in (30, 50, 70, 50):
                last = str(seen[-1][0]) if seen else "0"
                seen += await read(client, 0, count, **{"Last-Event-ID": last})
            await pouring

    assert [data["id"] for _, _, data in seen] == [str(a.id) for a in made]
    assert [number for number, _, _ in seen] == sorted({number for number, _, _ in seen})


@pytest.mark.database("sqlite")
async def test_a_status_comes_each_second_and_carries_watch_and_desk(site: Site, server: Server) -> None:
    with desk_thread(site), server.client() as redis:
        redis.set(keys.STATUS, json.dumps({"at": 1, "cameras": {}}))
        async with serving(site) as wall, signed_in(wall, site) as client:
            statuses = []
            async with aclosing(events(client)) as stream:
                async for number, kind, data in stream:
                    if kind == "status":
                        assert number == 0
                        statuses.append(data)
                    if len(statuses) == 4:
                        break

    last = statuses[-1]
    assert last["redis"] is True
    assert last["watch"]["at"] == 1
    assert set(last["desk"]) == {"at", "fence", "feed_id"}


@pytest.mark.database("sqlite")
async def test_the_feed_goes_on_while_redis_is_away_and_says_so(site: Site, server: Server) -> None:
    with desk_thread(site), server.client() as redis:
        async with serving(site) as wall, signed_in(wall, site) as client:
            publish(redis, [entry_of(make_alert(), 1)])
            first = await read(client, 0, 1)
            server.kill()
            answer = await client.post(f"/api/v1/alerts/{first[0][2]['id']}/ack", json={"version": 1})
            told = await read(client, first[0][0], 1)
            async with aclosing(events(client)) as stream:
                silent = [data async for _, kind, data in stream_until(stream, "status") if kind == "status"]

    assert answer.status_code == 200
    assert told[0][2]["state"] == "ACKED"
    assert silent[-1]["redis"] is False
    assert silent[-1]["desk"] is None


@pytest.mark.alone  # two seconds may not be the machine's
@pytest.mark.database("sqlite")
async def test_a_redis_that_hangs_holds_nobody_up(site: Site, server: Server) -> None:
    with desk_thread(site), server.client() as redis:
        async with serving(site) as wall, signed_in(wall, site) as client:
            publish(redis, [entry_of(make_alert(), 1)])
            first = await read(client, 0, 1)
            with server.hanging():
                async with asyncio.timeout(2):
                    answer = await client.post(f"/api/v1/alerts/{first[0][2]['id']}/ack", json={"version": 1})
                told = await read(client, first[0][0], 1)
                async with aclosing(events(client)) as stream:
                    silent = [data async for _, kind, data in stream_until(stream, "status") if kind == "status"]

    assert answer.status_code == 200
    assert told[0][2]["state"] == "ACKED"
    assert silent[-1]["redis"] is False


async def stream_until(stream: AsyncIterator[tuple[int, str, Any]], kind: str) -> AsyncIterator[tuple[int, str, Any]]:
    """Up to the second event of a kind (the first may still be from before)."""
    count = 0
    async for event in stream:
        yield event
        count += event[1] == kind
        if count == 3:
            return


async def test_what_one_wall_does_another_hears_at_once(site: Site, server: Server) -> None:
    with desk_thread(site), server.client() as redis:
        async with serving(site) as wall, serving(site) as other, signed_in(wall, site) as client:
            publish(redis, [entry_of(make_alert(), 1), entry_of(make_span(1), 2)])
            first = await read(client, 0, 2)
            async with other.client() as second:
                second.cookies = client.cookies
                waiting = asyncio.create_task(read(second, first[-1][0], 1))
                await asyncio.sleep(0.3)
                await client.post(f"/api/v1/alerts/{first[0][2]['id']}/ack", json={"version": 1})
                told = await waiting

    assert [kind for _, kind, _ in first] == ["alert", "blind"]
    assert told[0][2]["acked"]["by"] == "op"


async def test_a_number_from_before_a_restored_database_does_not_silence_the_feed(site: Site, server: Server) -> None:
    with desk_thread(site), server.client() as redis:
        async with serving(site) as wall, signed_in(wall, site) as client:
            waiting = asyncio.create_task(read(client, 10_000, 1))
            await asyncio.sleep(0.5)
            publish(redis, [entry_of(make_alert(), 1)])
            told = await waiting

    assert told[0][1] == "alert"


async def exhaust(stream: AsyncIterator[Any]) -> None:
    with suppress(httpx.TransportError):
        async for _ in stream:
            pass


@pytest.mark.usefixtures("server")
@pytest.mark.database("sqlite")
async def test_a_feed_ends_when_the_worker_ends(site: Site) -> None:
    with desk_thread(site):
        wait_for(lambda: at_work(site), "the desk is at work")
        async with serving(site) as wall, signed_in(wall, site) as client:
            stream = events(client)
            await anext(stream)
        ended = asyncio.create_task(exhaust(stream))
        done, _ = await asyncio.wait([ended], timeout=5)

    assert done
