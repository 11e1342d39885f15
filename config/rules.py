"""The rules a camera may run, with their parameters and what each is measured against."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


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


class IntrudeRule(Checked):
    """INTRUDE 区域入侵: feet inside a zone for a while."""

    rule: Literal["INTRUDE"]
    zone: str
    labels: Annotated[tuple[Label, ...], Field(min_length=1)] = ("person",)
    dwell_s: Seconds = 3.0
    """A track must stand inside this long."""
    gap_s: Seconds = 1.0
    """A track that leaves for less than this has not left (hysteresis)."""
    cooldown_s: Seconds = 120.0
    """A new breach this soon after the last one is counted into the same alert."""
    level: Annotated[Literal[1, 2, 3, 4], ANumber] = 3

    @property
    def id(self) -> str:
        """Names the rule within its camera."""
        return f"{self.rule}:{self.zone}"


class LineRule(Checked):
    """LINE 越界: feet cross a directed line."""

    rule: Literal["LINE"]
    line: str
    labels: Annotated[tuple[Label, ...], Field(min_length=1)] = ("person",)
    settle_s: Seconds = 0.3
    """A track must be this long on either side, so that a trembling box on the line does not count."""
    cooldown_s: Seconds = 30.0
    """A crossing this soon after the last one is counted into the same alert."""
    level: Annotated[Literal[1, 2, 3, 4], ANumber] = 4

    @property
    def id(self) -> str:
        """Names the rule within its camera."""
        return f"{self.rule}:{self.line}"


Rule = Annotated[IntrudeRule | LineRule, Field(discriminator="rule")]
