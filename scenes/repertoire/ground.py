"""The ground that all scripts play on: its zones, its line, who comes from where and who only passes by."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from scenes.breaches import Breach, merged
from scenes.script import Script, Trouble, stays
from scenes.scripts import Go, Role, Stand
from scenes.stage import Ground

YARD: Final[tuple[Ground, ...]] = ((-2.5, 13.0), (2.5, 13.0), (2.5, 7.0), (-2.5, 7.0))
DOORWAY: Final[tuple[Ground, ...]] = ((-1.2, 11.5), (1.2, 11.5), (1.2, 9.0), (-1.2, 9.0))
KERB: Final[tuple[Ground, ...]] = ((-5.0, 13.0), (5.0, 13.0), (5.0, 9.2), (-5.0, 9.2))
LANE: Final[tuple[Ground, ...]] = ((-5.2, 24.0), (5.2, 24.0), (5.2, 9.2), (-5.2, 9.2))
ROAD: Final[tuple[Ground, ...]] = ((-3.0, 36.0), (3.0, 36.0), (3.0, 6.0), (-3.0, 6.0))
SQUARE: Final[tuple[Ground, ...]] = ((-11.0, 26.0), (11.0, 26.0), (11.0, 19.0), (-11.0, 19.0))

ZONES: Final[Mapping[str, tuple[Ground, ...]]] = {
    "yard": YARD,
    "doorway": DOORWAY,
    "kerb": KERB,
    "lane": LANE,
    "road": ROAD,
    "square": SQUARE,
}
SILL_Z: Final = 10.0
"""How far away the line is that people cross; nearer is in."""

DAY, NIGHT = "2026-03-04T12:00:00", "2026-03-04T01:00:00"

_HALF: Final = 352 / 600
"""Half the width of the picture, metres a metre away."""

_CLEAR_S: Final = 0.7
"""Two looks at three pictures a second: what is met for less is met or not by how boxes tremble."""


def sill(direction: str = "both") -> Mapping[str, tuple[Ground, Ground, str]]:
    """The line across the way."""
    return {"sill": ((-3.0, SILL_Z), (3.0, SILL_Z), direction)}


def edge(z: float, wide: float = 0.7) -> float:
    """How far to the side something that wide is out of sight, metres."""
    return _HALF * z + wide


def walk(dice: Random, *steps: Go | Stand, begins: float, actor: str = "person", z: float | None = None) -> Role:
    """Somebody who comes from one side, does these steps and leaves by the other."""
    side, z = dice.choice((-1, 1)), dice.uniform(8.5, 12.0) if z is None else z
    pace = dice.uniform(1.1, 1.5)
    out = z + dice.uniform(-0.6, 0.6)
    return Role(
        actor,
        begins,
        (side * edge(z), z),
        (*(Go(s.x, s.z, s.pace) if isinstance(s, Go) else s for s in steps), Go(-side * edge(out), out, pace)),
    )


def spot(dice: Random, corners: tuple[Ground, ...], inset: float = 0.7) -> Ground:
    """Somewhere in an upright rectangle on the ground, well inside."""
    xs, zs = [x for x, _ in corners], [z for _, z in corners]
    return dice.uniform(min(xs) + inset, max(xs) - inset), dice.uniform(min(zs) + inset, max(zs) - inset)


def passers(dice: Random, seconds: float, most: int = 2) -> tuple[Role, ...]:
    """People who walk by beyond everything that is watched for them."""
    roles = []
    for _ in range(dice.randint(0, most)):
        z, side = dice.uniform(14.2, 17.5), dice.choice((-1, 1))
        goal = Go(-side * edge(z), z, dice.uniform(1.0, 1.6))
        roles.append(Role("person", dice.uniform(0, seconds * 0.8), (side * edge(z), z), (goal,)))
    return tuple(roles)


def troubles(dice: Random, *, night: bool) -> tuple[Trouble, ...]:
    """In three scenes of ten something disturbs the picture."""
    if dice.random() > 0.3:  # noqa: PLR2004 (see above)
        return ()
    return (Trouble(dice.choice(("rain", "flicker", "headlights", "insects") if night else ("rain", "shadow"))),)


def stayed(code: str, place: str, roles: tuple[Role, ...], *, dwell: float, cooldown: float) -> tuple[Breach, ...]:
    """The breaches of those who stay that long, each of its own or counted into the last."""
    found = [
        Breach(code, place, began, began + dwell, ended)
        for role in roles
        for began, ended in stays(role, ZONES[place])
        if ended - began >= dwell
    ]
    return tuple(merged(found, cooldown))


def scene(dice: Random, name: str, seconds: float, roles: tuple[Role, ...], **more: Any) -> Script:  # noqa: ANN401
    """A script on this ground, with people who pass by, and by night in infra-red."""
    begins = more.pop("begins", DAY)
    fps = more.pop("fps", dice.choice((5.0, 5.0, 3.0)))
    disturbed = more.pop("troubles", None)
    if disturbed is None:
        disturbed = troubles(dice, night=begins == NIGHT)
    return Script(
        name,
        seconds,
        (*roles, *more.pop("others", passers(dice, seconds))),
        zones=more.pop("zones", ZONES),
        lines=more.pop("lines", sill()),
        begins=begins,
        fps=fps,
        troubles=disturbed,
        **more,
    )


def clearly(make: Callable[[], Script]) -> Script:
    """The first one rolled in which what happens does so for long enough."""
    while True:
        script = make()
        if script.breaches and all(one.ended_s - one.met_s >= _CLEAR_S for one in script.breaches):
            return script
