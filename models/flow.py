"""Flow: how many crossed a line in either direction, minute by minute of a site's clock; longer windows are sums."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final, Literal
from uuid import UUID

WindowMinutes = Literal[1, 15, 60]

WINDOWS_MIN: Final[tuple[WindowMinutes, ...]] = (1, 15, 60)
"""Minutes of the windows that flow is told in."""


@dataclass(frozen=True, slots=True)
class FlowCount:
    """One revision of one minute of one line; a minute in which nobody crossed has none.

    Attributes:
        id: Minted once, with the first crossing of the minute.
        revision: 1 at the first word, then counted up; a higher revision replaces a lower one.
        camera, rule, line: Where: ids within the site, its camera.
        minute: Its first instant, UTC.
        into, out: How many so far, each direction.
    """

    id: UUID
    revision: int
    camera: str
    rule: str
    line: str
    minute: datetime
    into: int
    out: int


def window_of(at: datetime, minutes: int, zone: tzinfo) -> datetime:
    """First instant (UTC) of the window of so many minutes that holds `at`, by the clock of `zone`.

    An hour in which that clock is changed by less than an hour is two windows.
    """
    local = at.astimezone(zone)
    into = timedelta(minutes=local.minute % minutes, seconds=local.second, microseconds=local.microsecond)
    return at - into


def summed(counts: Iterable[FlowCount], minutes: int, zone: tzinfo) -> dict[tuple[str, str, datetime], tuple[int, int]]:
    """(in, out) by camera, line and first instant of the window; counts are the newest revisions of their minutes."""
    sums: dict[tuple[str, str, datetime], tuple[int, int]] = {}
    for count in counts:
        key = (count.camera, count.line, window_of(count.minute, minutes, zone))
        into, out = sums.get(key, (0, 0))
        sums[key] = (into + count.into, out + count.out)
    return sums
