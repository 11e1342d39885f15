"""How far apart and how long things are in a picture as it is shown, in its heights."""

from dataclasses import dataclass
from math import hypot
from typing import Final

from models.geometry import Box, Line, Point

WIDE: Final = 16 / 9
"""Heights to a width, for a picture that has not told its shape: most cameras' are such."""


def apart(one: Point, other: Point, wide: float) -> float:
    """The distance of two points of a picture that is so many of its heights wide."""
    return hypot(wide * (one[0] - other[0]), one[1] - other[1])


def length(box: Box, wide: float) -> float:
    """The longer side of a box, never 0; `wide` as above."""
    x0, y0, x1, y1 = box
    return max(wide * (x1 - x0), y1 - y0, 1e-6)


@dataclass(frozen=True, slots=True)
class Way:
    """The direction in which a line is crossed.

    Attributes:
        right, down: As a step of one height of the picture.
        wide: Heights to its width.
    """

    right: float
    down: float
    wide: float

    @staticmethod
    def of(line: Line, wide: float) -> "Way":
        """The way across it, as its `direction` says; inwards where that is both."""
        (ax, ay), (bx, by) = line.start, line.end
        dx, dy = wide * (bx - ax), by - ay
        sign = -1.0 if line.direction == "out" else 1.0
        return Way(-sign * dy / hypot(dx, dy), sign * dx / hypot(dx, dy), wide)

    def along(self, point: Point) -> float:
        """How far along the way a point is, in heights."""
        return self.wide * self.right * point[0] + self.down * point[1]


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes, 0..1; for a few of them, where arrays cost more."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    shared = wide * high
    areas = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
    return shared / (areas - shared)
