"""What SQLite and PostgreSQL do differently; nothing else in Kanmen knows which of them it talks to."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from models.wal import write_ahead

_SERIALISED: Final = "kanmen_serialised"
_LOCK: Final = 0x6B616E6D
"""Number of the advisory lock: "kanm"."""
_BUSY_S: Final = 5
"""How long a writer waits for another before it gives up; transactions take milliseconds."""


def open_engine(url: str) -> AsyncEngine:
    """An engine on the database; connects when it is first used."""
    engine = create_async_engine(url, hide_parameters=True)  # errors are logged, parameters may be secret
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def serialised(engine: AsyncEngine) -> AsyncEngine:
    """The same engine, of whose transactions only one runs at a time, over all processes.

    So whatever they number is numbered in the order in which it is committed.
    """
    return engine.execution_options(**{_SERIALISED: True})


def absent(url: str) -> bool:
    """Whether the database is a file that nobody has made yet (asking it would make an empty one)."""
    parts = make_url(url)
    return parts.get_backend_name() == "sqlite" and bool(parts.database) and not Path(str(parts.database)).exists()


async def make_durable(engine: AsyncEngine) -> None:
    """Set what a database keeps for good: SQLite's write-ahead log, which readers and a writer share."""
    path = engine.url.database
    if engine.dialect.name == "sqlite" and path:
        await asyncio.to_thread(_write_ahead, path)


def protect(connection: Connection, table: str) -> None:
    """Make the database itself refuse to change or remove rows of the table."""
    if connection.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            connection.execute(
                text(
                    f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
            )
        return
    connection.execute(
        text(
            f"CREATE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
    )
    connection.execute(
        text(
            f"CREATE TRIGGER {table}_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"EXECUTE FUNCTION {table}_refuses()"
        )
    )


def _write_ahead(path: str) -> None:
    with closing(sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)) as db:
        write_ahead(db, _BUSY_S)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's own type)
    connection.isolation_level = None  # transactions begin where `_begin` says, not where the driver guesses
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={_BUSY_S * 1000}", "foreign_keys=ON", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    alone = connection.get_execution_options().get(_SERIALISED, False)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if alone else "BEGIN")
    elif alone:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
