"""When a camera, or Kanmen itself, counts as troubled."""

from typing import Annotated

from pydantic import Field

from config.checked import ANumber, Checked, Seconds

_Patience = Annotated[float, ANumber, Field(ge=1, le=86400)]
_Share = Annotated[float, ANumber, Field(ge=0, lt=0.8)]

NEVER_BLURRED = 100.0
"""Times as wide as usual that no edge is."""


class Health(Checked):
    """When a camera, or Kanmen itself, counts as troubled."""

    stall_s: Seconds = 3.0
    freeze_s: Seconds = 15.0
    blind_s: Seconds = 1.5
    offline_s: _Patience = 30.0
    covered_s: _Patience = 10.0
    covered_below: _Share = 0.03
    moved_s: _Patience = 10.0
    moved_below: _Share = 0.25
    blurred_s: _Patience = 60.0
    blurred_from: Annotated[float, ANumber, Field(gt=1, le=NEVER_BLURRED)] = 1.6
    clear_s: Seconds = 5.0
    cooldown_s: Seconds = 120.0
    silent_s: _Patience = 10.0
    clock_step_s: Annotated[float, ANumber, Field(gt=0, le=86400)] = 2.0

    @property
    def looks(self) -> bool:
        """Whether any check of the pictures is on."""
        return self.covered_below > 0 or self.moved_below > 0 or self.blurred_from < NEVER_BLURRED
