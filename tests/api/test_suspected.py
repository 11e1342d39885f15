"""What is only suspected is called so wherever its name stands: to the wall, on the phone, to the police."""

import asyncio
from pathlib import Path

import pytest
from handed_over import confirm, hand_over
from neighbourhood import desk_thread, make_site
from officer import click, raised
from police_station import Station, open_station, police
from sqlalchemy.ext.asyncio import AsyncEngine
from waiting import until
from wall_client import serving, signed_in

from config.site import Site

pytestmark = [pytest.mark.usefixtures("server"), pytest.mark.database("sqlite")]


async def test_the_wall_is_told_of_each_type_how_far_it_can_be_believed(site: Site) -> None:
    async with serving(site) as page, signed_in(page, site, "op", "operator") as client:
        codes = (await client.get("/api/v1/session")).json()["codes"]

    assert {code["capability"] for code in codes.values()} <= set("ABCV")
    assert (codes["INTRUDE"]["zh"], codes["INTRUDE"]["capability"]) == ("区域入侵", "A")
    assert codes["FALL"] == {"zh": "疑似人员倒地", "en": "Suspected: person down", "level": 2, "capability": "B"}


async def test_the_officer_is_sent_to_something_suspected(site: Site, engine: AsyncEngine) -> None:
    async with serving(site, "phone") as page, signed_in(page, site, "li", "officer") as client:
        await click(engine, site, await raised(engine, site, code="ABANDON"), 1)
        (task,) = (await client.get("/api/v1/inbox")).json()["tasks"]

    assert task["what"] == {"zh": "疑似遗留物", "en": "Suspected: left object"}


async def test_the_police_are_told_of_something_suspected(folder: Path, engine: AsyncEngine, database: str) -> None:
    with open_station(Station()) as station:
        site = make_site(folder, database=database, police=police(station.target()))
        one = await confirm(engine, site, 1, code="FALL")
        with desk_thread(site, (0.05,) * 5):
            await hand_over(engine, site, one)
            await asyncio.to_thread(until, lambda: station.calls, 20.0)

    assert [call.data["alert"]["name_zh"] for call in station.calls][:1] == ["疑似人员倒地"]
