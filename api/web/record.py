"""The record, for whoever may read it: nothing here changes a row of it."""

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select

from api.books import writing
from api.record import SUBJECT, Part, enter_look, page
from api.record_export import Form, exported
from api.sessions import Signed
from api.views import Stamp
from api.web.calendar import Day
from api.web.gate import Wall, acts, reads
from models.clock import utc_now
from models.tables_access import audit

router = APIRouter(prefix="/api/v1/record", tags=["record"])

Reader = Annotated[Signed, Depends(reads("record"))]
Checker = Annotated[Signed, Depends(acts("record"))]

_PAGE_ROWS: Final = 100
_TYPES: Final[dict[Form, str]] = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
_Word = Annotated[str, Field(max_length=128)]


class PartQuery(BaseModel):
    """Which part of the record; days are those of the site."""

    model_config = ConfigDict(extra="forbid")

    first: Day | None = None
    last: Day | None = None
    actor: _Word = ""
    action: _Word = ""
    about: _Word = ""

    @property
    def part(self) -> Part:
        """As the record knows it."""
        return Part(self.first, self.last, self.actor.strip(), self.action.strip(), self.about.strip())


class PageQuery(PartQuery):
    """A page of a part: what stands before a row, or the newest."""

    before: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None


class ExportQuery(PartQuery):
    """A part, as a file."""

    form: Form = "ndjson"


class RecordRow(BaseModel):
    """A row of the record."""

    id: int
    at: Stamp
    actor: str
    action: str
    subject: str
    detail: Any
    hash: str


class RecordPage(BaseModel):
    """Rows, newest first; `more` says whether there are older ones."""

    rows: list[RecordRow]
    more: bool


class ChainView(BaseModel):
    """Whether the chain is whole, and when that was found; nothing is known while `at` is null."""

    at: Stamp | None
    checking: bool
    rows: int = 0
    head: str = ""
    whole: bool = False
    reason: str = ""


@router.get("")
async def read(wall: Wall, reader: Reader, asked: Annotated[PageQuery, Query()]) -> RecordPage:
    """A page of the record; that somebody read it stands there too."""
    async with writing(wall.engine, who=reader.who) as books:
        await enter_look(books, reader.name, asked.part)
    async with wall.engine.connect() as connection:
        rows = await page(connection, asked.part, wall.site.timezone, asked.before, _PAGE_ROWS + 1)
    views = [
        RecordRow(
            id=row.id,
            at=row.at,
            actor=row.actor,
            action=row.action,
            subject=row.subject,
            detail=json.loads(row.detail),
            hash=row.hash,
        )
        for row in rows[:_PAGE_ROWS]
    ]
    return RecordPage(rows=views, more=len(rows) > _PAGE_ROWS)


@router.get("/export", response_class=StreamingResponse)
async def export(wall: Wall, reader: Reader, asked: Annotated[ExportQuery, Query()]) -> StreamingResponse:
    """A part as a file, oldest first, up to the row that says that it was exported."""
    part = asked.part
    async with writing(wall.engine, who=reader.who) as books:
        books.note(reader.name, "record.exported", SUBJECT, form=asked.form, part=part.words())
    async with wall.engine.connect() as connection:
        mine = (audit.c.subject == SUBJECT) & (audit.c.action == "record.exported") & (audit.c.actor == reader.name)
        until = (await connection.execute(select(func.max(audit.c.id)).where(mine))).scalar_one()
    name = f"record-{wall.site.id}-{utc_now():%Y%m%dT%H%M%SZ}.{asked.form}"
    return StreamingResponse(
        exported(wall.engine, part, wall.site.timezone, until, asked.form),
        media_type=_TYPES[asked.form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/chain")
async def chain(wall: Wall, _: Reader) -> ChainView:
    """What was found when the chain was followed last."""
    return _chain(wall)


@router.post("/chain/check")
async def check_chain(wall: Wall, _: Checker) -> ChainView:
    """Has the chain followed again from its first row."""
    return _chain(wall, anew=True)


def _chain(wall: Wall, *, anew: bool = False) -> ChainView:
    found = wall.chain.look(anew=anew)
    if found is None:
        return ChainView(at=None, checking=wall.chain.checking)
    report = found.report
    return ChainView(
        at=found.at,
        checking=wall.chain.checking,
        rows=report.rows,
        head=report.head,
        whole=report.whole,
        reason=report.reason,
    )
