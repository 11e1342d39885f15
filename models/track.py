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
        begun: Where it was on its first frame, fractions; None where that is not known.
    """

    id: int
    label: int
    box: Box
    score: float
    first_seen: datetime
    last_seen: datetime
    begun: Box | None = None

    @property
    def feet(self) -> Point:
        """Where it stands."""
        return feet(self.box)


def feet(box: Box) -> Point:
    """The middle of its lower edge."""
    x0, _, x1, y1 = box
    return ((x0 + x1) / 2, y1)
