"""How much proof of an alert is kept, and for how long."""

from typing import Annotated, Final, Literal

from pydantic import Field

from config.checked import ANumber, Checked
from config.relations import LEGAL_DAYS

_GIB: Final = 2**30

ClipSeconds = Annotated[float, ANumber, Field(ge=1, le=60)]
Gibibytes = Annotated[float, ANumber, Field(ge=0, le=1_000_000)]


class Evidence(Checked):
    """Snapshots and clips: their length, their lifetime, and the room they may take."""

    retention_days: Annotated[int, ANumber, Field(ge=1, le=3650)] = LEGAL_DAYS
    trial: bool = False
    """Nothing real is recorded here, so it may be kept for less than the law demands."""
    quota_gib: Annotated[float, ANumber, Field(gt=0, le=1_000_000)] = 200.0
    min_free_gib: Gibibytes = 1.0
    when_full: Literal["keep", "remove_oldest"] = "keep"
    clip_before_s: ClipSeconds = 10.0
    clip_after_s: ClipSeconds = 20.0

    @property
    def quota_bytes(self) -> int:
        """As `quota_gib`."""
        return round(self.quota_gib * _GIB)

    @property
    def min_free_bytes(self) -> int:
        """As `min_free_gib`."""
        return round(self.min_free_gib * _GIB)
