"""Reads who was sent about alerts, how far they are, and what they photographed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.views import Bilingual, DispatchView, PersonName, PhotoView, Reason
from models.tables import dispatch, person, photo


async def dispatches(connection: AsyncConnection, alerts: Sequence[str]) -> dict[str, DispatchView]:
    """The latest dispatch of each alert that has one."""
    if not alerts:
        return {}
    query = (
        select(dispatch, person.c.name_zh, person.c.name_en)
        .join(person, person.c.id == dispatch.c.person_id)
        .where(dispatch.c.alert_id.in_(alerts))
        .order_by(dispatch.c.at, dispatch.c.id)
    )
    latest = {row.alert_id: row for row in (await connection.execute(query)).all()}
    photos = await _photos(connection, [row.id for row in latest.values()])
    return {key: _sent(row, photos.get(row.id, [])) for key, row in latest.items()}


async def _photos(connection: AsyncConnection, dispatches: Sequence[str]) -> dict[str, list[PhotoView]]:
    found: dict[str, list[PhotoView]] = {}
    query = select(photo).where(photo.c.dispatch_id.in_(dispatches)).order_by(photo.c.at, photo.c.id)
    for row in (await connection.execute(query)).all():
        url = None if row.removed else f"/api/v1/photos/{row.id}"
        found.setdefault(row.dispatch_id, []).append(PhotoView(id=row.id, at=row.at, url=url, sha256=row.sha256))
    return found


def _sent(row: Row[Any], photos: list[PhotoView]) -> DispatchView:
    return DispatchView(
        id=row.id,
        version=row.version,
        person=PersonName(id=row.person_id, name=Bilingual(zh=row.name_zh, en=row.name_en)),
        by=row.by,
        at=row.at,
        undo_until=row.undo_until,
        state=row.state,
        notified=row.notified,
        why=[Reason(**reason) for reason in row.why],
        delivered=row.delivered,
        taken=row.taken,
        on_site=row.on_site,
        handled=row.handled,
        result=row.result,
        returned=row.returned,
        return_reason=row.return_reason,
        verified=row.verified,
        verified_by=row.verified_by,
        verdict=row.verdict,
        photos=photos,
    )
