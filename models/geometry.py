"""Named geometry in fractions of the picture, so that it survives a change of resolution."""

from dataclasses import dataclass
from math import hypot
from typing import Literal

Point = tuple[float, float]
"""(x, y) in fractions of the picture, 0..1, origin top left."""

Box = tuple[float, float, float, float]
"""(x0, y0, x1, y1) in fractions of the picture, 0..1."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A named polygon.

    Attributes:
        id: Name within its camera.
        points: At least three corners; the last is joined to the first.
    """

    id: str
    points: tuple[Point, ...]

    def contains(self, point: Point) -> bool:
        """Whether the point lies inside (even-odd rule; the upper and left border count as inside)."""
        x, y = point
        inside = False
        for (ax, ay), (bx, by) in zip(self.points, (*self.points[1:], self.points[0]), strict=True):
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                inside = not inside
        return inside


@dataclass(frozen=True, slots=True)
class Line:
    """A named, directed line: who crosses from its left to its right, seen from `start` to `end`, goes in.

    Attributes:
        id: Name within its camera.
        start, end: Ends in fractions.
        direction: Which crossings a rule counts; `in` is left to right.
    """

    id: str
    start: Point
    end: Point
    direction: Literal["in", "out", "both"] = "both"

    def side(self, point: Point, wide: float) -> float:
        """Signed distance from the line in heights of the picture, which is `wide` of them wide; positive inside."""
        (ax, ay), (bx, by) = self.start, self.end
        dx, dy = wide * (bx - ax), by - ay
        return (dx * (point[1] - ay) - dy * wide * (point[0] - ax)) / hypot(dx, dy)

    def beside(self, point: Point, wide: float) -> bool:
        """Whether the point's foot on the line's carrier lies between its ends; `wide` as above."""
        (ax, ay), (bx, by) = self.start, self.end
        dx, dy = wide * (bx - ax), by - ay
        along = (wide * (point[0] - ax) * dx + (point[1] - ay) * dy) / (dx * dx + dy * dy)
        return 0.0 <= along <= 1.0
