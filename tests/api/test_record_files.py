"""An exported file is judged by what was written and by nothing else: odd characters are kept, odd lines are told."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import writing
from api.record import Part
from api.record_export import Form, check_export, exported
from config.site import Site

pytestmark = pytest.mark.database("sqlite")

NAMES = ("two\rlines", "two\r\nlines", "two\nlines", "\rline", "line\r", "a\u2028b\x0bc\x85d")
FORMS: tuple[Form, ...] = ("ndjson", "csv")


async def export(site: Site, engine: AsyncEngine, form: Form) -> bytes:
    """The record of logins with names of which nobody thought, as a file."""
    for name in NAMES:
        async with writing(engine) as books:
            books.note("somebody", "login.failed", "login", name=name)
            books.note(name, "login.failed", name)
    return b"".join([piece async for piece in exported(engine, Part(), site.timezone, 2 * len(NAMES), form)])


@pytest.mark.parametrize("form", FORMS)
async def test_whatever_characters_a_row_holds_its_export_is_as_it_was_written(
    site: Site, engine: AsyncEngine, tmp_path: Path, form: Form
) -> None:
    (tmp_path / "file").write_bytes(await export(site, engine, form))

    report = check_export(tmp_path / "file")

    assert (report.rows, report.broken) == (2 * len(NAMES), "")


@pytest.mark.parametrize("form", FORMS)
async def test_empty_lines_between_rows_are_passed_over(
    site: Site, engine: AsyncEngine, tmp_path: Path, form: Form
) -> None:
    data = await export(site, engine, form)
    end = b"\n" if form == "ndjson" else b"\r\n"
    first = data.index(end) + len(end)
    (tmp_path / "file").write_bytes(data[:first] + end + data[first:] + end + end)

    report = check_export(tmp_path / "file")

    assert (report.rows, report.broken) == (2 * len(NAMES), "")


@pytest.mark.parametrize(
    "piece",
    [b'1,"a"b,c\r\n', b'1,"never closed\r\n', b"9" * 5000 + b",a,b\r\n", b"x" * 200_000],
    ids=["a mark", "no end", "no number", "no end of it"],
)
async def test_a_line_that_is_none_of_a_table_is_told_with_its_number(
    site: Site, engine: AsyncEngine, tmp_path: Path, piece: bytes
) -> None:
    table = await export(site, engine, "csv")
    (tmp_path / "file").write_bytes(table + piece)

    report = check_export(tmp_path / "file")

    assert report.rows == 2 * len(NAMES)
    assert report.broken.startswith(f"line {2 * len(NAMES) + 1}: ")


async def test_a_table_with_a_cell_too_many_was_changed(site: Site, engine: AsyncEngine, tmp_path: Path) -> None:
    table = await export(site, engine, "csv")
    (tmp_path / "file").write_bytes(table.removesuffix(b"\r\n") + b",one more\r\n")

    report = check_export(tmp_path / "file")

    assert (report.rows, report.broken != "") == (2 * len(NAMES) - 1, True)
