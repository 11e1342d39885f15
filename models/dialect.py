"""What SQLite and PostgreSQL do differently; nothing else in Kanmen knows which of them it talks to."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from models.errors import DatabaseError
from models.wal import write_ahead

AWAY: Final = (OperationalError, PoolTimeoutError)
"""What is raised while the database is away, busy, full or not in order: the same words may succeed later."""

_DRIVERS: Final = ("sqlite+aiosqlite", "postgresql+asyncpg")
_WORDS: Final = {"host", "port", "ssl"}
"""What may stand behind the ? of an address."""
_SERIALISED: Final = "kanmen_serialised"
_LOCK: Final = 0x6B616E6D
"""Number of the advisory lock: "kanm"."""
_BUSY_S: Final = 5
"""How long a writer waits for another before it gives up; transactions take milliseconds."""
_CONNECTIONS: Final = 5
"""Of each process; as many again while it is busy."""


def mistake_in(url: str) -> str | None:
    """Why this cannot be a database of ours; None where it can. Never repeats it: there may be a password in it."""
    example = "write postgresql+asyncpg://user:password@host/name or sqlite+aiosqlite:////path, or leave it out"
    try:
        parts = make_url(url)
        if parts.drivername not in _DRIVERS:
            return example
        parts.get_dialect()().create_connect_args(parts)
    except (ArgumentError, ValueError):
        return f"is no address of a database; {example}; in a password write @ : / % as %40 %3A %2F %25"
    if parts.database in (None, "", ":memory:"):
        return "names no database; write it behind the last /"
    if set(parts.query) - _WORDS:
        return f"behind the ? only {', '.join(sorted(_WORDS))} may stand"
    return None


def open_engine(url: str | URL, *, patient: bool = False) -> AsyncEngine:
    """An engine on the database; connects when it is first used.

    Args:
        url: See `mistake_in`.
        patient: For what may take minutes, as migrations and audits do; PostgreSQL cuts others off after seconds.
    """
    if make_url(url).get_backend_name() == "sqlite":
        engine = _engine(url)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    else:
        from models import postgresql  # noqa: PLC0415 (SQLite needs no driver of it)

        engine = _engine(url, **postgresql.engine_words(patient=patient))
        postgresql.listen(engine.sync_engine)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def serialised(engine: AsyncEngine) -> AsyncEngine:
    """The same engine, of whose transactions only one runs at a time, over all processes.

    So whatever they number is numbered in the order in which it is committed.
    """
    return engine.execution_options(**{_SERIALISED: True})


def unmoved(engine: AsyncEngine) -> AsyncEngine:
    """The same engine, of whose transactions each sees one state of the database, whatever is committed meanwhile."""
    if engine.dialect.name == "sqlite":
        return engine  # it always does so
    return engine.execution_options(isolation_level="REPEATABLE READ")


def why(error: Exception) -> str:
    """The driver's own words, in one line: what was to be done stands in none of them."""
    return str(getattr(error, "orig", None) or error).partition("\n")[0]


def absent(url: str) -> bool:
    """Whether the database is a file that nobody has made yet (asking it would make an empty one)."""
    parts = make_url(url)
    return parts.get_backend_name() == "sqlite" and bool(parts.database) and not Path(str(parts.database)).exists()


def has_tables(connection: Connection) -> bool:
    """Whether a desk has been here."""
    return connection.dialect.has_table(connection, "alembic_version")


def kind_of(connection: Connection) -> str:
    """Name and version of the database."""
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.dialect.name]
    return f"{name} {'.'.join(map(str, connection.dialect.server_version_info or ()))}"


async def refuse_unfit(connection: AsyncConnection) -> None:
    """Go on only where the database can hold what we write.

    Raises:
        DatabaseError: PostgreSQL's was made for another encoding than UTF-8, or lets us make no tables.
    """
    if connection.dialect.name == "sqlite":
        return
    encoding = (await connection.exec_driver_sql("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise DatabaseError(f"the database keeps {encoding}, in which no Chinese fits; make it with ENCODING 'UTF8'")
    may = "SELECT has_schema_privilege(current_schema(), 'CREATE')"
    if not (await connection.exec_driver_sql(may)).scalar_one():
        raise DatabaseError("the role may make no tables in the database; make it the database's owner")


async def make_durable(engine: AsyncEngine) -> None:
    """Set what a database keeps for good: SQLite's write-ahead log, which readers and a writer share.

    Raises:
        DatabaseError: see `refuse_unfit`.
    """
    if engine.dialect.name == "sqlite":
        await asyncio.to_thread(_write_ahead, str(engine.url.database))
        return
    async with engine.connect() as connection:
        await refuse_unfit(connection)


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


def _engine(url: str | URL, **words: Any) -> AsyncEngine:  # noqa: ANN401 (what SQLAlchemy takes)
    return create_async_engine(
        url,
        hide_parameters=True,  # errors are logged, parameters may be secret
        pool_size=_CONNECTIONS,
        max_overflow=_CONNECTIONS,
        pool_timeout=_BUSY_S,
        **words,
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
