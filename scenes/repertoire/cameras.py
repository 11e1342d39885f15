"""Scripts of a camera's own troubles, and of light, weather and traffic that only look like one."""

from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Any, Final

from config.health import Health
from scenes.breaches import Breach
from scenes.repertoire.ground import DAY, NIGHT, ZONES, passers, sill
from scenes.script import Mischance, Mishap, Nuisance, Script, Trouble

LEARNT_S: Final = 45.0
"""By then a camera knows what it usually shows."""

_FPS: Final = 1.0
"""A camera's pictures are looked at once a second for its troubles."""
_AFTER_S: Final = 15.0
"""What is over is to be seen to end."""

_LIMITS: Final = Health()
_LASTING_S: Final[Mapping[str, float]] = {
    "CAM_BLIND": _LIMITS.covered_s,
    "CAM_MOVED": _LIMITS.moved_s,
    "CAM_BLUR": _LIMITS.blurred_s,
    "CAM_FROZEN": _LIMITS.freeze_s,
}


def _scene(dice: Random, name: str, seconds: float, begins: str, people: int = 3, **more: Any) -> Script:  # noqa: ANN401
    roles = passers(dice, seconds, people)
    return Script(name, round(seconds), roles, (), ZONES, sill(), begins=begins, fps=_FPS, **more)


def befallen(dice: Random, name: str, what: Mischance, code: str) -> Script:
    """It befalls the camera once and lasts for long enough; then all is as it was."""
    since = LEARNT_S + dice.uniform(0, 10)
    until = since + _LASTING_S[code] + dice.uniform(8, 25)
    breach = Breach(code, "", since, since + _LASTING_S[code], until)
    mishaps = (Mishap(what, since, until),)
    begins = DAY if what == "dark" else dice.choice((DAY, NIGHT))
    return _scene(dice, name, until + _AFTER_S, begins, breaches=(breach,), mishaps=mishaps)


def passing(dice: Random, name: str, what: Mischance, code: str) -> Script:
    """The same, but over well before it must be told; twice."""
    lasts = 0.5 * _LASTING_S[code]
    spans = [LEARNT_S + dice.uniform(0, 5), LEARNT_S + 20 + lasts + dice.uniform(0, 5)]
    mishaps = tuple(Mishap(what, since, since + lasts) for since in spans)
    return _scene(dice, name, spans[-1] + lasts + _AFTER_S, dice.choice((DAY, NIGHT)), mishaps=mishaps)


def harmless(dice: Random, name: str, what: Mischance, begins: str, lasts: float) -> Script:
    """What is no trouble, for so long, and once more."""
    spans = [LEARNT_S + dice.uniform(0, 5), LEARNT_S + 20 + lasts + dice.uniform(0, 5)]
    mishaps = tuple(Mishap(what, since, since + lasts) for since in spans)
    return _scene(dice, name, spans[-1] + lasts + _AFTER_S, begins, mishaps=mishaps)


def weather(dice: Random, name: str, kind: Nuisance, begins: str) -> Script:
    """A nuisance from when the camera knows what it shows."""
    return _scene(dice, name, 125, begins, people=5, troubles=(Trouble(kind, LEARNT_S),))


def quiet(dice: Random, name: str) -> Script:
    """Nobody and nothing moves by night: only the sensor's noise changes the picture."""
    return _scene(dice, name, 120, NIGHT, people=0)


Maker = Callable[[Random, str], Script]
HAPPENS: Final[Mapping[str, Mapping[str, Maker]]] = {
    "CAM_BLIND": {
        "covered": partial(befallen, what="covered", code="CAM_BLIND"),
        "dark": partial(befallen, what="dark", code="CAM_BLIND"),
    },
    "CAM_MOVED": {"turned": partial(befallen, what="turned", code="CAM_MOVED")},
    "CAM_BLUR": {"defocused": partial(befallen, what="defocused", code="CAM_BLUR")},
    "CAM_FROZEN": {"frozen": partial(befallen, what="frozen", code="CAM_FROZEN")},
}
"""What must be told of a camera, by code and kind."""

ALIKE: Final[Mapping[str, Maker]] = {
    "covered-briefly": partial(passing, what="covered", code="CAM_BLIND"),
    "turned-briefly": partial(passing, what="turned", code="CAM_MOVED"),
    "frozen-briefly": partial(passing, what="frozen", code="CAM_FROZEN"),
    "lorry": partial(harmless, what="lorry", begins=DAY, lasts=8.0),
    "lamps": partial(harmless, what="lamps", begins=DAY, lasts=40.0),
    "infra-red": partial(harmless, what="infra-red", begins=DAY, lasts=60.0),
    "downpour": partial(harmless, what="downpour", begins=DAY, lasts=60.0),
    "trembling": partial(harmless, what="trembling", begins=DAY, lasts=60.0),
    "headlights": partial(weather, kind="headlights", begins=NIGHT),
    "rain": partial(weather, kind="rain", begins=NIGHT),
    "shadow": partial(weather, kind="shadow", begins=DAY),
    "insects": partial(weather, kind="insects", begins=NIGHT),
    "flicker": partial(weather, kind="flicker", begins=NIGHT),
    "quiet": quiet,
}
"""What must tell nobody, by kind."""
