"""Rehearsals: asked for on the wall, run where the observations are, and whatever ends one is said."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from neighbourhood import Server, desk_thread, enter, make_alert, wait_for
from rehearsing import GRAVER, held, rehearsing, seen, site_at
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from wall_client import serving, signed_in

from api.audit import Who
from api.books import writing
from api.broker import connect
from api.desk.rehearser import Rehearser
from api.refusals import RefusalError
from api.rehearsals import Asked, ask, begin, call_off, due, end, evidenced, found, listed
from config.site import Site
from models import keys
from models.clock import to_iso, utc_now
from models.dialect import open_engine
from models.rehearsal import Word
from models.tables_access import audit

REHEARSALS = "/api/v1/rehearsals"
_RESULT = {"gained": [], "lost": [], "changed": []}

_gives_way = pytest.mark.alone  # what rehearses runs, and even ends, when nothing else wants to


def body(rules: str = GRAVER, **changed: Any) -> dict[str, Any]:
    now = utc_now()
    span = {"since": to_iso(now - timedelta(hours=2)), "until": to_iso(now)}
    return {"camera": "gate-1", "rules": rules, **span, **changed}


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[tuple[Site, httpx.AsyncClient]]:
    """Desk and wall of a site, and an engineer at it; nobody on the detector's side yet."""
    site = site_at(folder)
    server = Server(site.data / "redis")
    server.start()
    try:
        with desk_thread(site):
            async with serving(site) as wall:
                wait_for(lambda: httpx.get(f"{wall.url}/api/v1/session", trust_env=False).status_code == 401, "serves")
                async with signed_in(wall, site, "eng", "engineer") as client:
                    yield site, client
    finally:
        server.kill()


async def begun(client: httpx.AsyncClient) -> str:
    answer = await client.post(REHEARSALS, json=body())
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


async def over(client: httpx.AsyncClient, wanted: str) -> dict[str, Any]:
    """How it stands once it is over."""
    async with asyncio.timeout(150):
        while True:
            told: dict[str, Any] = (await client.get(f"{REHEARSALS}/{wanted}")).json()
            if told["state"] not in ("queued", "running"):
                return told
            await asyncio.sleep(0.1)


async def deeds(site: Site) -> list[tuple[str, str]]:
    engine = open_engine(site.database_url)
    query = select(audit.c.actor, audit.c.action).where(audit.c.action.like("rehearsal.%")).order_by(audit.c.id)
    async with engine.connect() as connection:
        rows = [(row.actor, row.action) for row in await connection.execute(query)]
    await engine.dispose()
    return rows


@_gives_way
@pytest.mark.timeout(400)
async def test_what_other_rules_would_have_lost_is_told_with_the_alert_whose_picture_shows_it(folder: Path) -> None:
    async with place(folder) as (site, client):
        live = seen(site)
        engine = open_engine(site.database_url)
        await enter(engine, *[alert for alert in live if alert.revision == 1])
        await engine.dispose()
        with rehearsing(folder / "site.yaml"):
            told = await over(client, await begun(client))
            bad = await client.post(REHEARSALS, json=body("rules:\n- {rule: INTRUDE, zone: lawn}\n- {rule: DANCE}\n"))
        entered = await deeds(site)
    ids = {str(alert.id) for alert in live}

    assert (told["state"], told["error"], told["done"]) == ("done", "", told["total"])
    assert {alert["id"] for alert in told["result"]["lost"]} == ids
    assert told["result"]["gained"] == []
    assert told["result"]["alerts"] == {"own": len(ids), "others": 0}
    assert told["shown"] == {one: one for one in ids}
    assert (bad.status_code, bad.json()["error"]) == (422, "proposal")
    assert [line.split(" ")[0] for line in bad.json()["mistakes"]] == ["rules.yaml:3:"]
    assert entered == [("eng", "rehearsal.asked"), ("desk", "rehearsal.ended")]


@_gives_way
@pytest.mark.timeout(900)
async def test_one_that_is_called_off_or_killed_says_so_and_the_next_one_runs(folder: Path) -> None:
    async with place(folder) as (site, client):
        seen(site)
        with rehearsing(folder / "site.yaml") as side:
            called_off = await begun(client)
            stopped = held(side.pid)
            answer = await client.post(f"{REHEARSALS}/{called_off}/cancel")
            again = await client.post(f"{REHEARSALS}/{called_off}/cancel")
            wait_for(lambda: not Path(f"/proc/{stopped}").exists(), "what was called off is ended", 150)
            killed = await begun(client)
            os.kill(held(side.pid), signal.SIGKILL)
            after_kill = await over(client, killed)
            orphaned = await begun(client)
            child = held(side.pid)
            side.kill()
            side.wait(10)
            os.kill(child, signal.SIGCONT)
            wait_for(lambda: not Path(f"/proc/{child}").exists(), "nothing is left behind", 150)
        with rehearsing(folder / "site.yaml"):
            after_both = await over(client, orphaned)
            last = await over(client, await begun(client))
        states = {one["id"]: one["state"] for one in (await client.get(REHEARSALS)).json()["rehearsals"]}

    assert (answer.status_code, again.status_code, again.json()["error"]) == (200, 409, "conflict")
    assert states[called_off] == "cancelled"
    assert [one["state"] for one in (after_kill, after_both, last)] == ["interrupted", "interrupted", "done"]
    assert "start it again" in after_kill["error"] == after_both["error"]


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"since": "2020-01-01T00:00:00Z"}, 422, "span"),
        ({"until": "2020-01-01T00:00:00Z"}, 422, "span"),
        ({"since": "2026-11-22T04:00:00"}, 422, "invalid"),
        ({"camera": "gate-9"}, 422, "unknown_camera"),
        ({"rules": "rules: [" + "x" * 40_000}, 422, "invalid"),
        ({"rules": "zones: []\nurl: rtsp://x"}, 422, "proposal"),
    ],
)
@pytest.mark.database("sqlite")
async def test_what_cannot_be_rehearsed_is_refused_at_once(
    site: Site, engine: AsyncEngine, changed: dict[str, Any], status: int, error: str
) -> None:
    assert engine
    async with serving(site) as wall, signed_in(wall, site, "eng", "engineer") as client:
        answer = await client.post(REHEARSALS, json=body("rules: []") | changed)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_they_run_in_their_order_and_no_more_wait_than_can_be_waited_for(engine: AsyncEngine) -> None:
    who = Who("eng", "", "127.0.0.1")
    now = utc_now()
    asked = Asked("gate-1", now - timedelta(hours=1), now, "rules: []")
    made = []
    for _ in range(8):
        async with writing(engine, who=who) as books:
            made.append(await ask(books, "eng", asked))
    with pytest.raises(RefusalError, match="enough rehearsals wait"):
        async with writing(engine, who=who) as books:
            await ask(books, "eng", asked)
    order = []
    for number in range(8):
        async with writing(engine) as books:
            row = await due(books.connection)
            assert row
            order.append(row.id)
            await begin(books, row.id)
            assert (await due(books.connection)).id == row.id  # type: ignore[union-attr] (it is under way)
        async with writing(engine, who=who) as books:
            if number % 2:
                await call_off(books, "eng", lambda _: True, row.id)
            await end(books, "desk", row.id, Word("done", 1, 1, "", _RESULT))
    async with engine.connect() as connection:
        rows = await listed(connection, None)
        hidden = await listed(connection, frozenset({"gate-2"}))
        with pytest.raises(RefusalError, match="no such thing"):
            await found(connection, lambda _: False, made[0])

    assert order == made
    assert {row.id: row.state for row in rows} == {one: ("done", "cancelled")[n % 2] for n, one in enumerate(made)}
    assert hidden == []


async def test_an_alert_without_its_own_id_is_shown_by_one_of_its_rule_of_about_then(engine: AsyncEngine) -> None:
    live = make_alert(snapshot="a.jpg")
    await enter(engine, live)
    alert = {"id": "0" * 36, "code": live.code, "zone": live.place, "began": to_iso(live.began + timedelta(seconds=4))}
    late = alert | {"id": "1" * 36, "began": to_iso(live.began + timedelta(seconds=40))}
    async with writing(engine) as books:
        span = (live.began - timedelta(hours=1), live.began + timedelta(hours=1))
        made = await ask(books, "eng", Asked(live.camera, *span, "rules: []"))
        await end(books, "desk", made, Word("done", 1, 1, "", _RESULT | {"gained": [late, alert]}))
        row = await found(books.connection, lambda _: True, made)
        shown = await evidenced(books.connection, row)

    assert shown == {alert["id"]: str(live.id)}


@pytest.mark.database("sqlite")
async def test_a_detectors_side_that_says_nothing_is_not_waited_for_for_ever(
    site: Site, server: Server, engine: AsyncEngine
) -> None:
    """Nor does the desk go on wanting it."""
    now = utc_now()
    async with writing(engine) as books:
        made = await ask(books, "eng", Asked("gate-1", now - timedelta(hours=1), now, "rules: []"))
    ending = asyncio.Event()
    redis = connect(site.redis_url)
    desk = asyncio.create_task(Rehearser(redis, engine, no_guard, silent_s=0.5).run(ending))
    async with asyncio.timeout(20):
        while True:
            async with engine.connect() as connection:
                row = await found(connection, lambda _: True, made)
            with server.client() as client:
                wanted = client.exists(keys.REHEARSAL)
            if row.state == "interrupted" and not wanted:
                break
            await asyncio.sleep(0.1)
    ending.set()
    await desk
    await redis.aclose()

    assert "does not answer; start it again" in row.error


async def no_guard(_: AsyncConnection) -> None:
    """There is one desk."""
