"""However many pushes of other cameras there are: an account is shown those of its own, and what waits comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from handed_over import confirm, hand_over, incident_of
from neighbourhood import make_site
from police_station import Station, police
from sqlalchemy import Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from wall_client import serving, signed_in

from config.site import Site
from models.alert import Alert
from models.clock import utc_now
from models.tables import alert, incident
from models.tables_access import account
from models.tables_police import push, receipt

pytestmark = [pytest.mark.usefixtures("server"), pytest.mark.database("sqlite", "postgresql")]

MANY = 205
"""A list holds 200."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Others:
    """Pushed incidents beside one: of which camera, when, and whether anybody signed for them."""

    camera: str
    opened: datetime
    signed: bool = False


@pytest.fixture
def site(folder: Path, database: str | None) -> Site:
    return make_site(folder, database=database, police=police(Station(1).target()))


async def row_of(connection: AsyncConnection, table: Table) -> dict[str, Any]:
    return dict((await connection.execute(select(table).limit(1))).mappings().one())


async def multiply(engine: AsyncEngine, others: Others) -> list[str]:
    """Rows like those of the one pushed incident there is; returns their ids, the oldest first."""
    ids = [str(uuid4()) for _ in range(MANY)]
    opened = [others.opened + timedelta(milliseconds=n) for n in range(MANY)]
    async with engine.begin() as connection:
        case, told, pushed = [await row_of(connection, table) for table in (incident, alert, push)]
        rows: list[tuple[Table, Sequence[dict[str, Any]]]] = [
            (
                incident,
                [
                    {**case, "id": id_, "no": f"X-{n}", "ordinal": 1000 + n, "camera": others.camera, "opened": at}
                    for n, (id_, at) in enumerate(zip(ids, opened, strict=True))
                ],
            ),
            (alert, [{**told, "id": str(uuid4()), "camera": others.camera, "incident_id": id_} for id_ in ids]),
            (
                push,
                [
                    {**pushed, "id": str(uuid4()), "incident_id": id_, "at": at}
                    for id_, at in zip(ids, opened, strict=True)
                ],
            ),
        ]
        if others.signed:
            said = {"target": "station", "revision": 1, "status": "RECEIVED", "by": "li", "note": ""}
            times = {"at": utc_now(), "received": utc_now()}
            rows.append((receipt, [{**said, **times, "webhook_id": id_, "incident_id": id_} for id_ in ids]))
        for table, values in rows:
            await connection.execute(insert(table), values)
    return ids


async def pushed_now(engine: AsyncEngine, site: Site) -> str:
    """The id of the one incident of gate-1."""
    one: Alert = await confirm(engine, site, 1)
    await hand_over(engine, site, one)
    return await incident_of(engine, one)


async def narrow(engine: AsyncEngine, name: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(account).where(account.c.name == name).values(cameras=["gate-1"]))


async def test_a_wall_counts_up_for_its_own_camera_behind_however_many_of_another(
    engine: AsyncEngine, site: Site
) -> None:
    own = await pushed_now(engine, site)
    await multiply(engine, Others("gate-2", utc_now() - HOUR))

    async with serving(site) as wall, signed_in(wall, site) as client:
        await narrow(engine, "op")
        seen = (await client.get("/api/v1/wall")).json()["unreceived"]

    assert [waiting["incident"] for waiting in seen] == [own]


async def test_a_liaison_is_shown_the_own_camera_s_behind_however_many_of_another(
    engine: AsyncEngine, site: Site
) -> None:
    own = await pushed_now(engine, site)
    await multiply(engine, Others("gate-2", utc_now() + HOUR))

    async with serving(site) as wall, signed_in(wall, site, "li", "liaison") as client:
        await narrow(engine, "li")
        seen = (await client.get("/api/v1/liaison")).json()["incidents"]

    assert [one["id"] for one in seen] == [own]


async def test_a_liaison_s_list_begins_with_what_waits_however_much_was_done_since(
    engine: AsyncEngine, site: Site
) -> None:
    waits = await pushed_now(engine, site)
    done = await multiply(engine, Others("gate-2", utc_now() + HOUR, signed=True))

    async with serving(site) as wall, signed_in(wall, site, "li", "liaison") as client:
        seen = (await client.get("/api/v1/liaison")).json()["incidents"]

    assert [one["id"] for one in seen] == [waits, *done[:-200:-1]]


async def test_wall_and_liaison_are_shown_the_same_ones_where_more_wait_than_a_list_holds(
    engine: AsyncEngine, site: Site
) -> None:
    await pushed_now(engine, site)
    await multiply(engine, Others("gate-2", utc_now() - HOUR))

    async with serving(site) as wall:
        async with signed_in(wall, site) as client:
            counted = (await client.get("/api/v1/wall")).json()["unreceived"]
        async with signed_in(wall, site, "li", "liaison") as client:
            seen = (await client.get("/api/v1/liaison")).json()["incidents"]

    assert len(seen) == 200
    assert [one["id"] for one in seen] == [waiting["incident"] for waiting in counted]
