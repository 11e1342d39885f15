"""Scripts of what alerts nobody, with every rule armed: boxes that tremble, light that flickers or sweeps, insects."""

from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Any, Final

from scenes.repertoire.ground import DAY, NIGHT, passers, scene, sill, walk
from scenes.script import Mischance, Mishap, Nuisance, Script, Trouble
from scenes.scripts import Go, Role, Stand

_ARMED: Final[tuple[dict[str, Any], ...]] = (
    {"rule": "INTRUDE", "zone": "yard"},
    {"rule": "LOITER", "zone": "yard"},
    {"rule": "CROWD", "zone": "square"},
    {"rule": "CONGEST", "zone": "lane"},
    {"rule": "TW_IN", "zone": "doorway"},
    {"rule": "TW_PARK", "zone": "kerb"},
    {"rule": "PARK", "zone": "kerb"},
    {"rule": "FIRELANE", "zone": "kerb"},
    {"rule": "LINE", "line": "sill"},
    {"rule": "WRONGWAY", "line": "sill", "zone": "road"},
    {"rule": "ABANDON", "zone": "yard"},
    {"rule": "FALL", "zone": "yard"},
    {"rule": "FLOW", "line": "sill", "limit": 6, "window_min": 1},
    {"rule": "NIGHT", "line": "step"},
)
_SECONDS: Final = 120


def trembles(dice: Random, name: str) -> Script:
    """Somebody stands right before the yard, a car right before the kerb; their boxes tremble."""
    person = walk(dice, Go(dice.uniform(-2, 2), 13.5), Stand(_SECONDS), begins=1, z=13.5)
    car = Role("car", 0, (dice.uniform(-1, 1), 8.2), (Stand(_SECONDS),))
    return _quiet(dice, name, person, car, begins=DAY)


def nuisance(dice: Random, name: str, kind: Nuisance, begins: str) -> Script:
    """People walk by at a distance, and the picture is disturbed."""
    return _quiet(dice, name, troubles=(Trouble(kind, 10, 110),), begins=begins)


def switched(dice: Random, name: str, what: Mischance, begins: str) -> Script:
    """Lamps, or the camera's own infra-red, are switched on and off while people walk by at a distance."""
    mishaps = tuple(Mishap(what, since, since + 25) for since in (dice.uniform(20, 30), dice.uniform(70, 80)))
    return _quiet(dice, name, mishaps=mishaps, begins=begins)


def _quiet(dice: Random, name: str, *roles: Role, **more: Any) -> Script:  # noqa: ANN401
    return scene(
        dice,
        name,
        _SECONDS,
        (*roles, *passers(dice, _SECONDS, 6)),
        rules=_ARMED,
        lines={**sill("in"), "step": sill()["sill"]},
        counts={"sill": (0, 0), "step": (0, 0)},
        others=(),
        **{"troubles": (), **more},
    )


ALIKE: Final[Mapping[str, Callable[[Random, str], Script]]] = {
    "trembles": trembles,
    "flicker": partial(nuisance, kind="flicker", begins=NIGHT),
    "headlights": partial(nuisance, kind="headlights", begins=NIGHT),
    "rain": partial(nuisance, kind="rain", begins=DAY),
    "shadow": partial(nuisance, kind="shadow", begins=DAY),
    "insects": partial(nuisance, kind="insects", begins=NIGHT),
    "lamps": partial(switched, what="lamps", begins=NIGHT),
    "infra-red": partial(switched, what="infra-red", begins=DAY),
}
