"""What all rules have: whom they concern, when they watch, and their place on the picture."""

from typing import Annotated, Literal

from pydantic import Field

from config.checked import ANumber, Checked
from config.hours import ALWAYS, WindowText

Labels = Annotated[tuple[Literal["person", "two_wheeler", "vehicle", "bag"], ...], Field(min_length=1)]
Level = Annotated[Literal[1, 2, 3, 4], ANumber]


class Watching(Checked):
    """What every rule has: its name, and as `zone` or `line` its place on the picture."""

    rule: str
    labels: Labels = ("person",)
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
    return "zone" if "zone" in kind.model_fields and kind.model_fields["zone"].is_required() else "line"
