"""The liaison's desk: what was pushed to the police, its proof, and a receipt by one key."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.books import writing
from api.liaison import HandedView, handed_over
from api.reasons import Reason
from api.receipts import Receipt, Status, take
from api.refusals import RefusalError
from api.sessions import Signed
from api.views import Stamp
from api.web.evidence import Look, sent
from api.web.gate import Liaison, LiaisonActor, Wall
from models.clock import utc_now
from models.tables import alert, evidence, incident
from models.tables_police import push, receipt

router = APIRouter(prefix="/api/v1/liaison", tags=["police"])


class LiaisonView(BaseModel):
    """What was pushed: what waits for a receipt, the oldest first, then what is done, the newest first."""

    now: Stamp
    incidents: list[HandedView]


class TakeRequest(BaseModel):
    """What a target has done with an incident, as its liaison says."""

    model_config = ConfigDict(extra="forbid")

    target: Annotated[str, Field(min_length=1, max_length=64)]
    status: Status
    note: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""
    police_case_no: Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f]*$")] | None = None


class TakeAnswer(BaseModel):
    """It is written down; `repeated` where the same was said last."""

    ok: bool = True
    repeated: bool


@router.get("")
async def listed(wall: Wall, reader: Liaison) -> LiaisonView:
    """The incidents that were pushed, of the cameras that the liaison sees."""
    async with wall.engine.connect() as connection:
        return LiaisonView(now=utc_now(), incidents=await handed_over(connection, reader.cameras))


@router.post("/{incident_id}/receipts")
async def give(wall: Wall, actor: LiaisonActor, incident_id: UUID, asked: TakeRequest) -> TakeAnswer:
    """A receipt by hand; the same one twice is one."""
    async with writing(wall.engine, who=actor.who) as books:
        await _pushed(books.connection, actor, str(incident_id))
        ours = (push.c.incident_id == str(incident_id)) & (push.c.target == asked.target)
        query = select(push.c.revision, incident.c.no).join(incident, incident.c.id == push.c.incident_id).where(ours)
        row = (await books.connection.execute(query.order_by(push.c.revision.desc()).limit(1))).one_or_none()
        if row is None:
            raise RefusalError("not_pushed")
        case_no = (asked.police_case_no or "").strip() or None
        last = (
            select(receipt)
            .where(receipt.c.incident_id == str(incident_id), receipt.c.target == asked.target)
            .order_by(receipt.c.received.desc())
            .limit(1)
        )
        known = (await books.connection.execute(last)).one_or_none()
        said = (asked.status, actor.name, asked.note.strip(), case_no)
        if known is not None and (known.status, known.by, known.note, known.police_case_no) == said:
            return TakeAnswer(repeated=True)
        given = Receipt(
            target=asked.target,
            webhook_id=f"liaison:{uuid4()}",
            incident_no=row.no,
            revision=row.revision,
            status=asked.status,
            by=actor.name,
            at=books.at,
            note=asked.note.strip(),
            police_case_no=case_no,
        )
        await take(books, given, actor.name)
    wall.wake(books.feed_id)
    return TakeAnswer(repeated=False)


@router.get("/{incident_id}/evidence/{evidence_id}", response_class=Response)
async def show(wall: Wall, reader: Liaison, incident_id: UUID, evidence_id: UUID, request: Request) -> Response:
    """video/mp4 or image/jpeg of a pushed incident; that somebody looked stands in the audit."""
    async with wall.engine.connect() as connection:
        await _pushed(connection, reader, str(incident_id))
        query = (
            select(evidence)
            .join(alert, alert.c.id == evidence.c.alert_id)
            .where(evidence.c.id == str(evidence_id), alert.c.incident_id == str(incident_id))
            .where(evidence.c.sha256.is_not(None), evidence.c.removed.is_(None))
        )
        row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise RefusalError("no_evidence")
    return await sent(wall, row, Look(reader.who, Reason("liaison")), request)


async def _pushed(connection: AsyncConnection, signed: Signed, incident_id: str) -> None:
    """Only what was pushed, and only of cameras that the account sees.

    Raises:
        RefusalError: not_found.
    """
    query = select(incident.c.camera).where(incident.c.id == incident_id, incident.c.id.in_(select(push.c.incident_id)))
    camera = (await connection.execute(query)).scalar_one_or_none()
    if camera is None or not signed.sees(camera):
        raise RefusalError("not_found")
