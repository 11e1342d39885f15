"""What PostgreSQL says when something is wrong means the same to us as with SQLite: away, or not to be stored."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import postgres
import pytest
from neighbourhood import Server, at_work, desk_thread, entry_of, make_alert, make_site, publish, settled, wait_for
from sqlalchemy import URL, insert, select, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import serving

from api.books import writing
from api.reconcile import reconcile, stored, verify_chain
from kanmen.probe_parts import look_at_database
from models import dialect, postgresql
from models.dialect import AWAY, open_engine, serialised
from models.errors import DatabaseError, KanmenError
from models.migrations import upgrade
from models.tables import grid
from models.tables_access import audit

pytestmark = pytest.mark.database("postgresql")

ROW = {"code": "G9", "name_zh": "九", "name_en": "nine", "beside": [], "listed": True}


@pytest.fixture
def own_postgres() -> Iterator[postgres.Postgres]:
    """A server that this test may kill."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed here (Debian: postgresql)")
    server = postgres.Postgres()
    yield server
    server.end()


def _says(state: str) -> str:
    return f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT pg_terminate_backend(pg_backend_pid())",
        "SELECT * FROM no_such_table",
        _says("40P01"),  # deadlock
        _says("40001"),  # serialisation
        _says("53100"),  # disk full
        _says("57014"),  # it took too long
        _says("57P02"),  # the server crashed
        _says("25006"),  # it only follows another one
        _says("XX001"),  # its files are damaged
    ],
)
async def test_what_is_not_the_fault_of_a_row_is_the_database_that_is_away(engine: AsyncEngine, statement: str) -> None:
    with pytest.raises(AWAY):
        async with engine.begin() as connection:
            await connection.execute(text(statement))
    async with engine.connect() as connection:
        again = (await connection.execute(text("SELECT 1"))).scalar_one()

    assert again == 1


async def test_who_waits_too_long_for_a_writer_or_a_connection_is_told_that_the_database_is_busy(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (dialect, postgresql):
        monkeypatch.setattr(module, "_BUSY_S", 1)
    hurried = open_engine(engine.url)

    async def write() -> None:
        async with writing(hurried) as books:
            books.note("op", "x", "y")

    async with serialised(engine).begin():
        said = await asyncio.gather(*(write() for _ in range(11)), return_exceptions=True)
    await hurried.dispose()

    assert sorted({type(error) for error in said}, key=str) == sorted(AWAY, key=str)


async def test_what_a_column_cannot_hold_is_told_from_what_contradicts_another_row(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(grid).values(ROW))
    errors = []
    for row in ({**ROW, "code": "G\0"}, {**ROW, "code": "G" * 65}, ROW):
        with pytest.raises((DataError, IntegrityError)) as caught:
            async with engine.begin() as connection:
                await connection.execute(insert(grid).values(row))
        errors.append(caught.value)

    assert [type(error) for error in errors] == [DataError, DataError, IntegrityError]
    assert "nine" not in "".join(f"{error!r}{error.__cause__}{error.__cause__.__cause__}" for error in errors)


async def test_who_is_stopped_while_it_writes_does_not_hold_the_others_up_for_long(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_IDLE_S", 1)
    stopped = open_engine(engine.url)

    async def write_and_be_stopped() -> None:
        async with writing(stopped) as books:
            books.note("op", "late", "x")
            await asyncio.sleep(2)

    late = asyncio.create_task(write_and_be_stopped())
    await asyncio.sleep(0.5)
    async with writing(engine) as books:
        books.note("op", "in time", "x")
    (error,) = await asyncio.gather(late, return_exceptions=True)
    async with engine.connect() as connection:
        written = (await connection.execute(select(audit.c.action))).scalars().all()
    await stopped.dispose()

    assert isinstance(error, AWAY)
    assert written == ["in time"]


def test_nobody_who_cannot_get_in_is_told_the_password(
    own_postgres: postgres.Postgres, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own_postgres.sql(f"CREATE ROLE guest LOGIN PASSWORD '{postgres.PASSWORD}'")
    name = own_postgres.make()
    tcp = {"username": "guest", "host": "127.0.0.1", "port": own_postgres.port, "database": name}
    right, wrong = (URL.create("postgresql+asyncpg", password=p, **tcp) for p in (postgres.PASSWORD, "wrong-word"))
    said = []
    for url in (wrong, right, wrong.set(port=1), wrong.set(database="none")):
        site = make_site(folder, database=url.render_as_string(hide_password=False))
        for look in (lambda s=site: look_at_database(s), lambda s=site: reconcile([], s.database_url)):
            with pytest.raises(KanmenError) as refused:
                look()
            said.append(str(refused.value))

    assert "password authentication failed" in said[0]
    assert "may make no tables" in said[2]
    assert "no database yet" in said[3]
    assert "111" in said[4]
    assert not [w for w in (postgres.PASSWORD, "wrong-word") if w in "".join(said) + caplog.text]


def test_many_who_open_a_new_database_at_once_all_find_it_made(database: str) -> None:
    gate = Barrier(4)

    async def made(_: int) -> bool:
        engine = open_engine(database)
        gate.wait(20)
        await upgrade(engine)
        async with engine.connect() as connection:
            found = await connection.run_sync(dialect.has_tables)
        await engine.dispose()
        return found

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: asyncio.run(made(n)), range(4)))

    assert found == [True] * 4


def test_a_database_that_cannot_hold_chinese_is_refused(own_postgres: postgres.Postgres, folder: Path) -> None:
    own_postgres.sql("CREATE DATABASE old TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    site = make_site(folder, database=own_postgres.url("old"))

    async def migrated() -> None:
        engine = open_engine(site.database_url)
        try:
            await upgrade(engine)
        finally:
            await engine.dispose()

    with pytest.raises(DatabaseError, match="LATIN1"):
        asyncio.run(migrated())
    with pytest.raises(DatabaseError, match="LATIN1"):
        look_at_database(site)


@pytest.mark.fault
async def test_a_server_that_is_killed_or_started_again_costs_nothing_but_time(
    own_postgres: postgres.Postgres, folder: Path, server: Server
) -> None:
    site = make_site(folder, database=own_postgres.url(own_postgres.make()))
    made = [make_alert() for _ in range(40)]
    entries = [entry_of(one, n) for n, one in enumerate(made, 1)]
    answers = []
    with desk_thread(site), server.client() as client:
        wait_for(lambda: at_work(site), "the desk is at work")
        async with serving(site) as wall, wall.client() as browser:
            browser.cookies.set("kanmen_session", "nobody's")
            for part, blow in enumerate((own_postgres.stop, own_postgres.kill)):
                publish(client, entries[part * 20 : part * 20 + 10])
                await asyncio.to_thread(blow)
                publish(client, entries[part * 20 + 10 : part * 20 + 20])
                answers.append((await browser.get("/api/v1/session")).status_code)
                await asyncio.to_thread(own_postgres.start)
                seen = (part + 1) * 20
                await asyncio.to_thread(wait_for, lambda n=seen: len(settled(server)) == n, "all are settled")
                answers.append((await browser.get("/api/v1/session")).status_code)

    assert answers == [503, 401, 503, 401]
    held, chain = [await asyncio.to_thread(look, site.database_url) for look in (stored, verify_chain)]
    assert {a.id for a in held.alerts} == {a.id for a in made}
    assert chain.whole
