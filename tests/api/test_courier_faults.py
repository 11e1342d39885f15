"""Whatever a single push meets concludes its own attempt: the desk goes on, and what is through is touched no more."""

import asyncio
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from handed_over import confirm, hand_over, pushes
from neighbourhood import desk_thread, make_site, wait_for
from police_station import Station, open_station, police
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.desk.sending import Sender
from config.site import Site
from models.tables import alert, incident
from models.tables_police import push

pytestmark = [pytest.mark.usefixtures("server"), pytest.mark.database("sqlite")]

NOW = (0.05,) * 5
NAMES = ("station..example", f"{'a' * 64}.example", ".example")
"""No name server was ever asked for one of these."""


@pytest.fixture
def station() -> Iterator[Station]:
    with open_station(Station()) as it:
        yield it


@pytest.fixture
def site(folder: Path, station: Station, database: str | None) -> Site:
    return make_site(folder, database=database, police=police(station.target()))


async def until_states(engine: AsyncEngine, states: set[tuple[str, str, str]]) -> None:
    deadline = time.monotonic() + 15
    while {(row.target, row.state, row.error) for row in await pushes(engine)} != states:
        assert time.monotonic() < deadline, await pushes(engine)
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_that_cannot_be_one_is_not_found(station: Station, name: str) -> None:
    target = station.target().model_copy(update={"url": f"http://{name}/hook"})
    sender = Sender(target, ssl.create_default_context())

    outcome = await sender.send("m1", b"{}")
    await sender.close()

    assert (outcome.kind, outcome.error) == ("again", "unresolved")


async def test_a_push_that_meets_what_nobody_thought_of_is_given_up_in_the_end_and_the_desk_goes_on(
    engine: AsyncEngine, folder: Path, station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(folder, police=police(station.target(), station.target("other")))
    one = await confirm(engine, site, 1)
    await hand_over(engine, site, one)
    async with engine.begin() as connection:  # no header can carry such an id
        await connection.execute(update(push).where(push.c.target == "other").values(id="占位"))

    with desk_thread(site, NOW):
        await until_states(engine, {("station", "DELIVERED", ""), ("other", "DEAD", "fault")})

    (dead,) = [row for row in await pushes(engine) if row.target == "other"]
    assert dead.attempts == 6
    assert "UnicodeEncodeError" in caplog.text
    assert len(station.calls) == 1


async def test_a_push_whose_outcome_cannot_be_written_down_holds_no_other_up(
    engine: AsyncEngine, site: Site, station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    bent, good = await confirm(engine, site, 1), await confirm(engine, site, 2)
    await hand_over(engine, site, bent)
    async with engine.begin() as connection:  # what no page can show
        await connection.execute(update(alert).where(alert.c.id == str(bent.id)).values(observed=["bent"]))

    with desk_thread(site, NOW):
        await asyncio.to_thread(wait_for, lambda: "cannot be written down" in caplog.text, "it is told")
        await hand_over(engine, site, good)
        await until_states(engine, {("station", "WAITING", ""), ("station", "DELIVERED", "")})

    assert len(station.calls) == 2


async def test_an_incident_whose_change_cannot_be_told_holds_no_other_up(
    engine: AsyncEngine, site: Site, station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    bent, good = await confirm(engine, site, 1), await confirm(engine, site, 2)
    with desk_thread(site, NOW):
        for one in (bent, good):
            await hand_over(engine, site, one)
        await until_states(engine, {("station", "DELIVERED", "")})
        async with engine.begin() as connection:  # what no message can say
            await connection.execute(update(alert).where(alert.c.id == str(bent.id)).values(observed=["bent"]))
            await connection.execute(update(incident).values(version=incident.c.version + 1))
        await asyncio.to_thread(
            wait_for, lambda: "what changed about it cannot be written" in caplog.text, "it is told"
        )
        await asyncio.to_thread(wait_for, lambda: len(station.calls) == 3, "the other one is told of")
        await asyncio.sleep(1.5)  # looked at again meanwhile

    assert len(station.calls) == 3
    assert caplog.text.count("what changed about it cannot be written") == 1
