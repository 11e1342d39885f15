"""The record as files: lines of JSON, or a table for spreadsheets; each row with its hash, so that others can check."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy.ext.asyncio import AsyncEngine

from api.audit import GENESIS, hash_of
from api.record import Part
from models.clock import to_iso
from models.errors import KanmenError
from models.tables_access import audit

Form = Literal["ndjson", "csv"]

COLUMNS: Final = tuple(column.name for column in audit.columns)
_PAGE_ROWS: Final = 1000
_ID_DIGITS: Final = 19
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")
"""A spreadsheet runs a cell that begins so; the last one is what we put before it."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an exported file proves.

    Attributes:
        rows: How many rows are as they were written, from its first.
        first, last: Ids of the first and the last of them; 0 where there is none.
        head: Hash of the last of them.
        gaps: How often a row does not follow the one before: what the export left out stands there.
        broken: What is wrong with the next row, or with the file's end; empty where nothing is.
    """

    rows: int
    first: int
    last: int
    head: str
    gaps: int
    broken: str


async def exported(engine: AsyncEngine, part: Part, timezone: str, until: int, form: Form) -> AsyncIterator[bytes]:
    """The rows of a part up to that id, oldest first."""
    if form == "csv":
        yield ("\ufeff" + _table([COLUMNS])).encode()  # without the mark, spreadsheets take UTF-8 for something else
    after, rows, head = 0, 0, GENESIS
    while True:
        query = part.query(timezone).where(audit.c.id > after, audit.c.id <= until)
        async with engine.connect() as connection:
            page = (await connection.execute(query.order_by(audit.c.id).limit(_PAGE_ROWS))).all()
        values = [(row.id, to_iso(row.at), *tuple(row)[2:]) for row in page]
        if values:
            yield (_table(values) if form == "csv" else _lines(values)).encode()
            after, head, rows = page[-1].id, page[-1].hash, rows + len(page)
        if len(page) < _PAGE_ROWS:
            break
    if form == "ndjson":
        end = {"part": part.words(), "rows": rows, "head": head}
        yield (json.dumps({"end": end}, ensure_ascii=False) + "\n").encode()


def check_export(path: Path) -> ExportReport:
    """Whether an exported file is as it was written; needs nothing but the file.

    Raises:
        KanmenError: it cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:  # a \r within a cell was written, and counts
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise KanmenError(f"{path} cannot be read: {error}") from error
    rows, first, number, before, gaps = 0, 0, 0, GENESIS, 0
    ended: dict[str, Any] | None = None
    is_table = text.startswith(COLUMNS[0])
    for line, found in enumerate(_rows_of_table(text) if is_table else _rows_of_lines(text), 1):
        if ended is not None or isinstance(found, str):
            broken = found if isinstance(found, str) else "something stands behind its end"
            return ExportReport(rows, first, number, before, gaps, f"line {line}: {broken}")
        if isinstance(found, dict):
            ended = found
            continue
        fault = _fault(found, number, before)
        if fault:
            return ExportReport(rows, first, number, before, gaps, f"line {line}: {fault}")
        gaps += found[0] != number + 1
        rows, first, number, before = rows + 1, first or found[0], found[0], found[-1]
    broken = "" if is_table else _end_fault(ended, rows, before)
    return ExportReport(rows, first, number, before, gaps, broken)


def _fault(row: Sequence[Any], number: int, before: str) -> str:
    if row[0] <= number:
        return f"row {row[0]} stands behind row {number}"
    if row[0] == number + 1 and row[-2] != before:
        return f"row {row[0]} does not follow from row {number}"
    return "" if hash_of(row[:-1]) == row[-1] else f"row {row[0]} was changed"


def _end_fault(ended: dict[str, Any] | None, rows: int, head: str) -> str:
    if ended is None:
        return "its end is missing"
    return "" if (ended.get("rows"), ended.get("head")) == (rows, head) else "rows are missing before its end"


def _lines(rows: Sequence[Sequence[Any]]) -> str:
    return "".join(json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)


def _table(rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([[_defused(cell) for cell in row] for row in rows])
    return text.getvalue()


def _defused(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _rows_of_table(text: str) -> Iterator[tuple[Any, ...] | str]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        next(reader)
        for cells in filter(None, reader):
            number, *values = [cell.removeprefix("'") for cell in cells]
            fits = len(cells) == len(COLUMNS) and number.isdecimal() and len(number) <= _ID_DIGITS
            yield _row(dict(zip(COLUMNS, (int(number), *values), strict=True)) if fits else None)
    except csv.Error as error:
        yield f"is no row of a table: {error}"


def _rows_of_lines(text: str) -> Iterator[tuple[Any, ...] | dict[str, Any] | str]:
    for line in text.split("\n"):
        if not line.strip("\r"):
            continue
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if isinstance(found, dict) and isinstance(found.get("end"), dict):
            yield found["end"]
        else:
            yield _row(found)


def _row(found: Any) -> tuple[Any, ...] | str:  # noqa: ANN401 (whatever a file holds)
    if not isinstance(found, dict) or found.keys() != set(COLUMNS) or not isinstance(found["id"], int):
        return "is no row of a record"
    return tuple(found[name] for name in COLUMNS)
