"""A script: who does what before one camera and what troubles it, and by that what its rules must say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from models.geometry import Zone
from models.labels import BACKPACK, BICYCLE, BUS, CAR, MOTORCYCLE, PERSON, SUITCASE, TRUCK
from scenes.breaches import Breach
from scenes.scripts import Role, standings
from scenes.stage import Ground, View

VIEW: Final = View(0.2)
"""Scripts are seen by a camera that looks down a little."""

EXACT_FPS: Final = 50.0
"""How finely instants of the truth are computed."""

Nuisance = Literal["rain", "shadow", "headlights", "insects", "flicker"]
"""What alerts nobody: rain, a cloud's shadow, headlights that sweep over, insects before the lens, flickering light."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What somebody, or a vehicle, looks like to a detector.

    Attributes:
        label: COCO-80 class number; None for what only hides others.
        wide_m, high_m: As seen from this camera.
        faint: In so much larger a share of the pictures it is missed, and its scores are so much lower, than of what
            detectors have seen much of.
    """

    label: int | None
    wide_m: float
    high_m: float
    faint: float = 0.0


SHAPES: Final[Mapping[str, Shape]] = {
    "person": Shape(PERSON, 0.66, 1.72),
    "bicycle": Shape(BICYCLE, 1.7, 1.1),
    "motorcycle": Shape(MOTORCYCLE, 1.9, 1.2),
    "car": Shape(CAR, 4.3, 1.5),
    "truck": Shape(TRUCK, 6.0, 2.5),
    "bus": Shape(BUS, 8.0, 3.0),
    "pillar": Shape(None, 0.9, 3.0),
    "suitcase": Shape(SUITCASE, 0.5, 0.7, faint=0.15),
    "backpack": Shape(BACKPACK, 0.45, 0.6, faint=0.15),
    "bending": Shape(PERSON, 0.9, 1.05),
    "squatting": Shape(PERSON, 0.75, 1.0),
    "sitting": Shape(PERSON, 0.8, 1.25),
    "on the ground": Shape(PERSON, 1.05, 0.95),
    "half hidden": Shape(PERSON, 0.66, 0.85),
    "fallen": Shape(PERSON, 1.75, 0.6, faint=0.15),
    "fallen aslant": Shape(PERSON, 1.35, 0.7, faint=0.15),
}
"""By the name of a role's actor."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A nuisance, and how long it lasts, seconds since the beginning."""

    nuisance: Nuisance
    from_s: float = 0.0
    to_s: float = float("inf")


Mischance = Literal[
    "covered", "turned", "defocused", "frozen", "dark", "lorry", "lamps", "infra-red", "downpour", "trembling"
]
"""What befalls a camera: a hand or cloth on its lens, a turn, its focus, one picture for ever, the light goes out. And
what must tell nobody: a lorry right before it, lamps switched, day and infra-red, a downpour, a mast in the wind."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something that befalls the camera, and how long it lasts, seconds since the beginning."""

    what: Mischance
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Script:
    """A scene of one camera in full; the same script is the same scene for ever.

    Attributes:
        name: Its own, e.g. INTRUDE/stands/3.
        seconds: How long it lasts.
        roles: Who is there; actors are names of `SHAPES`.
        rules: As a configuration writes them.
        zones: By id, corners on the ground, metres.
        lines: By id, (start, end) on the ground and the direction.
        breaches: What must be said; none: it must stay silent.
        counts: In and out by line, as FLOW and NIGHT must have counted.
        troubles: What disturbs the picture.
        mishaps: What befalls the camera itself; only footage shows it.
        holes: (from, to) without a picture, seconds.
        begins: Local time on the site's clock; by night the camera sees in infra-red.
        fps: How often it is looked at.
    """

    name: str
    seconds: float
    roles: tuple[Role, ...]
    rules: tuple[Mapping[str, object], ...]
    zones: Mapping[str, tuple[Ground, ...]]
    lines: Mapping[str, tuple[Ground, Ground, str]]
    breaches: tuple[Breach, ...] = ()
    counts: Mapping[str, tuple[int, int]] | None = None
    troubles: tuple[Trouble, ...] = ()
    mishaps: tuple[Mishap, ...] = ()
    holes: tuple[tuple[float, float], ...] = ()
    begins: str = "2026-03-04T12:00:00"
    fps: float = 5.0

    @property
    def code(self) -> str:
        """What it is about: the first part of its name."""
        return self.name.partition("/")[0]

    @property
    def night(self) -> bool:
        """Whether the camera sees in infra-red."""
        hour = int(self.begins[11:13])
        return hour < 6 or hour >= 22  # noqa: PLR2004 (the site's night, as by default)

    def camera(self) -> dict[str, object]:
        """The camera, as a configuration writes it."""
        name = {"zh": "场景", "en": "scene"}
        return {
            "id": "scene",
            "name": name,
            "entrance": "scene",
            "url": "rtsp://scene.invalid/",
            "grid": "",
            "position": (0.5, 0.5),
            "zones": [
                {"id": key, "name": name, "points": [VIEW.fraction(corner) for corner in corners]}
                for key, corners in self.zones.items()
            ],
            "lines": [
                {
                    "id": key,
                    "name": name,
                    "start": VIEW.fraction(start),
                    "end": VIEW.fraction(end),
                    "direction": direction,
                }
                for key, (start, end, direction) in self.lines.items()
            ],
            "rules": [dict(rule) for rule in self.rules],
        }


def stays(role: Role, corners: tuple[Ground, ...]) -> Iterator[tuple[float, float]]:
    """(from, to) of each stay inside a zone, seconds since the beginning, exactly."""
    zone, began, last = Zone("", corners), None, 0.0
    for number, standing in standings(role, EXACT_FPS):
        at = number / EXACT_FPS
        if zone.contains((standing.x, standing.z)):
            began = at if began is None else began
            last = at
        elif began is not None:
            yield began, last
            began = None
    if began is not None:
        yield began, last
