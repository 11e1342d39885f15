"""What is to be seen of a script, picture by picture: the true boxes, and how much of each others hide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from models.geometry import Box
from scenes.script import SHAPES, VIEW, Script
from scenes.scripts import Role, Standing, standings
from scenes.stage import HEIGHT, WIDTH

_LEAST: Final = 0.3
"""Of a thing of which less is within the picture nothing is seen."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing in one picture.

    Attributes:
        role: Its number in the script.
        label: COCO-80 class number.
        box: What of it lies within the picture, fractions.
        hidden: The share of the box that nearer things cover, 0..1.
        pace: Metres a second.
        faint: As of its `Shape`.
    """

    role: int
    label: int
    box: Box
    hidden: float
    pace: float
    faint: float = 0.0


def sights(script: Script) -> Iterator[list[Sight]]:
    """For each picture of the script, all things that are seen in it, the farthest first."""
    cast = [dict(standings(role, script.fps)) for role in script.roles]
    for number in range(round(script.seconds * script.fps)):
        on = [
            (index, role, steps[number])
            for index, (role, steps) in enumerate(zip(script.roles, cast, strict=True))
            if number in steps
        ]
        on.sort(key=lambda one: (-one[2].z, one[0]))
        boxes = [_box(role, standing) for _, role, standing in on]
        seen = []
        for place, (index, role, standing) in enumerate(on):
            box, label = boxes[place], SHAPES[role.actor].label
            if box is None or label is None:
                continue
            before = cast[index].get(number - 1, standing)
            pace = (standing.walked_m - before.walked_m) * script.fps
            hidden, faint = _hidden(box, boxes[place + 1 :]), SHAPES[role.actor].faint
            seen.append(Sight(index, label, box, hidden, pace, faint))
        yield seen


def _box(role: Role, standing: Standing) -> Box | None:
    """Its box within the picture; None where too little of it is."""
    shape = SHAPES[role.actor]
    x, y = VIEW.pixel((standing.x, 0.0, standing.z))
    scale = VIEW.scale(standing.z)
    wide, high = shape.wide_m * scale, shape.high_m * scale
    x0, y0, x1, y1 = max(0.0, x - wide / 2), max(0.0, y - high), min(WIDTH, x + wide / 2), min(HEIGHT, y)
    if x1 <= x0 or y1 <= y0 or (x1 - x0) * (y1 - y0) < _LEAST * wide * high:
        return None
    return x0 / WIDTH, y0 / HEIGHT, x1 / WIDTH, y1 / HEIGHT


def _hidden(box: Box, nearer: Sequence[Box | None]) -> float:
    """The largest share of it that one nearer thing covers."""
    x0, y0, x1, y1 = box
    area, most = (x1 - x0) * (y1 - y0), 0.0
    for other in nearer:
        if other is not None:
            wide = min(x1, other[2]) - max(x0, other[0])
            high = min(y1, other[3]) - max(y0, other[1])
            if wide > 0 and high > 0:
                most = max(most, wide * high / area)
    return most
