"""Handing an incident to the police is a step of its own, for confirmed incidents, by whoever may, once."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from handed_over import confirm, hand_over, outbox, pushes
from neighbourhood import DATA, enter, make_alert, make_evidence, make_site, ready
from police_station import SECRET, Station, police
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import Wall, serving, signed_in

from api.books import writing
from api.cases import load
from api.dispatching import Order, accept, send, undo
from api.rights import Role
from config.site import Site
from models.alert import Alert
from models.evidence import FolderStore
from models.tables import dispatch
from models.tables_access import account, audit
from models.tables_police import push

pytestmark = [pytest.mark.usefixtures("server"), pytest.mark.database("sqlite")]


@pytest.fixture
def site(folder: Path, database: str | None) -> Site:
    return make_site(folder, database=database, police=police(Station(1).target()))


@asynccontextmanager
async def at_the_wall(
    site: Site, name: str = "op", role: Role = "operator"
) -> AsyncIterator[tuple[Wall, httpx.AsyncClient]]:
    async with serving(site) as wall, signed_in(wall, site, name, role) as client:
        yield wall, client


async def _push(client: httpx.AsyncClient, engine: AsyncEngine, one: Alert) -> httpx.Response:
    async with writing(engine) as books:
        version = (await load(books, str(one.id))).version
    return await client.post(f"/api/v1/alerts/{one.id}/push", json={"version": version})


@pytest.mark.database("sqlite", "postgresql")
async def test_a_confirmed_incident_is_put_into_the_outbox_and_shown(engine: AsyncEngine, site: Site) -> None:
    one = await confirm(engine, site, 1)

    async with at_the_wall(site) as (_, client):
        answer = await _push(client, engine, one)
        again = await _push(client, engine, one)
        wall = (await client.get("/api/v1/wall")).json()
        session = (await client.get("/api/v1/session")).text
        detail = (await client.get(f"/api/v1/alerts/{one.id}")).json()

    (row,) = await pushes(engine)
    (seen,) = answer.json()["police"]
    assert (answer.status_code, again.status_code) == (200, 200)
    assert (seen["push"], seen["target"], seen["state"], seen["attempts"]) == (row.id, "station", "WAITING", 0)
    assert (seen["by"], seen["received"], seen["receipt"]) == ("op", None, None)
    assert wall["incidents"][0]["police"] == [seen]
    assert wall["unreceived"] == [
        {"incident": row.incident_id, "target": "station", "pushed": seen["pushed"], "dead": False}
    ]
    assert SECRET.removeprefix("whsec_") not in session
    assert "/hook" not in session
    assert ("op", "incident.pushed") in [(step["actor"], step["action"]) for step in detail["history"]]


async def test_nobody_elses_alert_is_pushed_and_none_that_nobody_stands_by(engine: AsyncEngine, site: Site) -> None:
    one = make_alert()
    await enter(engine, one)
    sure = await confirm(engine, site, 2)

    async with at_the_wall(site) as (wall, client):
        open_one = await _push(client, engine, one)
        stale = await client.post(f"/api/v1/alerts/{sure.id}/push", json={"version": 1})
        async with signed_in(wall, site, "eng", "engineer") as engineer:
            forbidden = await _push(engineer, engine, sure)
        async with signed_in(wall, site, "far") as far:
            await _only(engine, "far", ["gate-2"])
            foreign = await _push(far, engine, sure)
        first = await _push(client, engine, sure)
        async with signed_in(wall, site, "late") as late:
            second = await _push(late, engine, sure)

    assert (open_one.status_code, open_one.json()["error"]) == (409, "unconfirmed")
    assert (stale.status_code, stale.json()["error"]) == (409, "conflict")
    assert (forbidden.status_code, foreign.status_code) == (403, 404)
    assert first.status_code == 200
    assert (second.status_code, second.json()["error"]) == (409, "conflict")
    assert second.json()["current"]["police"][0]["by"] == "op"
    assert len(await pushes(engine)) == 1


async def test_where_no_target_is_configured_it_says_so(engine: AsyncEngine, folder: Path) -> None:
    site = make_site(folder)
    one = await confirm(engine, site, 1)

    async with at_the_wall(site) as (_, client):
        answer = await _push(client, engine, one)

    assert (answer.status_code, answer.json()["error"]) == (409, "no_police")


async def test_only_a_dead_push_is_tried_again_by_hand(engine: AsyncEngine, site: Site) -> None:
    one = await confirm(engine, site, 1)

    async with at_the_wall(site) as (wall, client):
        seen = (await _push(client, engine, one)).json()["police"][0]
        early = await client.post(f"/api/v1/pushes/{seen['push']}/again")
        async with engine.begin() as connection:
            await connection.execute(update(push).values(state="DEAD", attempts=6, error="status:500"))
        dead = (await client.get("/api/v1/wall")).json()
        async with signed_in(wall, site, "far") as far:
            await _only(engine, "far", ["gate-2"])
            foreign = await far.post(f"/api/v1/pushes/{seen['push']}/again")
            nothing = (await far.get("/api/v1/wall")).json()["unreceived"]
        retried = await client.post(f"/api/v1/pushes/{seen['push']}/again")

    told: dict[str, Any] = retried.json()["police"][0]
    assert (early.status_code, early.json()["error"]) == (409, "not_dead")
    assert dead["unreceived"][0]["dead"]
    assert (foreign.status_code, nothing) == (404, [])
    assert (told["state"], told["attempts"], told["error"]) == ("WAITING", 0, "")


async def _only(engine: AsyncEngine, name: str, cameras: list[str]) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(account).where(account.c.name == name).values(cameras=cameras))


async def test_the_link_in_a_push_shows_its_proof_on_record_for_as_long_as_the_target_is_one(
    engine: AsyncEngine, folder: Path
) -> None:
    site = make_site(folder, police=police(Station(1).target(), public_url="https://wall.example"))
    one = make_alert()
    await enter(engine, make_evidence(one), ready(one), first=10)
    FolderStore(site.evidence_path).put(ready(one).key, DATA)
    await confirm(engine, site, 1, id=one.id)
    await hand_over(engine, site, one)
    (row,) = await pushes(engine)
    link = json.loads(row.body)["data"]["evidence"][0]["url"].removeprefix("https://wall.example")

    async with serving(site) as wall, wall.client() as stranger:
        shown = await stranger.get(link)
    async with serving(make_site(folder)) as wall, wall.client() as stranger:
        gone = await stranger.get(link)

    assert shown.content == DATA
    assert (gone.status_code, gone.json()["error"]) == (403, "link")
    async with engine.connect() as connection:
        seen = (await connection.execute(select(audit.c.actor).where(audit.c.action == "clip.viewed"))).scalars().all()
    assert seen == ["link of police:station"]


async def test_where_nobody_is_on_duty_a_case_is_accepted_and_pushed_all_the_same(
    engine: AsyncEngine, site: Site
) -> None:
    one = make_alert()
    await enter(engine, one)

    async with at_the_wall(site) as (_, client):
        nobody = await client.post(f"/api/v1/alerts/{one.id}/dispatch", json={"version": 1})
        accepted = await client.post(f"/api/v1/alerts/{one.id}/accept", json={"version": 1})
        repeated = await client.post(f"/api/v1/alerts/{one.id}/accept", json={"version": 1})
        pushed = await _push(client, engine, one)

    body = json.loads((await pushes(engine))[0].body)
    assert (nobody.status_code, nobody.json()["error"]) == (409, "nobody_on_duty")
    assert [a.status_code for a in (accepted, repeated, pushed)] == [200, 200, 200]
    assert (accepted.json()["state"], accepted.json()["incident"]["state"]) == ("ACKED", "ACCEPTED")
    assert repeated.json()["incident"] == accepted.json()["incident"]
    assert body["data"]["state"] == "ACCEPTED"
    assert body["data"]["verification"]["by"] == "op"


async def test_the_police_are_told_who_confirmed_and_not_who_took_the_dispatch_back(
    engine: AsyncEngine, site: Site
) -> None:
    one = await confirm(engine, site, 1)
    async with writing(engine) as books:
        sent = (await books.connection.execute(select(dispatch.c.id))).scalar_one()
        await undo(books, sent, "second")
    await hand_over(engine, site, one)
    async with writing(engine) as books:  # and whoever sends somebody again confirms anew
        version = (await load(books, str(one.id))).version
        await send(books, site, Order(str(one.id), version, None, "third"))
    async with writing(engine) as books:
        case = (await load(books, str(one.id))).incident_id
        await outbox(site).revise(books, site.police.targets[0], case)

    told = [json.loads(row.body)["data"]["verification"]["by"] for row in await pushes(engine)]
    assert told == ["op", "third"]


async def test_who_accepts_a_case_without_sending_anybody_is_told_as_the_one_who_confirmed(
    engine: AsyncEngine, site: Site
) -> None:
    one = make_alert()
    await enter(engine, one)
    async with writing(engine) as books:
        await accept(books, site, str(one.id), 1, "second")
    await hand_over(engine, site, one)

    (row,) = await pushes(engine)
    assert json.loads(row.body)["data"]["verification"]["by"] == "second"
