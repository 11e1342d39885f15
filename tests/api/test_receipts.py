"""A receipt counts when the target's own key signed it, not long ago, for an incident that was pushed there; once."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from handed_over import confirm, hand_over, incident_of
from neighbourhood import make_site
from police_station import Station, police, receipt_secret
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from standardwebhooks.webhooks import Webhook
from wall_client import Wall, serving, signed_in

from config.site import Site
from models.alert import Alert
from models.clock import to_iso, utc_now
from models.tables import incident
from models.tables_access import audit
from models.tables_police import receipt

pytestmark = [pytest.mark.usefixtures("server"), pytest.mark.database("sqlite")]


@pytest.fixture
def site(folder: Path, database: str | None) -> Site:
    return make_site(folder, database=database, police=police(Station(1).target(), Station(2).target("other")))


@pytest.fixture
async def one(engine: AsyncEngine, site: Site) -> Alert:
    """Its incident was pushed to both targets."""
    one = await confirm(engine, site, 1)
    await hand_over(engine, site, one)
    return one


@pytest.fixture
async def wall(site: Site, one: Alert) -> AsyncIterator[Wall]:
    del one
    async with serving(site) as wall:
        yield wall


async def number_of(engine: AsyncEngine, one: Alert) -> str:
    async with engine.connect() as connection:
        query = select(incident.c.no).where(incident.c.id == await incident_of(engine, one))
        return str((await connection.execute(query)).scalar_one())


def receipt_of(no: str, **change: Any) -> dict[str, Any]:
    return {
        "incident_no": no,
        "revision": 1,
        "status": "RECEIVED",
        "by": "placeholder-7",
        "at": to_iso(utc_now()),
        **change,
    }


async def send(
    wall: Wall, said: dict[str, Any] | bytes, *, name: str = "station", id_: str = "r1", at: datetime | None = None
) -> httpx.Response:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    when = at or utc_now()
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(int(when.timestamp())),
        "webhook-signature": Webhook(receipt_secret(name)).sign(id_, when, body.decode()),
        "content-type": "application/json",
    }
    async with wall.client() as client:
        return await client.post("/api/v1/receipts", content=body, headers=headers)


@pytest.mark.database("sqlite", "postgresql")
async def test_a_receipt_stops_the_count_of_its_target_and_stands_in_the_audit(
    engine: AsyncEngine, wall: Wall, site: Site, one: Alert
) -> None:
    no = await number_of(engine, one)

    first = await send(wall, receipt_of(no, note="收到", police_case_no="PLACEHOLDER-1"))
    repeated = await send(wall, receipt_of(no, note="收到", police_case_no="PLACEHOLDER-1"))
    later = await send(wall, receipt_of(no, status="POLICE_SENT"), id_="r2")
    async with signed_in(wall, site) as client:
        seen = (await client.get("/api/v1/wall")).json()
        history = (await client.get(f"/api/v1/alerts/{one.id}")).json()["history"]

    police_of = {view["target"]: view for view in seen["alerts"][0]["police"]}
    assert [(a.status_code, a.json()["repeated"]) for a in (first, repeated, later)] == [
        (200, False),
        (200, True),
        (200, False),
    ]
    assert [waiting["target"] for waiting in seen["unreceived"]] == ["other"]
    assert police_of["station"]["received"] is not None
    assert police_of["station"]["receipt"]["status"] == "POLICE_SENT"
    assert police_of["other"]["received"] is None
    taken = [(step["actor"], step["detail"]["status"]) for step in history if step["action"] == "receipt.taken"]
    assert taken == [("police:station", "RECEIVED"), ("police:station", "POLICE_SENT")]


@pytest.mark.database("sqlite", "postgresql")
async def test_what_is_not_signed_rightly_is_refused_audited_and_soon_told_to_wait(
    engine: AsyncEngine, wall: Wall, one: Alert
) -> None:
    no = await number_of(engine, one)
    good = receipt_of(no)

    unsigned = await _plain(wall, good)
    another = await send(wall, good, name="nobody")
    old = await send(wall, good, at=utc_now() - timedelta(minutes=6))
    early = await send(wall, good, at=utc_now() + timedelta(minutes=6))
    many = [(await _plain(wall, good)).status_code for _ in range(20)]
    right = await send(wall, good)

    assert [a.status_code for a in (unsigned, another, old, early)] == [401] * 4
    assert unsigned.json()["error"] == "signature"
    assert many == [401] * 16 + [429] * 4
    assert right.status_code == 200
    async with engine.connect() as connection:
        refused = (await connection.execute(select(audit).where(audit.c.action == "receipt.refused"))).all()
        taken = (await connection.execute(select(receipt))).all()
    assert len(refused) == 20
    assert len(taken) == 1


async def test_a_receipt_for_what_was_never_pushed_there_finds_nothing(
    engine: AsyncEngine, wall: Wall, one: Alert
) -> None:
    no = await number_of(engine, one)
    answers = [
        await send(wall, receipt_of("GSDT-20200101-0001"), id_="a"),
        await send(wall, receipt_of(no, revision=2), id_="b"),
    ]

    assert [a.status_code for a in answers] == [404, 404]
    assert {a.json()["error"] for a in answers} == {"not_pushed"}


@pytest.mark.parametrize(
    "change",
    [
        {"status": "CLOSED"},
        {"revision": 0},
        {"revision": 2**40},
        {"by": "a\x00b"},
        {"by": "x" * 65},
        {"note": "a\x00"},
        {"at": "yesterday"},
        {"at": "2026-11-22T10:00:00"},
        {"incident_no": ""},
    ],
    ids=str,
)
async def test_a_receipt_that_says_nonsense_is_refused_and_may_be_mended(
    engine: AsyncEngine, wall: Wall, one: Alert, change: dict[str, Any]
) -> None:
    no = await number_of(engine, one)

    wrong = await send(wall, receipt_of(no, **change))
    right = await send(wall, receipt_of(no))

    assert (wrong.status_code, wrong.json()["error"]) == (422, "invalid")
    assert right.status_code == 200


async def test_rude_bodies_crash_nothing(wall: Wall) -> None:
    answers = [await send(wall, body, id_=f"r{n}") for n, body in enumerate((b"", b"[]", b"{", b'"x"', b"[" * 5000))]
    large = await send(wall, b"x" * 9000)

    assert [a.status_code for a in answers] == [422] * 5
    assert large.status_code == 413


async def _plain(wall: Wall, said: dict[str, Any]) -> httpx.Response:
    async with wall.client() as client:
        return await client.post("/api/v1/receipts", json=said)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1999-12-31T00:00:00Z"])
async def test_a_signed_receipt_of_a_year_without_any_site_is_refused_with_the_field_that_is_wrong(
    engine: AsyncEngine, wall: Wall, one: Alert, at: str
) -> None:
    no = await number_of(engine, one)

    answer = await send(wall, receipt_of(no, at=at))

    assert (answer.status_code, answer.json()["error"]) == (422, "invalid")
    assert [mistake["where"] for mistake in answer.json()["mistakes"]] == [["at"]]
