"""An account with one camera is shown a site that has this one alone, and what it loses it loses while it looks."""

import asyncio
import json
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from feed_reader import events
from live_browser import fragment, looking, receive, until_leased
from neighbourhood import Server, enter, make_alert, make_span, ready
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import serving, signed_in
from websockets.exceptions import ConnectionClosed

from api import accounts
from api.accounts import COMMAND_LINE
from api.books import writing
from api.roster import synchronise
from api.terms import Terms
from config.rules import FlowRule
from config.site import Site
from models import keys
from models.evidence import FolderStore
from models.tables_access import audit

SOON_S = 10
"""The walls look every three seconds; a busy machine takes its time."""
GATE_1 = frozenset({"gate-1"})
COUNTED = FlowRule(rule="FLOW", line="door")


def counting(site: Site) -> Site:
    """Each camera counts at its door."""
    return site.model_copy(update={"cameras": tuple(c.model_copy(update={"rules": (COUNTED,)}) for c in site.cameras)})


async def told(client: httpx.AsyncClient, *paths: str) -> list[Any]:
    return [(await client.get(f"/api/v1/{path}")).json() for path in paths]


async def test_all_that_is_told_and_counted_is_of_the_own_cameras_and_of_none(site: Site, engine: AsyncEngine) -> None:
    site = counting(site)
    own, other = make_alert(), make_alert(camera="gate-2")
    system = make_alert(code="SYS_DETECT", camera="", place="", rule="SYS_DETECT")
    span = make_span(1)
    day = span.began.date()
    async with writing(engine) as books:
        await synchronise(books, site)
    await enter(engine, own, other, system, span)
    async with (
        serving(site) as wall,
        signed_in(wall, site, "all") as everything,
        signed_in(wall, site, "one", cameras=GATE_1) as client,
    ):
        for seen in (own, other):
            answer = await everything.post(f"/api/v1/alerts/{seen.id}/dispatch", json={"version": 1})
            assert answer.status_code == 200, answer.text
        paths = ("session", "wall", f"blind?day={day}", f"blind/hours?day={day}", "flow")
        session, screen, blind, hours, flow = await told(client, *paths)
        whole = await told(everything, *paths)

    assert [camera["id"] for camera in session["cameras"]] == ["gate-1"]
    assert {alert["id"] for alert in screen["alerts"]} == {str(own.id), str(system.id)}
    assert [case["camera"] for case in screen["incidents"]] == ["gate-1"]
    assert screen["figures"]["unacked"] == 1
    assert set(screen["blind_today"]) <= {"gate-1"}
    assert blind == []
    assert [row["camera"] for row in hours["cameras"]] == ["gate-1"]
    assert [line["camera"] for line in flow["lines"]] == ["gate-1"]
    assert [len(whole[0]["cameras"]), len(whole[1]["alerts"]), len(whole[1]["incidents"])] == [2, 3, 2]
    assert [len(whole[2]), len(whole[3]["cameras"]), len(whole[4]["lines"])] == [1, 2, 2]


async def narrow(engine: AsyncEngine, terms: Terms) -> None:
    async with writing(engine) as books:
        await accounts.change(books, COMMAND_LINE, "op", terms)


@pytest.mark.database("sqlite")
async def test_the_feed_tells_of_the_own_cameras_and_ends_with_the_right_to_more(
    site: Site, engine: AsyncEngine, server: Server
) -> None:
    own, other = make_alert(), make_alert(camera="gate-2")
    with server.client() as redis:
        redis.set(keys.STATUS, json.dumps({"at": 1, "cameras": {"gate-1": {"state": "up"}, "gate-2": {"state": "up"}}}))
    async with serving(site) as wall, signed_in(wall, site, cameras=GATE_1) as client:
        await enter(engine, other, own)
        seen: list[tuple[int, str, Any]] = []
        async with asyncio.timeout(SOON_S), aclosing(events(client)) as stream:
            async for event in stream:
                seen.append(event)
                if {"alert", "status"} <= {kind for _, kind, _ in seen} and event[1] == "status":
                    break
        async with asyncio.timeout(SOON_S), aclosing(events(client)) as stream:
            async for _ in stream:
                await narrow(engine, Terms("operator", cameras=frozenset({"gate-2"})))
        after = await client.get("/api/v1/feed")

    status = [data for _, kind, data in seen if kind == "status" and data["watch"]]
    assert [data["id"] for _, kind, data in seen if kind == "alert"] == [str(own.id)]
    assert {camera for data in status for camera in data["watch"]["cameras"]} == {"gate-1"}
    assert after.status_code == 401


@pytest.mark.database("sqlite")
async def test_pictures_come_of_the_own_cameras_and_end_with_the_right_to_more(
    site: Site, engine: AsyncEngine, server: Server
) -> None:
    async with (
        serving(site) as wall,
        signed_in(wall, site, "all"),
        signed_in(wall, site, cameras=GATE_1) as client,
        looking(wall, client, ("gate-1", "mp4"), ("gate-2", "mp4")) as socket,
    ):
        await until_leased(server, "gate-1", "mp4")
        with server.client() as redis:
            asked_for = redis.exists(keys.lease("gate-2", "mp4"))
            for kind, number in (("init", 0), ("key", 1)):
                redis.publish(keys.live("gate-1", "mp4"), fragment(kind, number).pack())  # type: ignore[arg-type]
        came = {camera for camera, _ in await receive(socket, 2)}
        await narrow(engine, Terms("operator", cameras=frozenset()))
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(SOON_S):
                await socket.recv()

    assert (asked_for, came) == (0, {"gate-1"})
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


@pytest.mark.database("sqlite")
async def test_a_camera_more_is_shown_without_logging_in_again(site: Site, engine: AsyncEngine, server: Server) -> None:
    async with (
        serving(site) as wall,
        signed_in(wall, site, cameras=GATE_1) as client,
        looking(wall, client, ("gate-1", "mp4")) as socket,
    ):
        await narrow(engine, Terms("operator"))
        async with asyncio.timeout(SOON_S):
            with server.client() as redis:
                while not redis.exists(keys.lease("gate-2", "mp4")):
                    await socket.send(json.dumps({"watch": [{"camera": "gate-2", "form": "mp4"}]}))
                    await asyncio.sleep(0.2)


LOSSES = {
    "the camera": Terms("operator", cameras=frozenset({"gate-2"})),
    "the right to share": Terms("engineer"),
    "the account": None,
}


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("left", LOSSES.values(), ids=LOSSES)
async def test_a_link_closes_when_its_maker_loses(site: Site, engine: AsyncEngine, left: Terms | None) -> None:
    alert = make_alert()
    await enter(engine, alert, ready(alert))
    FolderStore(site.evidence_path).put(ready(alert).key, b"clip")
    async with serving(site) as wall, signed_in(wall, site) as client, wall.client() as stranger:
        url = (await client.post(f"/api/v1/alerts/{alert.id}/evidence/clip/link", json={})).json()["url"]
        opened = await stranger.get(url)
        async with writing(engine) as books:
            await (
                accounts.change(books, COMMAND_LINE, "op", left)
                if left
                else accounts.disable(books, COMMAND_LINE, "op")
            )
        closed = await stranger.get(url)

    assert opened.status_code == 200
    assert (closed.status_code, closed.json()["error"]) == (403, "link")


@pytest.mark.database("sqlite")
async def test_only_who_reads_the_record_learns_from_where_somebody_acted(site: Site, engine: AsyncEngine) -> None:
    alert = make_alert()
    await enter(engine, alert)
    async with (
        serving(site) as wall,
        signed_in(wall, site) as operator,
        signed_in(wall, site, "reader", "auditor") as auditor,
    ):
        await operator.post(f"/api/v1/alerts/{alert.id}/ack", json={"version": 1})
        said, read = [
            (await client.get(f"/api/v1/alerts/{alert.id}")).json()["history"][-1]["detail"]
            for client in (operator, auditor)
        ]
        async with engine.connect() as connection:
            kept = (
                await connection.execute(select(audit.c.detail).where(audit.c.action == "alert.acked"))
            ).scalar_one()

    assert ("from" in said, read["from"], json.loads(kept)["from"]) == (False, "127.0.0.1", "127.0.0.1")
