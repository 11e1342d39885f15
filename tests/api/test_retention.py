"""Evidence goes when its days are over, and before only where the configuration says so; each removal is audited."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from neighbourhood import DATA, enter, make_alert, make_evidence, ready
from officer import click, does, latest, photographs, raised, signed
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.desk.retention import Retention, removable
from api.reading import alert_views
from config.evidence import Evidence
from config.site import Site
from models.clock import utc_now
from models.evidence import Day, FolderStore
from models.tables import feed, photo
from models.tables_access import audit

TODAY = date(2026, 11, 24)


def days(*ages: int, size: int = 1000) -> list[Day]:
    return [Day(TODAY - timedelta(days=age), 2, size) for age in ages]


def ages(limits: Evidence, *of: int) -> list[tuple[int, str]]:
    return [((TODAY - day.date).days, why) for day, why in removable(days(*of), limits, TODAY)]


def test_only_what_is_past_its_days_goes_however_full_it_is() -> None:
    assert ages(Evidence(quota_gib=1e-9), 45, 31, 30, 2, 0) == [(45, "retention"), (31, "retention")]


def test_the_oldest_goes_earlier_only_where_the_configuration_says_so_and_no_further_than_the_quota() -> None:
    limits = Evidence(quota_gib=2500 / 2**30, when_full="remove_oldest")

    assert ages(limits, 45, 20, 10, 5, 0) == [(45, "retention"), (20, "quota"), (10, "quota")]
    assert ages(Evidence(quota_gib=1e-9, when_full="remove_oldest"), 3, 0) == [(3, "quota")]


async def _anybody(_: AsyncConnection) -> None:
    """Whoever runs the test may write."""


@pytest.mark.parametrize("age", [29, 31])
async def test_a_removal_stands_in_the_audit_and_is_told_to_the_walls(
    site: Site, engine: AsyncEngine, age: int
) -> None:
    detected = (utc_now() - timedelta(days=age)).replace(tzinfo=UTC)
    alert = make_alert(began=detected, detected=detected)
    await enter(engine, alert, make_evidence(alert), ready(alert))
    store = FolderStore(site.evidence_path)
    store.put(ready(alert).key, DATA)
    await Retention(engine, _anybody, store, site.evidence).look()
    async with engine.connect() as connection:
        (view,) = await alert_views(connection, [str(alert.id)])
        rows = (await connection.execute(select(audit).where(audit.c.action == "evidence.removed"))).all()
    told = [json.loads(row.detail) for row in rows]

    if age < 30:
        assert (view.evidence["clip"].state, told, store.get(ready(alert).key)) == ("ready", [], DATA)
    else:
        assert (view.evidence["clip"].state, view.evidence["clip"].url) == ("removed", None)
        assert told == [{"why": "retention", "files": 1, "bytes": len(DATA)}]
        assert store.get(ready(alert).key) is None
        assert list(store.days()) == []


@pytest.mark.database("sqlite")
def test_the_day_of_a_key_is_the_day_that_is_removed(site: Site) -> None:
    store = FolderStore(site.evidence_path)
    late = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    alert = make_alert(detected=late)
    store.put(ready(alert).key, DATA)
    store.growing(f"{late:%Y/%m/%d}/other.mp4").write_bytes(DATA)

    assert list(store.days()) == [Day(date(2026, 11, 22), 2, 2 * len(DATA))]


async def test_an_officers_photo_goes_with_its_day_and_the_wall_says_so(site: Site, engine: AsyncEngine) -> None:
    store, officer = FolderStore(site.evidence_path), signed("li", "officer-1")
    alert = await raised(engine, site)
    row = await click(engine, site, alert, 1)
    for step in ("take", "arrive"):
        await does(engine, row, step, officer)  # type: ignore[arg-type]
        row = await latest(engine, alert)
    await photographs(engine, site, row, officer)
    newest = select(func.max(feed.c.id))
    async with engine.connect() as connection:
        key, before = (await connection.execute(select(photo.c.key, newest.scalar_subquery()))).one()
    limits = site.evidence.model_copy(update={"retention_days": -1})  # a day that has not come yet
    await Retention(engine, _anybody, store, limits).look()
    async with engine.connect() as connection:
        (view,) = await alert_views(connection, [str(alert.id)])
        told = list((await connection.execute(select(feed.c.subject_id).where(feed.c.id > before))).scalars())

    assert store.get(key) is None
    assert view.dispatch is not None
    assert [shown.url for shown in view.dispatch.photos] == [None]
    assert told == [str(alert.id)]
