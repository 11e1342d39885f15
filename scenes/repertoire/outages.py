"""Scripts of a camera's link: it is out for long, or drops out again and again and is back soon."""

from random import Random
from typing import Final

from config.health import Health
from scenes.breaches import Breach, merged
from scenes.script import Script

CODE: Final = "CAM_OFFLINE"
_LIMITS: Final = Health()
_AFTER_S: Final = 30.0
"""What is over is to be seen to end."""


def _scene(name: str, holes: list[tuple[float, float]]) -> Script:
    """A camera that is out in those holes, seconds; whoever is out for long enough is told of."""
    out = [
        Breach(CODE, "", since, since + _LIMITS.offline_s, until)
        for since, until in holes
        if until - since >= _LIMITS.offline_s
    ]
    breaches = tuple(merged(out, _LIMITS.cooldown_s))
    return Script(name, round(holes[-1][1] + _AFTER_S), (), (), {}, {}, breaches, holes=tuple(holes), fps=1.0)


def _after_one_another(dice: Random, lasting: list[float], apart: tuple[float, float]) -> list[tuple[float, float]]:
    holes, at = [], 0.0
    for lasts in lasting:
        at += dice.uniform(*apart)
        holes.append((at, at + lasts))
        at += lasts
    return holes


def out(dice: Random, name: str) -> Script:
    """Once, for up to five minutes."""
    return _scene(name, _after_one_another(dice, [dice.uniform(32, 300)], (20, 90)))


def again(dice: Random, name: str) -> Script:
    """And again a minute later, which is the same trouble, and once more after long."""
    first, last = [dice.uniform(33, 90) for _ in range(2)], [dice.uniform(33, 90)]
    holes = _after_one_another(dice, first, (20, 80))
    shift = holes[-1][1]
    return _scene(name, [*holes, *((a + shift, b + shift) for a, b in _after_one_another(dice, last, (200, 300)))])


def shaky(dice: Random, name: str) -> Script:
    """After it had dropped out for some seconds again and again."""
    drops = [dice.uniform(2, 20) for _ in range(6)]
    return _scene(name, _after_one_another(dice, [*drops, dice.uniform(33, 120)], (8, 30)))


def drops(dice: Random, name: str) -> Script:
    """Again and again, each time for less than it must be."""
    return _scene(name, _after_one_another(dice, [dice.uniform(2, 28) for _ in range(12)], (8, 40)))


def flapping(dice: Random, name: str) -> Script:
    """It comes and goes every few seconds."""
    return _scene(name, _after_one_another(dice, [dice.uniform(1, 8) for _ in range(40)], (1.5, 6)))


def steady(dice: Random, name: str) -> Script:
    """It drops out once, for nearly as long as it may."""
    return _scene(name, _after_one_another(dice, [dice.uniform(26, 28.5)], (60, 300)))


HAPPENS: Final = {"out": out, "again": again, "shaky": shaky}
"""What must be told, by kind."""

ALIKE: Final = {"drops": drops, "flapping": flapping, "steady": steady}
"""What must not be."""
