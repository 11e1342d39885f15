"""What an officer asks for and reports: the inbox, one task, its steps; all of it their own."""

import asyncio
import hashlib
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select

from api.books import writing
from api.course import BUSY, Step
from api.refusals import RefusalError
from api.sessions import Signed
from api.steps import Report, delivered, report
from api.tasks import Inbox, TaskView, inbox, own, task
from api.web.entry import Done
from api.web.gate import Wall, acts, reads
from models.tables_access import audit

router = APIRouter(prefix="/api/v1", tags=["officer"])

_DAY_S: Final = 86_400
_Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")
]
"""One or more lines, without control characters."""


Looking = Annotated[Signed, Depends(reads("duty"))]
"""An officer who reads what is their own."""
Officer = Annotated[Signed, Depends(acts("duty"))]
"""An officer who reports."""


class StepRequest(BaseModel):
    """The version that the officer saw or, where steps were kept without a link, that it will have by then.

    `words` are the reason of a return, or the result; `late_s` is how long the step was kept.
    """

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    words: _Words = ""
    late_s: Annotated[int, Field(ge=0, le=_DAY_S)] = 0


@router.get("/inbox", responses={304: {"description": "as it was"}})
async def read_inbox(wall: Wall, officer: Looking, request: Request, response: Response) -> Inbox:
    """What is not at its end; 304 without a body where it is as the phone has it."""
    async with wall.engine.connect() as connection:
        found = await inbox(connection, wall.site, officer)
    tag = f'"{hashlib.sha256(found.model_dump_json().encode()).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})  # type: ignore[return-value]
    response.headers["ETag"] = tag
    return found


@router.get("/tasks/{task_id}")
async def read_task(wall: Wall, officer: Looking, task_id: UUID) -> TaskView:
    """One task, also at its end."""
    async with wall.engine.connect() as connection:
        return await task(connection, wall.site, officer, str(task_id))


@router.post("/tasks/{task_id}/delivered")
async def say_delivered(wall: Wall, officer: Officer, task_id: UUID) -> Done:
    """The phone shows it; by itself, when it first does."""
    async with writing(wall.engine, who=officer.who) as books:
        await delivered(books, officer, str(task_id))
    wall.wake(books.feed_id)
    return Done()


@router.post("/tasks/{task_id}/{step}")
async def take_step(wall: Wall, officer: Officer, task_id: UUID, step: Step, asked: StepRequest) -> TaskView:
    """SENT → TAKEN or RETURNED, TAKEN → ON_SITE, ON_SITE → HANDLED; sent again, it is done once."""
    said = Report(str(task_id), asked.version, step, asked.words, officer, asked.late_s)
    async with writing(wall.engine, who=officer.who) as books:
        await report(books, said)
        view = await task(books.connection, wall.site, officer, said.dispatch_id)
    wall.wake(books.feed_id)
    return view


@router.get("/tasks/{task_id}/snapshot", response_class=Response)
async def snapshot(wall: Wall, officer: Looking, task_id: UUID) -> Response:
    """The picture that proves it, image/jpeg, while the task is in hand; that the officer looked is audited once."""
    async with wall.engine.connect() as connection:
        row = await own(connection, officer, str(task_id))
        shown = row.snapshot and row.state in BUSY and officer.sees(row.camera)
        seen = select(audit.c.id).where(
            audit.c.subject == row.alert_id, audit.c.action == "snapshot.viewed", audit.c.actor == officer.name
        )
        is_seen = (await connection.execute(seen.limit(1))).first() is not None
    data = await asyncio.to_thread(wall.evidence.get, row.snapshot) if shown else None
    if data is None:
        raise RefusalError("no_snapshot")
    if not is_seen:
        async with writing(wall.engine, who=officer.who) as books:
            books.note(
                officer.name, "snapshot.viewed", row.alert_id, snapshot=row.snapshot, dispatch=row.id, reason="handling"
            )
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})
