"""One thing followed through the frames of one camera."""

from dataclasses import dataclass
from datetime import datetime

from models.geometry import Box, Point


@dataclass(frozen=True, slots=True)
class Track:
    """A followed thing as of one frame.

    Attributes:
        id: Number within its camera; never used twice, also not after a restart.
        label: COCO-80 class number.
        box: Where it is in this frame, fractions.
        score: The detector's score in this frame, 0..1.
        first_seen, last_seen: `taken` of its first and its latest frame.
    """

    id: int
    label: int
    box: Box
    score: float
    first_seen: datetime
    last_seen: datetime

    @property
    def feet(self) -> Point:
        """Bottom centre of the box: where it stands."""
        x0, _, x1, y1 = self.box
        return ((x0 + x1) / 2, y1)
