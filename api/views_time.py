"""What happened over time, as it is shown: when cameras were blind, and how many crossed the lines."""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, Field

from api.views import Stamp


class BlindView(BaseModel):
    """A span in which a camera could not have alerted."""

    id: str
    revision: int
    camera: str
    reason: str
    began: Stamp
    ended: Stamp | None


class FlowView(BaseModel):
    """How many crossed a line within one minute, so far."""

    id: str
    revision: int
    camera: str
    line: str
    minute: Stamp
    into: int = Field(serialization_alias="in")
    out: int


class Passed(BaseModel):
    """How many crossed."""

    into: int = Field(serialization_alias="in")
    out: int


class FlowWindow(Passed):
    """A window of the site's clock; for `blind_s` seconds of it nobody could have been counted."""

    began: Stamp
    blind_s: float


class LineFlow(BaseModel):
    """A counted line: today so far, and its newest windows, oldest first; the last one runs."""

    camera: str
    line: str
    today: Passed
    windows: list[FlowWindow]


class FlowBoard(BaseModel):
    """The flow over all counted lines, in windows of so many minutes."""

    now: Stamp
    minutes: int
    lines: list[LineFlow]


class BlindHour(BaseModel):
    """One hour of a camera: seconds blind, by reason; apart from that, seconds in which none of its rules is armed."""

    began: Stamp
    seconds: float
    reasons: Mapping[str, float]
    unarmed_s: float


class BlindCamera(BaseModel):
    """One camera's day; `reasons` are seconds by reason, an hour for each of the day's (23 to 25)."""

    camera: str
    seconds: float
    reasons: Mapping[str, float]
    hours: list[BlindHour]


class BlindDay(BaseModel):
    """Blind time of a local day up to `until`; before `recorded` nobody kept a ledger, None: never."""

    day: date
    first: Stamp
    until: Stamp
    recorded: Stamp | None
    cameras: list[BlindCamera]
