"""Somebody who owns the database and bends the audit, or writes it anew."""

from typing import Any, Literal

from sqlalchemy import Executable, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.audit import GENESIS, hash_of
from models.tables_access import audit, audit_head

Row = dict[str, Any]
Head = Literal["kept", "moved", "removed"]

UNGUARDED = {
    "sqlite": ("DROP TRIGGER IF EXISTS audit_refuses_update", "DROP TRIGGER IF EXISTS audit_refuses_delete"),
    "postgresql": ("DROP TRIGGER IF EXISTS audit_refuses ON audit",),
}


async def bend(engine: AsyncEngine, *statements: Executable) -> None:
    """Take the guards away and change what they guarded."""
    async with engine.begin() as connection:
        for unguard in UNGUARDED[engine.dialect.name]:
            await connection.exec_driver_sql(unguard)
        for statement in statements:
            await connection.execute(statement)


def hashed(row: Row, before: str) -> Row:
    """The row with good hashes of its own, behind the row of that hash."""
    follows = {**row, "prev_hash": before}
    return {**follows, "hash": hash_of([follows[column.name] for column in audit.columns][:-1])}


def chained(rows: list[Row]) -> list[Row]:
    """The rows as a chain of their own."""
    before, chain = GENESIS, []
    for number, row in enumerate(rows, 1):
        chain.append(hashed({**row, "id": number}, before))
        before = chain[-1]["hash"]
    return chain


async def read(engine: AsyncEngine) -> list[Row]:
    """All rows, as they stand."""
    async with engine.connect() as connection:
        return [dict(row) for row in (await connection.execute(select(audit).order_by(audit.c.id))).mappings()]


async def rewrite(engine: AsyncEngine, forged: list[Row], head: Head = "kept") -> None:
    """Replace all rows, and do to the note of the newest as told."""
    statements: list[Executable] = [delete(audit)]
    if forged:
        statements.append(insert(audit).values(forged))
    if head != "kept":
        statements.append(delete(audit_head))
    if head == "moved":
        newest = {"audit_id": forged[-1]["id"], "hash": forged[-1]["hash"]}
        statements.append(insert(audit_head).values(name="audit", **newest))
    await bend(engine, *statements)
