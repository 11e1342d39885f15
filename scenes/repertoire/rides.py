"""Scripts of those who ride: WRONGWAY."""

from random import Random
from typing import Any, Final

from models.geometry import Zone
from scenes.breaches import Breach
from scenes.repertoire.ground import DAY, NIGHT, ROAD, SQUARE, clearly, edge, scene
from scenes.script import EXACT_FPS, SHAPES, VIEW, Script
from scenes.scripts import Go, Role, standings
from scenes.stage import Ground

_AGAINST_S: Final = 2.0
_LENGTHS: Final = 1.5
_KINDS: Final = ("motorcycle", "bicycle", "motorcycle", "car")
_ALONG: Final = {"line": ((-2.9, 12.0), (2.9, 12.0), "in")}
"""Along the road: nearer is right."""
_ACROSS: Final = {"line": ((0.0, 20.0), (0.0, 25.5), "in")}
"""Across the picture: from left to right is right."""


def _breach(role: Role, corners: tuple[Ground, ...], place: str) -> list[Breach]:
    """It has gone against the way for so long and so many lengths of its box, as the camera sees it."""
    zone, shape, began, gone = Zone("", corners), SHAPES[role.actor], None, 0.0
    before: tuple[float, float] | None = None
    ended = met = None
    for number, standing in standings(role, EXACT_FPS):
        at, scale = number / EXACT_FPS, VIEW.scale(standing.z)
        if not zone.contains((standing.x, standing.z)):
            continue
        pixel = VIEW.pixel((standing.x, 0.0, standing.z))
        here, long = pixel, max(shape.wide_m, shape.high_m) * scale
        began = at if began is None else began
        if before is not None:
            gone += ((here[0] - before[0]) ** 2 + (here[1] - before[1]) ** 2) ** 0.5 / long
        before, ended = here, at
        if met is None and at - began >= _AGAINST_S and gone >= _LENGTHS:
            met = at
    return [] if met is None or began is None or ended is None else [Breach("WRONGWAY", place, began, met, ended)]


def _ridden(dice: Random, name: str, wrong: list[Role], right: list[Role], *, along: bool, **more: Any) -> Script:  # noqa: ANN401
    corners, zone = (ROAD, "road") if along else (SQUARE, "square")
    rule = {"rule": "WRONGWAY", "line": "line", "zone": zone}
    breaches = tuple(breach for role in wrong for breach in _breach(role, corners, "line"))
    riders = [
        Role(
            "person",
            r.begins_s,
            (r.start[0], r.start[1] + 0.01),
            tuple(Go(s.x, s.z + 0.01, s.pace) for s in r.steps if isinstance(s, Go)),
        )
        for r in (*wrong, *right)
        if r.actor in ("motorcycle", "bicycle")
    ]
    more = {"others": (), "begins": dice.choice((DAY, NIGHT)), **more}
    lines = _ALONG if along else _ACROSS
    return scene(dice, name, 40, (*wrong, *right, *riders), rules=(rule,), breaches=breaches, lines=lines, **more)


def _rider(dice: Random, begins: float, *, away: bool, kmh: float | None = None, kind: str | None = None) -> Role:
    """Along the road, away from the camera (the wrong way) or towards it."""
    x, pace = dice.uniform(-1.6, 1.6), (dice.uniform(10, 30) if kmh is None else kmh) / 3.6
    start, end = (5.2, 42.0) if away else (42.0, 4.2)
    return Role(kind or dice.choice(_KINDS), begins, (x, start), (Go(x * 0.8, end, pace),))


def _sideways(dice: Random, begins: float, *, left: bool, kmh: float) -> Role:
    """Across the picture, to the left (the wrong way) or to the right."""
    z, side = dice.uniform(20.5, 24.5), 1 if left else -1
    start = side * edge(z, 2.5)
    return Role(dice.choice(("motorcycle", "bicycle")), begins, (start, z), (Go(-start, z, kmh / 3.6),))


def wrongway_along(dice: Random, name: str) -> Script:
    """Somebody rides up the road, at 10 to 30 km/h; another comes down it."""

    def make() -> Script:
        wrong, right = _rider(dice, dice.uniform(3, 8), away=True), _rider(dice, dice.uniform(18, 24), away=False)
        return _ridden(dice, name, [wrong], [right], along=True)

    return clearly(make)


def wrongway_slow(dice: Random, name: str) -> Script:
    """The same three pictures a second."""

    def make() -> Script:
        return _ridden(dice, name, [_rider(dice, 4, away=True, kmh=dice.uniform(10, 30))], [], along=True, fps=3.0)

    return clearly(make)


def wrongway_across(dice: Random, name: str) -> Script:
    """Somebody rides across the picture, at 10 to 30 km/h."""

    def make() -> Script:
        wrong = _sideways(dice, dice.uniform(3, 10), left=True, kmh=dice.uniform(10, 30))
        return _ridden(dice, name, [wrong], [], along=False, fps=dice.choice((5.0, 3.0)))

    return clearly(make)


def wrongway_fast(dice: Random, name: str) -> Script:
    """Somebody rides across the picture at 20 to 30 km/h, more than 20 m away, looked at three times a second."""

    def make() -> Script:
        wrong = _sideways(dice, dice.uniform(3, 10), left=True, kmh=dice.uniform(20, 30))
        return _ridden(dice, name, [wrong], [], along=False, fps=3.0)

    return clearly(make)


def wrongway_right(dice: Random, name: str) -> Script:
    """Everybody rides as they should."""
    return _ridden(dice, name, [], [_rider(dice, 2 + 8 * n, away=False) for n in range(4)], along=True)


def wrongway_crossing(dice: Random, name: str) -> Script:
    """Somebody rides across the road, from one side to the other."""
    crossing = [_sideways(dice, 2 + 9 * n, left=n % 2 == 0, kmh=dice.uniform(10, 22)) for n in range(4)]
    return _ridden(dice, name, [], crossing, along=True)


def wrongway_walker(dice: Random, name: str) -> Script:
    """People walk up the road, as they may."""
    walkers = [_rider(dice, 1 + 4 * n, away=True, kmh=5, kind="person") for n in range(3)]
    return _ridden(dice, name, [], walkers, along=True)


def wrongway_turns(dice: Random, name: str) -> Script:
    """Somebody sets back by less than a length, and goes on."""
    x, z = dice.uniform(-1, 1), dice.uniform(11, 13)
    back = (Go(x, z, 4.0), Go(x, z + 1.0, 0.9), Go(x, 4.2, 4.0))
    return _ridden(dice, name, [], [Role(dice.choice(_KINDS), 3, (x, 42.0), back)], along=True)
