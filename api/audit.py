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
class Who:
    """A person who acts.

    Attributes:
        name: Of the account.
        unit: Whom the person works for; empty where nobody said.
        address: Where the connection comes from.
    """

    name: str
    unit: str
    address: str


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
    number, before = await _head(connection)
    fresh = number == 0
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
        before = hash_of(tuple(row.values()))
        rows.append({**row, "hash": before})
    await connection.execute(insert(audit), rows)
    values = {"audit_id": number, "hash": before}
    if not fresh:
        await connection.execute(update(audit_head).where(audit_head.c.name == "audit").values(values))
    else:
        await connection.execute(insert(audit_head).values(name="audit", **values))


async def verify(connection: AsyncConnection, kept: str = "") -> ChainReport:
    """Follow the chain from its first row to its last; it may grow meanwhile.

    Args:
        connection: To its database.
        kept: A head's hash that was written down elsewhere; it must still stand in the chain.
    """
    noted, noted_hash = await _head(connection)
    number, before, passed = 0, GENESIS, GENESIS
    missed = bool(kept)
    while True:
        query = select(audit).where(audit.c.id > number).order_by(audit.c.id).limit(_PAGE_ROWS)
        page = (await connection.execute(query)).all()
        for row in page:
            fault = _fault(row, number, before)
            if fault:
                return ChainReport(number, before, number + 1, fault)
            number, before = row.id, row.hash
            passed = before if number == noted else passed
            missed = missed and before != kept
        if len(page) < _PAGE_ROWS:
            break
    # What was appended while we read stands behind the note of before, and is noted by now.
    now_noted, now_hash = await _head(connection)
    if number < noted or now_noted < number:
        end = min(number, now_noted)
        return ChainReport(number, before, end + 1, f"the chain ends at {number}, but row {now_noted} was noted last")
    if passed != noted_hash or (now_noted == number and now_hash != before):
        return ChainReport(number, before, noted, f"row {noted} is not the one that was noted last")
    if missed:
        return ChainReport(number, before, number + 1, "no row has the hash that was kept elsewhere")
    return ChainReport(number, before, None, "")


async def _head(connection: AsyncConnection) -> tuple[int, str]:
    head = (await connection.execute(select(audit_head).where(audit_head.c.name == "audit"))).one_or_none()
    return (head.audit_id, head.hash) if head else (0, GENESIS)


def _fault(row: Row[Any], number: int, before: str) -> str:
    if row.id != number + 1:
        return f"row {number + 1} is missing"
    if row.prev_hash != before:
        return f"row {row.id} does not follow from row {number}"
    if row.hash != hash_of(tuple(row)[:-1]):
        return f"row {row.id} was changed"
    return ""


def hash_of(columns: Sequence[Any]) -> str:
    """The hash of a row: of its columns in the order of the table, all but the hash itself."""
    parts = [to_iso(column) if isinstance(column, datetime) else column for column in columns]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
