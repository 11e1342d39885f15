"""Scripts of many at once: CROWD, CONGEST."""

from random import Random
from typing import Any, Final

from scenes.breaches import Breach
from scenes.repertoire.ground import DAY, NIGHT, SQUARE, edge, scene, spot
from scenes.script import Script, stays
from scenes.scripts import Go, Role, Stand
from scenes.stage import Ground

_CROWD: Final[dict[str, Any]] = {"rule": "CROWD", "zone": "square"}
_CONGEST: Final[dict[str, Any]] = {"rule": "CONGEST", "zone": "lane"}
_PLACES: Final[tuple[tuple[str, Ground], ...]] = (
    ("car", (-4.2, 14.0)),
    ("car", (4.2, 14.4)),
    ("car", (0.0, 21.0)),
    ("motorcycle", (-4.4, 10.4)),
    ("bicycle", (-1.5, 10.2)),
    ("motorcycle", (1.4, 10.3)),
    ("bicycle", (4.3, 10.5)),
)
"""Where things queue, so that none hides another."""

_BESIDE: Final = 0.037
"""Sideways, metres a metre away: so far from each other nobody hides anybody."""


def _gathering(
    spans: list[tuple[float, float]], demand: tuple[int, float, int], code: str, place: str
) -> tuple[Breach, ...]:
    """The breach of at least so many, for so long, until there are fewer than the last."""
    many, dwell, clear = demand
    moves = sorted([(began, 1) for began, _ in spans] + [(ended, -1) for _, ended in spans])
    there, since, over = 0, None, None
    for at, step in moves:
        there += step
        if since is None and there >= many:
            since = at
        elif since is not None and at - since < dwell and there < many:
            since = None
        elif since is not None and at - since >= dwell and there < clear:
            over = at
            break
    if since is None:
        return ()
    return (Breach(code, place, since, since + dwell, over or moves[-1][0]),)


def _crowd(dice: Random, name: str, seconds: float, roles: tuple[Role, ...], begins: str) -> Script:
    demand = (5, 45.0, 4) if begins == NIGHT else (8, 60.0, 6)
    spans = [span for role in roles for span in stays(role, SQUARE)]
    breaches = _gathering(spans, demand, "CROWD", "square")
    return scene(dice, name, seconds, roles, rules=(_CROWD,), breaches=breaches, begins=begins, others=())


def _gathered(dice: Random, people: int, seconds: float) -> tuple[Role, ...]:
    """So many come one after the other, stand apart for so long after the last has come, shift about, and leave."""
    spots = list[Ground]()
    while len(spots) < people:
        x, z = spot(dice, SQUARE, 1.5)
        if all(abs(x / z - u / w) > _BESIDE for u, w in spots):
            spots.append((x, z))
    roles = []
    for n, (x, z) in enumerate(spots):
        side, begins = (1 if x > 0 else -1), 0.5 + 1.1 * n
        way = (edge(z) - abs(x)) / 1.5
        rest = 1.1 * (people - n) + 12 + seconds - way
        shift = dice.uniform(0.2, 0.8) * rest
        steps = (
            Go(x, z, 1.5),
            Stand(shift),
            Go(x + dice.uniform(-0.15, 0.15), z, 0.5),
            Stand(rest - shift),
            Go(side * edge(z), z, 1.5),
        )
        roles.append(Role("person", begins, (side * edge(z), z), steps))
    return tuple(roles)


def crowd_by_day(dice: Random, name: str) -> Script:
    """Eight or more by day."""
    return _crowd(dice, name, 115, _gathered(dice, dice.randint(8, 12), 66 + dice.uniform(0, 8)), DAY)


def crowd_by_night(dice: Random, name: str) -> Script:
    """Five or more by night."""
    return _crowd(dice, name, 95, _gathered(dice, dice.randint(5, 9), 50 + dice.uniform(0, 8)), NIGHT)


def crowd_few(dice: Random, name: str) -> Script:
    """One fewer than a crowd, for long."""
    return _crowd(dice, name, 110, _gathered(dice, 7, 70), DAY)


def crowd_short(dice: Random, name: str) -> Script:
    """Many, but not for long."""
    return _crowd(dice, name, 80, _gathered(dice, dice.randint(9, 12), 22), DAY)


def crowd_stream(dice: Random, name: str) -> Script:
    """A stream of people who walk through, for long, but never so many at once."""
    roles = []
    for n in range(28):
        z, side = dice.uniform(20.0, 25.0), dice.choice((-1, 1))
        roles.append(
            Role("person", 1 + 3.2 * n, (side * edge(z), z), (Go(-side * edge(z), z, dice.uniform(1.4, 1.9)),))
        )
    return _crowd(dice, name, 100, tuple(roles), DAY)


def _congested(dice: Random, name: str, seconds: float, roles: tuple[Role, ...]) -> Script:
    begins = dice.choice((DAY, NIGHT))
    spans = [_halt(role) for role in roles if len(role.steps) > 1]
    breaches = _gathering(spans, (5, 60.0, 4), "CONGEST", "lane")
    return scene(dice, name, seconds, roles, rules=(_CONGEST,), breaches=breaches, begins=begins, others=())


def _halt(role: Role) -> tuple[float, float]:
    """(from, to) of its halt, after its first way."""
    come, halt = role.steps[:2]
    began = role.begins_s + abs(role.start[0] - come.x) / come.pace if isinstance(come, Go) else role.begins_s
    return began, began + (halt.seconds if isinstance(halt, Stand) else 0.0)


def _queue(dice: Random, things: int, seconds: float) -> tuple[Role, ...]:
    """So many come one after the other, the farthest first, wait and leave."""
    chosen = sorted(dice.sample(_PLACES, things), key=lambda place: -place[1][1])
    roles = []
    for n, (kind, (middle, z)) in enumerate(chosen):
        side, begins, wide = (1 if middle > 0 else -1), 0.5 + 1.5 * n, 5.0
        x = middle + dice.uniform(-0.2, 0.2)
        wait = 1.5 * (things - n) + 6 + seconds - (edge(z, wide) - abs(x)) / 4
        steps = (Go(x, z, 4.0), Stand(wait), Go(side * edge(z, wide), z, 4.0))
        roles.append(Role(kind, begins, (side * edge(z, wide), z), steps))
    return tuple(roles)


def congest_queue(dice: Random, name: str) -> Script:
    """Five or more wait."""
    return _congested(dice, name, 105, _queue(dice, dice.randint(5, 7), 66 + dice.uniform(0, 8)))


def congest_few(dice: Random, name: str) -> Script:
    """Four wait, for long."""
    return _congested(dice, name, 100, _queue(dice, 4, 70))


def congest_short(dice: Random, name: str) -> Script:
    """Many wait, as at a red light."""
    return _congested(dice, name, 75, _queue(dice, 7, 35))


def congest_moving(dice: Random, name: str) -> Script:
    """Many, but they roll on."""
    roles = []
    for n in range(36):
        kind, z = dice.choice((("car", 14.0), ("motorcycle", 10.3), ("bicycle", 10.3), ("car", 20.5)))
        side = 1 if n % 2 else -1
        goal = Go(-side * edge(z, 5.0), z + dice.uniform(-0.2, 0.2), dice.uniform(2.0, 3.0))
        roles.append(Role(kind, 1 + 2.3 * n, (side * edge(z, 5.0), z), (goal,)))
    return _congested(dice, name, 95, tuple(roles))
