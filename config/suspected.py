"""The rules that only suspect: of a bag left behind and a person down, boxes show what looks like it."""

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from config.checked import ANumber, Checked, Seconds
from config.fractions import XY
from config.parked import AWhile, Parked
from config.watching import Labels, Level

_LAST_YEAR: Final = 2199
"""A day after it stands for never, and none is forgotten."""


def _day(value: Any) -> Any:  # noqa: ANN401 (whatever stands in the file)
    """A day that is written in quotes; anything else as it is, for a number may be a day by mistake only."""
    try:
        written = isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
        return date.fromisoformat(value) if written else value
    except ValueError:
        return value


def _comes(day: date) -> date:
    if day.year > _LAST_YEAR:
        raise ValueError(f"lies so far ahead that it would be forgotten; write a day up to {_LAST_YEAR}-12-31")
    return day


Day = Annotated[date, Field(strict=True), BeforeValidator(_day), AfterValidator(_comes)]


class Fixture(Checked):
    """A thing that belongs there, for a while: what is fixed for good leaves the zone."""

    at: XY
    """A point within its box."""
    until: Day
    """Its last day, by the site's clock."""


class Suspected(Parked):
    """What both have."""

    fixtures: tuple[Fixture, ...] = ()
    """What is not told of."""


class AbandonRule(Suspected):
    """ABANDON 疑似遗留物: a bag stands there and nobody stays beside it."""

    rule: Literal["ABANDON"]
    labels: Labels = ("bag",)
    dwell_s: AWhile = 120.0
    """It must stand there this long after the last one who stayed beside it."""
    reach: Annotated[float, ANumber, Field(gt=0, le=20)] = 1.5
    """Whoever is no farther away than so many heights of their own is beside it."""
    beside_s: AWhile = 10.0
    """Whoever is beside it for so long stays there; others pass by."""
    level: Level = 3


class FallRule(Suspected):
    """FALL 疑似倒地: a person lies there with little motion."""

    rule: Literal["FALL"]
    dwell_s: AWhile = 10.0
    """For so long."""
    flat: Annotated[float, ANumber, Field(ge=0.5, le=10)] = 1.4
    """Who is at least so many times as long as high lies."""
    gap_s: Seconds = 5.0
    """As in PARK."""
    bridged_s: Seconds = 60.0
    """As in PARK."""
    cooldown_s: Seconds = 120.0
    """As in PARK."""
    level: Level = 2
