"""The tasks of one officer as the phone shows them: what, where, how grave, since when; nothing else of the wall."""

from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.course import BUSY, ON_PHONE, REWORK_REASONS, STANDS
from api.refusals import RefusalError
from api.sessions import Signed
from api.views import Bilingual, Stamp
from config.site import Site
from models.codes import CODES
from models.tables import alert, dispatch, incident, photo

_MOST: Final = 50
"""More tasks than anybody has in hand."""
_SYSTEM: Final = Bilingual(zh="看门系统", en="Kanmen itself")


class TaskView(BaseModel):
    """A dispatch as its officer sees it; `snapshot` only while the officer has something to do there.

    `rework` is why it must be done again, None where it need not; `photos` counts those since the officer arrived.
    """

    id: str
    version: int
    state: str
    stands: Bilingual
    no: str
    level: int
    what: Bilingual
    where: Bilingual
    entrance: str
    grid: Bilingual
    detected: Stamp
    sent: Stamp
    by: str
    delivered: Stamp | None
    taken: Stamp | None
    on_site: Stamp | None
    handled: Stamp | None
    result: str | None
    rework: Bilingual | None
    snapshot: str | None
    photos: int


class Inbox(BaseModel):
    """What an officer has in hand, the gravest first."""

    tasks: list[TaskView]


async def inbox(connection: AsyncConnection, site: Site, officer: Signed) -> Inbox:
    """The tasks of an officer that are not at their end."""
    query = _query(officer).where(dispatch.c.state.in_(ON_PHONE))
    rows = (await connection.execute(query.order_by(alert.c.level, dispatch.c.at).limit(_MOST))).all()
    photos = await _photos(connection, [row.id for row in rows])
    return Inbox(tasks=[_view(site, officer, row, photos.get(row.id, 0)) for row in rows])


async def task(connection: AsyncConnection, site: Site, officer: Signed, dispatch_id: str) -> TaskView:
    """One task, also when it is at its end: the phone then says why it is gone.

    Raises:
        RefusalError: not_found.
    """
    row = await own(connection, officer, dispatch_id)
    return _view(site, officer, row, await photographed(connection, row))


async def own(connection: AsyncConnection, officer: Signed, dispatch_id: str) -> Row[Any]:
    """The officer's own dispatch, once it was sent; with what is known of its alert.

    Raises:
        RefusalError: not_found, where it is somebody else's too.
    """
    query = _query(officer).where(dispatch.c.id == dispatch_id, dispatch.c.state != "PENDING")
    row: Row[Any] | None = (await connection.execute(query)).one_or_none()
    if row is None:
        raise RefusalError("not_found")
    return row


async def photographed(connection: AsyncConnection, row: Row[Any]) -> int:
    """How many photos of a dispatch there are since the officer arrived."""
    return (await _photos(connection, [row.id])).get(row.id, 0)


def _query(officer: Signed) -> Select[Any]:
    return (
        select(dispatch, alert.c.code, alert.c.level, alert.c.camera, alert.c.detected, alert.c.snapshot, incident.c.no)
        .join(alert, alert.c.id == dispatch.c.alert_id)
        .join(incident, incident.c.id == dispatch.c.incident_id)
        .where(dispatch.c.person_id == officer.person)
    )


async def _photos(connection: AsyncConnection, dispatches: list[str]) -> dict[str, int]:
    query = (
        select(photo.c.dispatch_id, func.count())
        .join(dispatch, dispatch.c.id == photo.c.dispatch_id)
        .where(photo.c.dispatch_id.in_(dispatches), photo.c.at >= dispatch.c.on_site)
        .group_by(photo.c.dispatch_id)
    )
    return {row[0]: row[1] for row in (await connection.execute(query)).all()}


def _view(site: Site, officer: Signed, row: Row[Any], photos: int) -> TaskView:
    camera = next((c for c in site.cameras if c.id == row.camera), None)
    grid = next((g for g in site.grids if camera and g.code == camera.grid), None)
    code = CODES.get(row.code)
    shown = row.snapshot and row.state in BUSY and officer.sees(row.camera)
    return TaskView(
        id=row.id,
        version=row.version,
        state=row.state,
        stands=_words(STANDS[row.state]),
        no=row.no,
        level=row.level,
        what=_words((code.zh, code.en) if code else (row.code, row.code)),
        where=_words((camera.name.zh, camera.name.en) if camera else (row.camera, row.camera))
        if row.camera
        else _SYSTEM,
        entrance=camera.entrance if camera else "",
        grid=_words((grid.name.zh, grid.name.en) if grid else ("", "")),
        detected=row.detected,
        sent=row.at,
        by=row.by,
        delivered=row.delivered,
        taken=row.taken,
        on_site=row.on_site,
        handled=row.handled,
        result=row.result,
        rework=_words(REWORK_REASONS[row.verdict]) if row.verdict in REWORK_REASONS else None,
        snapshot=f"/api/v1/tasks/{row.id}/snapshot" if shown else None,
        photos=photos,
    )


def _words(pair: tuple[str, str]) -> Bilingual:
    return Bilingual(zh=pair[0], en=pair[1])
