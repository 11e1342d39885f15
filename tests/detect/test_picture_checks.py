"""Covered, moved and blurred cameras are told once; light, weather, passers-by and the switch to infra-red are not."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic_core import from_json, to_json
from small_place import site_of

from detect.health.remembered import decode_health, encode_health
from detect.health.rules import HealthRules, State
from models.alert import Alert
from models.clock import to_micros
from models.frame import Frame, Image
from scenes import places, places_night
from scenes.light import Place, developed, light_map

Alter = Callable[[Image], Image]

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_LEARN = 45
_PLACES = {"gate by day": places.west_gate, "gate at dusk": places.east_gate, "doorway at night": places_night.doorway}
_SIZE = (640, 524)
SITE = site_of(Path("unused"), "redis://unused")
RULES = HealthRules(SITE, SITE.cameras[0], to_micros(_T0))


def _empty(place: Place) -> Image:
    picture, _ = developed(place.stage, light_map(place.stage, place.sky, place.lamps))
    small = cv2.resize(picture, _SIZE, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small.clip(0, 255).astype(np.uint8), cv2.COLOR_BGR2RGB)


@pytest.fixture(scope="module")
def scenes() -> dict[str, Image]:
    return {name: _empty(make()) for name, make in _PLACES.items()}


@cache
def _noises() -> list[NDArray[np.float32]]:
    """Noise as a cheap sensor has it; a prime number of pictures, used in turn."""
    rng = np.random.default_rng(1)
    return [rng.normal(0, 3.0, (_SIZE[1], _SIZE[0], 1)).astype(np.float32) for _ in range(7)]


def _noisy(picture: Image, number: int) -> Image:
    return np.clip(picture + _noises()[number % 7], 0, 255).astype(np.uint8)


def _shown(picture: Image, seconds: int) -> list[Image]:
    """A still camera's pictures, one a second."""
    some = [_noisy(picture, n) for n in range(min(7, seconds))]
    return [some[n % 7] for n in range(seconds)]


def _warped(picture: Image, matrix: object) -> Image:
    size = picture.shape[1::-1]
    return cv2.warpAffine(picture, np.float32(matrix), size, borderMode=cv2.BORDER_REFLECT)


def _shifted(share: float) -> Alter:
    return lambda p: _warped(p, [[1, 0, share * p.shape[1]], [0, 1, share * p.shape[0] / 2]])


def _turned(degrees: float, zoom: float = 1.0) -> Alter:
    def turn(picture: Image) -> Image:
        height, width, _ = picture.shape
        return _warped(picture, cv2.getRotationMatrix2D((width / 2, height / 2), degrees, zoom))

    return turn


def _lit(share: float, lift: float = 0.0) -> Alter:
    return lambda p: np.clip(p * share + lift, 0, 255).astype(np.uint8)


def _hand(picture: Image) -> Image:
    """A hand on the lens: a smooth warm shade, brighter to one side."""
    height, width, _ = picture.shape
    y, x = np.mgrid[0:height, 0:width]
    shade = (60 + 40 * x / width + 30 * y / height)[:, :, None] * np.array([1.0, 0.7, 0.6])
    return shade.astype(np.uint8)


def _with_gap(picture: Image) -> Image:
    covered, edge = _hand(picture), round(picture.shape[1] * 0.87)
    covered[:, edge:] = picture[:, edge:]
    return covered


def _bus(picture: Image) -> Image:
    """A bus that covers half the picture."""
    seen = picture.copy()
    height, width, _ = seen.shape
    seen[height // 8 :, : width // 2] = (170, 60, 50)
    for left in range(20, width // 2 - 60, 80):
        seen[height // 5 : height // 2, left : left + 60] = (40, 50, 60)
    return seen


def _rain(picture: Image) -> Image:
    rng, wet = np.random.default_rng(3), picture.copy()
    for x, y in rng.integers(0, (picture.shape[1], picture.shape[0]), (400, 2)).tolist():
        cv2.line(wet, (x, y), (x + 3, y + 25), (190, 190, 200), 1)
    return wet


def _infra_red(picture: Image) -> Image:
    """No colours, other brightnesses, and a lamp at the camera that lights the middle."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    height, width = grey.shape
    y, x = np.mgrid[0:height, 0:width]
    lamp = np.exp(-3 * (((x - width / 2) / width) ** 2 + ((y - 0.6 * height) / height) ** 2))
    seen = np.clip((70 + 0.6 * grey) * lamp, 0, 255).astype(np.uint8)
    return cv2.cvtColor(seen, cv2.COLOR_GRAY2RGB)


TROUBLES: dict[str, tuple[Alter, str]] = {
    "a hand on the lens": (_hand, "CAM_BLIND"),
    "a cover with a gap at its edge": (_with_gap, "CAM_BLIND"),
    "lights out": (_lit(0.03), "CAM_BLIND"),
    "moved by 3 %": (_shifted(0.03), "CAM_MOVED"),
    "moved by 5 %": (_shifted(0.05), "CAM_MOVED"),
    "moved by 15 %": (_shifted(0.15), "CAM_MOVED"),
    "moved by 40 %": (_shifted(0.4), "CAM_MOVED"),
    "turned by 5 degrees": (_turned(5), "CAM_MOVED"),
    "turned by 12 degrees": (_turned(12), "CAM_MOVED"),
    "zoomed by 15 %": (_turned(0, 1.15), "CAM_MOVED"),
    "slightly out of focus": (lambda p: cv2.GaussianBlur(p, (0, 0), 4), "CAM_BLUR"),
    "far out of focus": (lambda p: cv2.GaussianBlur(p, (0, 0), 8), "CAM_BLUR"),
}

HARMLESS: dict[str, Alter] = {
    "nothing": lambda p: p,
    "a bus over half the picture": _bus,
    "half the light": _lit(0.5),
    "a quarter of the light": _lit(0.25),
    "twice the light": _lit(2.0),
    "fog": _lit(0.4, 110),
    "rain": _rain,
    "infra-red": _infra_red,
    "a tremble in the wind": _shifted(0.01),
    "a breath of defocus": lambda p: cv2.GaussianBlur(p, (0, 0), 1.5),
}


def _pictures(path: Path) -> list[Image]:
    """Two pictures a second of a clip."""
    pictures, due = [], 0.0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if (frame.time or 0.0) >= due:
                due += 0.5
                pictures.append(frame.reformat(640, 480, "rgb24").to_ndarray())
    return pictures


def _look(rules: HealthRules, state: State, pictures: Sequence[Image], at: int = 0) -> tuple[State, list[Alert]]:
    """Look at one picture a second, from so many seconds on."""
    alerts = []
    for number, picture in enumerate(pictures):
        taken = _T0 + timedelta(seconds=at + number)
        state, said = rules.looked(state, Frame("gate-1", at + number, 1, taken, picture))
        alerts += said
    return state, alerts


@pytest.fixture(scope="module")
def learnt(scenes: dict[str, Image]) -> dict[str, State]:
    """What is known of each place after some quiet time."""
    known = {}
    for name, picture in scenes.items():
        known[name], alerts = _look(RULES, RULES.fresh(), _shown(picture, _LEARN))
        assert alerts == []
    return known


@pytest.mark.parametrize("place", _PLACES)
@pytest.mark.parametrize("what", TROUBLES)
def test_a_trouble_is_one_alert_with_a_beginning_and_an_end(
    scenes: dict[str, Image], learnt: dict[str, State], place: str, what: str
) -> None:
    alter, code = TROUBLES[what]
    lasting = 63 if code == "CAM_BLUR" else 13
    state, told = _look(RULES, learnt[place], _shown(alter(scenes[place]), lasting), _LEARN)
    _, over = _look(RULES, state, _shown(scenes[place], 8), _LEARN + lasting)

    assert [(a.code, a.revision, a.level, a.place, a.ended) for a in told] == [(code, 1, 3, "", None)]
    assert told[0].began == _T0 + timedelta(seconds=_LEARN)
    assert [(a.id, a.revision, a.ended) for a in over] == [(told[0].id, 2, _T0 + timedelta(seconds=_LEARN + lasting))]


@pytest.mark.parametrize("place", _PLACES)
@pytest.mark.parametrize("what", HARMLESS)
def test_light_weather_and_passers_by_are_no_trouble(
    scenes: dict[str, Image], learnt: dict[str, State], place: str, what: str
) -> None:
    _, told = _look(RULES, learnt[place], _shown(HARMLESS[what](scenes[place]), 70), _LEARN)

    assert told == []


def test_day_and_night_are_learnt_apart_and_a_move_at_night_is_told(
    scenes: dict[str, Image], learnt: dict[str, State]
) -> None:
    night = _infra_red(scenes["gate by day"])
    state, dusk = _look(RULES, learnt["gate by day"], _shown(night, _LEARN), 100)
    state, moved = _look(RULES, state, _shown(_shifted(0.06)(night), 13), 100 + _LEARN)

    assert dusk == []
    assert [a.code for a in moved] == ["CAM_MOVED"]


def test_a_sunset_is_followed(scenes: dict[str, Image], learnt: dict[str, State]) -> None:
    day = scenes["gate by day"]
    _, told = _look(RULES, learnt["gate by day"], [_noisy(_lit(1 - n / 190)(day), n) for n in range(150)], _LEARN)

    assert told == []


def test_a_camera_that_starts_covered_is_told_though_nothing_is_known_of_it(scenes: dict[str, Image]) -> None:
    _, told = _look(RULES, RULES.fresh(), _shown(_hand(scenes["gate by day"]), 13))

    assert [a.code for a in told] == ["CAM_BLIND"]


def test_a_grey_cover_by_day_is_told_of_though_the_camera_has_never_seen_a_night(
    scenes: dict[str, Image], learnt: dict[str, State]
) -> None:
    """Without colours it is judged as infra-red, of which nothing is known yet; and it is not learnt as the night."""
    grey = cv2.cvtColor(cv2.cvtColor(_with_gap(scenes["gate by day"]), cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    state, told = _look(RULES, learnt["gate by day"], _shown(grey, 40), _LEARN)
    _, over = _look(RULES, state, _shown(scenes["gate by day"], 8), _LEARN + 40)

    assert [(a.code, a.revision) for a in told] == [("CAM_BLIND", 1)]
    assert [(a.id, a.revision, a.ended is None) for a in over] == [(told[0].id, 2, False)]
    assert state.colourless is None


def test_a_short_cover_and_one_across_a_hole_are_not_told(scenes: dict[str, Image], learnt: dict[str, State]) -> None:
    covered = _shown(_hand(scenes["gate by day"]), 8)
    state, first = _look(RULES, learnt["gate by day"], covered, 100)
    _, second = _look(RULES, state, covered, 120)

    assert first + second == []


@pytest.mark.parametrize(
    "redrawn",
    [{"zones": ()}, {"lines": ()}, {"masks": (((0.0, 0.0), (0.3, 0.0), (0.3, 0.3)),)}],
    ids=["zones", "lines", "masks"],
)
def test_what_was_learnt_survives_a_restart_but_not_a_view_drawn_anew(
    scenes: dict[str, Image], learnt: dict[str, State], redrawn: dict[str, object]
) -> None:
    moved = _shown(_shifted(0.06)(scenes["gate by day"]), 60)
    kept = decode_health(from_json(to_json(encode_health(learnt["gate by day"]))))
    again, (alert,) = _look(RULES, kept, moved[:13], _LEARN)
    anew = HealthRules(SITE, SITE.cameras[0].model_copy(update=redrawn), to_micros(_T0))
    accepted, ended = anew.resumed(decode_health(encode_health(again)))
    _, calm = _look(anew, accepted, moved, 100)

    assert RULES.resumed(kept)[1] == []
    assert alert.code == "CAM_MOVED"
    assert [(a.id, a.revision, a.ended is None) for a in ended] == [(alert.id, 2, False)]
    assert calm == []


@pytest.mark.parametrize("clip", ["intel_car-detection.mp4", "mot15/TUD-Stadtmitte.mp4", "highway_cars.avi"])
def test_real_traffic_is_no_trouble(footage: Path, clip: str) -> None:
    pictures = _pictures(footage / clip)
    _, told = _look(RULES, RULES.fresh(), [pictures[n % len(pictures)] for n in range(150)])

    assert told == []
