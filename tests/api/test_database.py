"""The database: what the migrations make is what the tables say, and what SQLite promises is asked for."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from neighbourhood import NOON, make_site
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import writing
from api.days import blind_seconds, bounds
from api.roster import synchronise
from api.views_time import BlindView
from config.site import Site
from models.columns import metadata
from models.dialect import open_engine
from models.migrations import configuration, upgrade
from models.tables import HEAD, person
from models.tables_access import account
from models.tables_police import push


async def test_the_migrations_make_exactly_the_tables(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda c: compare_metadata(MigrationContext.configure(c, opts={"compare_type": True}), metadata)
        )

    assert differences == []
    assert {person.name, account.name, push.name} <= set(metadata.tables)
    assert ScriptDirectory.from_config(configuration()).get_current_head() == HEAD


@pytest.mark.database("sqlite")
async def test_sqlite_keeps_what_it_commits_and_a_second_upgrade_changes_nothing(engine: AsyncEngine) -> None:
    await upgrade(engine)
    async with engine.connect() as connection:
        pragmas = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_many_who_open_a_new_database_at_once_all_find_it_made(tmp_path: Path) -> None:
    """As desk, wall and an account's command do; each has connections of its own."""
    rounds, crowd = 8, 4
    gate = Barrier(crowd)

    async def made(path: Path) -> str:
        engine = open_engine(f"sqlite+aiosqlite:///{path}")
        gate.wait(20)
        await upgrade(engine)
        async with engine.connect() as connection:
            mode = (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar_one()
        await engine.dispose()
        return str(mode)

    with ThreadPoolExecutor(crowd) as pool:
        modes = [
            list(pool.map(lambda path: asyncio.run(made(path)), [tmp_path / f"{n}.db"] * crowd)) for n in range(rounds)
        ]

    assert modes == [["wal"] * crowd] * rounds


async def test_who_leaves_the_roster_stays_for_the_records(site: Site, engine: AsyncEngine) -> None:
    smaller = site.model_copy(update={"people": site.people[:1]})
    for roster in (site, smaller, smaller):
        async with writing(engine) as books:
            await synchronise(books, roster)
    async with engine.connect() as connection:
        rows = (await connection.execute(select(person).order_by(person.c.id))).all()

    assert [(r.id, r.listed, r.on_duty) for r in rows] == [
        ("officer-1", True, True),
        ("officer-2", False, False),
        ("officer-3", False, False),
    ]


def test_overlapping_blind_spans_count_once_and_open_ones_until_now(tmp_path: Path) -> None:
    def span(camera: str, began: int, ended: int | None) -> BlindView:
        return BlindView(
            id=f"{camera}{began}",
            revision=1,
            camera=camera,
            reason="stalled",
            began=NOON + timedelta(seconds=began),
            ended=None if ended is None else NOON + timedelta(seconds=ended),
        )

    spans = [span("a", -50, 10), span("a", 5, 20), span("a", 8, 9), span("b", 30, None), span("c", -9, 0)]
    seconds = blind_seconds(spans, NOON, NOON + timedelta(seconds=40))

    assert seconds == {"a": 20.0, "b": 10.0}
    assert make_site(tmp_path).timezone == "Asia/Shanghai"


def test_a_local_day_begins_at_local_midnight() -> None:
    first, last = bounds(NOON.date(), "Asia/Shanghai")

    assert first == NOON.replace(hour=16) - timedelta(days=1)
    assert last - first == timedelta(days=1)
