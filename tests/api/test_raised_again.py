"""Nothing of level 1 is swallowed, and what grows graver rings again, whatever people did with the alert before."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from neighbourhood import NOON, Server, ask, desk_thread, enter, make_alert, publish, settled, wait_for
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import serving, signed_in

from api.books import writing
from api.reconcile import reconcile, verify_chain
from api.roster import synchronise
from config.site import Site
from models.alert import Alert
from models.clock import to_micros, utc_now
from models.journal import Draft, Journal
from models.tables import alert, dispatch
from models.tables import incident as incident_table

_OVER: Final = NOON + timedelta(seconds=20)


@pytest.fixture
async def client(site: Site, engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at the wall, with a roster."""
    async with writing(engine) as books:
        await synchronise(books, site)
    async with serving(site) as wall, signed_in(wall, site) as client:
        yield client


def fire() -> Alert:
    return make_alert(code="FIRE", rule="FIRE:yard", level=1)


def flared_up(first: Alert) -> tuple[Alert, Alert]:
    """It ends, and within its cool-down begins anew."""
    return replace(first, revision=2, ended=_OVER), replace(first, revision=3, count=2)


async def act(client: httpx.AsyncClient, one: Alert, verb: str, **words: Any) -> tuple[int, dict[str, Any]]:
    answer = await client.post(f"/api/v1/alerts/{one.id}/{verb}", json=words)
    return answer.status_code, answer.json()


async def shown(client: httpx.AsyncClient, one: Alert) -> dict[str, Any]:
    told: dict[str, Any] = (await client.get(f"/api/v1/alerts/{one.id}")).json()
    return told


def raisings(view: dict[str, Any]) -> list[tuple[str, str]]:
    """(why, what it was) of each time that the alert was raised again."""
    lines = [line for line in view["history"] if line["action"] == "alert.raised_again"]
    return [(line["detail"]["because"], line["detail"]["was"]) for line in lines]


async def test_a_fire_that_was_dismissed_and_flares_up_again_waits_for_somebody_again(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    first = fire()
    over, again = flared_up(first)
    await enter(engine, first, over)
    _, dismissed = await act(client, first, "dismiss", version=1, reason="false_alarm")
    await enter(engine, again, first=3)
    stale = await act(client, first, "dismiss", version=dismissed["version"], reason="false_alarm")
    view = await shown(client, first)
    wall = (await client.get("/api/v1/wall")).json()
    acked = await act(client, first, "ack", version=view["version"])

    assert dismissed["state"] == "DISMISSED"
    assert (view["state"], view["version"], view["count"]) == ("RAISED", dismissed["version"] + 1, 2)
    assert (view["dismissed"], view["acked"]) == (None, None)
    assert view["raised"] > view["received"]
    assert raisings(view) == [("again", "DISMISSED")]
    assert (stale[0], stale[1]["error"], stale[1]["current"]["state"]) == (409, "conflict", "RAISED")
    assert wall["figures"]["unacked"] == 1
    assert wall["figures"]["mean_ack_s"] is None
    assert (acked[0], acked[1]["state"]) == (200, "ACKED")


async def test_a_fire_that_was_seen_rings_again_also_where_its_new_end_came_in_the_same_batch(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    first = fire()
    over, again = flared_up(first)
    await enter(engine, first)
    await act(client, first, "ack", version=1)
    await enter(engine, over, again, replace(again, revision=4, ended=_OVER), first=2)
    view = await shown(client, first)

    assert view["state"] == "RAISED"
    assert raisings(view) == [("again", "ACKED")]


async def test_further_words_on_the_same_fire_and_late_ones_do_not_ring_again(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    first = fire()
    over, again = flared_up(first)
    await enter(engine, first)
    await act(client, first, "dismiss", version=1, reason="test")
    await enter(engine, replace(first, revision=5, observed={"hit_s": 9.0}), first=2)
    lasting = await shown(client, first)
    await enter(engine, over, again, first=3)
    late = await shown(client, first)

    assert (lasting["state"], lasting["revision"]) == ("DISMISSED", 5)
    assert (late["state"], late["revision"]) == ("DISMISSED", 5)


@pytest.mark.parametrize("verb", ["ack", "dismiss"])
async def test_what_grows_graver_rings_again_at_every_step(
    client: httpx.AsyncClient, engine: AsyncEngine, verb: str
) -> None:
    words = {"reason": "normal"} if verb == "dismiss" else {}
    parked = make_alert(code="PARK", rule="PARK:yard", level=4)
    await enter(engine, parked)
    seen = []
    for number, level in enumerate((3, 2), 2):
        await act(client, parked, verb, version=(await shown(client, parked))["version"], **words)
        await enter(engine, replace(parked, revision=number, level=level), first=number)
        seen.append((await shown(client, parked))["state"])
    was = "DISMISSED" if verb == "dismiss" else "ACKED"

    assert seen == ["RAISED", "RAISED"]
    assert raisings(await shown(client, parked)) == [("graver", was), ("graver", was)]


@pytest.mark.parametrize("level", [2, 3, 4])
async def test_below_level_1_what_begins_anew_is_counted_and_does_not_cry_wolf(
    client: httpx.AsyncClient, engine: AsyncEngine, level: int
) -> None:
    first = replace(fire(), code="INTRUDE", level=level)
    over, again = flared_up(first)
    await enter(engine, first, over)
    await act(client, first, "dismiss", version=1, reason="normal")
    await enter(engine, again, first=3)
    view = await shown(client, first)

    assert (view["state"], view["count"], view["version"]) == ("DISMISSED", 2, 2)
    assert raisings(view) == []


async def test_a_fire_for_which_somebody_is_under_way_rings_again_and_keeps_case_and_officer(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    first = fire()
    over, again = flared_up(first)
    await enter(engine, first, over)
    _, sent = await act(client, first, "dispatch", version=1)
    await enter(engine, again, first=3)
    view = await shown(client, first)
    refused = [
        await act(client, first, verb, version=view["version"], **words)
        for verb, words in (("dispatch", {}), ("dismiss", {"reason": "test"}), ("accept", {}))
    ]
    acked = await act(client, first, "ack", version=view["version"])
    repeat = await act(client, first, "ack", version=view["version"])
    async with engine.connect() as connection:
        people = (await connection.execute(select(dispatch.c.id))).scalars().all()

    assert (sent["state"], view["state"], view["suggestion"]) == ("CONFIRMED", "RAISED", None)
    assert view["incident"] == sent["incident"]
    assert view["dispatch"]["id"] == sent["dispatch"]["id"]
    assert [(status, body["error"]) for status, body in refused] == [(409, "conflict")] * 3
    assert (acked[0], acked[1]["state"], acked[1]["incident"]) == (200, "CONFIRMED", sent["incident"])
    assert repeat == acked
    assert len(people) == 1


async def test_calling_somebody_back_does_not_silence_what_rang_again_meanwhile(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    first = fire()
    over, again = flared_up(first)
    await enter(engine, first)
    _, sent = await act(client, first, "dispatch", version=1)
    await enter(engine, over, again, first=2)
    undone = (await client.post(f"/api/v1/dispatches/{sent['dispatch']['id']}/undo", json={})).json()
    sent_again = await act(client, first, "dispatch", version=undone["version"])

    assert (undone["state"], undone["dispatch"]["state"]) == ("RAISED", "UNDONE")
    assert (sent_again[0], sent_again[1]["state"]) == (200, "CONFIRMED")


async def test_a_graver_parking_does_not_ring_while_somebody_is_under_way_for_it(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    parked = make_alert(code="PARK", rule="PARK:yard", level=4)
    await enter(engine, parked)
    await act(client, parked, "dispatch", version=1)
    await enter(engine, replace(parked, revision=2, level=3), first=2)
    view = await shown(client, parked)

    assert (view["state"], view["level"], raisings(view)) == ("CONFIRMED", 3, [])


@pytest.mark.parametrize(("case", "level"), [("CLOSED", 1), ("CLOSED", 3), ("REJECTED", 1)])
async def test_where_the_case_is_at_its_end_it_is_taken_up_again_under_its_number(
    client: httpx.AsyncClient, engine: AsyncEngine, case: str, level: int
) -> None:
    first = replace(fire(), level=1 if level == 1 else 4)
    again = replace(first, revision=2, count=2, level=level)
    await enter(engine, first)
    _, sent = await act(client, first, "dispatch", version=1)
    ended = "CLOSED" if case == "CLOSED" else "UNDONE"
    async with engine.begin() as connection:
        await connection.execute(update(dispatch).values(state=ended))
        await connection.execute(update(incident_table).values(state=case))
        if case == "REJECTED":
            await connection.execute(update(alert).values(state="DISMISSED", dismissed_by="op", dismiss_reason="test"))
            await connection.execute(update(alert).values(dismissed_at=utc_now()))
    await enter(engine, again, first=2)
    view = await shown(client, first)
    accepted = await act(client, first, "accept", version=view["version"])
    anew = await act(client, first, "dispatch", version=accepted[1]["version"])

    assert (view["state"], view["incident"]["state"]) == ("RAISED", case)
    assert (accepted[0], accepted[1]["state"], accepted[1]["incident"]["state"]) == (200, "ACKED", "ACCEPTED")
    assert (anew[0], anew[1]["incident"]["state"]) == (200, "DISPATCHED")
    assert anew[1]["incident"]["no"] == sent["incident"]["no"]


async def test_dismissing_it_once_more_leaves_a_closed_case_closed(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    first = fire()
    await enter(engine, first)
    await act(client, first, "dispatch", version=1)
    async with engine.begin() as connection:
        await connection.execute(update(dispatch).values(state="CLOSED"))
        await connection.execute(update(incident_table).values(state="CLOSED"))
    await enter(engine, replace(first, revision=2, count=2), first=2)
    dismissed = await act(client, first, "dismiss", version=(await shown(client, first))["version"], reason="test")

    assert (dismissed[1]["state"], dismissed[1]["incident"]["state"]) == ("DISMISSED", "CLOSED")


def test_what_was_raised_again_is_the_same_in_journal_and_database(site: Site, server: Server) -> None:
    first = fire()
    over, again = flared_up(first)
    journal = Journal(site.journal_path)
    entries = journal.append([Draft.of_alert(one, to_micros(utc_now())) for one in (first, over, again)], {})
    journal.close()
    with desk_thread(site), server.client() as redis:
        publish(redis, entries[:2])
        wait_for(lambda: settled(server, entries[0].origin) == {1, 2}, "the end is settled")
        ask(site, update(alert).values(state="DISMISSED", version=2))
        publish(redis, entries[2:])
        wait_for(lambda: settled(server, entries[0].origin) == {1, 2, 3}, "all are settled")
    report = reconcile([site.journal_path], site.database_url)

    assert [(row.state, row.version) for row in ask(site, select(alert.c.state, alert.c.version))] == [("RAISED", 3)]
    assert (report.clean, report.entries, report.alerts_in_database) == (True, 3, 1)
    assert verify_chain(site.database_url).whole
