"""Reads how many crossed the counted lines, in windows of the site's clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.days import blind_seconds, bounds
from api.reading import blind_between
from api.views_time import BlindView, FlowView, FlowWindow, LineFlow, Passed
from config.rules import FlowRule
from config.site import Site
from models.flow import FlowCount, WindowMinutes, summed, window_of
from models.tables import flow

SHOWN: Final[dict[WindowMinutes, int]] = {1: 60, 15: 48, 60: 24}
"""How many windows are told of: an hour, half a day, a day."""

_CHUNK: Final = 500
"""Ids per query: databases bound the number of parameters."""


async def flow_views(connection: AsyncConnection, ids: Sequence[str]) -> list[FlowView]:
    """The counts of these ids, in no order."""
    views: list[FlowView] = []
    for start in range(0, len(ids), _CHUNK):
        rows = (await connection.execute(select(flow).where(flow.c.id.in_(ids[start : start + _CHUNK])))).all()
        views += [
            FlowView(
                id=row.id,
                revision=row.revision,
                camera=row.camera,
                line=row.line,
                minute=row.minute,
                into=row.into,
                out=row.out,
            )
            for row in rows
        ]
    return views


async def line_flows(connection: AsyncConnection, site: Site, minutes: WindowMinutes, now: datetime) -> list[LineFlow]:
    """Every line that the configuration counts, in its order, with its newest windows of so many minutes."""
    windows = _windows(now, minutes, SHOWN[minutes], site)
    counts = [_count(row) for row in (await connection.execute(select(flow).where(flow.c.minute >= windows[0]))).all()]
    sums = summed(counts, minutes, site.zone)
    spans = await blind_between(connection, windows[0], now)
    today = await _today(connection, site, now)
    return [
        LineFlow(
            camera=camera.id,
            line=rule.line,
            today=today.get((camera.id, rule.line), Passed(into=0, out=0)),
            windows=[
                _window(at, sums.get((camera.id, rule.line, at), (0, 0)), _blind(spans, camera.id, at, ends))
                for at, ends in zip(windows, [*windows[1:], now], strict=True)
            ],
        )
        for camera in site.cameras
        for rule in camera.rules
        if isinstance(rule, FlowRule)
    ]


def _windows(now: datetime, minutes: int, most: int, site: Site) -> list[datetime]:
    """First instants of the newest windows, oldest first; the last one holds `now`."""
    found = [window_of(now, minutes, site.zone)]
    while len(found) < most:
        found.append(window_of(found[-1] - timedelta(microseconds=1), minutes, site.zone))
    return found[::-1]


async def _today(connection: AsyncConnection, site: Site, now: datetime) -> dict[tuple[str, str], Passed]:
    first, _ = bounds(now.astimezone(site.zone).date(), site.timezone)
    query = (
        select(flow.c.camera, flow.c.line, func.sum(flow.c.into), func.sum(flow.c.out))
        .where(flow.c.minute >= first)
        .group_by(flow.c.camera, flow.c.line)
    )
    rows = (await connection.execute(query)).all()
    return {(camera, line): Passed(into=into, out=out) for camera, line, into, out in rows}


def _window(at: datetime, passed: tuple[int, int], blind_s: float) -> FlowWindow:
    return FlowWindow(began=at, into=passed[0], out=passed[1], blind_s=blind_s)


def _blind(spans: Sequence[BlindView], camera: str, first: datetime, last: datetime) -> float:
    return blind_seconds([span for span in spans if span.camera == camera], first, last).get(camera, 0.0)


def _count(row: Row[Any]) -> FlowCount:
    return FlowCount(UUID(row.id), row.revision, row.camera, row.rule, row.line, row.minute, row.into, row.out)
