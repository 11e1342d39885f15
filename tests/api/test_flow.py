"""Counts are stored once in their highest revision, audited, told, and added up in windows of the site's clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from neighbourhood import Server, ask, desk_thread, entry_of, make_count, publish, settled, wait_for
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import serving, signed_in

from api.books import writing
from api.desk.admit import admit
from api.desk.intake import take_over
from api.desk.sweeper import _prune
from api.reconcile import reconcile
from config.rules import FlowRule
from config.site import Site
from models.alert import BlindSpan
from models.clock import from_micros, to_micros, utc_now
from models.dialect import open_engine
from models.flow import WINDOWS_MIN, FlowCount, summed, window_of
from models.journal import Draft, Journal
from models.tables import feed, flow

_SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def counting(site: Site) -> Site:
    """The site with the door of its first camera counted."""
    first, *others = site.cameras
    first = first.model_copy(update={"rules": (FlowRule(rule="FLOW", line="door"),)})
    return site.model_copy(update={"cameras": (first, *others)})


async def store(site: Site, *subjects: FlowCount | BlindSpan, origin: str) -> None:
    engine = open_engine(site.database_url)
    async with writing(engine) as books:
        entries = [entry_of(one, n, origin) for n, one in enumerate(subjects, 1)]
        await take_over(books, [admit({k.encode(): v.encode() for k, v in e.fields().items()}) for e in entries])
    await engine.dispose()


@asynccontextmanager
async def at_the_wall(site: Site, *subjects: FlowCount | BlindSpan) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(site) as wall, signed_in(wall, site) as client:
        await store(site, *subjects, origin="watch-flow")
        yield client


def test_a_count_is_delivered_once_in_its_highest_revision_and_audited(site: Site, server: Server) -> None:
    counts = [make_count(1), make_count(1, revision=2, into=5), make_count(2, out=0)]
    journal = Journal(site.journal_path)
    entries = journal.append([Draft.of_flow(count, to_micros(count.minute)) for count in counts], {})
    journal.close()
    with desk_thread(site), server.client() as client:
        publish(client, [entries[1], entries[0], entries[2], entries[1]])
        wait_for(lambda: settled(server, entries[0].origin) == {1, 2, 3}, "all are settled")

    stored = ask(site, select(flow.c.id, flow.c.revision, flow.c.into, flow.c.out).order_by(flow.c.id))
    assert [tuple(row) for row in stored] == [(str(counts[0].id), 2, 5, 1), (str(counts[2].id), 1, 2, 0)]
    assert {row.kind for row in ask(site, select(feed))} == {"flow"}
    assert reconcile([site.journal_path], site.database_url).clean

    ask(site, update(flow).where(flow.c.id == str(counts[0].id)).values(revision=1))
    ask(site, delete(flow).where(flow.c.id == str(counts[2].id)))
    missing = reconcile([site.journal_path], site.database_url).missing

    assert [(n.kind, n.seq) for n in missing] == [("flow", 2), ("flow", 3)]


@pytest.mark.parametrize(("minutes", "windows"), [(1, 60), (15, 48), (60, 24)])
async def test_the_board_has_every_window_up_to_now_and_todays_sums(
    counting: Site, engine: AsyncEngine, minutes: int, windows: int
) -> None:
    del engine
    now = utc_now()
    this = window_of(now, 1, _SHANGHAI)
    counts = [make_count(1, this), make_count(2, this, into=1, out=0), make_count(3, this - timedelta(days=3))]
    async with at_the_wall(counting, *counts) as client:
        board = (await client.get("/api/v1/flow", params={"minutes": minutes})).json()

    (line,) = board["lines"]
    assert (line["camera"], line["line"], board["minutes"], len(line["windows"])) == (
        "gate-1",
        "door",
        minutes,
        windows,
    )
    assert line["today"] == {"in": 3, "out": 1}
    assert sum(one["in"] for one in line["windows"]) == 3
    begun = [datetime.fromisoformat(one["began"]) for one in line["windows"]]
    assert {b - a for a, b in pairwise(begun)} == {timedelta(minutes=minutes)}
    assert begun[-1] <= datetime.fromisoformat(board["now"]) < begun[-1] + timedelta(minutes=minutes)


async def test_a_window_says_how_long_nobody_could_be_counted(counting: Site, engine: AsyncEngine) -> None:
    del engine
    ends = window_of(utc_now(), 1, _SHANGHAI)
    span = BlindSpan(make_count(9).id, 2, "gate-1", "stalled", ends - timedelta(seconds=90), ends)
    async with at_the_wall(counting, span) as client:
        board = (await client.get("/api/v1/flow", params={"minutes": 1})).json()

    blind = {one["began"]: one["blind_s"] for one in board["lines"][0]["windows"]}
    assert sorted(blind.values())[-2:] == [30.0, 60.0]


@pytest.mark.database("sqlite")
async def test_without_a_counted_line_the_board_is_empty_and_other_windows_are_refused(
    site: Site, engine: AsyncEngine
) -> None:
    del engine
    async with at_the_wall(site) as client:
        assert (await client.get("/api/v1/flow")).json()["lines"] == []
        assert (await client.get("/api/v1/flow", params={"minutes": 7})).status_code == 422
    async with serving(site) as wall, wall.client() as nobody:
        assert (await nobody.get("/api/v1/flow")).status_code == 401


async def test_counts_are_kept_for_a_year_and_a_month(site: Site, engine: AsyncEngine) -> None:
    old, young = (make_count(n, utc_now() - timedelta(days=days)) for n, days in ((1, 401), (2, 399)))
    await store(site, old, young, origin="watch-flow")
    async with writing(engine) as books:
        await _prune(books)

    assert [row.id for row in ask(site, select(flow.c.id))] == [str(young.id)]


_ZONES = st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"])


@given(st.integers(10**15, 2 * 10**15), _ZONES)
def test_a_window_begins_on_the_clock_of_the_site_and_holds_its_instant(micros: int, zone: str) -> None:
    at = from_micros(micros)
    for minutes in WINDOWS_MIN:
        began = window_of(at, minutes, ZoneInfo(zone))
        local = began.astimezone(ZoneInfo(zone))

        assert began <= at < began + timedelta(minutes=minutes)
        assert (local.minute % minutes, local.second, local.microsecond) == (0, 0, 0)
        assert window_of(began, minutes, ZoneInfo(zone)) == began


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 9), st.integers(0, 9)), max_size=30), _ZONES)
def test_longer_windows_are_sums_that_lose_nobody(minutes: list[tuple[int, int, int]], zone: str) -> None:
    first = window_of(from_micros(1_700_000_000_000_000), 1, ZoneInfo(zone))
    counts = [
        make_count(n, first + timedelta(minutes=at), into=into, out=out) for n, (at, into, out) in enumerate(minutes)
    ]
    for length in WINDOWS_MIN:
        sums = summed(counts, length, ZoneInfo(zone)).values()

        assert sum(into for into, _ in sums) == sum(c.into for c in counts)
        assert sum(out for _, out in sums) == sum(c.out for c in counts)
