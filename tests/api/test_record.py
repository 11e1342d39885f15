"""The record is read and exported by those who may, and that they did stands in it; nobody changes it."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from forger import bend
from neighbourhood import enter, make_alert
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner
from wall_client import serving, signed_in

from api.audit import verify
from api.books import writing
from api.record import Part
from api.record_export import COLUMNS, check_export, exported
from api.roster import synchronise
from config.site import Site
from kanmen.commands import app
from models.clock import utc_now
from models.tables_access import audit

RECORD = "/api/v1/record"
FORMULA = "=HYPERLINK(1)"


async def fill(engine: AsyncEngine, rows: int = 3) -> None:
    for number in range(rows):
        async with writing(engine) as books:
            books.note("op", "alert.acked", f"subject-{number}", word="聚集")


async def read(client: httpx.AsyncClient, **part: Any) -> list[dict[str, Any]]:
    answer = await client.get(RECORD, params=part)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def test_it_is_read_newest_first_page_by_page_and_reading_is_entered_once(
    site: Site, engine: AsyncEngine
) -> None:
    await fill(engine, 150)
    async with serving(site) as wall, signed_in(wall, site, "auditor", "auditor") as client:
        first = (await client.get(RECORD)).json()
        second = (await client.get(RECORD, params={"before": first["rows"][-1]["id"]})).json()
        looks = await read(client, action="record.read")
        await read(client, action="record.read")
        others = await read(client, action="record.read", actor="auditor")

    ids = [row["id"] for row in first["rows"] + second["rows"]]
    assert ids == list(range(ids[0], 0, -1))
    assert (first["more"], second["more"]) == (True, False)
    assert [row["detail"]["part"] for row in looks] == [{"action": "record.read"}, {}]
    assert [row["detail"]["part"].get("actor") for row in others] == ["auditor", None, None]
    assert others[0]["detail"]["from"] == "127.0.0.1"


async def test_it_is_filtered_by_day_account_deed_and_subject(site: Site, engine: AsyncEngine) -> None:
    await fill(engine)
    today = utc_now().astimezone(site.zone).date()
    async with serving(site) as wall, signed_in(wall, site, "auditor", "auditor") as client:
        of_op = await read(client, actor="op")
        acked = await read(client, action="alert.acked", about="subject-1")
        now = await read(client, first=str(today - timedelta(days=1)), last=str(today + timedelta(days=1)), actor="op")
        later = await read(client, first=str(today + timedelta(days=2)))
        strange = await client.get(RECORD, params={"first": "9999-12-31"})
        wild = await read(client, about="%")

    assert [row["subject"] for row in of_op] == ["subject-2", "subject-1", "subject-0"]
    assert [row["subject"] for row in acked] == ["subject-1"]
    assert len(now) == 3
    assert (later, wild) == ([], [])
    assert strange.status_code == 422


async def test_an_incident_s_number_finds_what_was_done_about_its_alert(site: Site, engine: AsyncEngine) -> None:
    alert, other = make_alert(), make_alert(camera="gate-2")
    await enter(engine, alert, other)
    async with writing(engine) as books:
        await synchronise(books, site)
    async with serving(site) as wall, signed_in(wall, site, "chief", "admin") as client:
        sent = await client.post(f"/api/v1/alerts/{alert.id}/dispatch", json={"version": 1})
        found = await read(client, about=sent.json()["incident"]["no"])

    assert {row["subject"] for row in found} == {str(alert.id)}
    assert "dispatch.pending" in {row["action"] for row in found}


@pytest.mark.parametrize("form", ["ndjson", "csv"])
async def test_an_export_proves_itself_and_every_change_of_it_is_found(
    site: Site, engine: AsyncEngine, form: str, tmp_path: Path
) -> None:
    await fill(engine)
    async with writing(engine) as books:
        books.note(FORMULA, "alert.acked", "'=1", words='two\nlines, and a " mark')
    async with serving(site) as wall, signed_in(wall, site, "auditor", "auditor") as client:
        answer = await client.get(f"{RECORD}/export", params={"form": form})
        filtered = await client.get(f"{RECORD}/export", params={"form": form, "actor": "op"})
    async with engine.connect() as connection:
        chain = await verify(connection)

    def checked(data: bytes) -> tuple[int, int, bool]:
        (tmp_path / "file").write_bytes(data)
        report = check_export(tmp_path / "file")
        return report.rows, report.gaps, not report.broken

    data = answer.content
    lines = data.split(b"\n")
    assert checked(data) == (chain.rows - 1, 0, True)  # the second export's row stands behind the first
    assert checked(filtered.content) == (3, 0, True)
    assert "attachment" in answer.headers["content-disposition"]
    assert not checked(data.replace(b"subject-1", b"subject-9"))[2]
    assert checked(b"\n".join(lines[:2] + lines[3:]))[1:] != (0, True)
    assert not checked(b"\n".join([*lines[:2], lines[3], lines[2], *lines[4:]]))[2]
    assert not checked(b"\n".join([*lines[:2], lines[1], *lines[2:]]))[2]
    if form == "ndjson":
        assert not checked(b"\n".join(lines[:-2]))[2]
        assert not checked(b"\n".join(lines[:-3] + lines[-2:]))[2]


@pytest.mark.database("sqlite")
async def test_the_command_line_checks_an_export(site: Site, engine: AsyncEngine, tmp_path: Path) -> None:
    await fill(engine)
    async with engine.connect() as connection:
        head = (await verify(connection)).head
    lines = [line async for line in exported(engine, Part(), site.timezone, 3, "ndjson")]
    (tmp_path / "good").write_bytes(b"".join(lines))
    (tmp_path / "bent").write_bytes(b"".join(lines).replace(b"subject-1", b"subject-9"))
    good, bent = [CliRunner().invoke(app, ["audit", "--export", str(tmp_path / name)]) for name in ("good", "bent")]

    assert (good.exit_code, "3 rows, 1 to 3" in good.stdout, head in good.stdout) == (0, True, True)
    assert (bent.exit_code, "BROKEN: line 2: row 2 was changed" in bent.stdout) == (1, True)


@pytest.mark.database("sqlite")
async def test_a_spreadsheet_runs_nothing_of_an_export(site: Site, engine: AsyncEngine) -> None:
    for name in ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "'=1"):
        async with writing(engine) as books:
            books.note(name, "login.failed", "x")
    async with serving(site) as wall, signed_in(wall, site, "auditor", "auditor") as client:
        answer = await client.get(f"{RECORD}/export", params={"form": "csv", "action": "login.failed"})

    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert tuple(table[0]) == COLUMNS
    assert [row[2] for row in table[1:]] == ["'=1+1", "'+1", "'-1", "'@SUM(1)", "'\t=1", "''=1"]


@pytest.mark.database("sqlite")
async def test_an_export_stands_in_the_record_before_it_goes_out(site: Site, engine: AsyncEngine) -> None:
    del engine
    async with serving(site) as wall, signed_in(wall, site, "auditor", "auditor") as client:
        answer = await client.get(f"{RECORD}/export", params={"actor": "auditor"})

    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert rows[-2]["action"] == "record.exported"
    assert json.loads(rows[-2]["detail"])["part"] == {"actor": "auditor"}
    assert rows[-1]["end"]["head"] == rows[-2]["hash"]


@pytest.mark.database("sqlite")
async def test_whether_the_chain_is_whole_is_told_with_its_time(site: Site, engine: AsyncEngine) -> None:
    await fill(engine)
    async with serving(site) as wall, signed_in(wall, site, "auditor", "auditor") as client:

        async def found(answer: httpx.Response) -> dict[str, Any]:
            while answer.json()["checking"]:
                answer = await client.get(f"{RECORD}/chain")
            told: dict[str, Any] = answer.json()
            return told

        first = await found(await client.get(f"{RECORD}/chain"))
        await bend(engine, update(audit).where(audit.c.id == 2).values(actor="x"))
        unasked = await found(await client.get(f"{RECORD}/chain"))
        anew = await found(await client.post(f"{RECORD}/chain/check"))

    assert (first["whole"], first["rows"] > 3, len(first["head"])) == (True, True, 64)
    assert (unasked["at"], unasked["whole"]) == (first["at"], True)
    assert (anew["whole"], "row 2 was changed" in anew["reason"]) == (False, True)


async def test_nothing_that_the_wall_offers_changes_a_row(site: Site, engine: AsyncEngine) -> None:
    await fill(engine)

    async def stored() -> list[tuple[Any, ...]]:
        async with engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(select(audit).order_by(audit.c.id).limit(3))]

    before = await stored()
    async with serving(site) as wall, signed_in(wall, site, "chief", "admin") as client:
        paths = (await client.get("/api/openapi.json")).json()["paths"]
        answers = [
            (await client.request(method, f"{RECORD}{more}", json={"id": 1})).status_code
            for method in ("PUT", "PATCH", "DELETE", "POST")
            for more in ("", "/1", "/export", "/chain")
        ]

    offered = {(path, method) for path, methods in paths.items() if path.startswith(RECORD) for method in methods}
    assert offered == {
        (RECORD, "get"),
        (f"{RECORD}/export", "get"),
        (f"{RECORD}/chain", "get"),
        (f"{RECORD}/chain/check", "post"),
    }
    assert set(answers) <= {404, 405}
    assert await stored() == before


@pytest.mark.database("sqlite")
async def test_only_auditors_and_admins_read_it(site: Site, engine: AsyncEngine) -> None:
    del engine
    async with serving(site) as wall, signed_in(wall, site) as client:
        answers = [(await client.get(f"{RECORD}{more}")).status_code for more in ("", "/export", "/chain")]

    assert answers == [403, 403, 403]
