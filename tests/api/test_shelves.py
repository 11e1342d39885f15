"""A rule that is set aside rings nobody, hides nothing, covers no level 1, and ends by itself."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from neighbourhood import NOON, at_work, desk_thread, enter, make_alert, wait_for
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import Wall, serving, signed_in

from api.books import writing
from api.roster import synchronise
from api.shelves import end_due
from config.site import Site
from models.alert import Alert
from models.clock import to_iso, utc_now
from models.tables import alert
from models.tables_access import audit
from models.tables_shelf import shelf


@pytest.fixture
async def page(site: Site, engine: AsyncEngine) -> AsyncIterator[Wall]:
    async with writing(engine) as books:
        await synchronise(books, site)
    async with serving(site) as wall:
        yield wall


@pytest.fixture
async def client(site: Site, page: Wall) -> AsyncIterator[httpx.AsyncClient]:
    """A shift lead at the wall."""
    async with signed_in(page, site, "lead", "shift_lead") as client:
        yield client


def soon(hours: float = 1) -> str:
    return to_iso(utc_now() + timedelta(hours=hours))


async def shelve(client: httpx.AsyncClient, rule: str = "INTRUDE:yard", **words: Any) -> tuple[int, dict[str, Any]]:
    asked = {"camera": "gate-1", "rule": rule, "until": soon(), "reason": "road works", **words}
    answer = await client.post("/api/v1/shelves", json=asked)
    return answer.status_code, answer.json()


async def act(client: httpx.AsyncClient, one: Alert, verb: str, **words: Any) -> tuple[int, dict[str, Any]]:
    answer = await client.post(f"/api/v1/alerts/{one.id}/{verb}", json=words)
    return answer.status_code, answer.json()


async def shown(client: httpx.AsyncClient, one: Alert) -> dict[str, Any]:
    told: dict[str, Any] = (await client.get(f"/api/v1/alerts/{one.id}")).json()
    return told


async def over_at(engine: AsyncEngine, until: datetime) -> None:
    """All shelves end then."""
    async with engine.begin() as connection:
        await connection.execute(update(shelf).values(until=until))


async def deeds(engine: AsyncEngine, subject: str) -> list[tuple[str, str]]:
    query = select(audit).where(audit.c.subject == subject).order_by(audit.c.id)
    async with engine.connect() as connection:
        return [(row.actor, row.action) for row in (await connection.execute(query)).all()]


async def test_alerts_of_a_rule_that_is_set_aside_are_stored_counted_and_wait_for_nobody(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    came, elsewhere, other = make_alert(), make_alert(camera="gate-2"), make_alert(rule="LOITER:yard", code="LOITER")
    await enter(engine, make_alert(ended=NOON))  # the rule is known by it
    status, made = await shelve(client)
    await enter(engine, came, elsewhere, other, first=2)
    await enter(engine, replace(came, revision=2, ended=NOON), replace(came, revision=3, count=2), first=5)
    view, wall = await shown(client, came), (await client.get("/api/v1/wall")).json()
    states = {one["id"]: one["state"] for one in wall["alerts"]}
    kinds = [line["action"] for line in view["history"]]

    assert (status, made["gravest"], made["by"], made["over"]) == (200, 2, "lead", None)
    assert (view["state"], view["count"], view["version"]) == ("SHELVED", 2, 1)
    assert view["shelved"] == {**{k: made[k] for k in ("by", "at", "until", "reason")}, "shelf": made["id"]}
    assert (states[str(came.id)], states[str(elsewhere.id)], states[str(other.id)]) == ("SHELVED", "RAISED", "RAISED")
    assert [(s["id"], s["rule"], s["alerts"]) for s in wall["shelves"]] == [(made["id"], "INTRUDE:yard", 1)]
    assert wall["figures"] == {"raised_today": 0, "unacked": 3, "mean_ack_s": None}
    assert kinds == ["alert.raised", "alert.shelved", "alert.revised", "alert.revised"]
    assert await deeds(engine, made["id"]) == [("lead", "shelf.set")]


async def test_what_lasts_is_set_aside_with_its_rule_and_what_is_over_still_waits(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    lasting, over, cased = make_alert(), make_alert(ended=NOON), make_alert()
    await enter(engine, lasting, over, cased)
    await act(client, cased, "dispatch", version=1)
    await shelve(client)
    states = [(await shown(client, one))["state"] for one in (lasting, over, cased)]
    stale = await act(client, lasting, "ack", version=1)
    seen = await act(client, lasting, "ack", version=2)

    assert states == ["SHELVED", "RAISED", "CONFIRMED"]
    assert (stale[0], stale[1]["error"]) == (409, "conflict")
    assert (seen[0], seen[1]["state"], seen[1]["shelved"]) == (200, "ACKED", None)


async def test_level_1_is_never_set_aside(client: httpx.AsyncClient, engine: AsyncEngine) -> None:
    fire = make_alert(code="FIRE", rule="FIRE:yard", level=1)
    graver = make_alert()
    await enter(engine, fire, make_alert(rule="CAM_MOVED", code="CAM_MOVED", place=""), graver)
    refused = [await shelve(client, rule) for rule in ("FIRE:yard", "CAM_MOVED")]
    await shelve(client)
    before = (await shown(client, graver))["state"]
    await enter(engine, replace(graver, revision=2, level=1), make_alert(level=1), first=4)
    view = await shown(client, graver)
    states = [one["state"] for one in (await client.get("/api/v1/wall")).json()["alerts"] if one["level"] == 1]

    assert [(status, body["error"]) for status, body in refused] == [(409, "never_shelved")] * 2
    assert (before, view["state"]) == ("SHELVED", "RAISED")
    assert states == ["RAISED"] * 3


async def test_an_operator_sets_levels_3_and_4_aside_and_level_2_rings_all_the_same(
    site: Site, page: Wall, engine: AsyncEngine
) -> None:
    parked, fallen = (
        make_alert(code="PARK", rule="PARK:yard", level=4),
        make_alert(code="FALL", rule="FALL:yard", level=2),
    )
    await enter(engine, parked, fallen)
    async with signed_in(page, site, "op", "operator") as client:
        refused = await shelve(client, "FALL:yard")
        made = await shelve(client, "PARK:yard")
        await enter(engine, replace(parked, revision=2, level=3), first=3)
        third = (await shown(client, parked))["state"]
        await enter(engine, replace(parked, revision=3, level=2), first=4)
        second = await shown(client, parked)

    assert (refused[0], refused[1]["error"]) == (403, "shelf_rank")
    assert (made[0], made[1]["gravest"]) == (200, 3)
    assert (third, second["state"]) == ("SHELVED", "RAISED")
    assert second["history"][-1]["detail"] == {"because": "graver", "was": "SHELVED", "level": 2, "times": 1}


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ({"reason": "  "}, "words_missing"),
        ({"until": to_iso(NOON - timedelta(days=400))}, "shelf_span"),
        ({"until": soon(9)}, "shelf_span"),
        ({"camera": "gate-9"}, "unknown_camera"),
        ({"rule": "LINE:door"}, "unknown_rule"),
    ],
)
@pytest.mark.database("sqlite")
async def test_it_takes_a_reason_an_end_and_a_rule_that_there_is(
    client: httpx.AsyncClient, engine: AsyncEngine, words: dict[str, str], error: str
) -> None:
    await enter(engine, make_alert())
    asked = await shelve(client, **words)

    assert (asked[0], asked[1]["error"]) == (422, error)
    assert (await client.get("/api/v1/wall")).json()["shelves"] == []


async def test_at_most_one_holds_a_rule_also_where_several_are_asked_for_at_once(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    await enter(engine, make_alert())
    answers = await asyncio.gather(*(shelve(client) for _ in range(4)))

    assert sorted(status for status, _ in answers) == [200, 409, 409, 409]
    assert {body["error"] for status, body in answers if status == 409} == {"shelved_already"}


async def test_taken_up_again_what_lasts_waits_and_what_is_over_has_expired(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    lasting, over = make_alert(), make_alert()
    await enter(engine, lasting)
    await act(client, lasting, "ack", version=1)
    _, made = await shelve(client)
    await enter(engine, over, replace(over, revision=2, ended=NOON), first=2)
    lifted = [(await client.post(f"/api/v1/shelves/{made['id']}/lift", json={})).json() for _ in range(2)]
    back, gone = await shown(client, lasting), await shown(client, over)
    shelves = (await client.get("/api/v1/wall")).json()["shelves"]
    acked = await act(client, lasting, "ack", version=back["version"])
    await enter(engine, replace(over, revision=3, count=2), first=4)
    anew = await shown(client, over)

    assert lifted[0] == lifted[1]
    assert lifted[0]["lifted_by"] == "lead"
    assert (back["state"], back["acked"], back["history"][-1]["detail"]["because"]) == ("RAISED", None, "unshelved")
    assert (gone["state"], gone["shelved"]["reason"]) == ("EXPIRED", "road works")
    assert shelves == []
    assert (acked[0], acked[1]["state"]) == (200, "ACKED")
    assert (anew["state"], anew["history"][-1]["detail"]["because"]) == ("RAISED", "again")
    assert await deeds(engine, made["id"]) == [("lead", "shelf.set"), ("lead", "shelf.lifted")]


@pytest.mark.usefixtures("server")
async def test_it_ends_by_itself_while_the_desk_was_down(
    site: Site, client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    lasting = make_alert()
    await enter(engine, lasting)
    _, made = await shelve(client)
    await over_at(engine, utc_now() - timedelta(seconds=1))
    shelves = (await client.get("/api/v1/wall")).json()["shelves"]
    late = make_alert()
    await enter(engine, late, first=2)
    before = [(await shown(client, one))["state"] for one in (lasting, late)]
    with desk_thread(site):
        wait_for(lambda: at_work(site), "the desk is at work")
        for _ in range(100):
            if (view := await shown(client, lasting))["state"] == "RAISED":
                break
            await asyncio.sleep(0.1)

    assert shelves == []
    assert before == ["SHELVED", "RAISED"]
    assert (view["state"], view["history"][-1]["action"]) == ("RAISED", "alert.raised_again")
    assert await deeds(engine, made["id"]) == [("lead", "shelf.set"), ("desk", "shelf.over")]


async def test_a_word_that_comes_before_the_desk_has_ended_it_rings(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    lasting = make_alert()
    await enter(engine, lasting)
    _, made = await shelve(client)
    await over_at(engine, utc_now() - timedelta(seconds=1))
    await enter(engine, replace(lasting, revision=2, observed={"dwell_s": 60.0}), first=2)
    early = await shown(client, lasting)
    async with writing(engine) as books:
        await end_due(books)
    again = await shown(client, lasting)

    assert (early["state"], early["history"][-1]["detail"]["because"]) == ("RAISED", "unshelved")
    assert again["version"] == early["version"]
    assert (await deeds(engine, made["id"]))[-1] == ("desk", "shelf.over")


async def test_what_is_set_aside_can_be_decided_all_the_same(client: httpx.AsyncClient, engine: AsyncEngine) -> None:
    came, false = make_alert(), make_alert()
    await enter(engine, make_alert(ended=NOON))
    _, made = await shelve(client)
    await enter(engine, came, false, first=2)
    sent = await act(client, came, "dispatch", version=1)
    dismissed = await act(client, false, "dismiss", version=1, reason="false_alarm")
    await client.post(f"/api/v1/shelves/{made['id']}/lift", json={})
    async with engine.connect() as connection:
        rows = (await connection.execute(select(alert.c.id, alert.c.state))).all()

    assert (sent[0], sent[1]["state"]) == (200, "CONFIRMED")
    assert (dismissed[0], dismissed[1]["state"]) == (200, "DISMISSED")
    assert {row.id: row.state for row in rows}[str(came.id)] == "CONFIRMED"
    assert {row.id: row.state for row in rows}[str(false.id)] == "DISMISSED"


async def test_what_was_dismissed_and_grows_graver_meanwhile_rings_at_the_end(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    parked = make_alert(code="PARK", rule="PARK:yard", level=4)
    await enter(engine, parked)
    _, dismissed = await act(client, parked, "dismiss", version=1, reason="normal")
    await shelve(client, "PARK:yard")
    await enter(engine, replace(parked, revision=2, level=3), first=2)
    meanwhile = await shown(client, parked)
    await over_at(engine, utc_now() - timedelta(seconds=1))
    async with writing(engine) as books:
        await end_due(books)
    after = await shown(client, parked)

    assert (dismissed["version"], meanwhile["state"], meanwhile["version"]) == (2, "SHELVED", 3)
    assert (after["state"], after["version"], after["dismissed"]) == ("RAISED", 4, None)


async def test_of_another_camera_nobody_learns_that_its_rule_is_set_aside(
    site: Site, page: Wall, client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    await enter(engine, make_alert())
    _, made = await shelve(client)
    async with signed_in(page, site, "narrow", "shift_lead", cameras=frozenset({"gate-2"})) as narrow:
        wall = (await narrow.get("/api/v1/wall")).json()
        lifted = await narrow.post(f"/api/v1/shelves/{made['id']}/lift", json={})
        asked = await shelve(narrow)

    assert wall["shelves"] == []
    assert (lifted.status_code, lifted.json()["error"]) == (404, "not_found")
    assert (asked[0], asked[1]["error"]) == (422, "unknown_camera")
