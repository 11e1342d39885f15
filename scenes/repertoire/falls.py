"""Scripts of those who fall and lie, and of those who bend, sit, squat or stand behind something: FALL."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from scenes.breaches import Breach, merged
from scenes.repertoire.ground import DAY, NIGHT, YARD, edge, scene, spot, walk
from scenes.script import SHAPES, VIEW, Script
from scenes.scripts import Go, Role, Stand
from scenes.stage import HEIGHT, Ground

_DWELL_S: Final = 10.0
_COOLDOWN_S: Final = 120.0
_DOWN: Final = ("fallen", "fallen aslant")


def _turns(dice: Random, begins: float, goal: Ground, *postures: tuple[str, float]) -> tuple[Role, ...]:
    """Somebody comes, is for so many seconds in each of these postures, gets up and goes."""
    x, z = goal
    side, pace = dice.choice((-1, 1)), dice.uniform(1.1, 1.4)
    start = side * edge(z)
    at = begins + abs(start - x) / pace
    roles = [Role("person", begins, (start, z), (Go(x, z, pace),))]
    for posture, seconds in postures:
        roles.append(Role(posture, at, goal, (Stand(seconds),)))
        at += seconds
    roles.append(Role("person", at, goal, (Stand(1.0), Go(-side * edge(z), z, pace))))
    return tuple(roles)


def _falls(dice: Random, begins: float, lies_s: float, goal: Ground | None = None) -> tuple[Role, ...]:
    goal = spot(dice, YARD, 1.0) if goal is None else goal
    return _turns(dice, begins, goal, ("bending", 0.4), (dice.choice(_DOWN), lies_s), ("squatting", 1.2))


def _script(dice: Random, name: str, seconds: float, *roles: Role, **more: Any) -> Script:  # noqa: ANN401
    found = [
        Breach("FALL", "yard", role.begins_s, role.begins_s + _DWELL_S, role.begins_s + step.seconds)
        for role in roles
        if role.actor in _DOWN
        for step in role.steps
        if isinstance(step, Stand) and step.seconds >= _DWELL_S
    ]
    breaches = () if more.pop("silent", False) else tuple(merged(found, _COOLDOWN_S))
    rule = {"rule": "FALL", "zone": "yard", **more.pop("rule", {})}
    more = {"begins": dice.choice((DAY, NIGHT)), **more}
    return scene(dice, name, seconds, roles, rules=(rule,), breaches=breaches, **more)


def lies(dice: Random, name: str) -> Script:
    """Somebody falls, lies for a while and gets up."""
    return _script(dice, name, 55, *_falls(dice, 3, dice.uniform(14, 28)))


def helped(dice: Random, name: str) -> Script:
    """Somebody comes to help, and bends down beside."""
    x, z = spot(dice, YARD, 1.0)
    helper = _turns(dice, 12, (x + dice.choice((-1.5, 1.5)), z - 0.3), ("bending", dice.uniform(5, 12)))
    return _script(dice, name, 55, *_falls(dice, 3, dice.uniform(20, 28), (x, z)), *helper)


def passed(dice: Random, name: str) -> Script:
    """People walk by before, and do not stop."""
    past = [walk(dice, begins=t, z=6.6) for t in (9.0, 14.0, 17.0)]
    return _script(dice, name, 55, *_falls(dice, 3, dice.uniform(16, 28)), *past)


def _postured(dice: Random, name: str, posture: str, least: float) -> Script:
    return _script(dice, name, 60, *_turns(dice, 3, spot(dice, YARD, 1.0), (posture, dice.uniform(least, 35))))


def bends(dice: Random, name: str) -> Script:
    """Somebody bends down over something, for long."""
    return _postured(dice, name, "bending", 15)


def squats(dice: Random, name: str) -> Script:
    """Somebody squats to tie a shoe, or to rest."""
    return _postured(dice, name, "squatting", 15)


def sits(dice: Random, name: str) -> Script:
    """Somebody sits on a bench."""
    return _postured(dice, name, "sitting", 25)


def on_the_ground(dice: Random, name: str) -> Script:
    """Somebody sits on the ground, legs stretched a little."""
    return _postured(dice, name, "on the ground", 25)


def behind(dice: Random, name: str) -> Script:
    """Of somebody who stands behind a low wall only the upper half is seen."""
    return _postured(dice, name, "half hidden", 25)


def short(dice: Random, name: str) -> Script:
    """Somebody stumbles, is up again after half of the time, and so is the next."""
    both = (*_falls(dice, 3, dice.uniform(2, 6)), *_falls(dice, 28, dice.uniform(2, 6)))
    return _script(dice, name, 60, *both)


def fixture(dice: Random, name: str) -> Script:
    """A figure that lies on a poster has always been there, and is named as a fixture."""
    x, z = spot(dice, YARD, 1.0)
    at, up = VIEW.fraction((x, z)), SHAPES["fallen"].high_m / 2 * VIEW.scale(z) / HEIGHT
    fixtures = [{"at": (at[0], at[1] - up), "until": "2026-03-31"}]
    poster = Role("fallen", 0, (x, z), (Stand(60),))
    return _script(dice, name, 60, poster, rule={"fixtures": fixtures}, silent=True)


Maker = Callable[[Random, str], Script]
HAPPENS: Final[Mapping[str, Maker]] = {"lies": lies, "helped": helped, "passed": passed}
ALIKE: Final[Mapping[str, Maker]] = {
    "bends": bends,
    "squats": squats,
    "sits": sits,
    "on-the-ground": on_the_ground,
    "behind": behind,
    "short": short,
    "fixture": fixture,
}
