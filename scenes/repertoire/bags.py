"""Scripts of bags: left behind, or with somebody who stays near, comes back, or only carries one: ABANDON."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import hypot
from random import Random
from typing import Any, Final

from scenes.breaches import Breach
from scenes.repertoire.ground import DAY, NIGHT, YARD, edge, scene, spot, walk
from scenes.script import EXACT_FPS, SHAPES, VIEW, Script
from scenes.scripts import Go, Role, Stand, standings
from scenes.stage import HEIGHT, Ground

_FULL: Final = {"dwell_s": 120.0, "beside_s": 10.0, "gap_s": 60.0, "bridged_s": 600.0, "cooldown_s": 300.0}
# A sixth, but for who stays: whoever passes by is beside it for up to 5 s, however long a bag may stand.
_QUICK: Final = {**{key: value / 6 for key, value in _FULL.items()}, "beside_s": 6.0}
_REACH_M: Final = 1.5 * SHAPES["person"].high_m


def _bag(dice: Random) -> str:
    return dice.choice(("suitcase", "backpack"))


def _put_down(
    dice: Random, begins: float, stay: float, goal: Ground, *owners_steps: Go | Stand, taken: bool = False
) -> tuple[Role, Role]:
    """A bag that somebody puts down, and that one: does these steps and goes; `taken`: and takes it along."""
    (x, z), side = goal, dice.choice((-1, 1))
    owner = Role(
        "person",
        begins,
        (side * (edge(z) + 0.45), z + 0.1),
        (Go(x + 0.45 * side, z + 0.1, 1.2), *owners_steps, Go(-side * (edge(z) + 0.45), z + 0.1, 1.2)),
    )
    leaving = (Go(-side * (edge(z) + 0.9), z, 1.2),) if taken else ()
    return Role(_bag(dice), begins, (side * edge(z), z), (Go(x, z, 1.2), Stand(stay), *leaving)), owner


def _alone(bag: Role, people: Sequence[Role], beside_s: float) -> Iterator[tuple[float, float]]:
    """(from, to) of each span in which a bag stands and nobody stays beside it, seconds, exactly."""
    stood = [(n / EXACT_FPS, s.x, s.z) for n, s in standings(bag, EXACT_FPS) if not s.moving]
    spans = []
    for one in people:
        way = dict(standings(one, EXACT_FPS))
        near = [
            at
            for at, x, z in stood
            if (s := way.get(round(at * EXACT_FPS))) is not None and hypot(s.x - x, s.z - z) <= _REACH_M
        ]
        spans += [(began + beside_s, ended) for began, ended in _spans(near) if ended - began >= beside_s]
    since = stood[0][0]
    for began, ended in sorted(spans):
        if began > since:
            yield since, began
        since = max(since, ended)
    yield since, stood[-1][0]


def _spans(instants: Sequence[float]) -> Iterator[tuple[float, float]]:
    began = last = None
    for at in instants:
        if last is not None and began is not None and at - last > 2 / EXACT_FPS:
            yield began, last
            began = None
        began, last = at if began is None else began, at
    if began is not None and last is not None:
        yield began, last


def _script(dice: Random, name: str, seconds: float, *roles: Role, **more: Any) -> Script:  # noqa: ANN401
    times = more.pop("times", _QUICK)
    people = [role for role in roles if role.actor == "person"]
    breaches = [
        Breach("ABANDON", "yard", began, began + times["dwell_s"], ended)
        for bag in roles
        if bag.actor in ("suitcase", "backpack")
        for began, ended in _alone(bag, people, times["beside_s"])
        if ended - began >= times["dwell_s"]
    ]
    rule = {"rule": "ABANDON", "zone": "yard", **times, **more.pop("rule", {})}
    silent = more.pop("silent", False)
    more = {"begins": dice.choice((DAY, NIGHT)), **more}
    return scene(dice, name, seconds, roles, rules=(rule,), breaches=() if silent else tuple(breaches), **more)


def left(dice: Random, name: str) -> Script:
    """Somebody puts it down, stands there for a moment and goes."""
    return _script(dice, name, 50, *_put_down(dice, 2, 60, spot(dice, YARD, 1.0), Stand(dice.choice((1, 7)))))


def waited(dice: Random, name: str) -> Script:
    """Somebody waits beside it before going; people walk past, before and behind it."""
    past = [walk(dice, begins=t, z=z) for t, z in ((18.0, 7.4), (24.0, 13.2), (29.0, 7.4))]
    waiting = Stand(dice.uniform(8, 13))
    return _script(dice, name, 60, *_put_down(dice, 2, 70, spot(dice, YARD, 1.0), waiting), *past)


def late(dice: Random, name: str) -> Script:
    """Its owner comes back too late, and stays."""
    x, z = spot(dice, YARD, 1.0)
    side = dice.choice((-1, 1))
    away = (Go(x + side * 4.5, z, 1.3), Stand(dice.uniform(18, 22)), Go(x, z + 0.1, 1.3))
    return _script(dice, name, 65, *_put_down(dice, 2, 70, (x, z), Stand(1), *away, Stand(40)))


def hidden(dice: Random, name: str) -> Script:
    """A bus passes before it while it stands alone."""
    bus = Role("bus", 20, (edge(6.6, 8), 6.6), (Go(-edge(6.6, 8), 6.6, 6),))
    return _script(dice, name, 50, *_put_down(dice, 2, 70, spot(dice, YARD, 1.0), Stand(1)), bus)


def near(dice: Random, name: str) -> Script:
    """Its owner walks to and fro beside it, all the time."""
    x, z = spot(dice, YARD, 1.0)
    about = [
        step
        for _ in range(12)
        for step in (
            Go(x + dice.uniform(-1.1, 1.1), z + dice.uniform(-0.5, 0.9), 0.9),
            Stand(dice.uniform(1, 5)),
        )
    ]
    return _script(dice, name, 60, *_put_down(dice, 2, 70, (x, z), *about, Stand(40)))


def fetched(dice: Random, name: str) -> Script:
    """Its owner goes off and comes back in time, twice, and takes it along."""
    x, z = spot(dice, YARD, 1.0)
    side = dice.choice((-1, 1))
    errand = (Go(x + side * 3.8, z, 1.3), Stand(dice.uniform(0.5, 2)), Go(x + 0.5 * side, z + 0.2, 1.3), Stand(6))
    return _script(dice, name, 60, *_put_down(dice, 2, 70, (x, z), Stand(2), *errand, *errand, Stand(30)))


def carried(dice: Random, name: str) -> Script:
    """People walk through with their bags, and stop for a moment."""
    stops = [dice.uniform(0, 4) for _ in range(4)]
    ways = [
        _put_down(dice, 1 + 13 * n, stop, spot(dice, YARD, 1.0), Stand(stop), taken=True)
        for n, stop in enumerate(stops)
    ]
    return _script(dice, name, 65, *(role for way in ways for role in way))


def fixture(dice: Random, name: str) -> Script:
    """What has always been there is named as a fixture."""
    x, z = spot(dice, YARD, 1.0)
    at, up = VIEW.fraction((x, z)), SHAPES["suitcase"].high_m / 2 * VIEW.scale(z) / HEIGHT
    fixtures = [{"at": (at[0], at[1] - up), "until": "2026-03-31"}]
    return _script(dice, name, 60, Role("suitcase", 0, (x, z), (Stand(60),)), rule={"fixtures": fixtures}, silent=True)


def outside(dice: Random, name: str) -> Script:
    """It is left right before the border."""
    goal = (dice.uniform(-2, 2), dice.uniform(13.8, 14.5))
    return _script(dice, name, 60, *_put_down(dice, 2, 70, goal, Stand(1)), silent=True)


def in_full(dice: Random, name: str) -> Script:
    """Somebody waits beside it and goes; the times are as they are by default."""
    roles = _put_down(dice, 2, 260, spot(dice, YARD, 1.0), Stand(dice.uniform(5, 40)))
    return _script(dice, name, 220, *roles, times=_FULL)


Maker = Callable[[Random, str], Script]
HAPPENS: Final[Mapping[str, Maker]] = {"left": left, "waited": waited, "late": late, "hidden": hidden}
ALIKE: Final[Mapping[str, Maker]] = {
    "near": near,
    "fetched": fetched,
    "carried": carried,
    "fixture": fixture,
    "outside": outside,
}
