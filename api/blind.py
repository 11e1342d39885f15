"""Blind time by camera and hour of a local day: where a quiet wall was no safe one, and why."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.armed import InForce, in_force_between, unarmed_s
from api.days import bounds
from api.reading import blind_between
from api.views_time import BlindCamera, BlindDay, BlindHour, BlindView
from config.site import Site
from models.tables import alert
from models.tables_access import audit

_HOUR: Final = timedelta(hours=1)


async def blind_day(connection: AsyncConnection, site: Site, day: date, now: datetime) -> BlindDay:
    """The blind time of a local day, as far as it has passed."""
    first, next_day = bounds(day, site.timezone)
    until = min(max(now, first), next_day)
    spans = await blind_between(connection, first, until)
    spans += _silent(site, spans, await _silences(connection, first, until))
    configurations = await in_force_between(connection, first, next_day)
    recorded = (await connection.execute(select(audit.c.at).order_by(audit.c.id).limit(1))).scalar_one_or_none()
    return BlindDay(
        day=day,
        first=first,
        until=until,
        recorded=recorded,
        cameras=[_camera(camera.id, spans, configurations, (first, next_day, until)) for camera in site.cameras],
    )


def by_hour(spans: Sequence[BlindView], first: datetime, last: datetime, until: datetime) -> list[BlindHour]:
    """The blind seconds of one camera in each hour from `first` to `last`, up to `until`; overlaps count once."""
    hours = []
    at = first.astimezone(UTC)  # hours that pass: a local clock may be set forward
    while at < last:
        reasons: dict[str, float] = {}
        reached = at
        for span in sorted(spans, key=lambda s: s.began):
            begin, end = max(span.began, reached), min(span.ended or until, at + _HOUR, until)
            if end > begin:
                reasons[span.reason] = reasons.get(span.reason, 0.0) + (end - begin).total_seconds()
                reached = end
        hours.append(
            BlindHour(
                began=at,
                seconds=round(sum(reasons.values()), 3),
                reasons={reason: round(seconds, 3) for reason, seconds in reasons.items()},
                unarmed_s=0.0,
            )
        )
        at += _HOUR
    return hours


def _camera(
    camera: str,
    spans: Sequence[BlindView],
    configurations: Sequence[InForce],
    day: tuple[datetime, datetime, datetime],
) -> BlindCamera:
    hours = [
        hour.model_copy(update={"unarmed_s": unarmed_s(configurations, camera, hour.began)})
        for hour in by_hour([span for span in spans if span.camera == camera], *day)
    ]
    reasons: dict[str, float] = {}
    for hour in hours:
        for reason, seconds in hour.reasons.items():
            reasons[reason] = round(reasons.get(reason, 0.0) + seconds, 3)
    return BlindCamera(camera=camera, seconds=round(sum(reasons.values()), 3), reasons=reasons, hours=hours)


async def _silences(connection: AsyncConnection, first: datetime, until: datetime) -> list[tuple[str, datetime]]:
    """(id, beginning) of the silences of detection that last: it writes into the ledger only when it is back."""
    query = select(alert.c.id, alert.c.began).where(
        alert.c.code == "SYS_DETECT", alert.c.ended.is_(None), alert.c.began < until
    )
    return [(row.id, max(row.began, first)) for row in (await connection.execute(query)).all()]


def _silent(site: Site, spans: Sequence[BlindView], silences: Sequence[tuple[str, datetime]]) -> list[BlindView]:
    """Blind spans of cameras while detection is silent, where the ledger itself does not yet say so."""
    known: Mapping[str, datetime] = {span.camera: span.ended for span in spans if span.ended is not None}
    return [
        BlindView(id=silence, revision=1, camera=camera.id, reason="process_down", began=began, ended=None)
        for silence, began in silences
        for camera in site.cameras
        if camera.id not in known or known[camera.id] < began
    ]
