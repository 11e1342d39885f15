"""The rules a camera may run, with their parameters and what each is measured against."""

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from config.hours import ALWAYS, WindowText


def _no_switch(value: Any) -> Any:  # noqa: ANN401 (whatever stands in the file)
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")  # noqa: TRY004 (pydantic listens to ValueError)
    return value


ANumber = BeforeValidator(_no_switch)
"""Python counts true as 1; a configuration must not."""

Label = Literal["person", "two_wheeler", "vehicle"]
Seconds = Annotated[float, ANumber, Field(ge=0, le=86400)]


class Checked(BaseModel):
    """A part of the configuration: frozen, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Level = Annotated[Literal[1, 2, 3, 4], ANumber]


class Watching(Checked):
    """What every rule has: its name, and as `zone` or `line` its place on the picture."""

    rule: str
    labels: Annotated[tuple[Label, ...], Field(min_length=1)] = ("person",)
    armed: Annotated[tuple[WindowText, ...], Field(min_length=1)] = ALWAYS
    """Windows on the site's clock in which it watches; outside of them it says nothing."""

    @property
    def id(self) -> str:
        """Names the rule within its camera."""
        return f"{self.rule}:{self.place}"

    @property
    def place(self) -> str:
        """Id of the zone or line that it watches."""
        return str(getattr(self, place_key(type(self))))


def place_key(kind: type[Watching]) -> Literal["zone", "line"]:
    """Which key of a rule names its place."""
    return "zone" if "zone" in kind.model_fields else "line"


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


class LineRule(Watching):
    """LINE 越界: feet cross a directed line."""

    rule: Literal["LINE"]
    line: str
    settle_s: Seconds = 0.3
    """A track must be this long on either side, so that a trembling box on the line does not count."""
    cooldown_s: Seconds = 30.0
    """A crossing this soon after the last one is counted into the same alert."""
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


Rule = Annotated[IntrudeRule | LoiterRule | LineRule | FlowRule, Field(discriminator="rule")]

PLACE_KEYS: Final[dict[str, Literal["zone", "line"]]] = {
    get_args(kind.model_fields["rule"].annotation)[0]: place_key(kind) for kind in get_args(get_args(Rule)[0])
}
"""Each rule's name, and which of its keys names its place."""
