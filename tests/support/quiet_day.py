"""A quiet day before one entrance: people, cars and two-wheelers go about their business, and nothing is amiss."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np

from config.rules import PLACE_KEYS
from config.site import Site
from scenes.noise import NIGHT, Noise
from scenes.script import Script
from scenes.scripts import Go, Role, Stand

CAMERAS: Final = 8
SPAN_S: Final = 600.0
SPANS: Final = 144
"""A day is made of spans of ten minutes."""

FITTED: Final = Noise(
    jitter=0.115,
    upright=0.19,
    missed=0.012,
    lost_hz=0.013,
    lost_s=0.8,
    score=0.78,
    false_hz=0.03,
    ghost_hz=0.005,
    ghost_s=1.2,
)
"""How YOLO11n INT8 errs on real footage by day (`bench/noise.py`, docs/accuracy.md)."""

BY_NIGHT: Final = replace(NIGHT, false_hz=0.06, ghost_hz=0.01)
"""No night of real footage is marked: as in the scripts, with twice as many things that are not there as by day."""

_ZONES: Final = {
    "forecourt": ((-3.0, 8.2), (3.0, 8.2), (3.0, 5.6), (-3.0, 5.6)),
    "garden": ((-4.0, 10.0), (-0.5, 10.0), (-0.5, 9.0), (-4.0, 9.0)),
    "doorway": ((1.5, 10.0), (3.0, 10.0), (3.0, 8.8), (1.5, 8.8)),
    "kerb": ((-6.0, 12.4), (6.0, 12.4), (6.0, 10.6), (-6.0, 10.6)),
    "road": ((-8.0, 15.5), (8.0, 15.5), (6.0, 10.6), (-6.0, 10.6)),
}
_LINES: Final = {
    "path": ((0.0, 8.4), (0.0, 5.2), "both"),
    "path-by-night": ((-1.2, 8.4), (-1.2, 5.2), "both"),
    "fence": ((-5.0, 9.0), (5.0, 9.0), "both"),
    "one-way": ((0.0, 15.8), (0.0, 10.4), "out"),
}
_PLACES: Final = {
    "INTRUDE": "garden",
    "TW_IN": "doorway",
    "PARK": "kerb",
    "FIRELANE": "kerb",
    "TW_PARK": "kerb",
    "CONGEST": "road",
    "LINE": "fence",
    "WRONGWAY": "one-way",
    "FLOW": "path",
    "NIGHT": "path-by-night",
}
"""Where each rule watches; one that is not named watches the forecourt."""

_HOURLY: Final = (8, 5, 3, 3, 4, 12, 40, 90, 110, 80, 70, 80, 100, 80, 70, 70, 90, 120, 110, 90, 70, 50, 30, 15)
"""People an hour, by the hour of the day; three quarters as many vehicles and two-wheelers."""


def site() -> Site:
    """The site: eight cameras, each with every rule that there is, as it comes."""
    camera = _script(0, 0, ()).camera()
    raw: dict[str, Any] = {"id": "quiet", "name": {"zh": "平静", "en": "Quiet"}, "prefix": "QUIET", "cameras": []}
    for number in range(CAMERAS):
        raw["cameras"].append({**camera, "id": f"gate-{number + 1}", "url": f"rtsp://gate-{number + 1}.invalid/"})
    return Site.model_validate(raw)


def span(camera: int, number: int) -> tuple[Script, Noise]:
    """One span of one camera's day, and how the detector errs in it; the same at every call."""
    rng = np.random.default_rng((camera, number))
    people = int(rng.poisson(_HOURLY[number // 6] / 6))
    script = _script(camera, number, tuple(_roles(rng, people, parked=camera % 4 == 0)))
    return script, BY_NIGHT if script.night else FITTED


def _script(camera: int, number: int, roles: tuple[Role, ...]) -> Script:
    rules = [{"rule": name, key: _PLACES.get(name, "forecourt")} for name, key in PLACE_KEYS.items()]
    begins = f"2026-03-04T{number // 6:02}:{number % 6}0:00"
    return Script(f"quiet/{camera}/{number}", SPAN_S, roles, tuple(rules), _ZONES, _LINES, begins=begins)


def _roles(rng: np.random.Generator, people: int, *, parked: bool) -> Iterator[Role]:
    """Who comes by within a span; nobody is on at its ends but the car that is parked all day."""
    if parked:
        yield Role("car", 0.0, (-7.0, 18.0), (Stand(SPAN_S),))
    for _ in range(people):
        yield _walker(rng)
    for _ in range(int(rng.poisson(people * 0.75))):
        yield _rider(rng, str(rng.choice(("car", "car", "truck", "bicycle", "motorcycle", "motorcycle"))))


def _walker(rng: np.random.Generator) -> Role:
    """Along the path in either direction; one in five stops for a chat, one in six goes into the house."""
    way, z, pace = float(rng.choice((-1.0, 1.0))), float(rng.uniform(5.8, 7.8)), float(rng.uniform(0.9, 1.7))
    begins, chance = float(rng.uniform(5.0, SPAN_S - 60.0)), rng.random()
    if chance < 0.2:
        x = float(rng.uniform(-2.5, 2.5))
        chat = Stand(float(rng.uniform(5.0, 40.0)))
        return Role("person", begins, (-6.0 * way, z), (Go(x, z, pace), chat, Go(6.0 * way, z, pace)))
    if chance < 0.35:
        return Role("person", begins, (5.5, z), (Go(4.6, z, pace), Go(4.6, 8.8, pace)))
    return Role("person", begins, (-6.0 * way, z), (Go(6.0 * way, z, pace),))


def _rider(rng: np.random.Generator, actor: str) -> Role:
    """Along the road, the right way; one in eight stops at the kerb for up to a minute."""
    z, pace = float(rng.uniform(12.6, 14.5)), float(rng.uniform(2.0, 6.0))
    begins = float(rng.uniform(5.0, SPAN_S - 90.0))
    if rng.random() < 0.125:
        x, stop = float(rng.uniform(-4.0, 4.0)), Stand(float(rng.uniform(5.0, 60.0)))
        return Role(actor, begins, (-13.0, z), (Go(x, 11.6, pace), stop, Go(13.0, z, pace)))
    return Role(actor, begins, (-13.0, z), (Go(13.0, z, pace),))
