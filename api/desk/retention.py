"""Removes evidence whose days are over, and more only where the configuration says so; each removal is audited."""

import asyncio
import logging
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import Books, Guard, writing
from config.site import Evidence
from models.clock import monotonic_now, utc_now
from models.evidence import Day, FolderStore
from models.tables import alert, dispatch, evidence, photo

log: Final = logging.getLogger("desk")

_LOOK_S: Final = 60.0


class Retention:
    """Looks once a minute.

    Args:
        engine, guard: The database, and the desk's right to write it.
        store: The evidence folder.
        limits: What the configuration allows.
    """

    def __init__(self, engine: AsyncEngine, guard: Guard, store: FolderStore, limits: Evidence) -> None:
        self._engine, self._guard, self._store, self._limits = engine, guard, store, limits
        self._looked = -_LOOK_S

    async def look(self) -> None:
        """Remove what may go, if it is time to look.

        Raises:
            LeaseLostError: another desk has taken the lease.
            AWAY: the database is away (models.dialect); nothing was removed.
        """
        if monotonic_now() - self._looked < _LOOK_S:
            return
        self._looked = monotonic_now()
        days = await asyncio.to_thread(lambda: list(self._store.days()))
        for day, why in removable(days, self._limits, utc_now().date()):
            await self._remove(day, why)

    async def _remove(self, day: Day, why: str) -> None:
        """Written down first: a file that goes without a word would be a lie, a word without its file is mended."""
        async with writing(self._engine, self._guard) as books:
            await _note(books, day, why)
        try:
            await asyncio.to_thread(self._store.remove_day, day.date)
        except OSError as error:
            log.warning("the evidence of %s cannot be removed: %s", day.date, error)


def removable(days: list[Day], limits: Evidence, today: date) -> list[tuple[Day, str]]:
    """The days that go, oldest first, and why: `retention`, or `quota` where the configuration says remove_oldest."""
    oldest = today - timedelta(days=limits.retention_days)
    gone = [(day, "retention") for day in days if day.date < oldest]
    if limits.when_full == "keep":
        return gone
    kept = [day for day in days if day.date >= oldest]
    used = sum(day.bytes for day in kept)
    for day in kept[:-1]:  # never the newest: its alerts are still being dealt with
        if used <= limits.quota_bytes:
            break
        gone.append((day, "quota"))
        used -= day.bytes
    return gone


async def _note(books: Books, day: Day, why: str) -> None:
    prefix = f"{day.date:%Y/%m/%d}/"
    books.note("desk", "evidence.removed", str(day.date), why=why, files=day.files, bytes=day.bytes)
    ours = evidence.c.key.startswith(prefix, autoescape=True) & evidence.c.removed.is_(None)
    told = select(evidence.c.alert_id).where(ours).join(alert, alert.c.id == evidence.c.alert_id).distinct()
    for alert_id in (await books.connection.execute(told)).scalars():
        books.tell("alert", alert_id)
    await books.connection.execute(update(evidence).where(ours).values(removed=books.at))
    photographed = photo.c.key.startswith(prefix, autoescape=True) & photo.c.removed.is_(None)
    sent = select(dispatch.c.alert_id).join(photo, photo.c.dispatch_id == dispatch.c.id).where(photographed).distinct()
    for alert_id in (await books.connection.execute(sent)).scalars():
        books.tell("alert", alert_id)
    await books.connection.execute(update(photo).where(photographed).values(removed=books.at))
