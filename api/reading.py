"""Reads alerts, cases and blind spans from the database as people see them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.views import (
    AlertView,
    Bilingual,
    BlindView,
    CaseView,
    DeedView,
    DismissalView,
    DispatchView,
    EvidenceView,
    IncidentView,
    PersonName,
    Reason,
    SubjectView,
)
from models.labels import KEY_OF
from models.tables import alert, blind_span, dispatch, evidence, incident, person

OPEN_ALERT: Final = ("RAISED", "ACKED")
"""An alert that still waits for somebody's decision."""
OPEN_INCIDENT: Final = ("NEW", "ACCEPTED", "DISPATCHED")
"""A case that is not at its end."""
_NEWEST: Final = 100
_MOST_OPEN: Final = 500
"""More open alerts than anybody can look at; the figure of unacknowledged ones counts them all."""
_CHUNK: Final = 500
"""Ids per query: databases bound the number of parameters."""

Rows = Sequence[Row[Any]]


async def alert_views(connection: AsyncConnection, ids: Sequence[str]) -> list[AlertView]:
    """The alerts of these ids, in this order; unknown ids are left out."""
    views: dict[str, AlertView] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        query = select(alert).where(alert.c.id.in_(chunk))
        for view in await _views(connection, query):
            views[view.id] = view
    return [views[i] for i in ids if i in views]


async def wall_alerts(connection: AsyncConnection) -> list[AlertView]:
    """The open alerts and the newest ones, newest first."""
    order = (alert.c.detected.desc(), alert.c.id)
    opened = select(alert.c.id).where(alert.c.state.in_(OPEN_ALERT)).order_by(*order).limit(_MOST_OPEN)
    newest = select(alert.c.id).order_by(*order).limit(_NEWEST)
    return await _views(
        connection, select(alert).where(or_(alert.c.id.in_(opened), alert.c.id.in_(newest))).order_by(*order)
    )


async def blind_views(connection: AsyncConnection, ids: Sequence[str]) -> list[BlindView]:
    """The blind spans of these ids, in no order."""
    views: list[BlindView] = []
    for start in range(0, len(ids), _CHUNK):
        query = select(blind_span).where(blind_span.c.id.in_(ids[start : start + _CHUNK]))
        views += [_blind(row) for row in (await connection.execute(query)).all()]
    return views


async def blind_between(connection: AsyncConnection, first: datetime, last: datetime) -> list[BlindView]:
    """The blind spans that overlap [first, last), oldest first."""
    query = (
        select(blind_span)
        .where(blind_span.c.began < last, or_(blind_span.c.ended.is_(None), blind_span.c.ended > first))
        .order_by(blind_span.c.began, blind_span.c.id)
    )
    return [_blind(row) for row in (await connection.execute(query)).all()]


async def open_incidents(connection: AsyncConnection) -> list[IncidentView]:
    """The cases that are not at their end, newest first."""
    query = (
        select(incident)
        .where(incident.c.state.in_(OPEN_INCIDENT))
        .order_by(incident.c.opened.desc(), incident.c.id)
        .limit(_MOST_OPEN)
    )
    rows = (await connection.execute(query)).all()
    members = select(alert.c.id, alert.c.incident_id).where(alert.c.incident_id.in_([row.id for row in rows]))
    alerts: dict[str, list[str]] = {}
    for row in (await connection.execute(members)).all():
        alerts.setdefault(row.incident_id, []).append(row.id)
    return [
        IncidentView(
            id=row.id,
            no=row.no,
            state=row.state,
            level=row.level,
            code=row.code,
            camera=row.camera,
            opened=row.opened,
            version=row.version,
            alerts=alerts.get(row.id, []),
        )
        for row in rows
    ]


async def _views(connection: AsyncConnection, query: Select[Any]) -> list[AlertView]:
    rows = (await connection.execute(query)).all()
    cases = await _cases(connection, sorted({row.incident_id for row in rows if row.incident_id}))
    sent = await _dispatches(connection, [row.id for row in rows if row.incident_id])
    proofs = await _evidence(connection, [row.id for row in rows])
    return [_view(row, cases.get(row.incident_id), sent.get(row.id), proofs.get(row.id, {})) for row in rows]


async def _cases(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, CaseView]:
    if not ids:
        return {}
    query = select(incident.c.id, incident.c.no, incident.c.state).where(incident.c.id.in_(ids))
    return {row.id: CaseView(id=row.id, no=row.no, state=row.state) for row in (await connection.execute(query)).all()}


async def _dispatches(connection: AsyncConnection, alerts: Sequence[str]) -> dict[str, DispatchView]:
    """The latest dispatch of each alert that has one."""
    if not alerts:
        return {}
    query = (
        select(dispatch, person.c.name_zh, person.c.name_en)
        .join(person, person.c.id == dispatch.c.person_id)
        .where(dispatch.c.alert_id.in_(alerts))
        .order_by(dispatch.c.at, dispatch.c.id)
    )
    return {
        row.alert_id: DispatchView(
            id=row.id,
            person=PersonName(id=row.person_id, name=Bilingual(zh=row.name_zh, en=row.name_en)),
            by=row.by,
            at=row.at,
            undo_until=row.undo_until,
            state=row.state,
            notified=row.notified,
            why=[Reason(**reason) for reason in row.why],
        )
        for row in (await connection.execute(query)).all()
    }


async def _evidence(connection: AsyncConnection, alerts: Sequence[str]) -> dict[str, dict[str, EvidenceView]]:
    """The clip and the full snapshot of each alert that has them."""
    found: dict[str, dict[str, EvidenceView]] = {}
    for start in range(0, len(alerts), _CHUNK):
        query = select(evidence).where(evidence.c.alert_id.in_(alerts[start : start + _CHUNK]))
        for row in (await connection.execute(query)).all():
            seen = row.removed is None and (row.sha256 is not None or (row.state, row.kind) == ("pending", "clip"))
            found.setdefault(row.alert_id, {})[row.kind] = EvidenceView(
                state="removed" if row.removed else row.state,
                reason=row.reason,
                began=row.began,
                ended=row.ended,
                url=f"/api/v1/alerts/{row.alert_id}/evidence/{row.kind}" if seen else None,
                bytes=row.bytes,
                sha256=row.sha256,
            )
    return found


def _view(
    row: Row[Any], case: CaseView | None, sent: DispatchView | None, proofs: Mapping[str, EvidenceView]
) -> AlertView:
    dismissed = row.dismissed_by and DismissalView(by=row.dismissed_by, at=row.dismissed_at, reason=row.dismiss_reason)
    return AlertView(
        id=row.id,
        revision=row.revision,
        version=row.version,
        code=row.code,
        level=row.level,
        camera=row.camera,
        rule=row.rule,
        place=row.place,
        began=row.began,
        detected=row.detected,
        ended=row.ended,
        received=row.received,
        count=row.times,
        observed=row.observed,
        threshold=row.threshold,
        subjects=[
            SubjectView(track=s["track"], key=KEY_OF.get(s["label"], "other"), box=tuple(s["box"]))
            for s in row.subjects
        ],
        snapshot=f"/api/v1/alerts/{row.id}/snapshot" if row.snapshot else None,
        evidence=proofs,
        source=row.source,
        state=row.state,
        acked=DeedView(by=row.acked_by, at=row.acked_at) if row.acked_by else None,
        dismissed=dismissed or None,
        incident=case,
        dispatch=sent,
    )


def _blind(row: Row[Any]) -> BlindView:
    return BlindView(
        id=row.id, revision=row.revision, camera=row.camera, reason=row.reason, began=row.began, ended=row.ended
    )
