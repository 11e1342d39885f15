"""The audit can be added to, and nothing else; whoever bends it is found out."""

from collections.abc import Callable

import pytest
from forger import Head, Row, chained, hashed, read, rewrite
from neighbourhood import NOON
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.audit import GENESIS, ChainReport, verify
from api.books import writing
from models.tables_access import audit


async def fill(engine: AsyncEngine, rows: int = 5) -> None:
    for number in range(rows):
        async with writing(engine) as books:
            books.note("op", "alert.acked", f"alert-{number}", word="聚集")


async def report(engine: AsyncEngine, kept: str = "") -> ChainReport:
    async with engine.connect() as connection:
        return await verify(connection, kept)


async def test_an_untouched_chain_is_whole(engine: AsyncEngine) -> None:
    empty = await report(engine)
    await fill(engine)

    assert empty.whole
    assert (await report(engine)).whole
    assert (await report(engine)).rows == 5


@pytest.mark.parametrize("statement", [update(audit).values(actor="x"), delete(audit), text("TRUNCATE audit")])
async def test_the_database_refuses_changes(engine: AsyncEngine, statement) -> None:
    if engine.dialect.name == "sqlite" and str(statement).startswith("TRUNCATE"):
        statement = text("DELETE FROM audit WHERE true")  # it knows no other word for it
    await fill(engine)
    with pytest.raises(DBAPIError, match="append-only"):
        async with engine.begin() as connection:
            await connection.execute(statement)

    assert (await report(engine)).whole


def changed(column: str, value: object) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [{**row, column: value} if row["id"] == 3 else row for row in rows]


def inserted(rows: list[Row]) -> list[Row]:
    later = [{**row, "id": row["id"] + 1} for row in rows[2:]]
    return [*rows[:2], hashed({**rows[0], "id": 3}, rows[1]["hash"]), *later]


def another(rows: list[Row]) -> list[Row]:
    return chained([*rows[:2], {**rows[2], "actor": "x"}, *rows[3:]])


FORGERIES: dict[str, tuple[Callable[[list[Row]], list[Row]], Head, int, str]] = {
    "its id changed": (changed("id", 9), "kept", 3, "row 3 is missing"),
    "its time changed": (changed("at", NOON), "kept", 3, "row 3 was changed"),
    "its actor changed": (changed("actor", "x"), "kept", 3, "row 3 was changed"),
    "its action changed": (changed("action", "alert.dismissed"), "kept", 3, "row 3 was changed"),
    "its subject changed": (changed("subject", "alert-9"), "kept", 3, "row 3 was changed"),
    "its detail changed": (changed("detail", "{}"), "kept", 3, "row 3 was changed"),
    "its link changed": (changed("prev_hash", GENESIS), "kept", 3, "row 3 does not follow from row 2"),
    "its hash changed": (changed("hash", GENESIS), "kept", 3, "row 3 was changed"),
    "changed, with a good hash of its own": (
        lambda rows: [*rows[:2], hashed({**rows[2], "actor": "x"}, rows[1]["hash"]), *rows[3:]],
        "kept",
        4,
        "row 4 does not follow from row 3",
    ),
    "first removed": (lambda rows: rows[1:], "kept", 1, "row 1 is missing"),
    "middle removed": (lambda rows: rows[:2] + rows[3:], "kept", 3, "row 3 is missing"),
    "middle removed, others moved up": (
        lambda rows: [{**row, "id": number} for number, row in enumerate(rows[:2] + rows[3:], 1)],
        "kept",
        3,
        "row 3 does not follow from row 2",
    ),
    "last removed": (lambda rows: rows[:-1], "kept", 5, "the chain ends at 4, but row 5 was noted last"),
    "last removed, note too": (lambda rows: rows[:-1], "removed", 1, "the chain ends at 4, but row 0 was noted last"),
    "all removed": (lambda _: [], "kept", 1, "the chain ends at 0, but row 5 was noted last"),
    "two in each other's place": (
        lambda rows: [rows[0], {**rows[2], "id": 2}, {**rows[1], "id": 3}, *rows[3:]],
        "kept",
        2,
        "row 2 does not follow from row 1",
    ),
    "put in between": (inserted, "kept", 4, "row 4 does not follow from row 3"),
    "put behind the end": (
        lambda rows: [*rows, hashed({**rows[0], "id": 6}, rows[-1]["hash"])],
        "kept",
        6,
        "the chain ends at 6, but row 5 was noted last",
    ),
    "written anew from a row on": (another, "kept", 5, "row 5 is not the one that was noted last"),
}


async def test_the_first_broken_link_of_each_forgery_is_named(engine: AsyncEngine) -> None:
    await fill(engine)
    rows = await read(engine)
    found = {}
    for name, (forge, head, _, _) in FORGERIES.items():
        await rewrite(engine, forge(rows), head)
        told = await report(engine)
        found[name] = (told.whole, told.broken, told.reason)
        await rewrite(engine, rows, "moved")

    assert (await report(engine)).whole
    assert found == {name: (False, broken, reason) for name, (_, _, broken, reason) in FORGERIES.items()}


async def test_what_a_forger_made_whole_again_is_found_by_a_head_that_was_kept_elsewhere(engine: AsyncEngine) -> None:
    await fill(engine)
    rows, kept = await read(engine), (await report(engine)).head
    found = []
    for forged in (rows[:-1], another(rows), chained(rows[1:])):
        await rewrite(engine, forged, "moved")
        found.append(((await report(engine)).whole, (await report(engine, kept)).reason))

    assert found == [(True, "no row has the hash that was kept elsewhere")] * 3


async def test_a_head_that_was_kept_goes_on_standing_in_a_chain_that_grows(engine: AsyncEngine) -> None:
    await fill(engine)
    kept = (await report(engine)).head
    await fill(engine)

    assert (await report(engine, kept)).whole


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
