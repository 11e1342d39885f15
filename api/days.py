"""What a site's local day means: its bounds, its blind seconds, its figures."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from api.sight import Sight, within
from api.views_screen import Figures
from api.views_time import BlindView
from models.tables import alert


def bounds(day: date, timezone: str) -> tuple[datetime, datetime]:
    """First instant of a local day and of the next one."""
    zone = ZoneInfo(timezone)
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def blind_seconds(spans: Sequence[BlindView], first: datetime, last: datetime) -> dict[str, float]:
    """Seconds within [first, last] in which each camera was blind; overlapping spans count once."""
    seconds: dict[str, float] = {}
    reached: dict[str, datetime] = {}
    for span in sorted(spans, key=lambda s: s.began):
        begin = max(span.began, first, reached.get(span.camera, first))
        end = min(span.ended or last, last)
        if end > begin:
            seconds[span.camera] = seconds.get(span.camera, 0.0) + (end - begin).total_seconds()
            reached[span.camera] = end
    return {camera: round(value, 3) for camera, value in seconds.items()}


async def figures(connection: AsyncConnection, first: datetime, last: datetime, sight: Sight) -> Figures:
    """Alerts in sight raised in [first, last), those that nobody has acknowledged ever, and how long it took."""
    seen = within(alert.c.camera, sight)
    today = seen & (alert.c.detected >= first) & (alert.c.detected < last)
    raised = select(func.count()).select_from(alert).where(today)
    unacked = select(func.count()).select_from(alert).where(seen, alert.c.state == "RAISED")
    waited = type_coerce(alert.c.acked_at, BigInteger) - type_coerce(alert.c.raised, BigInteger)
    mean = select(func.avg(waited)).where(today, alert.c.acked_at.is_not(None))
    micros = (await connection.execute(mean)).scalar_one()
    return Figures(
        raised_today=(await connection.execute(raised)).scalar_one(),
        unacked=(await connection.execute(unacked)).scalar_one(),
        mean_ack_s=None if micros is None else round(float(micros) / 1e6, 1),
    )
