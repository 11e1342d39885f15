"""A database with data is brought up to date: what was in it is in it still, and it is then as a new one would be."""

import json
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from neighbourhood import NOON
from sqlalchemy import JSON, BigInteger, Boolean, Column, Connection, Integer, MetaData, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.audit import Deed, append, verify
from config.site import Site
from models.columns import metadata
from models.dialect import open_engine, serialised
from models.migrations import configuration, upgrade
from models.tables import HEAD, feed
from models.tables_access import account
from models.tables_police import push

MANY = 1003
"""Rows of the feed: a migration may go through them in pages."""
_CHAINED = {"audit", "audit_head", "alembic_version"}

Rows = dict[str, list[Any]]


def to(revision: str):
    def run(connection: Connection) -> None:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    return run


def value(column: Column[Any], number: int) -> object:
    """Something that fits, another one in each row; what points to another table points to the row of that number."""
    for key in column.foreign_keys:
        return value(key.column, number)
    if isinstance(column.type, Boolean):
        return number % 2 == 0
    if isinstance(column.type, JSON):
        return {"zh": "大门", "number": number}
    if isinstance(column.type, BigInteger):
        return 1_700_000_000_000_000 + number
    if isinstance(column.type, Integer):
        return number
    text = json.dumps({"camera": f"gate-{number}"}) if column.name == "body" else f"{number}大门{column.name}"
    return text[: getattr(column.type, "length", None)]


def filled(connection: Connection) -> list[Table]:
    """Rows in every table of the database as it is; returns its tables."""
    found = MetaData()
    found.reflect(connection)
    tables = [table for table in found.sorted_tables if table.name not in _CHAINED]
    for table in tables:
        rows = range(1, (MANY if table.name == "feed" else 3) + 1)
        connection.execute(insert(table), [{c.name: value(c, number) for c in table.columns} for number in rows])
    return list(found.sorted_tables)


async def kept(connection: AsyncConnection, tables: list[Table]) -> Rows:
    """Everything that stands in these columns."""
    return {
        table.name: sorted(map(repr, (await connection.execute(select(table))).all()))
        for table in tables
        if table.name != "alembic_version"
    }


REVISIONS = [script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_database_of_any_version_keeps_what_it_holds_on_its_way_to_this_one(site: Site, revision: str) -> None:
    engine = open_engine(site.database_url)
    async with serialised(engine).begin() as connection:
        await connection.run_sync(to(revision))
        await append(connection, NOON, [Deed("op", "alert.acked", f"alert-{n}", {"word": "聚集"}) for n in range(5)])
        tables = await connection.run_sync(filled)
        before = await kept(connection, tables)
    await upgrade(engine)
    async with engine.connect() as connection:
        after = await kept(connection, tables)
        chain = await verify(connection)
        cameras = (await connection.execute(select(feed.c.camera).order_by(feed.c.id))).scalars().all()
        differences = await connection.run_sync(
            lambda c: compare_metadata(MigrationContext.configure(c, opts={"compare_type": True}), metadata)
        )
    await engine.dispose()

    assert all(before.values())
    assert after == before
    assert (chain.whole, chain.rows) == (True, 5)
    assert differences == []
    if revision == "0001":
        assert cameras == [f"gate-{n}" for n in range(1, MANY + 1)]
    if revision == HEAD:
        assert before.keys() == metadata.tables.keys() >= {account.name, push.name}
