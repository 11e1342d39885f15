"""The rules a camera may run, with their parameters and what each is measured against."""

from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from config.checked import ANumber, Seconds
from config.hours import WindowText
from config.modelled import FightRule, FireRule
from config.parked import FireLaneRule, ParkRule, TwoWheelerParkRule
from config.suspected import AbandonRule, FallRule
from config.watching import Labels, Level, Watching, place_key

Many = Annotated[int, ANumber, Field(ge=1, le=1000)]


class IntrudeRule(Watching):
    """INTRUDE 区域入侵: feet inside a zone for a while."""

    rule: Literal["INTRUDE"]
    zone: str
    dwell_s: Seconds = 3.0
    """A track must stand inside this long."""
    gap_s: Seconds = 1.0
    """A track that leaves for less than this has not left (hysteresis)."""
    cooldown_s: Seconds = 120.0
    """A new breach this soon after the last one is counted into the same alert."""
    level: Level = 3


class LoiterRule(Watching):
    """LOITER 徘徊逗留: somebody stays in a zone for long, by night for less long."""

    rule: Literal["LOITER"]
    zone: str
    dwell_s: Seconds = 120.0
    """A track must stay this long."""
    night_dwell_s: Seconds = 60.0
    """The same in the site's night."""
    gap_s: Seconds = 5.0
    """Who leaves, or is lost to the detector, for less than this has not left."""
    escalate_s: Seconds | None = 300.0
    """Who stays this long makes it graver by one level; None: never."""
    cooldown_s: Seconds = 120.0
    """A new breach this soon after the last one is counted into the same alert."""
    level: Level = 4


class TwoWheelerInRule(Watching):
    """TW_IN 二轮车进楼: a two-wheeler in a doorway."""

    rule: Literal["TW_IN"]
    zone: str
    labels: Labels = ("two_wheeler",)
    dwell_s: Seconds = 2.0
    """A track must stand inside this long."""
    gap_s: Seconds = 1.0
    """A track that leaves for less than this has not left (hysteresis)."""
    cooldown_s: Seconds = 120.0
    """A new breach this soon after the last one is counted into the same alert."""
    level: Level = 3


class CrowdRule(Watching):
    """CROWD 人员聚集: many people in a zone for a while, by night fewer and sooner."""

    rule: Literal["CROWD"]
    zone: str
    persons: Many = 8
    """At least so many at once; who they are may change."""
    dwell_s: Seconds = 60.0
    """For so long."""
    night_persons: Many = 5
    """The same in the site's night."""
    night_dwell_s: Seconds = 45.0
    """For so long in the site's night."""
    clear_persons: Many = 6
    """It is over when there have been fewer than these, at most `persons`, for `clear_s` (hysteresis)."""
    night_clear_persons: Many = 4
    """The same in the site's night."""
    clear_s: Seconds = 30.0
    """For so long there must have been fewer."""
    gap_s: Seconds = 3.0
    """So many must have been seen in one picture at least this often: detections are missed."""
    grave_persons: Many = 20
    """So many make it graver by one level, and so does the night."""
    cooldown_s: Seconds = 300.0
    """A new breach this soon after the last one is counted into the same alert."""
    level: Level = 3


class CongestRule(Watching):
    """CONGEST 出入口拥堵: vehicles and two-wheelers that hardly move."""

    rule: Literal["CONGEST"]
    zone: str
    labels: Labels = ("vehicle", "two_wheeler")
    things: Many = 5
    """At least so many at once; which they are may change."""
    dwell_s: Seconds = 60.0
    """For so long."""
    pace: Annotated[float, ANumber, Field(gt=0, le=10)] = 0.2
    """What goes more slowly than so many lengths of its own a second hardly moves."""
    clear_things: Many = 4
    """It is over when there have been fewer than these, at most `things`, for `clear_s` (hysteresis)."""
    clear_s: Seconds = 30.0
    """For so long there must have been fewer."""
    gap_s: Seconds = 5.0
    """So many must have been seen in one picture at least this often: queues move on by jerks."""
    cooldown_s: Seconds = 300.0
    """A new breach this soon after the last one is counted into the same alert."""
    level: Level = 3


class LineRule(Watching):
    """LINE 越界: feet cross a directed line."""

    rule: Literal["LINE"]
    line: str
    settle_s: Seconds = 0.3
    """A track must be this long on either side, so that a trembling box on the line does not count."""
    cooldown_s: Seconds = 30.0
    """A crossing this soon after the last one is counted into the same alert."""
    level: Level = 4


class WrongWayRule(Watching):
    """WRONGWAY 逆行: vehicles and two-wheelers go against the way across a line."""

    rule: Literal["WRONGWAY"]
    labels: Labels = ("vehicle", "two_wheeler")
    line: str
    """Its `direction`, in or out, is the right way."""
    zone: str | None = None
    """Where; None: on both sides of the line, as wide as it is long."""
    against_s: Seconds = 2.0
    """A track must go against it this long."""
    lengths: Annotated[float, ANumber, Field(ge=0.1, le=100)] = 1.5
    """And so many lengths of its own."""
    cooldown_s: Seconds = 30.0
    """The next one this soon after the last one is counted into the same alert."""
    level: Level = 4


class FlowRule(Watching):
    """FLOW 人流量统计: how many cross a line in either direction; with a limit, too many are an alert."""

    rule: Literal["FLOW"]
    line: str
    settle_s: Seconds = 0.3
    """As in LINE."""
    limit: Annotated[int, ANumber, Field(ge=1, le=100_000)] | None = None
    """So many in and out within one window are an alert; None: a statistic only."""
    window_min: Annotated[Literal[1, 15, 60], ANumber] = 15
    """Minutes of the limit's window, aligned to the site's clock."""
    cooldown_s: Seconds = 900.0
    """Another window over the limit this soon after the last one is counted into the same alert."""
    level: Level = 4


class NightRule(Watching):
    """NIGHT 夜间出入: how many cross a line in either direction at night; a record only, residents live here."""

    rule: Literal["NIGHT"]
    line: str
    settle_s: Seconds = 0.3
    """As in LINE."""
    hours: Annotated[tuple[WindowText, ...], Field(min_length=1)] = ("00:00-05:00",)
    """Windows on the site's clock in which it counts."""


Rule = Annotated[
    IntrudeRule
    | LoiterRule
    | CrowdRule
    | CongestRule
    | TwoWheelerInRule
    | TwoWheelerParkRule
    | FireLaneRule
    | ParkRule
    | AbandonRule
    | FallRule
    | FireRule
    | FightRule
    | LineRule
    | WrongWayRule
    | FlowRule
    | NightRule,
    Field(discriminator="rule"),
]

PLACE_KEYS: Final[dict[str, Literal["zone", "line"]]] = {
    get_args(kind.model_fields["rule"].annotation)[0]: place_key(kind) for kind in get_args(get_args(Rule)[0])
}
"""Each rule's name, and which of its keys names its place."""
