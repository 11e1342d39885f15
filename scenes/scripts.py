"""The script of each demo entrance: who walks where and when, so that rules are met well apart, on and on."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from typing import Final

from scenes.stage import Ground

LOOP_S: Final = 36.0
"""All entrances loop together; nobody is seen at either end."""

FPS: Final = 12.5
"""Enough for the eye, cheap to decode eight times."""

FRAMES: Final = round(LOOP_S * FPS)

_PACE_MPS: Final = 1.35
"""How fast people walk, metres a second."""


@dataclass(frozen=True, slots=True)
class Go:
    """Walk straight to a point of the ground, at so many metres a second."""

    x: float
    z: float
    pace: float = _PACE_MPS


@dataclass(frozen=True, slots=True)
class Stand:
    """Stay where one is."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Role:
    """One appearance.

    Attributes:
        actor: Name of a `scenes.actors.Actor`.
        begins_s: When it is at `start`, seconds after the beginning of the loop.
        start: Where it comes from: out of sight.
        steps: What it does then; it ends out of sight.
        height_m: How tall it is.
    """

    actor: str
    begins_s: float
    start: Ground
    steps: tuple[Go | Stand, ...]
    height_m: float = 1.74


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a role is at one instant: on the ground, facing left (-1) or right (1), and how far it has walked."""

    x: float
    z: float
    facing: int
    walked_m: float
    moving: bool


def standings(role: Role, fps: float = FPS) -> Iterator[tuple[int, Standing]]:
    """(frame number, standing) for each frame in which the role is on, at so many frames a second."""
    at, (x, z) = role.begins_s, role.start
    walked, facing = 0.0, 1
    frame = int(-(-at * fps // 1))
    for step in role.steps:
        to = (step.x, step.z) if isinstance(step, Go) else (x, z)
        length = hypot(to[0] - x, to[1] - z)
        lasts = length / step.pace if isinstance(step, Go) else step.seconds
        if to[0] != x:
            facing = 1 if to[0] > x else -1
        while frame / fps < at + lasts:
            share = (frame / fps - at) / lasts
            here = x + (to[0] - x) * share, z + (to[1] - z) * share
            yield frame, Standing(*here, facing, walked + length * share, length > 0)
            frame += 1
        at, (x, z), walked = at + lasts, to, walked + length


SCRIPTS: Final[dict[str, tuple[Role, ...]]] = {
    "gate-1": (
        Role("cream", 0.2, (-4.9, 7.3), (Go(-1.0, 7.2), Stand(2.6), Go(0.3, 9.0), Go(0.4, 16.5), Go(5.5, 17.5))),
        Role(
            "navy", 15.0, (5.0, 17.0), (Go(0.6, 16.0, 1.6), Go(0.5, 9.4, 1.6), Go(-0.6, 7.6), Stand(4.0), Go(-5.6, 7.0))
        ),
        Role(
            "wine", 17.2, (5.6, 17.4), (Go(1.4, 16.4, 1.6), Go(1.9, 8.0, 1.6), Go(2.0, 7.4), Stand(2.5), Go(5.6, 6.4))
        ),
    ),
    "gate-2": (
        Role("olive", 3.2, (0.6, 1.8), (Go(0.3, 9.6), Stand(1.5), Go(0.0, 12.1), Go(-5.0, 12.3))),
        Role("dark", 18.0, (-5.0, 12.2), (Go(0.2, 12.0), Go(0.4, 9.8), Stand(1.2), Go(-0.2, 1.8))),
        Role(
            "grey",
            19.6,
            (-5.4, 12.4),
            (Go(-0.3, 12.3), Go(-0.5, 10.2, 0.7), Stand(3.0), Go(-0.6, 12.0), Go(-5.4, 12.5)),
        ),
    ),
    "gate-3": (
        Role("rust", 6.0, (5.4, 7.4), (Go(1.6, 7.6), Stand(1.0), Go(-1.6, 7.4), Stand(3.4), Go(-5.6, 7.2))),
        Role("sky", 8.4, (5.8, 6.4), (Go(2.4, 6.2), Stand(7.0), Go(5.8, 6.0))),
        Role("moss", 27.4, (-5.4, 7.4), (Go(-2.2, 7.2), Stand(2.3), Go(-5.2, 6.8, 1.6))),
    ),
    "gate-4": (
        Role(
            "grey",
            3.6,
            (-4.3, 5.6),
            (Go(-2.4, 7.2), Go(0.2, 7.2), Stand(4.0), Go(0.6, 11.5), Go(5.6, 14.0), Go(10.5, 14.4)),
        ),
        Role("wine", 2.0, (10.0, 14.2), (Go(2.6, 13.2), Stand(5.0), Go(10.2, 14.0))),
        Role("cream", 21.0, (4.4, 5.6), (Go(2.3, 7.0), Go(0.2, 7.0), Stand(2.6), Go(-1.0, 6.6), Go(-4.6, 5.4))),
        Role("dark", 22.4, (4.9, 5.4), (Go(2.5, 6.4), Stand(5.0), Go(4.9, 5.2))),
    ),
    "gate-5": (
        Role("bus", 7.6, (10.4, 9.2), (Go(0.6, 8.3, 2.5), Stand(5.5), Go(-9.6, 8.0, 2.7)), 2.75),
        Role("sky", 24.0, (5.0, 6.1), (Go(-5.0, 6.0, 1.4),)),
    ),
    "gate-6": (
        Role("navy", 2.4, (-5.4, 7.6), (Go(-0.8, 7.8), Stand(2.0), Go(5.6, 7.4))),
        Role("rust", 13.0, (5.6, 7.0), (Go(-5.4, 7.2),)),
        Role("olive", 14.6, (5.6, 8.2), (Go(-5.6, 8.0, 1.3),)),
        Role("dark", 24.4, (-5.2, 8.4), (Go(1.8, 8.6), Stand(1.4), Go(5.8, 8.2))),
    ),
    "gate-7": (
        Role("sky", 11.6, (-5.6, 8.6), (Go(-1.2, 8.2), Go(0.0, 7.9), Stand(3.2), Go(0.1, 12.4), Go(4.5, 12.6))),
        Role(
            "cream",
            25.2,
            (4.0, 12.6),
            (Go(0.1, 12.2, 1.8), Go(0.1, 8.2), Stand(1.2), Go(2.2, 7.2, 1.6), Go(5.2, 6.8, 1.6)),
        ),
    ),
    "gate-8": (
        Role("wine", 3.0, (5.0, 6.0), (Go(-4.9, 5.8, 1.4),)),
        Role("grey", 14.8, (-5.8, 8.9), (Go(-1.4, 9.0), Go(0.2, 8.8), Stand(3.4), Go(5.9, 8.6))),
        Role("rust", 24.0, (-4.8, 5.8), (Go(1.8, 6.0), Stand(1.6), Go(5.0, 5.8))),
    ),
}
"""By the demo's camera ids."""
