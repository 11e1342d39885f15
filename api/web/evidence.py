"""Clips and full snapshots for whoever is signed in; that somebody looked stands in the audit."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.audit import Who
from api.books import writing
from api.reasons import Reason, reason_of
from api.refusals import RefusalError
from api.sessions import Signed
from api.sight import need_alert
from api.web.gate import Wall, Watcher
from api.web.ranged import ranged
from api.web.wall_state import WallState
from models.clock import utc_now
from models.evidence import EvidenceKind
from models.tables import evidence
from models.tables_access import audit

router = APIRouter(prefix="/api/v1", tags=["evidence"])

_TYPES: Final[dict[EvidenceKind, str]] = {"clip": "video/mp4", "snapshot": "image/jpeg"}
_VIEW: Final = timedelta(minutes=5)
"""A player asks for a clip in many pieces: what the same account asks for within this time is one view."""


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks, and why."""

    who: Who
    reason: Reason


@router.get("/alerts/{alert_id}/evidence/{kind}", response_class=Response)
async def show(wall: Wall, reader: Watcher, alert_id: UUID, kind: EvidenceKind, request: Request) -> Response:
    """video/mp4 or image/jpeg, with ranges; a clip that still grows is answered as far as it has come."""
    async with wall.engine.connect() as connection:
        row = await find(connection, reader, str(alert_id), kind)
        reason = await reason_of(connection, reader, str(alert_id))
    return await sent(wall, row, Look(reader.who, reason), request)


async def find(connection: AsyncConnection, signed: Signed, alert_id: str, kind: EvidenceKind) -> Row[Any]:
    """The evidence of an alert that the account may see.

    Raises:
        RefusalError: not_found, no_evidence.
    """
    await need_alert(connection, signed.sees, alert_id)
    query = select(evidence).where(evidence.c.alert_id == alert_id, evidence.c.kind == kind)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise RefusalError("no_evidence")
    return row


async def sent(wall: WallState, row: Row[Any], look: Look, request: Request) -> Response:
    """The file, or as much of it as there is; audited before its first byte goes out.

    Raises:
        RefusalError: no_evidence.
    """
    try:
        whole = wall.evidence.file(row.key)
        path = whole or wall.evidence.grown(row.key)
        if path is None:
            if row.state == "pending":
                return Response(status_code=204)  # it was asked for, and its first picture is on its way
            raise RefusalError("no_evidence")
        await _audited(wall, row, look)
        headers = {"Cache-Control": "private, no-store", "X-Evidence-State": row.state if whole else "pending"}
        if row.sha256 and whole:
            headers |= {"ETag": f'"{row.sha256}"', "Cache-Control": "private, no-cache"}
            if request.headers.get("if-none-match") == headers["ETag"]:
                return Response(status_code=304, headers=headers)
        return ranged(path, request.headers.get("range"), _TYPES[row.kind], headers)
    except (OSError, ValueError) as error:
        raise RefusalError("no_evidence") from error


async def _audited(wall: WallState, row: Row[Any], look: Look) -> None:
    """Enter the view into the audit; a view that goes on is entered once."""
    async with wall.engine.connect() as connection:
        if await _is_viewing(connection, row, look):
            return
    async with writing(wall.engine, who=look.who) as books:
        if not await _is_viewing(books.connection, row, look):
            books.note(look.who.name, f"{row.kind}.viewed", row.alert_id, sha256=row.sha256, **look.reason.detail())


async def _is_viewing(connection: AsyncConnection, row: Row[Any], look: Look) -> bool:
    query = select(audit.c.detail).where(
        audit.c.subject == row.alert_id,
        audit.c.action == f"{row.kind}.viewed",
        audit.c.actor == look.who.name,
        audit.c.at > utc_now() - _VIEW,
    )
    return look.reason.stands_in((await connection.execute(query)).scalars())
