"""What people do with alerts: version-checked, repeatable, audited, and one click sends somebody."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from neighbourhood import at_work, desk_thread, entry_of, make_alert, make_site, make_span, wait_for
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import serving, signed_in

from api.books import writing
from api.desk.admit import admit
from api.desk.intake import take_over
from api.roster import synchronise
from config.site import Site
from models.alert import Alert
from models.dialect import open_engine
from models.evidence import FolderStore
from models.tables import dispatch, incident, person
from models.tables_access import audit


async def store(site: Site, *alerts: Alert) -> None:
    """As the desk would."""
    engine = open_engine(site.database_url)
    async with writing(engine) as books:
        await synchronise(books, site)
        entries = [entry_of(a, 0, f"test-{uuid4().hex[:8]}") for a in alerts]
        fields = [{k.encode(): v.encode() for k, v in e.fields().items()} | {b"seq": b"1"} for e in entries]
        await take_over(books, [admit(f) for f in fields])
    await engine.dispose()


@asynccontextmanager
async def at_the_wall(site: Site, *alerts: Alert) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(site) as wall, signed_in(wall, site) as client:
        await store(site, *alerts)
        yield client


async def act(client: httpx.AsyncClient, alert: Alert, verb: str, **words: Any) -> tuple[int, dict[str, Any]]:
    answer = await client.post(f"/api/v1/alerts/{alert.id}/{verb}", json=words)
    return answer.status_code, answer.json()


async def until_sent(client: httpx.AsyncClient, alert: Alert) -> None:
    """Wait for the desk, which looks once a second."""
    async with asyncio.timeout(15):
        while True:
            detail = (await client.get(f"/api/v1/alerts/{alert.id}")).json()
            if detail["history"][-1]["action"] == "dispatch.sent":
                return
            await asyncio.sleep(0.1)


async def test_acknowledging_is_counted_repeatable_and_refused_when_stale(site: Site, engine: AsyncEngine) -> None:
    alert = make_alert()
    async with at_the_wall(site, alert) as client:
        first = await act(client, alert, "ack", version=1)
        repeat = await act(client, alert, "ack", version=1)
        stale = await act(client, alert, "dismiss", version=1, reason="normal")
        async with engine.connect() as connection:
            deeds = (
                await connection.execute(select(audit).where(audit.c.subject == str(alert.id)).order_by(audit.c.id))
            ).all()

    assert first[0] == 200
    assert (first[1]["state"], first[1]["version"], first[1]["acked"]["by"]) == ("ACKED", 2, "op")
    assert repeat == first
    assert (stale[0], stale[1]["error"]) == (409, "conflict")
    assert stale[1]["current"]["version"] == 2
    assert [d.action for d in deeds] == ["alert.raised", "alert.acked"]


async def test_a_second_operator_who_was_slower_sees_how_it_stands(site: Site) -> None:
    alert = make_alert()
    async with at_the_wall(site, alert) as client, serving(site) as wall, signed_in(wall, site, "other") as other:
        mine = await act(client, alert, "ack", version=1)
        theirs = await act(other, alert, "ack", version=1)

    assert mine[0] == 200
    assert theirs[0] == 409
    assert theirs[1]["current"]["acked"]["by"] == "op"


async def test_many_at_once_acknowledge_exactly_once(site: Site, engine: AsyncEngine) -> None:
    alert = make_alert()
    async with at_the_wall(site, alert) as client:
        answers = await asyncio.gather(*(act(client, alert, "ack", version=1) for _ in range(10)))
        async with engine.connect() as connection:
            deeds = (await connection.execute(select(audit).where(audit.c.action == "alert.acked"))).all()

    assert {status for status, _ in answers} == {200}
    assert {body["version"] for _, body in answers} == {2}
    assert len(deeds) == 1


@pytest.mark.database("sqlite")
async def test_dismissing_needs_a_known_reason(site: Site) -> None:
    alert, later = make_alert(), make_alert()
    async with at_the_wall(site, alert, later) as client:
        wrong = await act(client, alert, "dismiss", version=1, reason="bored")
        right = await act(client, alert, "dismiss", version=1, reason="false_alarm")
        repeat = await act(client, alert, "dismiss", version=1, reason="false_alarm")
        other = await act(client, alert, "dismiss", version=2, reason="test")
        detail = (await client.get(f"/api/v1/alerts/{later.id}")).json()

    assert wrong[0] == 422
    assert right[1]["dismissed"]["reason"] == "false_alarm"
    assert repeat == right
    assert other[0] == 409
    assert detail["same_place_24h"] == {"alerts": 1, "dismissed_false": 1}


async def test_one_click_accepts_the_case_and_sends_the_best_placed_person(site: Site, engine: AsyncEngine) -> None:
    alert = make_alert()
    async with at_the_wall(site, alert) as client:
        suggested = (await client.get(f"/api/v1/alerts/{alert.id}")).json()["suggestion"]
        sent = await act(client, alert, "dispatch", version=1)
        repeat = await act(client, alert, "dispatch", version=1)
        detail = (await client.get(f"/api/v1/alerts/{alert.id}")).json()
        wall = (await client.get("/api/v1/wall")).json()
        async with engine.connect() as connection:
            dispatches = (await connection.execute(select(dispatch))).all()

    view = sent[1]
    assert sent[0] == 200
    assert suggested["person"]["id"] == "officer-1"
    assert [w["key"] for w in suggested["why"]] == ["on_duty", "same_grid", "no_open_tasks"]
    assert (view["state"], view["incident"]["state"], view["acked"]["by"]) == ("CONFIRMED", "DISPATCHED", "op")
    assert view["incident"]["no"].startswith("GSDT-20")
    assert view["incident"]["no"].endswith("-0001")
    assert (view["dispatch"]["person"]["id"], view["dispatch"]["state"]) == ("officer-1", "PENDING")
    assert view["dispatch"]["notified"] == "no_channel"
    assert repeat == sent
    assert len(dispatches) == 1
    assert [line["action"] for line in detail["history"]] == [
        "alert.raised",
        "alert.acked",
        "alert.confirmed",
        "incident.new",
        "incident.accepted",
        "incident.dispatched",
        "dispatch.pending",
    ]
    assert [i["alerts"] for i in wall["incidents"]] == [[str(alert.id)]]
    assert wall["duty"]["on"] == 2
    assert wall["duty"]["people"][0]["open_tasks"] == 1


async def test_a_click_can_be_taken_back_and_made_again(site: Site) -> None:
    alert = make_alert()
    async with at_the_wall(site, alert) as client:
        sent = await act(client, alert, "dispatch", version=1)
        undo_url = f"/api/v1/dispatches/{sent[1]['dispatch']['id']}/undo"
        undone = (await client.post(undo_url, json={})).json()
        repeat = (await client.post(undo_url, json={})).json()
        again = await act(client, alert, "dispatch", version=undone["version"], person="officer-2")
        dismissed = await act(client, alert, "dismiss", version=again[1]["version"], reason="normal")

    assert (undone["state"], undone["incident"]["state"], undone["dispatch"]["state"]) == (
        "ACKED",
        "ACCEPTED",
        "UNDONE",
    )
    assert repeat == undone
    assert again[1]["incident"]["no"] == sent[1]["incident"]["no"]
    assert again[1]["dispatch"]["person"]["id"] == "officer-2"
    assert dismissed[0] == 409


async def test_a_case_left_by_an_undone_dispatch_is_rejected_with_its_alert(site: Site, engine: AsyncEngine) -> None:
    alert = make_alert()
    async with at_the_wall(site, alert) as client:
        sent = await act(client, alert, "dispatch", version=1)
        undone = (await client.post(f"/api/v1/dispatches/{sent[1]['dispatch']['id']}/undo", json={})).json()
        dismissed = await act(client, alert, "dismiss", version=undone["version"], reason="normal")
        async with engine.connect() as connection:
            states = (await connection.execute(select(incident.c.state))).scalars().all()

    assert dismissed[0] == 200
    assert states == ["REJECTED"]


@pytest.mark.usefixtures("server")
async def test_after_the_window_the_desk_sends_and_undo_is_too_late(folder: Path, database: str | None) -> None:
    site = make_site(folder, undo_s=0.4, database=database)
    alert = make_alert()
    with desk_thread(site):
        wait_for(lambda: at_work(site), "the desk is at work")
        async with at_the_wall(site, alert) as client:
            sent = await act(client, alert, "dispatch", version=1)
            await until_sent(client, alert)
            late = await client.post(f"/api/v1/dispatches/{sent[1]['dispatch']['id']}/undo", json={})
            detail = (await client.get(f"/api/v1/alerts/{alert.id}")).json()

    assert (late.status_code, late.json()["error"]) == (409, "too_late")
    assert late.json()["current"]["dispatch"]["state"] == "SENT"
    assert detail["history"][-1]["action"] == "dispatch.sent"
    assert detail["history"][-1]["detail"]["notified"] == "no_channel"


@pytest.mark.database("sqlite")
async def test_nobody_on_duty_is_said_in_plain_words(site: Site, engine: AsyncEngine) -> None:
    alert = make_alert()
    async with at_the_wall(site, alert) as client:
        async with engine.begin() as connection:
            await connection.execute(update(person).values(on_duty=False))
        answer = await act(client, alert, "dispatch", version=1)
        detail = (await client.get(f"/api/v1/alerts/{alert.id}")).json()

    assert (answer[0], answer[1]["error"]) == (409, "nobody_on_duty")
    assert "无人当班" in answer[1]["detail"]
    assert (detail["state"], detail["suggestion"]) == ("RAISED", None)


@pytest.mark.database("sqlite")
async def test_only_somebody_on_the_roster_and_on_duty_can_be_sent(site: Site) -> None:
    alert, replayed = make_alert(), make_alert(source="replay")
    async with at_the_wall(site, alert, replayed) as client:
        unknown = await act(client, alert, "dispatch", version=1, person="nobody")
        resting = await act(client, alert, "dispatch", version=1, person="officer-3")
        replay = await act(client, replayed, "dispatch", version=1)

    assert (unknown[0], unknown[1]["error"]) == (404, "unknown_person")
    assert (resting[0], resting[1]["error"]) == (409, "not_on_duty")
    assert (replay[0], replay[1]["error"]) == (409, "replayed")


async def test_cases_of_one_day_are_numbered_without_gaps(site: Site) -> None:
    alerts = [make_alert() for _ in range(4)]
    async with at_the_wall(site, *alerts) as client:
        answers = await asyncio.gather(*(act(client, a, "dispatch", version=1) for a in alerts))

    numbers = sorted(body["incident"]["no"][-4:] for _, body in answers)
    assert numbers == ["0001", "0002", "0003", "0004"]


async def test_a_snapshot_is_shown_and_looking_is_audited_once(site: Site, engine: AsyncEngine) -> None:
    key = "2026/11/22/picture-1.jpg"
    FolderStore(site.evidence_path).put(key, b"\xff\xd8\xff a picture")
    alert = make_alert(snapshot=key)
    async with at_the_wall(site, alert) as client:
        url = (await client.get(f"/api/v1/alerts/{alert.id}")).json()["snapshot"]
        first, second = await client.get(url), await client.get(url)
        unchanged = await client.get(url, headers={"If-None-Match": first.headers["etag"]})
        async with engine.connect() as connection:
            looks = (await connection.execute(select(audit).where(audit.c.action == "snapshot.viewed"))).all()

    assert first.content == second.content == b"\xff\xd8\xff a picture"
    assert first.headers["content-type"] == "image/jpeg"
    assert first.headers["cache-control"].startswith("private")
    assert unchanged.status_code == 304
    assert [(look.actor, look.subject) for look in looks] == [("op", str(alert.id))]


@pytest.mark.database("sqlite")
async def test_a_snapshot_key_cannot_leave_the_evidence_folder(site: Site) -> None:
    (site.data / "secret.jpg").write_bytes(b"secret")
    alerts = [
        make_alert(snapshot=key) for key in ("../secret.jpg", "/etc/passwd", "a/../../secret.jpg", "a\\..\\b", "")
    ]
    async with at_the_wall(site, *alerts) as client:
        answers = [await client.get(f"/api/v1/alerts/{a.id}/snapshot") for a in alerts]
        strange = await client.get("/api/v1/alerts/..%2f..%2fsecret.jpg/snapshot")

    assert {a.status_code for a in answers} == {404}
    assert {a.json()["error"] for a in answers} == {"no_snapshot"}
    assert strange.status_code in {404, 422}


async def test_what_was_just_decided_stays_on_the_wall_also_where_many_came_later(site: Site) -> None:
    old = make_alert(detected=make_alert().detected - timedelta(hours=1))
    many = [make_alert(camera="gate-2") for _ in range(110)]
    async with at_the_wall(site, old, *many) as client:
        await act(client, old, "dismiss", version=1, reason="normal")
        wall = (await client.get("/api/v1/wall")).json()["alerts"]

    assert [a["state"] for a in wall if a["id"] == str(old.id)] == ["DISMISSED"]
    assert len(wall) == 1 + len(many)


async def test_the_wall_shows_open_alerts_figures_and_blind_time(site: Site, engine: AsyncEngine) -> None:
    alert = make_alert()
    async with at_the_wall(site, alert) as client:
        async with writing(engine) as books:
            fields = {k.encode(): v.encode() for k, v in entry_of(make_span(3, 2), 1, "spans").fields().items()}
            await take_over(books, [admit(fields)])
        wall = (await client.get("/api/v1/wall")).json()
        day = (await client.get("/api/v1/blind", params={"day": "2026-11-22"})).json()
        missing = await client.get(f"/api/v1/alerts/{uuid4()}")

    assert [a["id"] for a in wall["alerts"]] == [str(alert.id)]
    assert wall["alerts"][0]["subjects"] == [{"track": 7, "key": "person", "box": [0.1, 0.2, 0.3, 0.4]}]
    assert wall["figures"]["unacked"] == 1
    assert wall["feed_id"] == 2
    assert [(s["camera"], s["began"], s["ended"]) for s in day] == [
        ("gate-2", "2026-11-22T04:00:00.000000Z", "2026-11-22T04:00:30.000000Z")
    ]
    assert (missing.status_code, missing.json()["error"]) == (404, "not_found")
