"""Scripts of those who stay: INTRUDE, LOITER, TW_IN."""

from random import Random
from typing import Any, Final

from scenes.repertoire.ground import DAY, NIGHT, YARD, clearly, edge, scene, spot, stayed, walk
from scenes.script import Script
from scenes.scripts import Go, Role, Stand

_INTRUDE: Final[dict[str, Any]] = {"rule": "INTRUDE", "zone": "yard"}
_LOITER: Final[dict[str, Any]] = {
    "rule": "LOITER",
    "zone": "yard",
    "dwell_s": 12,
    "night_dwell_s": 6,
    "gap_s": 0.5,
    "escalate_s": 30,
    "cooldown_s": 12,
}
_TW_IN: Final[dict[str, Any]] = {"rule": "TW_IN", "zone": "doorway"}


def _when(dice: Random) -> str:
    return dice.choice((DAY, NIGHT))


def _intrusion(dice: Random, name: str, seconds: float, *roles: Role) -> Script:
    people = tuple(role for role in roles if role.actor == "person")
    breaches = stayed("INTRUDE", "yard", people, dwell=3.0, cooldown=120.0)
    return scene(dice, name, seconds, roles, rules=(_INTRUDE,), breaches=breaches, begins=_when(dice))


def _visit(dice: Random, begins: float, stay: float) -> Role:
    return walk(dice, Go(*spot(dice, YARD)), Stand(stay), begins=begins)


def intrude_stands(dice: Random, name: str) -> Script:
    """Somebody comes in, stands there and leaves."""
    return _intrusion(dice, name, 45, _visit(dice, dice.uniform(2, 8), dice.uniform(2, 15)))


def intrude_crosses(dice: Random, name: str) -> Script:
    """Somebody walks right through."""
    z = dice.uniform(8.0, 12.0)
    side, pace = dice.choice((-1, 1)), dice.uniform(0.9, 1.2)
    role = Role("person", dice.uniform(2, 8), (side * edge(z), z), (Go(-side * edge(z), z, pace),))
    return _intrusion(dice, name, 40, role)


def intrude_two(dice: Random, name: str) -> Script:
    """Two whose stays overlap, both of them behind a pillar for a moment, on their way: one breach."""
    spots = [spot(dice, YARD) for _ in range(2)]
    pillar_x = next(x for x in (0.0, 1.6, -1.6, 0.8, -0.8) if all(abs(x / 6.8 - u / z) > 0.1 for u, z in spots))  # noqa: PLR2004 (it hides nobody who stands)
    begins = 4.0, dice.uniform(6, 10)
    one, other = (
        walk(dice, Go(*where), Stand(dice.uniform(5, 10)), begins=at) for where, at in zip(spots, begins, strict=True)
    )
    pillar = Role("pillar", 0, (pillar_x, 6.8), (Stand(60),))
    return _intrusion(dice, name, 50, one, other, pillar)


def intrude_apart(dice: Random, name: str) -> Script:
    """One comes, another half a minute later, and a third when it is another breach."""
    visits = [_visit(dice, begins, dice.uniform(3, 8)) for begins in (4, dice.uniform(35, 60), dice.uniform(215, 225))]
    return _intrusion(dice, name, 255, *visits)


def intrude_corner(dice: Random, name: str) -> Script:
    """Somebody cuts a corner, inside for about two seconds."""
    side, deep = dice.choice((-1, 1)), dice.uniform(1.0, 1.3)
    start = (side * edge(7.0 + deep), 7.0 + deep)
    role = Role(
        "person", 5, start, (Go(side * 2.5, 7.0 + deep, 1.4), Go(side * (2.5 - deep), 7.0, 1.4), Go(0, 4.2, 1.4))
    )
    return _intrusion(dice, name, 60, role, Role("person", 30, start, role.steps))


def intrude_beside(dice: Random, name: str) -> Script:
    """Somebody stands before the border, all the time."""
    role = walk(dice, Go(dice.uniform(-2, 2), 13.5), Stand(48), begins=1, z=13.5)
    return _intrusion(dice, name, 60, role)


def intrude_vehicle(dice: Random, name: str) -> Script:
    """A car stands inside, and nobody with it."""
    role = Role(
        "car", 2, (edge(10, 5), 10.0), (Go(dice.uniform(-0.5, 0.5), 10.0, 3), Stand(40), Go(-edge(10, 5), 10, 3))
    )
    return _intrusion(dice, name, 60, role)


def _loitering(
    dice: Random, name: str, seconds: float, *roles: Role, begins: str, ten: float = 1.0, **times: float
) -> Script:
    rule: dict[str, Any] = {k: v if isinstance(v, str) else v * ten for k, v in _LOITER.items()} | times
    dwell = rule["night_dwell_s" if begins == NIGHT else "dwell_s"]
    people = tuple(role for role in roles if role.actor == "person")
    breaches = stayed("LOITER", "yard", people, dwell=dwell, cooldown=rule["cooldown_s"])
    return scene(dice, name, seconds, roles, rules=(rule,), breaches=breaches, begins=begins)


def _stroll(dice: Random, begins: float, seconds: float, pause: float = 4.0) -> Role:
    """Somebody who walks to and fro inside for about so long."""
    steps, (x, z), spent = list[Go | Stand](), (0.0, 10.0), 0.0
    while spent < seconds:
        to, pace, rest = spot(dice, YARD), dice.uniform(0.5, 1.2), dice.uniform(1, pause)
        steps += [Go(*to, pace), Stand(rest)]
        spent += ((to[0] - x) ** 2 + (to[1] - z) ** 2) ** 0.5 / pace + rest
        x, z = to
    return walk(dice, *steps, begins=begins)


def loiter_strolls(dice: Random, name: str) -> Script:
    """Somebody walks to and fro."""
    return _loitering(dice, name, 65, _stroll(dice, 3, dice.uniform(14, 28)), begins=_when(dice))


def loiter_stands(dice: Random, name: str) -> Script:
    """Somebody stands there, and people pass before."""
    front = [walk(dice, begins=t, z=6.0) for t in (9.0, 14.0)]
    stays = _visit(dice, 3, dice.uniform(14, 28))
    return _loitering(dice, name, 60, stays, *front, begins=_when(dice))


def loiter_stays_on(dice: Random, name: str) -> Script:
    """Somebody stands there until it is graver, and people pass before."""
    front = [walk(dice, begins=t, z=6.0) for t in (9.0, 24.0)]
    return _loitering(dice, name, 60, _visit(dice, 3, dice.uniform(36, 42)), *front, begins=_when(dice))


def loiter_hidden(dice: Random, name: str) -> Script:
    """Somebody walks to and fro behind a pillar, and is lost there for a moment, which is no shorter than it is."""

    def make() -> Script:
        x = dice.uniform(-1.0, 1.0)
        pillar = Role("pillar", 0, (x * 10.0 / 11.0, 10.0), (Stand(90),))
        steps = [Go(x + side * 1.6, 11.0, dice.uniform(1.0, 1.3)) for side in (-1, 1, -1, 1, -1, 1, -1)]
        walker = walk(dice, *steps, begins=3, z=11.0)
        return _loitering(dice, name, 60, walker, pillar, begins=_when(dice), gap_s=5.0)

    return clearly(make)


def loiter_lost_in_full(dice: Random, name: str) -> Script:
    """Somebody walks to and fro behind a pillar, slowly, and is lost there; the times are as by default."""
    x = dice.uniform(-1.0, 1.0)
    pillar = Role("pillar", 0, (x * 10.0 / 11.0, 10.0), (Stand(300),))
    steps = [Go(x + side * 1.3, 11.0, dice.uniform(0.45, 0.55)) for side in (-1, 1) * 14]
    return _loitering(dice, name, 240, walk(dice, *steps, begins=3, z=11.0), pillar, begins=DAY, ten=10)


def loiter_in_full(dice: Random, name: str) -> Script:
    """The same with the times as they are by default."""
    return _loitering(dice, name, 420, _stroll(dice, 3, 330), begins=DAY, ten=10)


def loiter_passing(dice: Random, name: str) -> Script:
    """The place is never empty, but everybody only walks through."""
    many = [walk(dice, begins=1 + 3.2 * n, z=dice.uniform(8, 12)) for n in range(15)]
    return _loitering(dice, name, 65, *many, begins=DAY)


def loiter_short(dice: Random, name: str) -> Script:
    """Somebody stands there for two thirds of the time, and again after a while."""
    return _loitering(dice, name, 60, _visit(dice, 2, 4.5), _visit(dice, 28, 4.5), begins=DAY)


def loiter_beside(dice: Random, name: str) -> Script:
    """Somebody loiters just outside."""
    steps = [Go(dice.uniform(-2.2, 2.2), 13.6, 0.8) for _ in range(16)]
    return _loitering(dice, name, 60, walk(dice, *steps, begins=2, z=13.6), begins=_when(dice))


def _pushed(dice: Random, begins: float, *steps: Go | Stand, z: float) -> tuple[Role, ...]:
    """A two-wheeler, and who pushes it."""
    side, kind = dice.choice((-1, 1)), dice.choice(("motorcycle", "bicycle"))
    wheeler = Role(kind, begins, (side * edge(z, 1.2), z), steps)
    beside = tuple(Go(s.x + 0.2 * side, s.z - 0.15, s.pace) if isinstance(s, Go) else s for s in steps)
    return wheeler, Role("person", begins, (side * (edge(z, 1.2) + 0.2), z - 0.15), beside)


def _wheeled(dice: Random, name: str, seconds: float, *roles: Role) -> Script:
    two = tuple(role for role in roles if role.actor in ("motorcycle", "bicycle"))
    breaches = stayed("TW_IN", "doorway", two, dwell=2.0, cooldown=120.0)
    return scene(dice, name, seconds, roles, rules=(_TW_IN,), breaches=breaches, begins=_when(dice))


def tw_in_pushed(dice: Random, name: str) -> Script:
    """Somebody pushes a two-wheeler into the house."""
    x = dice.uniform(-0.3, 0.3)
    steps = (Go(x, 8.0, 1.2), Go(x, 10.5, 0.8), Stand(dice.uniform(1, 4)), Go(x, 12.5, 0.8))
    return _wheeled(dice, name, 40, *_pushed(dice, dice.uniform(3, 8), *steps, z=8.0))


def tw_in_left(dice: Random, name: str) -> Script:
    """A two-wheeler stands in the doorway for a while."""
    steps = (Go(dice.uniform(-0.4, 0.4), 10.2, 1.0), Stand(dice.uniform(8, 20)), Go(edge(10.2, 1.2), 10.2, 1.0))
    return _wheeled(dice, name, 50, *_pushed(dice, 3, *steps, z=10.2))


def tw_in_person(dice: Random, name: str) -> Script:
    """People go in and out, with nothing."""
    return _wheeled(dice, name, 60, *(walk(dice, Go(0, 10.3), Stand(3), begins=3 + 12 * n) for n in range(4)))


def tw_in_beside(dice: Random, name: str) -> Script:
    """A two-wheeler stands before the doorway, all the time."""
    steps = (Go(dice.uniform(-1, 1), 8.5, 1.2), Stand(45), Go(-edge(8.5, 1.2), 8.5, 1.5))
    return _wheeled(dice, name, 60, *_pushed(dice, 1, *steps, z=8.5))


def tw_in_passing(dice: Random, name: str) -> Script:
    """Two-wheelers ride through, inside for about a second."""
    ways = [_pushed(dice, 3 + 9 * n, Go(-4.5, 10.2, 3.0), Go(4.5, 10.2, 3.0), Go(8, 10.2, 3), z=10.2) for n in range(5)]
    return _wheeled(dice, name, 55, *(role for way in ways for role in way))
