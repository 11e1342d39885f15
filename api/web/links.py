"""Makes links to evidence for people without an account, and answers them until their time is over."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.audit import Who
from api.books import writing
from api.links import POLICE, Link
from api.reasons import Reason, reason_of
from api.refusals import RefusalError
from api.rights import may
from api.views import Stamp
from api.web.evidence import Look, find, sent
from api.web.gate import Sharer, Wall, started, visit_of
from api.web.wall_state import WallState
from models.clock import to_micros, utc_now
from models.evidence import EvidenceKind
from models.tables import evidence
from models.tables_access import account

router = APIRouter(prefix="/api/v1", tags=["evidence"])


class LinkRequest(BaseModel):
    """For how long; a day at most."""

    model_config = ConfigDict(extra="forbid")

    minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 60


class LinkAnswer(BaseModel):
    """The path on this host, and when it ends."""

    url: str
    expires: Stamp


@router.post("/alerts/{alert_id}/evidence/{kind}/link")
async def make(wall: Wall, actor: Sharer, alert_id: UUID, kind: EvidenceKind, asked: LinkRequest) -> LinkAnswer:
    """A link to one piece of evidence that is at its end; who made it, for what and until when stands in the audit."""
    expires = utc_now() + timedelta(minutes=asked.minutes)
    async with writing(wall.engine, who=actor.who) as books:
        row = await find(books.connection, actor, str(alert_id), kind)
        reason = await reason_of(books.connection, actor, str(alert_id))
        if row.sha256 is None or row.removed is not None:
            raise RefusalError("no_evidence")
        try:
            token = wall.links.made(Link(row.id, row.sha256, actor.name, to_micros(expires)))
        except OSError as error:
            raise RefusalError("failed") from error
        books.note(
            actor.name, f"{kind}.linked", str(alert_id), minutes=asked.minutes, sha256=row.sha256, **reason.detail()
        )
    return LinkAnswer(url=f"/api/v1/links/{token}", expires=expires)


@router.get("/links/{token}", response_class=Response)
async def follow(wall: Wall, token: str, request: Request) -> Response:
    """The evidence, with ranges; needs no session, and each look stands in the audit under the link's maker.

    It opens as long as its maker could make it: a link is worth no more than the account behind it.
    """
    link = wall.links.read(token, utc_now())
    await started(wall)
    async with wall.engine.connect() as connection:
        query = select(evidence).where(evidence.c.id == link.evidence)
        row = (await connection.execute(query)).one_or_none()
        if row is None or row.sha256 != link.sha256 or row.removed is not None:
            raise RefusalError("no_evidence")
        if not await _still_shares(wall, connection, link.by, row.camera):
            raise RefusalError("link")
    address = visit_of(request, wall).address
    return await sent(wall, row, Look(Who(f"link of {link.by}"[:64], "", address), Reason("link")), request)


async def _still_shares(wall: WallState, connection: AsyncConnection, name: str, camera: str) -> bool:
    """Whether a link's maker could make it today; whoever has left takes their links along."""
    if name.startswith(POLICE):
        return name.removeprefix(POLICE) in {target.id for target in wall.site.police.targets}
    query = select(account).where(account.c.name == name, account.c.disabled.is_(False))
    row = (await connection.execute(query)).one_or_none()
    return row is not None and may(row.role, "share") and (row.cameras is None or not camera or camera in row.cameras)
