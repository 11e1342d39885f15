"""The audit: an append-only chain in which each row carries the hash of the one before."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.clock import to_iso
from models.tables_access import audit, audit_head

GENESIS: Final = "0" * 64
"""What stands before the first row."""
_PAGE_ROWS: Final = 1000


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did.

    Attributes:
        actor: Name of the account, `desk`, or the origin of a journal.
        action: e.g. `alert.acked`.
        subject: Id of what it was done to.
        detail: What else must be known; JSON values.
    """

    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Whether the chain is whole.

    Attributes:
        rows: How many rows stand in it.
        head: Hash of the newest row: write it down elsewhere, and no later forger can bend what came before.
        broken: Id of the first row that does not follow from the one before; None where all do.
        reason: What is wrong with it, in words; empty where nothing is.
    """

    rows: int
    head: str
    broken: int | None
    reason: str

    @property
    def whole(self) -> bool:
        """Nothing was changed, removed or put in between."""
        return self.broken is None


async def append(connection: AsyncConnection, at: datetime, deeds: Sequence[Deed]) -> None:
    """Append deeds to the chain; the transaction must be serialised (models.dialect.serialised)."""
    if not deeds:
        return
    head = (await connection.execute(select(audit_head).where(audit_head.c.name == "audit"))).one_or_none()
    number, before = (head.audit_id, head.hash) if head else (0, GENESIS)
    rows = []
    for deed in deeds:
        number += 1
        detail = json.dumps(deed.detail, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        row = {
            "id": number,
            "at": at,
            "actor": deed.actor,
            "action": deed.action,
            "subject": deed.subject,
            "detail": detail,
            "prev_hash": before,
        }
        before = _hash(tuple(row.values()))
        rows.append({**row, "hash": before})
    await connection.execute(insert(audit), rows)
    values = {"audit_id": number, "hash": before}
    if head:
        await connection.execute(update(audit_head).where(audit_head.c.name == "audit").values(values))
    else:
        await connection.execute(insert(audit_head).values(name="audit", **values))


async def verify(connection: AsyncConnection) -> ChainReport:
    """Follow the chain from its first row to the head that was noted last."""
    number, before = 0, GENESIS
    while True:
        query = select(audit).where(audit.c.id > number).order_by(audit.c.id).limit(_PAGE_ROWS)
        page = (await connection.execute(query)).all()
        for row in page:
            fault = _fault(row, number, before)
            if fault:
                return ChainReport(number, before, number + 1, fault)
            number, before = row.id, row.hash
        if len(page) < _PAGE_ROWS:
            break
    head = (await connection.execute(select(audit_head).where(audit_head.c.name == "audit"))).one_or_none()
    noted = (head.audit_id, head.hash) if head else (0, GENESIS)
    if noted != (number, before):
        return ChainReport(number, before, number + 1, f"the chain ends at {number}, but row {noted[0]} was noted last")
    return ChainReport(number, before, None, "")


def _fault(row: Row[Any], number: int, before: str) -> str:
    if row.id != number + 1:
        return f"row {number + 1} is missing"
    if row.prev_hash != before:
        return f"row {row.id} does not follow from row {number}"
    if row.hash != _hash(tuple(row)[:-1]):
        return f"row {row.id} was changed"
    return ""


def _hash(columns: Sequence[Any]) -> str:
    """Of a row's columns in the order of the table, all but the hash itself."""
    parts = [to_iso(column) if isinstance(column, datetime) else column for column in columns]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
