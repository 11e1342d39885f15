"""When cameras were armed: by the configuration that was in force then, as the watch machine told it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from config.hours import Hours
from models.tables import configuration

_MINUTE: Final = timedelta(minutes=1)
"""Armed hours begin and end on minutes; of a minute in which the configuration changed, the older one counts."""


@dataclass(frozen=True, slots=True)
class InForce:
    """One configuration: since when it was in force, and the hours of each camera's rules; None: it does not say."""

    since: datetime
    armed: Mapping[str, Sequence[Hours]] | None

    def arms(self, camera: str, at: datetime) -> bool:
        """Whether a rule of the camera was armed; a camera that it does not know had none."""
        return self.armed is None or any(hours.hold(at) for hours in self.armed.get(camera, ()))


async def in_force_between(connection: AsyncConnection, first: datetime, last: datetime) -> list[InForce]:
    """The configurations that were in force at some time in [first, last), the newest first."""
    rows = select(configuration.c.since, configuration.c.timezone, configuration.c.armed).order_by(
        configuration.c.since.desc(), configuration.c.number.desc()
    )
    during = (await connection.execute(rows.where(configuration.c.since > first, configuration.c.since < last))).all()
    before = (await connection.execute(rows.where(configuration.c.since <= first).limit(1))).all()
    return [InForce(row.since, _hours(row.armed, ZoneInfo(row.timezone))) for row in (*during, *before)]


def unarmed_s(configurations: Sequence[InForce], camera: str, began: datetime) -> float:
    """Seconds of the hour from `began` on in which none of the camera's rules was armed."""
    minutes = (began + number * _MINUTE for number in range(60))
    return 60.0 * sum(not _is_armed(configurations, camera, minute) for minute in minutes)


def _is_armed(configurations: Sequence[InForce], camera: str, at: datetime) -> bool:
    """Before the first configuration that we were told of nothing is known, and nothing claimed."""
    return next((one.arms(camera, at) for one in configurations if one.since <= at), True)


def _hours(armed: Mapping[str, Sequence[Sequence[str]]] | None, zone: ZoneInfo) -> dict[str, list[Hours]] | None:
    if armed is None:
        return None
    return {camera: [Hours.of(windows, zone) for windows in rules] for camera, rules in armed.items()}
