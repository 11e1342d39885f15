"""The same street means the same, whatever the shape of the picture in which a camera shows it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_place import camera_of, gate

from config.site import Observations as Bounds
from config.site import Site
from detect.figures import Figures
from detect.observations import Observations
from detect.observed import read
from detect.rerun import rerun
from detect.rulebook import Rulebook
from detect.rules.rule import Place, Said
from detect.scripted import detections
from detect.tracker import Tracker
from detect.watch import Watch
from models.alert import Alert
from models.clock import to_micros
from models.frame import Frame
from models.geometry import Box, Point
from models.labels import CAR, MOTORCYCLE, PERSON, SUITCASE
from models.wire import encode_alert

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_NAME = {"zh": "门", "en": "gate"}
_WIDE = 16 / 9
Thing = tuple[int, Box]
Street = Callable[[int, np.random.Generator], list[Thing]]
"""Label and box of each thing in a picture; x in heights right of the picture's middle, y in heights from its top."""


def _loses(number: int, dice: np.random.Generator) -> list[Thing]:
    """Somebody strolls to and fro behind something, lost for two and a half seconds each time; another walks by."""
    x, again = (0.21, -0.21)[number // 60 % 2], number % 90
    here = [] if number % 60 > 46 else [(PERSON, _box(x, 0.8, 0.1, 0.3, dice))]
    return here if again > 20 else [*here, (PERSON, _box(-0.6 + 0.06 * again, 0.9, 0.1, 0.32, dice))]


def _queue(number: int, dice: np.random.Generator) -> list[Thing]:
    """Six vehicles, seen from the front, that creep sideways by 0.18 of their lengths a second."""
    gone = 0.18 * 0.12 * number / 5
    return [(CAR, _box(-0.7 + 0.13 * k + gone, 0.7 + 0.03 * k, 0.1, 0.12, dice)) for k in range(6)]


def _ridden(number: int, dice: np.random.Generator) -> list[Thing]:
    """Somebody rides across the picture and a little down it, to the left and, a while later, back."""
    at = (number % 120) / 60
    x = 0.6 - 1.2 * at if at <= 1 else -0.6 + 1.2 * (at - 1)
    return [(MOTORCYCLE, _box(x, 0.75 + 0.1 * x, 0.2, 0.12, dice))]


def _lying(number: int, dice: np.random.Generator) -> list[Thing]:
    """Somebody lies for half a minute; somebody else sits, as wide as high."""
    wide, high = (0.1, 0.3) if number < 30 or number > 180 else (0.28, 0.1)
    return [(PERSON, _box(0.2, 0.8, wide, high, dice)), (PERSON, _box(-0.3, 0.8, 0.15, 0.14, dice))]


def _left(number: int, dice: np.random.Generator) -> list[Thing]:
    """A bag, and its owner who stands ever farther away from it."""
    away = 0.3 if number < 100 else 0.45 if number < 250 else 1.0
    return [(SUITCASE, _box(-0.3, 0.8, 0.06, 0.08, dice)), (PERSON, _box(-0.3 + away, 0.82, 0.1, 0.3, dice))]


def _crossed(number: int, dice: np.random.Generator) -> list[Thing]:
    """Somebody walks to and fro over the line, close by its ends, and stands on it for a while."""
    return [(PERSON, _box(0.2 * np.sin(number / 9), 0.75 + 0.2 * np.cos(number / 50), 0.1, 0.3, dice))]


_STREETS: dict[str, tuple[Street, dict[str, object]]] = {
    "LOITER": (_loses, {"zone": "yard", "dwell_s": 30, "night_dwell_s": 20, "gap_s": 3}),
    "CONGEST": (_queue, {"zone": "yard", "dwell_s": 5, "gap_s": 1}),
    "WRONGWAY": (_ridden, {"line": "slope"}),
    "FALL": (_lying, {"zone": "yard"}),
    "ABANDON": (_left, {"zone": "yard", "dwell_s": 20, "beside_s": 2}),
    "LINE": (_crossed, {"line": "slope", "cooldown_s": 1}),
}


def _box(x: float, y: float, wide: float, high: float, dice: np.random.Generator) -> Box:
    """So wide and high, with feet at (x, y), as a detector sees it: its sides tremble."""
    x0, x1 = (x + side * wide / 2 + float(dice.normal(0, 0.02 * wide)) for side in (-1, 1))
    return (x0, y - high, x1, y)


def _seen(point: Point, wide: float) -> Point:
    """Where a point of the street is in a picture of that shape, in fractions."""
    return (0.5 + point[0] / wide, point[1])


def _camera(code: str, more: dict[str, object], wide: float) -> dict[str, object]:
    corners = [_seen(p, wide) for p in ((-0.6, 0.5), (0.6, 0.5), (0.6, 1.0), (-0.6, 1.0))]
    ends = (_seen((-0.1, 0.95), wide), _seen((0.1, 0.6), wide))
    return {
        "zones": [{"id": "yard", "name": _NAME, "points": corners}],
        "lines": [{"id": "slope", "name": _NAME, "start": ends[0], "end": ends[1], "direction": "both"}],
        "rules": [{"rule": code, **more}],
    }


def _pictures(street: Street, wide: float) -> Iterator[tuple[datetime, list[tuple[int, float, Box]]]]:
    dice = np.random.default_rng(0)
    for number in range(360):
        found = [
            (label, 0.8, (*_seen((x0, y0), wide), *_seen((x1, y1), wide)))
            for label, (x0, y0, x1, y1) in street(number, dice)
        ]
        yield _T0 + timedelta(seconds=number / 5), found


@cache
def _said(code: str, wide: float, told: float) -> list[Any]:
    """What a rule says of a street that is seen in a picture so wide and told to be `told` heights wide."""
    street, more = _STREETS[code]
    book, tracker = Rulebook(Place("gsdt", camera_of(**_camera(code, more, wide)), 2.0, wide=told)), Tracker(0.35)
    states, before, said = book.fresh(), None, list[Said]()
    for at, found in _pictures(street, wide):
        states, now = book.step(states, before, tracker.update(detections(*found), at), at)
        said, before = [*said, *now], at
    return [(a.id, a.revision, a.level, a.began, a.detected, a.ended) for a in said if isinstance(a, Alert)]


@pytest.mark.parametrize("code", _STREETS)
def test_a_4cif_and_a_wide_camera_that_see_the_same_street_tell_the_same(code: str) -> None:
    narrow, wide = _said(code, 4 / 3, 4 / 3), _said(code, _WIDE, _WIDE)

    assert narrow == wide != []


@pytest.mark.parametrize("code", [code for code in _STREETS if code != "LINE"])
def test_each_of_these_streets_shows_a_rule_that_takes_every_picture_for_a_wide_one(code: str) -> None:
    assert _said(code, 4 / 3, _WIDE) != _said(code, 4 / 3, 4 / 3)


@pytest.mark.parametrize("code", ["LOITER", "FALL"])
def test_run_again_the_rules_measure_with_the_shape_that_was_seen_also_where_it_changed(
    code: str, tmp_path: Path
) -> None:
    street, more = _STREETS[code]
    camera = gate(**_camera(code, more, 4 / 3))
    site = Site.model_validate({"id": "gsdt", "name": _NAME, "prefix": "GSDT", "data": tmp_path, "cameras": [camera]})
    watch, log = Watch(site, site.cameras[0], None, _T0), Observations(tmp_path, Bounds(), Figures(["gate-1"]))
    live = list[str]()
    log.start()
    for number, (at, found) in enumerate(_pictures(street, 4 / 3)):
        # First square pixels, which is wrong; from then on the camera says what they are.
        frame = Frame("gate-1", number, 1, at, np.zeros((72, 88, 3), np.uint8), 1.0 if number < 140 else 12 / 11)
        if log.begins("gate-1", to_micros(at)):
            log.begin("gate-1", to_micros(at), watch.checkpoint())
        looked = watch.look(frame, detections(*found), at, lambda _: None, lambda *_: None)
        log.note("gate-1", to_micros(at), frame.wide, looked.tracks)
        live += [encode_alert(alert) for alert in looked.alerts if alert.code == code]
    log.end(5)
    again = [one for ran in rerun(site, site.cameras[0], read(tmp_path / "gate-1")) for one in ran.said]

    assert [encode_alert(one) for one in again if isinstance(one, Alert)] == live != []
