"""Scripts of those who cross a line: LINE, FLOW, NIGHT."""

from random import Random
from typing import Any, Final

from scenes.breaches import Breach, merged
from scenes.repertoire.ground import DAY, NIGHT, SILL_Z, edge, scene, sill
from scenes.script import EXACT_FPS, Script
from scenes.scripts import Go, Role, Stand, standings

_SETTLE: Final = 0.3
_LIMIT: Final = 6
_FAR, _NEAR = 14.5, 6.6
"""Where people come from and go to, metres away."""


def _crosser(dice: Random, begins: float, *, inwards: bool, x: float | None = None) -> Role:
    """Somebody who comes from one side of the picture and crosses the line."""
    first, last = (_FAR, _NEAR) if inwards else (_NEAR, _FAR)
    x, pace, side = dice.uniform(-2.2, 2.2) if x is None else x, dice.uniform(1.0, 1.6), dice.choice((-1, 1))
    steps = (Go(x, first, pace), Go(x + dice.uniform(-0.4, 0.4), last, pace), Go(side * edge(last), last, pace))
    return Role("person", begins, (dice.choice((-1, 1)) * edge(first), first), steps)


def _crossed(role: Role) -> list[tuple[float, bool]]:
    """(seconds, whether inwards) of each crossing, exactly."""
    found, before = [], None
    for number, standing in standings(role, EXACT_FPS):
        inwards = standing.z < SILL_Z
        if before is not None and inwards != before and abs(standing.x) < 3:  # noqa: PLR2004 (half the line)
            found.append((number / EXACT_FPS, inwards))
        before = inwards
    return found


def _line(dice: Random, name: str, seconds: float, *roles: Role) -> Script:
    crossed = [at for role in roles for at, inwards in _crossed(role) if inwards]
    breaches = tuple(merged([Breach("LINE", "sill", at, at + _SETTLE, at) for at in crossed], 30.0))
    rules = ({"rule": "LINE", "line": "sill"},)
    begins = dice.choice((DAY, NIGHT))
    return scene(dice, name, seconds, roles, rules=rules, breaches=breaches, lines=sill("in"), begins=begins)


def line_in(dice: Random, name: str) -> Script:
    """Somebody comes in."""
    return _line(dice, name, 35, _crosser(dice, dice.uniform(2, 8), inwards=True))


def line_pair(dice: Random, name: str) -> Script:
    """Two come in side by side, another soon after: one alert."""
    pair = [_crosser(dice, 3, inwards=True, x=x) for x in (-1.3, 0.9)]
    return _line(dice, name, 45, *pair, _crosser(dice, dice.uniform(8, 14), inwards=True))


def line_apart(dice: Random, name: str) -> Script:
    """One goes out while one comes in; the next is another alert."""
    first = _crosser(dice, 3, inwards=False, x=-1.6), _crosser(dice, 4, inwards=True, x=1.6)
    return _line(dice, name, 80, *first, _crosser(dice, dice.uniform(48, 55), inwards=True))


def _turning(dice: Random, begins: float) -> Role:
    """Somebody who comes up to the line and turns back."""
    x, side = dice.uniform(-2, 2), dice.choice((-1, 1))
    steps = (Go(x, _FAR), Go(x, SILL_Z + 0.8, 1.0), Stand(dice.uniform(0, 3)), Go(x, _FAR), Go(side * edge(_FAR), _FAR))
    return Role("person", begins, (side * edge(_FAR), _FAR), steps)


def _along(dice: Random, begins: float) -> Role:
    """Somebody who walks along the line."""
    side, z = dice.choice((-1, 1)), SILL_Z + dice.choice((-0.7, 0.8))
    return Role("person", begins, (side * edge(z), z), (Go(-side * edge(z), z, dice.uniform(1.0, 1.5)),))


def _beyond(dice: Random, begins: float) -> Role:
    """Somebody who crosses beyond the end of the line."""
    side = dice.choice((-1, 1))
    return Role(
        "person", begins, (side * edge(13), 13), (Go(side * 4.6, 12, 1.3), Go(side * 4.2, 8.2, 1.3), Go(side * 7, 8))
    )


def line_turns(dice: Random, name: str) -> Script:
    """People come up to the line and turn back."""
    return _line(dice, name, 60, *(_turning(dice, 2 + 12 * n) for n in range(3)))


def line_along(dice: Random, name: str) -> Script:
    """People walk along the line."""
    return _line(dice, name, 60, *(_along(dice, 2 + 9 * n) for n in range(5)))


def line_out(dice: Random, name: str) -> Script:
    """People go the other way, which is not watched."""
    return _line(dice, name, 60, *(_crosser(dice, 2 + 9 * n, inwards=False) for n in range(5)))


def _counted(roles: tuple[Role, ...]) -> dict[str, tuple[int, int]]:
    ways = [inwards for role in roles for _, inwards in _crossed(role)]
    return {"sill": (sum(ways), len(ways) - sum(ways))}


def _flow(dice: Random, name: str, *roles: Role, minutes: int = 1, limit: int = _LIMIT) -> Script:
    """One window, with a limit."""
    rules: tuple[dict[str, Any], ...] = ({"rule": "FLOW", "line": "sill", "limit": limit, "window_min": minutes},)
    crossed = sorted(at for role in roles for at, _ in _crossed(role))
    breaches: tuple[Breach, ...] = ()
    if len(crossed) >= limit:
        reached = crossed[limit - 1]
        breaches = (Breach("FLOW", "sill", 0.0, reached + _SETTLE, crossed[-1] + _SETTLE, len(crossed)),)
    counts = _counted(roles)
    return scene(dice, name, 60.0 * minutes, roles, rules=rules, breaches=breaches, counts=counts, others=())


def flow_rush(dice: Random, name: str) -> Script:
    """More people than the limit, in both directions."""
    n = dice.randint(_LIMIT, _LIMIT + 3)
    return _flow(dice, name, *(_crosser(dice, 1 + 4.5 * k, inwards=dice.choice((True, False))) for k in range(n)))


def flow_in_full(dice: Random, name: str) -> Script:
    """The same in a quarter of an hour, the window as it is by default."""
    n = dice.randint(32, 40)
    roles = (_crosser(dice, 1 + 21 * k + dice.uniform(0, 9), inwards=dice.choice((True, False))) for k in range(n))
    return _flow(dice, name, *roles, minutes=15, limit=30)


def flow_few(dice: Random, name: str) -> Script:
    """One fewer than the limit."""
    return _flow(
        dice, name, *(_crosser(dice, 1 + 8 * k, inwards=dice.choice((True, False))) for k in range(_LIMIT - 1))
    )


def flow_turns(dice: Random, name: str) -> Script:
    """Many come up to the line and turn back."""
    return _flow(dice, name, *(_turning(dice, 1 + 6 * k) for k in range(6)))


def flow_beyond(dice: Random, name: str) -> Script:
    """Many cross beyond the ends of the line, or walk along it."""
    return _flow(dice, name, *((_beyond if k % 2 else _along)(dice, 1 + 5 * k) for k in range(9)))


def _night(dice: Random, name: str, begins: str, *roles: Role) -> Script:
    rules = ({"rule": "NIGHT", "line": "sill"},)
    counts = _counted(roles) if begins == NIGHT else {"sill": (0, 0)}
    return scene(dice, name, 60, roles, rules=rules, counts=counts, begins=begins, others=())


def night_passage(dice: Random, name: str) -> Script:
    """People come and go by night."""
    n = dice.randint(2, 5)
    return _night(dice, name, NIGHT, *(_crosser(dice, 1 + 9 * k, inwards=dice.choice((True, False))) for k in range(n)))


def night_by_day(dice: Random, name: str) -> Script:
    """People come and go by day."""
    return _night(dice, name, DAY, *(_crosser(dice, 1 + 9 * k, inwards=dice.choice((True, False))) for k in range(5)))


def night_turns(dice: Random, name: str) -> Script:
    """By night people come up to the line and turn back."""
    return _night(dice, name, NIGHT, *(_turning(dice, 1 + 11 * k) for k in range(4)))


def night_along(dice: Random, name: str) -> Script:
    """By night people walk along the line."""
    return _night(dice, name, NIGHT, *(_along(dice, 1 + 9 * k) for k in range(5)))
