"""A picture of each rule for the documents: things move, the real rule speaks, and what it says is drawn below."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from small_place import camera_of

from config.hours import Hours
from config.rules import PLACE_KEYS
from detect.rulebook import Rulebook
from detect.rules.measure import WIDE
from detect.rules.rule import Place, Said
from models.alert import Alert
from models.flow import FlowCount
from models.geometry import Box
from models.labels import CAR, FIGHT, FIRE, MOTORCYCLE, PERSON, SUITCASE
from models.track import Track

_T0: Final = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)  # one at night in Shanghai, for NIGHT
_STEP_S: Final = 0.2
_NAME: Final = {"zh": "门", "en": "gate"}
_ZONE: Final = {"id": "zone", "name": _NAME, "points": [(0.3, 0.45), (0.7, 0.45), (0.85, 0.95), (0.15, 0.95)]}
_LINE: Final = {"id": "line", "name": _NAME, "start": (0.5, 0.97), "end": (0.5, 0.4), "direction": "both"}
_SIZE_M: Final[dict[int, tuple[float, float]]] = {
    PERSON: (0.6, 1.75),
    CAR: (4.2, 1.5),
    MOTORCYCLE: (1.7, 1.4),
    SUITCASE: (0.45, 0.6),
    FIRE: (1.2, 1.4),
    FIGHT: (2, 1.8),
}

Path = tuple[tuple[float, float, float], ...]
"""(second, x, y) of its feet; in between it moves evenly, before and after it is not there."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that moves; `lies_s`: from then on it lies."""

    path: Path
    label: int = PERSON
    lies_s: float = 1e9

    def box(self, t: float) -> Box | None:
        """Where it is seen then."""
        for (a, ax, ay), (b, bx, by) in zip(self.path, self.path[1:], strict=False):
            if a <= t <= b:
                part = (t - a) / (b - a)
                x, y = ax + part * (bx - ax), ay + part * (by - ay)
                wide, high = _SIZE_M[self.label] if t < self.lies_s else (1.75, 0.6)
                metre = 0.09 + 0.11 * (y - 0.4)
                return (x - wide * metre / WIDE / 2, y - high * metre, x + wide * metre / WIDE / 2, y)
        return None


@dataclass(frozen=True, slots=True)
class Scene:
    """What is seen for so many seconds, and with which parameters of the rule."""

    seconds: float
    things: tuple[Thing, ...]
    config: Mapping[str, object] = field(default_factory=dict)


def _stays(x: float, y: float, since: float, until: float, label: int = PERSON) -> Thing:
    return Thing(((since, x, y), (until, x, y)), label)


_WALK: Final = (Thing(((0, 0.02, 0.8), (12, 0.98, 0.8))), Thing(((5, 0.98, 0.7), (17, 0.02, 0.7))))

SCENES: Final[dict[str, Scene]] = {
    "INTRUDE": Scene(12, (Thing(((0, 0.02, 0.8), (3, 0.4, 0.75), (8, 0.5, 0.7), (12, 0.98, 0.6))),)),
    "LOITER": Scene(
        150,
        (Thing(((0, 0.02, 0.8), (5, 0.5, 0.7), (60, 0.6, 0.8), (140, 0.4, 0.8), (150, 0.02, 0.9))),),
        {"night_dwell_s": 120.0},
    ),
    "CROWD": Scene(
        120,
        tuple(_stays(0.28 + 0.06 * n, 0.68 + 0.07 * (n % 3), 2 * n, 85) for n in range(9)),
        {"night_persons": 8, "night_dwell_s": 60.0},
    ),
    "CONGEST": Scene(
        120,
        tuple(
            _stays(0.32 + 0.18 * (n % 3), 0.62 + 0.25 * (n // 3), 3 * n, 82, CAR if n < 4 else MOTORCYCLE)
            for n in range(6)
        ),
    ),
    "TW_IN": Scene(9, (Thing(((0, 0.02, 0.9), (3, 0.45, 0.8), (7, 0.5, 0.7), (9, 0.95, 0.55)), MOTORCYCLE),)),
    "TW_PARK": Scene(240, (Thing(((0, 0.02, 0.9), (6, 0.5, 0.75), (225, 0.5, 0.75), (232, 0.98, 0.9)), MOTORCYCLE),)),
    "FIRELANE": Scene(220, (Thing(((0, 0.02, 0.9), (6, 0.5, 0.8), (200, 0.5, 0.8), (208, 0.98, 0.9)), CAR),)),
    "PARK": Scene(420, (Thing(((0, 0.02, 0.9), (8, 0.5, 0.8), (390, 0.5, 0.8), (400, 0.98, 0.9)), CAR),)),
    "ABANDON": Scene(
        200,
        (
            _stays(0.5, 0.78, 10, 180, SUITCASE),
            Thing(((0, 0.02, 0.85), (10, 0.45, 0.8), (35, 0.45, 0.8), (48, 0.98, 0.85))),
        ),
    ),
    "FALL": Scene(30, (Thing(((0, 0.02, 0.8), (5, 0.5, 0.75), (26, 0.5, 0.75), (30, 0.75, 0.75)), lies_s=5.2),)),
    "FIRE": Scene(30, (_stays(0.5, 0.75, 4, 14, FIRE),)),
    "FIGHT": Scene(30, (_stays(0.45, 0.8, 3, 5, FIGHT), _stays(0.45, 0.8, 6, 14, FIGHT))),
    "LINE": Scene(13, (Thing(((0, 0.02, 0.8), (12, 0.98, 0.7))),)),
    "WRONGWAY": Scene(
        14, (Thing(((0, 0.98, 0.75), (8, 0.02, 0.8)), MOTORCYCLE), Thing(((5, 0.02, 0.9), (13, 0.98, 0.9)), MOTORCYCLE))
    ),
    "FLOW": Scene(60, _WALK),
    "NIGHT": Scene(60, _WALK),
}


def said(code: str) -> list[tuple[float, Said]]:
    """What the rule says of its scene, and at which second."""
    scene = SCENES[code]
    line = {**_LINE, "direction": "in" if code == "WRONGWAY" else "both"}
    rule = {"rule": code, PLACE_KEYS[code]: PLACE_KEYS[code], **scene.config}
    zone = ZoneInfo("Asia/Shanghai")
    place = Place("docs", camera_of(zones=[_ZONE], lines=[line], rules=[rule]), 1.5, zone, Hours())
    book, told, before = Rulebook(place), list[tuple[float, Said]](), None
    states = book.fresh()
    for k in range(round(scene.seconds / _STEP_S)):
        t = round(k * _STEP_S, 1)
        at = _T0 + timedelta(seconds=t)
        seen = [(n, one.label, one.box(t), one.path[0][0]) for n, one in enumerate(scene.things, 1)]
        tracks = [Track(n, label, box, 0.9, _T0 + timedelta(seconds=s), at) for n, label, box, s in seen if box]
        states, words = book.step(states, before, tracks, at)
        told += [(t, word) for word in words]
        before = at
    return told


_W, _H, _FOOT, _SKY = 384, 216, 46, 52
_LEVELS = {1: "#ff5a5f", 2: "#ff9f1c", 3: "#ffd166", 4: "#6ab0ff"}
_CALM = "#8fa3b8"


def drawn(code: str) -> str:
    """The picture, as SVG."""
    scene, words = SCENES[code], said(code)
    alerts = [(t, one) for t, one in words if isinstance(one, Alert)]
    counts = [one for _, one in words if isinstance(one, FlowCount)]
    shown = alerts[0][0] if alerts else scene.seconds / 8
    tall = _H + _FOOT - _SKY
    colour = _LEVELS[alerts[-1][1].level] if alerts else _CALM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {_SKY} {_W} {tall}" font-size="11" fill="none">',
        f"<title>{code}</title>",
        f'<rect y="{_SKY}" width="{_W}" height="{tall}" rx="6" fill="#0d1420"/>',
        f'<path d="M0 {0.4 * _H:.1f}H{_W}V{_H}H0Z" fill="#16202e"/>',
        _place(code, colour),
    ]
    parts += [_thing(one, shown, colour) for one in scene.things]
    return "\n".join((*parts, *_foot(scene, alerts, counts, colour), "</svg>", ""))


def _place(code: str, colour: str) -> str:
    if PLACE_KEYS[code] == "zone":
        corners = " ".join(f"{x * _W:.1f},{y * _H:.1f}" for x, y in _ZONE["points"])
        style = f'fill="{colour}" fill-opacity=".12" stroke="{colour}" stroke-dasharray="5 3"'
        return f'<polygon points="{corners}" {style}/>'
    (ax, ay), (bx, by) = ((x * _W, y * _H) for x, y in (_LINE["start"], _LINE["end"]))
    arrow = f"M{ax:.1f} {0.5 * _H:.1f}h26m-7 -5l7 5l-7 5"
    return f'<path d="M{ax:.1f} {ay:.1f}L{bx:.1f} {by:.1f}{arrow}" stroke="{colour}" stroke-width="2"/>'


def _thing(one: Thing, shown: float, colour: str) -> str:
    way = " ".join(f"{x * _W:.1f},{y * _H:.1f}" for _, x, y in one.path)
    trail = f'<polyline points="{way}" stroke="{_CALM}" stroke-dasharray="2 4"/>'
    box = one.box(shown)
    if box is None:
        return trail
    x0, y0, x1, y1 = box[0] * _W, box[1] * _H, box[2] * _W, box[3] * _H
    size = f'width="{x1 - x0:.1f}" height="{y1 - y0:.1f}"'
    return f'{trail}<rect x="{x0:.1f}" y="{y0:.1f}" {size} stroke="{colour}" stroke-width="2"/>'


def _foot(scene: Scene, alerts: list[tuple[float, Alert]], counts: list[FlowCount], colour: str) -> list[str]:
    """A line of time: when things were there, when the alert lasts, when it was told."""
    scale, y = (_W - 24) / scene.seconds, _H + 14
    parts = [
        f'<path d="M{12 + one.path[0][0] * scale:.1f} {y}H{12 + one.path[-1][0] * scale:.1f}" stroke="{_CALM}" '
        f'stroke-width="3" stroke-opacity=".35"/>'
        for one in scene.things
    ]
    words = f"in {sum(c.into for c in counts[-1:])}, out {sum(c.out for c in counts[-1:])}; 0 to {scene.seconds:g} s"
    if alerts:
        first, last = alerts[0][1], alerts[-1][1]
        began, met, ended = (
            (at - _T0).total_seconds() if at else scene.seconds for at in (first.began, first.detected, last.ended)
        )
        parts += [
            f'<path d="M{12 + began * scale:.1f} {y}H{12 + ended * scale:.1f}" stroke="{colour}" stroke-width="3"/>',
            f'<circle cx="{12 + met * scale:.1f}" cy="{y}" r="5" fill="{colour}"/>',
        ]
        words = f"level {last.level}: began {began:g} s, told {met:g} s" + (
            f", ended {ended:g} s" if last.ended else ""
        )
    return [*parts, f'<text x="12" y="{_H + 36}" fill="#dbe6f2" font-family="sans-serif">{words}</text>']
