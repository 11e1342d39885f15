"""What a liaison of the police is shown: the incidents that were pushed, how each stands, and their proof."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.push_reading import police_views, receipt_view, unanswered
from api.sight import Sight, within
from api.views import PoliceView, ReceiptView, Stamp
from models.tables import alert, evidence, incident
from models.tables_police import push, receipt

_LISTED: Final = 200
"""More incidents than anybody reads; those that wait come first, so that no done one stands in their way."""


class ProofView(BaseModel):
    """A clip or a full snapshot of a pushed incident."""

    kind: str
    url: str
    sha256: str


class TakenView(ReceiptView):
    """A receipt, from whom it is, and when it came."""

    target: str
    received: Stamp


class HandedView(BaseModel):
    """A pushed incident."""

    id: str
    no: str
    state: str
    level: int
    code: str
    camera: str
    began: Stamp
    detected: Stamp
    observed: dict[str, Any]
    threshold: dict[str, Any]
    police: list[PoliceView]
    receipts: list[TakenView]
    evidence: list[ProofView]


async def handed_over(connection: AsyncConnection, sight: Sight) -> list[HandedView]:
    """What was pushed of cameras in sight: what waits for a receipt, the oldest first, then the newest of the rest."""
    waits = (
        select(func.min(push.c.at)).where(push.c.incident_id == incident.c.id, unanswered()).correlate(incident)
    ).scalar_subquery()
    query = (
        select(incident)
        .where(incident.c.id.in_(select(push.c.incident_id)), within(incident.c.camera, sight))
        .order_by(waits.is_(None), waits, incident.c.opened.desc(), incident.c.id)
        .limit(_LISTED)
    )
    rows = (await connection.execute(query)).all()
    ids = [row.id for row in rows]
    police = await police_views(connection, ids)
    alerts = await _by_incident(
        connection, select(alert).where(alert.c.incident_id.in_(ids)).order_by(alert.c.detected)
    )
    said = await _by_incident(
        connection, select(receipt).where(receipt.c.incident_id.in_(ids)).order_by(receipt.c.received)
    )
    proof = (
        select(evidence, alert.c.incident_id)
        .join(alert, alert.c.id == evidence.c.alert_id)
        .where(alert.c.incident_id.in_(ids), evidence.c.sha256.is_not(None), evidence.c.removed.is_(None))
        .order_by(evidence.c.kind.desc(), evidence.c.at)
    )
    proofs = await _by_incident(connection, proof)
    return [
        HandedView(
            id=row.id,
            no=row.no,
            state=row.state,
            level=row.level,
            code=row.code,
            camera=row.camera,
            began=first.began,
            detected=first.detected,
            observed=first.observed,
            threshold=first.threshold,
            police=police[row.id],
            receipts=[
                TakenView(**receipt_view(one).model_dump(), target=one.target, received=one.received)
                for one in said.get(row.id, [])
            ],
            evidence=[
                ProofView(
                    kind=one.kind,
                    url=f"/api/v1/liaison/{row.id}/evidence/{one.id}",
                    sha256=one.sha256,
                )
                for one in proofs.get(row.id, [])
            ],
        )
        for row in rows
        for first in alerts[row.id][:1]
    ]


async def _by_incident(connection: AsyncConnection, query: Select[Any]) -> dict[str, Sequence[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    for row in (await connection.execute(query)).all():
        found.setdefault(row.incident_id, []).append(row)
    return dict(found)
