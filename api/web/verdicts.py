"""The wall's word on what an officer did: closed, or done again; and the photos that it rests on."""

import asyncio
from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.books import writing
from api.course import ReworkReason
from api.reasons import reason_of
from api.refusals import RefusalError
from api.verdicts import Verdict, give
from api.views import AlertView
from api.web.gate import Handler, Wall, Watcher
from models.clock import utc_now
from models.tables import alert, dispatch, photo
from models.tables_access import audit

router = APIRouter(prefix="/api/v1", tags=["alerts"])

_VIEW: Final = timedelta(minutes=5)
"""Who looks at the same photo again within this time has looked once."""


class CloseRequest(BaseModel):
    """The version of the dispatch that the person saw."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class ReworkRequest(CloseRequest):
    """And why it must be done again."""

    reason: ReworkReason


@router.post("/dispatches/{dispatch_id}/close")
async def close(wall: Wall, actor: Handler, dispatch_id: UUID, asked: CloseRequest) -> AlertView:
    """HANDLED → CLOSED, by somebody who did not handle it."""
    return await _give(wall, Verdict(str(dispatch_id), asked.version, None, actor))


@router.post("/dispatches/{dispatch_id}/rework")
async def rework(wall: Wall, actor: Handler, dispatch_id: UUID, asked: ReworkRequest) -> AlertView:
    """HANDLED → TAKEN: it must be done again."""
    return await _give(wall, Verdict(str(dispatch_id), asked.version, asked.reason, actor))


@router.get("/photos/{photo_id}", response_class=Response)
async def show(wall: Wall, reader: Watcher, photo_id: UUID, request: Request) -> Response:
    """image/jpeg, for whoever may watch the camera of its alert; that somebody looked is audited."""
    query = (
        select(photo.c.key, photo.c.sha256, photo.c.id, dispatch.c.alert_id, alert.c.camera)
        .join(dispatch, dispatch.c.id == photo.c.dispatch_id)
        .join(alert, alert.c.id == dispatch.c.alert_id)
        .where(photo.c.id == str(photo_id), photo.c.removed.is_(None))
    )
    async with wall.engine.connect() as connection:
        row = (await connection.execute(query)).one_or_none()
        if row is None or not reader.sees(row.camera):
            raise RefusalError("no_evidence")
        reason = await reason_of(connection, reader, row.alert_id)
        seen = await _has_seen(connection, row.alert_id, row.id, reader.name)
    try:
        data = await asyncio.to_thread(wall.evidence.get, row.key)
    except OSError as error:
        raise RefusalError("no_evidence") from error
    if data is None:
        raise RefusalError("no_evidence")
    if not seen:
        async with writing(wall.engine, who=reader.who) as books:
            if not await _has_seen(books.connection, row.alert_id, row.id, reader.name):
                books.note(
                    reader.name, "photo.viewed", row.alert_id, photo=row.id, sha256=row.sha256, **reason.detail()
                )
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{row.sha256}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="image/jpeg", headers=headers)


async def _give(wall: Wall, verdict: Verdict) -> AlertView:
    async with writing(wall.engine, who=verdict.verifier.who) as books:
        view = await give(books, verdict)
    wall.wake(books.feed_id)
    return view


async def _has_seen(connection: AsyncConnection, alert_id: str, photo_id: str, name: str) -> bool:
    query = select(audit.c.detail).where(
        audit.c.subject == alert_id,
        audit.c.action == "photo.viewed",
        audit.c.actor == name,
        audit.c.at > utc_now() - _VIEW,
    )
    return any(photo_id in detail for detail in (await connection.execute(query)).scalars())
