"""One screen: the open alerts, the cases, the people on duty, and when a camera was blind."""

from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy import func, select

from api.blind import blind_day
from api.days import blind_seconds, bounds, figures
from api.push_reading import unreceived
from api.reading import blind_between, open_incidents, wall_alerts
from api.roster import duty
from api.shelf_reading import shelves
from api.views_screen import WallView
from api.views_time import BlindDay, BlindView
from api.web.calendar import Day
from api.web.gate import Wall, Watcher
from models.clock import utc_now
from models.tables import feed

router = APIRouter(prefix="/api/v1", tags=["wall"])


@router.get("/wall")
async def screen(wall: Wall, reader: Watcher) -> WallView:
    """Everything that one screen shows; the feed goes on after `feed_id`."""
    now = utc_now()
    first, next_day = bounds(now.astimezone(ZoneInfo(wall.site.timezone)).date(), wall.site.timezone)
    async with wall.engine.connect() as connection:
        # The number first: whatever is committed while the rest is read is told once more, not missed.
        told = (await connection.execute(select(func.max(feed.c.id)))).scalar_one_or_none()
        return WallView(
            feed_id=told or 0,
            now=now,
            alerts=await wall_alerts(connection, reader.cameras),
            incidents=await open_incidents(connection, reader.cameras),
            duty=await duty(connection),
            blind_today=blind_seconds(await blind_between(connection, first, now, reader.cameras), first, now),
            figures=await figures(connection, first, next_day, reader.cameras),
            unreceived=await unreceived(connection, reader.cameras),
            shelves=await shelves(connection, reader.cameras, now),
        )


@router.get("/blind")
async def blind(wall: Wall, reader: Watcher, day: Day | None = None) -> list[BlindView]:
    """The spans of a local day (today by default) in which cameras could not have alerted, oldest first."""
    zone = ZoneInfo(wall.site.timezone)
    async with wall.engine.connect() as connection:
        bound = bounds(day or utc_now().astimezone(zone).date(), wall.site.timezone)
        return await blind_between(connection, *bound, reader.cameras)


@router.get("/blind/hours")
async def blind_hours(wall: Wall, reader: Watcher, day: Day | None = None) -> BlindDay:
    """The blind time of a local day (today by default) by camera and hour, with its reasons."""
    now = utc_now()
    async with wall.engine.connect() as connection:
        return await blind_day(connection, reader.part_of(wall.site), day or now.astimezone(wall.site.zone).date(), now)
