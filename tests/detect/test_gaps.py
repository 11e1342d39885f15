"""Wherever pictures are missing for a while, each breach outside the blind spans has exactly one alert."""

from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest

from config.site import Site
from detect.scripted import detections
from detect.watch import Watch
from models.alert import Alert, BlindSpan
from models.clock import to_micros
from models.frame import Frame
from models.labels import PERSON
from models.link import Health
from scenes.breaches import breaches
from scenes.truth import Seen, Truth
from scenes.verdict import Footage, Verdict, compare

_T0 = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
_FPS, _LOOP_S = 10.0, 55.0
_SAMPLE_S = 0.2
_IMAGE = np.zeros((2, 2, 3), np.uint8)


def _walker(name: str, first_s: float, start: float, end: float, speed: float) -> Seen:
    """Walks through the yard, and over the line down its middle, at `speed` of the picture's width a second."""
    steps = round(abs(end - start) / speed * _FPS)
    at = [start + (end - start) * n / steps for n in range(steps)]
    boxes = tuple((x - 0.03, 0.5, x + 0.03, 0.8) for x in at)
    return Seen(name, "person", round(first_s * _FPS), tuple((x, 0.8) for x in at), boxes)


_TRUTH = Truth(
    "yard",
    _FPS,
    round(_LOOP_S * _FPS),
    (_walker("strolls", 3.0, 0.05, 0.95, 0.12), _walker("hurries", 45.0, 0.95, 0.05, 0.2)),
)
"""One who strolls in, one who hurries out."""


def _halting(speed: float) -> Seen:
    """Stands before the line for a while, walks over it and stands behind it."""
    at = [0.35] * 50 + [0.35 + speed * n / _FPS for n in range(round(0.3 / speed * _FPS))] + [0.65] * 50
    return Seen("halts", "person", 0, tuple((x, 0.8) for x in at), tuple((x - 0.03, 0.5, x + 0.03, 0.8) for x in at))


def _run(
    site: Site,
    gap: tuple[float, float],
    *,
    detect_dies: bool,
    truth: Truth = _TRUTH,
    loop_s: float = _LOOP_S,
    sample_s: float = _SAMPLE_S,
    first_s: float = 0.0,
) -> Verdict:
    """What comes of the walks when there are no samples in the gap (seconds), by whose death."""
    camera = site.cameras[0]
    watch, chance = Watch(site, camera, None, _T0), Random(gap[0])
    alerts: list[Alert] = []
    spans: list[BlindSpan] = []
    kept, kept_at, epoch, down = watch.checkpoint(), 0.0, 1, False
    for number in range(round((loop_s - first_s) / sample_s)):
        at = first_s + number * sample_s
        now = _T0 + timedelta(seconds=at)
        if gap[0] <= at < gap[1]:
            down = True
            if not detect_dies:
                spans += watch.idle(Health(to_micros(now), "connecting", 0), now)[1]
            continue
        if down:
            down, epoch = False, epoch + 1
            watch = Watch(site, camera, kept, now) if detect_dies else watch
        boxes = [box for s in truth.seen for n, box in enumerate(s.boxes) if s.first + n == round(at * _FPS)]
        found = [(PERSON, 0.8, tuple(v + chance.gauss(0, 0.002) for v in box)) for box in boxes if box]
        frame = Frame(camera.id, number, epoch, now, _IMAGE)
        looked = watch.look(frame, detections(*found), now, lambda _: None, lambda *_: None)
        alerts += looked.alerts
        spans += [*looked.spans, *watch.idle(Health(to_micros(now), "live", 0, taken=to_micros(now)), now)[1]]
        if looked.alerts or looked.spans or at - kept_at >= 1.0:  # as the journal and the tick write it down
            kept, kept_at = watch.checkpoint(), at
    footage = Footage(_T0, loop_s, breaches(truth, camera))
    return compare({camera.id: footage}, (_T0, _T0 + timedelta(seconds=loop_s)), alerts, spans)


@pytest.mark.parametrize("detect_dies", [False, True], ids=["a camera reconnects", "detect dies"])
@pytest.mark.parametrize("length_s", [0.4, 1.0, 1.4, 1.6, 2.4, 5.0])
def test_a_gap_anywhere_costs_no_breach_that_the_ledger_does_not_excuse(
    quiet_site: Site, length_s: float, *, detect_dies: bool
) -> None:
    judged = {
        start / 5: _run(quiet_site, (start / 5, start / 5 + length_s), detect_dies=detect_dies)
        for start in [*range(10, 60, 3), *range(220, 250, 3)]
    }

    assert {at: v.missed for at, v in judged.items() if v.missed} == {}
    assert {at: v.duplicated for at, v in judged.items() if v.duplicated} == {}


@pytest.mark.parametrize("detect_dies", [False, True], ids=["a camera reconnects", "detect dies"])
@pytest.mark.parametrize("speed", [0.09, 0.12])
def test_who_sets_off_or_halts_while_nobody_looks_is_still_the_same(
    quiet_site: Site, speed: float, *, detect_dies: bool
) -> None:
    truth = Truth("yard", _FPS, 180, (_halting(speed),))
    judged = {
        (start / 5, length_s): _run(
            quiet_site, (start / 5, start / 5 + length_s), detect_dies=detect_dies, truth=truth, loop_s=18.0
        )
        for start in range(18, 50, 3)
        for length_s in (0.8, 1.4)
    }

    assert {at: v.missed for at, v in judged.items() if v.missed} == {}
    assert {at: v.duplicated for at, v in judged.items() if v.duplicated} == {}


@pytest.mark.parametrize("sample_s", [0.4, 0.5, 0.6])
def test_who_hurries_is_followed_where_pictures_are_few(quiet_site: Site, sample_s: float) -> None:
    """His second box is more than one of its widths off the first: nobody knows yet where he is going."""
    truth = Truth("yard", _FPS, 100, (_walker("runs", 1.0, 0.02, 0.98, 0.25),))
    judged = {
        first: _run(
            quiet_site, (99, 99), detect_dies=False, truth=truth, loop_s=10.0, sample_s=sample_s, first_s=first / 10
        )
        for first in range(round(sample_s * 10))
    }

    assert {first: len(v.expected) for first, v in judged.items()} == dict.fromkeys(judged, 2)
    assert {first: (v.missed, v.duplicated) for first, v in judged.items()} == dict.fromkeys(judged, ((), ()))


def test_without_a_gap_each_walk_is_one_intrusion_and_one_crossing(quiet_site: Site) -> None:
    verdict = _run(quiet_site, (99.0, 99.0), detect_dies=False)

    assert len(verdict.expected) == 4
    assert verdict == Verdict(verdict.expected, (), (), ())
