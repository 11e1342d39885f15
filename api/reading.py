"""Reads alerts, cases and blind spans from the database as people see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.push_reading import police_views
from api.sent import dispatches
from api.sight import Sight, within
from api.views import (
    AlertView,
    AsideView,
    CaseView,
    DeedView,
    DismissalView,
    DispatchView,
    EvidenceView,
    PoliceView,
    SubjectView,
)
from api.views_screen import IncidentView
from api.views_time import BlindView
from models.labels import KEY_OF
from models.tables import alert, blind_span, evidence, incident
from models.tables_access import audit
from models.tables_shelf import shelf

OPEN_ALERT: Final = ("RAISED", "ACKED")
"""An alert that still waits for somebody's decision."""
ASIDE: Final = ("SHELVED", "EXPIRED")
"""An alert for which nobody was rung because its rule was set aside; the latter is over, as that is."""
UNDECIDED: Final = (*OPEN_ALERT, *ASIDE)
"""Somebody may still decide."""
OPEN_INCIDENT: Final = ("NEW", "ACCEPTED", "DISPATCHED", "RETURNED", "TAKEN", "ON_SITE", "HANDLED")
"""A case that is not at its end."""
ENDED_INCIDENT: Final = ("CLOSED", "REJECTED")
SENT_INCIDENT: Final = ("DISPATCHED", "RETURNED", "TAKEN", "ON_SITE", "HANDLED")
"""A case for which somebody was sent and that is not at its end."""
_NEWEST: Final = 100
_DEEDS: Final = 2000
"""Entries of the record in which ends are looked for, so that the time for it is bounded however long the record is."""
_ENDS: Final = ("alert.dismissed", "dispatch.closed")
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


async def wall_alerts(connection: AsyncConnection, sight: Sight) -> list[AlertView]:
    """The alerts in sight that are open, set aside, of open cases, ended lately or newest; newest first."""
    seen = within(alert.c.camera, sight)
    order = (alert.c.detected.desc(), alert.c.id)
    opened = select(alert.c.id).where(seen, alert.c.state.in_(OPEN_ALERT)).order_by(*order).limit(_MOST_OPEN)
    newest = select(alert.c.id).where(seen).order_by(*order).limit(_NEWEST)
    aside = select(alert.c.id).where(seen, alert.c.state == "SHELVED").order_by(*order).limit(_NEWEST)
    in_hand = (
        select(alert.c.id)
        .join(incident, incident.c.id == alert.c.incident_id)
        .where(seen, incident.c.state.in_(OPEN_INCIDENT))
        .order_by(*order)
        .limit(_MOST_OPEN)
    )
    last = select(func.max(audit.c.id)).scalar_subquery()
    ended = select(audit.c.subject).where(audit.c.id > last - _DEEDS, audit.c.action.in_(_ENDS))
    ended_lately = and_(alert.c.id.in_(ended.order_by(audit.c.id.desc()).limit(_NEWEST)), seen)
    lists = (opened, aside, in_hand, newest)
    shown = or_(ended_lately, *(alert.c.id.in_(one) for one in lists))
    return await _views(connection, select(alert).where(shown).order_by(*order))


async def blind_views(connection: AsyncConnection, ids: Sequence[str]) -> list[BlindView]:
    """The blind spans of these ids, in no order."""
    views: list[BlindView] = []
    for start in range(0, len(ids), _CHUNK):
        query = select(blind_span).where(blind_span.c.id.in_(ids[start : start + _CHUNK]))
        views += [_blind(row) for row in (await connection.execute(query)).all()]
    return views


async def blind_between(
    connection: AsyncConnection, first: datetime, last: datetime, sight: Sight = None
) -> list[BlindView]:
    """The blind spans in sight that overlap [first, last), oldest first."""
    query = (
        select(blind_span)
        .where(within(blind_span.c.camera, sight))
        .where(blind_span.c.began < last, or_(blind_span.c.ended.is_(None), blind_span.c.ended > first))
        .order_by(blind_span.c.began, blind_span.c.id)
    )
    return [_blind(row) for row in (await connection.execute(query)).all()]


async def open_incidents(connection: AsyncConnection, sight: Sight) -> list[IncidentView]:
    """The cases in sight that are not at their end, newest first."""
    query = (
        select(incident)
        .where(within(incident.c.camera, sight), incident.c.state.in_(OPEN_INCIDENT))
        .order_by(incident.c.opened.desc(), incident.c.id)
        .limit(_MOST_OPEN)
    )
    rows = (await connection.execute(query)).all()
    members = select(alert.c.id, alert.c.incident_id).where(
        within(alert.c.camera, sight), alert.c.incident_id.in_([row.id for row in rows])
    )
    alerts: dict[str, list[str]] = {}
    for row in (await connection.execute(members)).all():
        alerts.setdefault(row.incident_id, []).append(row.id)
    police = await police_views(connection, [row.id for row in rows])
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
            police=police.get(row.id, []),
        )
        for row in rows
    ]


async def _views(connection: AsyncConnection, query: Select[Any]) -> list[AlertView]:
    rows = (await connection.execute(query)).all()
    cases = await _cases(connection, sorted({row.incident_id for row in rows if row.incident_id}))
    sent = await dispatches(connection, [row.id for row in rows if row.incident_id])
    proofs = await _evidence(connection, [row.id for row in rows])
    police = await police_views(connection, list(cases))
    aside = await _aside(connection, sorted({row.shelf_id for row in rows if row.state in ASIDE}))
    return [
        _view(
            row,
            _Beside(
                cases.get(row.incident_id),
                sent.get(row.id),
                proofs.get(row.id, {}),
                police.get(row.incident_id, []),
                aside.get(row.shelf_id) if row.state in ASIDE else None,
            ),
        )
        for row in rows
    ]


async def _cases(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, CaseView]:
    if not ids:
        return {}
    query = select(incident.c.id, incident.c.no, incident.c.state).where(incident.c.id.in_(ids))
    return {row.id: CaseView(id=row.id, no=row.no, state=row.state) for row in (await connection.execute(query)).all()}


async def _aside(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, AsideView]:
    if not ids:
        return {}
    rows = (await connection.execute(select(shelf).where(shelf.c.id.in_(ids)))).all()
    return {row.id: AsideView(by=row.by, at=row.at, shelf=row.id, until=row.until, reason=row.reason) for row in rows}


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


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands in other tables than the alert."""

    incident: CaseView | None
    dispatch: DispatchView | None
    evidence: Mapping[str, EvidenceView]
    police: list[PoliceView]
    shelved: AsideView | None


def _view(row: Row[Any], beside: _Beside) -> AlertView:
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
        raised=row.raised,
        count=row.times,
        observed=row.observed,
        threshold=row.threshold,
        subjects=[
            SubjectView(track=s["track"], key=KEY_OF.get(s["label"], "other"), box=tuple(s["box"]))
            for s in row.subjects
        ],
        snapshot=f"/api/v1/alerts/{row.id}/snapshot" if row.snapshot else None,
        evidence=beside.evidence,
        source=row.source,
        state=row.state,
        acked=DeedView(by=row.acked_by, at=row.acked_at) if row.acked_by else None,
        dismissed=dismissed or None,
        shelved=beside.shelved,
        incident=beside.incident,
        dispatch=beside.dispatch,
        police=beside.police,
    )


def _blind(row: Row[Any]) -> BlindView:
    return BlindView(
        id=row.id, revision=row.revision, camera=row.camera, reason=row.reason, began=row.began, ended=row.ended
    )
