"""The rules that ask a model of its own: off until `detector` names one."""

from typing import Annotated, Literal

from pydantic import Field

from config.checked import ANumber, Seconds
from config.watching import Level, Watching

Brief = Annotated[float, ANumber, Field(gt=0, le=60)]


class Modelled(Watching):
    """What such rules have."""

    zone: str
    hit_s: Brief = 3.0
    """Its model must see it for so long in all,"""
    of_s: Brief = 5.0
    """within the last so many seconds."""
    gap_s: Seconds = 10.0
    """It is over when it has not been seen for so long."""
    cooldown_s: Seconds = 60.0
    """A new breach this soon after the last one is counted into the same alert."""
    level: Level = 1


class FireRule(Modelled):
    """FIRE 明火烟雾: a model of its own sees fire or smoke."""

    rule: Literal["FIRE"]
    labels: tuple[Literal["fire"]] = ("fire",)  # type: ignore[assignment] # no other rule may name it


class FightRule(Modelled):
    """FIGHT 打架斗殴: a model of actions sees a fight; never inferred from many people who move."""

    rule: Literal["FIGHT"]
    labels: tuple[Literal["fight"]] = ("fight",)  # type: ignore[assignment] # as above
