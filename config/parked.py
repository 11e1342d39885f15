"""The rules about what stands still where it may not."""

from typing import Annotated, Literal

from pydantic import Field

from config.checked import ANumber, Seconds
from config.watching import Labels, Level, Watching

AWhile = Annotated[float, ANumber, Field(ge=1, le=86400)]
"""Seconds; in less nothing that moves could be told from what stands."""


class Parked(Watching):
    """What rules about things that stand still have."""

    zone: str
    gap_s: Seconds = 60.0
    """What is hidden, or lost to the detector, for less than this has not left."""
    bridged_s: Seconds = 600.0
    """The same for a hole in the pictures; if it is still there afterwards, the hole counts as parked."""
    cooldown_s: Seconds = 300.0
    """A new breach this soon after the last one is counted into the same alert."""


class ParkRule(Parked):
    """PARK 机动车违停: a vehicle stands where none may."""

    rule: Literal["PARK"]
    labels: Labels = ("vehicle",)
    confirm_s: AWhile = 15.0
    """What has stood still for so long stands there: traffic that halts does not."""
    dwell_s: Seconds = 300.0
    """It must stand there this long after that."""
    escalate_s: Seconds | None = 900.0
    """What stands there this long in all makes it graver by one level; None: never."""
    escalate_again_s: Seconds | None = 3600.0
    """And this long by another one."""
    level: Level = 4


class FireLaneRule(Parked):
    """FIRELANE 占用消防通道: a vehicle stands where the fire engine must pass."""

    rule: Literal["FIRELANE"]
    labels: Labels = ("vehicle",)
    confirm_s: AWhile = 15.0
    """As in PARK."""
    dwell_s: Seconds = 120.0
    """As in PARK."""
    escalate_s: Seconds | None = 600.0
    """As in PARK."""
    level: Level = 2


class TwoWheelerParkRule(Parked):
    """TW_PARK 二轮车违停: a two-wheeler stands where none may."""

    rule: Literal["TW_PARK"]
    labels: Labels = ("two_wheeler",)
    dwell_s: AWhile = 180.0
    """It must stand still this long."""
    cooldown_s: Seconds = 900.0
    """As in PARK."""
    level: Level = 4
