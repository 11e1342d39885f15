"""The audit can be added to, and nothing else; whoever bends it is found out."""

import pytest
from neighbourhood import NOON
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.audit import Deed, append, verify
from api.books import writing
from models.clock import utc_now
from models.dialect import serialised
from models.tables_access import audit


async def fill(engine: AsyncEngine, rows: int = 5) -> None:
    for number in range(rows):
        async with writing(engine) as books:
            books.note("op", "alert.acked", f"alert-{number}", word="聚集")


async def bend(engine: AsyncEngine, *statements) -> None:
    """As somebody would who owns the file."""
    async with engine.begin() as connection:
        await connection.exec_driver_sql("DROP TRIGGER audit_refuses_update")
        await connection.exec_driver_sql("DROP TRIGGER audit_refuses_delete")
        for statement in statements:
            await connection.execute(statement)


async def report(engine: AsyncEngine):
    async with engine.connect() as connection:
        return await verify(connection)


async def test_an_untouched_chain_is_whole(engine: AsyncEngine) -> None:
    empty = await report(engine)
    await fill(engine)

    assert empty.whole
    assert (await report(engine)).whole
    assert (await report(engine)).rows == 5


@pytest.mark.parametrize("statement", [update(audit).values(actor="x"), delete(audit)])
async def test_the_database_refuses_changes(engine: AsyncEngine, statement) -> None:
    await fill(engine)
    with pytest.raises(DBAPIError, match="append-only"):
        async with engine.begin() as connection:
            await connection.execute(statement)

    assert (await report(engine)).whole


@pytest.mark.parametrize(
    ("statement", "broken", "reason"),
    [
        (update(audit).where(audit.c.id == 3).values(actor="somebody else"), 3, "row 3 was changed"),
        (update(audit).where(audit.c.id == 2).values(at=NOON), 2, "row 2 was changed"),
        (delete(audit).where(audit.c.id == 2), 2, "row 2 is missing"),
        (delete(audit).where(audit.c.id == 5), 5, "the chain ends at 4"),
        (delete(audit), 1, "the chain ends at 0"),
    ],
)
async def test_a_changed_or_removed_row_is_named(engine: AsyncEngine, statement, broken: int, reason: str) -> None:
    await fill(engine)
    await bend(engine, statement)
    found = await report(engine)

    assert (found.whole, found.broken) == (False, broken)
    assert reason in found.reason


async def test_a_row_forged_with_a_good_hash_of_its_own_breaks_the_next(engine: AsyncEngine) -> None:
    await fill(engine)
    other = await fill_elsewhere(engine)
    await bend(engine, update(audit).where(audit.c.id == 3).values(**other))

    assert (await report(engine)).broken in {3, 4}


async def fill_elsewhere(engine: AsyncEngine) -> dict[str, str]:
    """What row 3 would look like had somebody else acted: computed by the same code, never committed."""
    async with serialised(engine).connect() as connection:
        await append(connection, utc_now(), [Deed("x", "y", "z", {})])
        row = (await connection.execute(audit.select().order_by(audit.c.id.desc()).limit(1))).one()
        await connection.rollback()
    return {"actor": row.actor, "hash": row.hash}


async def write_and_fail(engine: AsyncEngine) -> None:
    async with writing(engine) as books:
        books.note("op", "x", "y")
        await books.close()
        raise RuntimeError


async def test_a_transaction_that_fails_leaves_no_trace(engine: AsyncEngine) -> None:
    await fill(engine)
    with pytest.raises(RuntimeError):
        await write_and_fail(engine)

    assert (await report(engine)).rows == 5
