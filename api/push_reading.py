"""Reads what was pushed to the police and what they answered, as people see it."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.sight import Sight, within
from api.views import PoliceView, ReceiptView
from api.views_screen import Unreceived
from models.tables import incident
from models.tables_police import push, receipt

_CHUNK: Final = 500
"""Ids per query: databases bound the number of parameters."""
_LISTED: Final = 200
"""More incidents without a receipt than anybody telephones about."""


async def police_views(connection: AsyncConnection, incidents: Sequence[str]) -> dict[str, list[PoliceView]]:
    """How the pushes of each incident that has any stand, by its id; in the order in which targets got them."""
    found: dict[str, list[PoliceView]] = {}
    for start in range(0, len(incidents), _CHUNK):
        chunk = incidents[start : start + _CHUNK]
        pushes = select(push).where(push.c.incident_id.in_(chunk)).order_by(push.c.revision, push.c.at, push.c.id)
        rows = (await connection.execute(pushes)).all()
        said: dict[tuple[str, str], list[Row[Any]]] = {}
        if rows:
            answers = select(receipt).where(receipt.c.incident_id.in_(chunk)).order_by(receipt.c.received)
            for row in (await connection.execute(answers)).all():
                said.setdefault((row.incident_id, row.target), []).append(row)
        sent: dict[tuple[str, str], list[Row[Any]]] = {}
        for row in rows:
            sent.setdefault((row.incident_id, row.target), []).append(row)
        for key, revisions in sent.items():
            found.setdefault(key[0], []).append(_police(revisions, said.get(key, [])))
    return found


def unanswered() -> ColumnElement[bool]:
    """The condition on a push that its target has said nothing of its incident."""
    return ~exists().where(receipt.c.incident_id == push.c.incident_id, receipt.c.target == push.c.target)


async def unreceived(connection: AsyncConnection, sight: Sight) -> list[Unreceived]:
    """What waits for a receipt, the oldest first; of cameras in sight."""
    query = (
        select(push.c.incident_id, push.c.target, incident.c.camera, func.min(push.c.at).label("pushed"))
        .join(incident, incident.c.id == push.c.incident_id)
        .where(unanswered(), within(incident.c.camera, sight))
        .group_by(push.c.incident_id, push.c.target, incident.c.camera)
        .order_by(func.min(push.c.at), push.c.incident_id)
        .limit(_LISTED)
    )
    rows = (await connection.execute(query)).all()
    stands = await police_views(connection, [row.incident_id for row in rows])
    dead = {
        (incident_id, view.target) for incident_id, views in stands.items() for view in views if view.state == "DEAD"
    }
    return [
        Unreceived(
            incident=row.incident_id,
            target=row.target,
            pushed=row.pushed,
            dead=(row.incident_id, row.target) in dead,
        )
        for row in rows
    ]


def receipt_view(row: Row[Any]) -> ReceiptView:
    """A receipt as people see it."""
    return ReceiptView(
        status=row.status,
        revision=row.revision,
        by=row.by,
        at=row.at,
        note=row.note,
        police_case_no=row.police_case_no,
    )


def _police(revisions: Sequence[Row[Any]], receipts: Sequence[Row[Any]]) -> PoliceView:
    newest, first = revisions[-1], revisions[0]
    return PoliceView(
        push=newest.id,
        target=newest.target,
        revision=newest.revision,
        test=newest.test,
        by=first.by,
        pushed=first.at,
        state=newest.state,
        attempts=newest.attempts,
        due=newest.due,
        error=newest.error,
        delivered=newest.delivered,
        received=receipts[0].received if receipts else None,
        receipt=receipt_view(receipts[-1]) if receipts else None,
    )
