"""FALL suspects who lies still; who bends, sits, kneels, rides or stands behind something is never told of."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_place import YARD, after_restart, camera_of, held, said_at, seconds, stand, timed

from config.suspected import FallRule
from detect.rules.fall import Fall
from detect.rules.measure import WIDE
from detect.rules.rule import Place
from detect.tracker import Tracker
from models.alert import Alert
from models.detection import Detections
from models.geometry import Box
from models.labels import CAR, PERSON
from models.track import Track

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def _body(wide_m: float, high_m: float, x: float = 0.5, y: float = 0.8) -> Box:
    """Somebody so wide and high, seen from where 1.7 m are 0.4 of the picture; feet at x, y."""
    w, h = 0.4 / 1.7 * wide_m / WIDE, 0.4 / 1.7 * high_m
    return (x - w / 2, y - h, x + w / 2, y)


_UP, _DOWN = _body(0.5, 1.7), _body(1.7, 0.6)
Picture = tuple[float, Mapping[int, Box]]


def _rule(**more: object) -> Fall:
    config = FallRule.model_validate({"rule": "FALL", "zone": "yard", **more})
    return Fall(config, Place("gsdt", camera_of(zones=[YARD]), 2.0))


def _said(pictures: Iterable[Picture], start: datetime = _T0, label: int = PERSON, **more: object) -> list[Alert]:
    rule = _rule(**more)
    state, alerts, first = rule.fresh(), [], {}
    for t, seen in pictures:
        at = start + timedelta(seconds=t)
        tracks = [Track(n, label, box, 0.9, first.setdefault(n, at), at) for n, box in seen.items()]
        state, said = rule.step(after_restart(rule.state_type, state), tracks, at)
        alerts += said
    return alerts


def _brief(alerts: Iterable[Alert]) -> list[tuple[int, int, float | None, float | None]]:
    return [(a.revision, a.level, seconds(a.detected, _T0), seconds(a.ended, _T0)) for a in alerts]


def test_who_falls_and_stays_down_is_told_after_ten_seconds_until_up_again() -> None:
    alerts = _said([*stand(0, 5, {1: _UP}), *stand(5, 25, {1: _DOWN}), *stand(25, 40, {1: _UP})])

    assert _brief(alerts) == [(1, 2, 15.0, None), (2, 2, 15.0, 24.8)]
    assert (seconds(alerts[0].began, _T0), alerts[0].code) == (5.0, "FALL")
    assert alerts[0].threshold == {"dwell_s": 10.0, "persons": 1}


def test_a_new_number_and_a_passer_by_who_hides_them_do_not_begin_it_anew() -> None:
    renumbered = [(t, {round(t // 2.4): _DOWN}) for t, _ in stand(0, 15, None)]
    hidden = [*stand(0, 5, {1: _DOWN}), *stand(5, 9, {2: _UP}), *stand(9, 15, {1: _DOWN})]

    assert _brief(_said(renumbered)) == [(1, 2, 10.0, None)]
    assert _brief(_said(hidden)) == [(1, 2, 10.0, None)]


_POSTURES = {
    "stands": _UP,
    "bends down": _body(0.9, 1.0),
    "squats": _body(0.7, 1.0),
    "sits on a bench": _body(0.8, 1.25),
    "sits on the ground": _body(1.05, 0.95),
    "stretches out both arms": _body(1.7, 1.7),
    "is seen above a wall": _body(0.5, 0.45),
    "rides a bicycle": _body(1.0, 1.7),
    "stands close, cut off below": _body(0.6, 0.35, y=0.995),
}


@pytest.mark.parametrize("box", _POSTURES.values(), ids=_POSTURES)
def test_other_postures_are_not_told_of_however_long(box: Box) -> None:
    trembling = [
        (t, {1: _trembled(box, 0.01 * (-1) ** round(t / 0.2))}) for t, _ in stand(0, 60, None)
    ]  # 4 % of their height

    assert _said(trembling) == []


def _trembled(box: Box, by: float) -> Box:
    return (box[0], box[1] + by, box[2], box[3])


def test_who_lies_for_less_long_crawls_or_is_no_person_is_not_told_of() -> None:
    tying = [
        p for k in range(4) for p in [*stand(12 * k, 12 * k + 8, {1: _DOWN}), *stand(12 * k + 8, 12 * k + 12, {1: _UP})]
    ]
    crawling = [(t, {1: _body(1.7, 0.6, 0.1 + 0.02 * t)}) for t, _ in stand(0, 30, None)]

    assert _said(tying) == _said(crawling) == _said(stand(0, 30, {1: _DOWN}), label=CAR) == []


def test_who_lies_outside_of_the_zone_is_not_told_of() -> None:
    assert _said(stand(0, 30, {1: _body(1.7, 0.6, y=0.45)})) == []


def test_a_lying_figure_that_belongs_there_is_not_told_of_until_its_last_day_is_over_on_the_sites_clock() -> None:
    fixtures = [{"at": (0.3, 0.75), "until": "2026-11-22"}]
    late = datetime(2026, 11, 22, 23, 59, 30, tzinfo=UTC)
    both = stand(0, 60, {1: _body(1.7, 0.6, 0.3), 2: _body(1.7, 0.6, 0.7)})
    today, midnight = _said(both, fixtures=fixtures), _said(both, late, fixtures=fixtures)

    assert [[s.track for s in a.subjects] for a in today] == [[2]]
    assert [[s.track for s in a.subjects] for a in midnight] == [[2], [1, 2]]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("missed", [0.2, 0.5])
def test_noisy_boxes_through_the_real_tracker_are_one_alert(seed: int, missed: float) -> None:
    """Somebody walks in for 5 s, lies for 25 s, gets up and walks out; half of the pictures miss them."""
    dice, tracker, pictures = np.random.default_rng(seed), Tracker(0.35), []
    for k in range(40 * 5):
        t = k / 5
        x = min(0.1 * t, 0.5) if t < 30 else 0.5 + 0.1 * (t - 30)
        boxes = [_body(1.7, 0.6, x) if 5 <= t < 30 else _body(0.5, 1.7, x)] if dice.random() > missed else []
        xyxy = np.array(boxes, np.float32).reshape(-1, 4)
        xyxy += (dice.normal(0, 0.02, xyxy.shape) * np.tile(xyxy[:, 2:] - xyxy[:, :2], 2)).astype(np.float32)
        found = Detections(xyxy, np.full(len(boxes), 0.8, np.float32), np.full(len(boxes), PERSON, np.int16))
        at = _T0 + timedelta(seconds=t)
        pictures.append((at, tracker.update(found, at)))
    told, _ = said_at(_rule(), pictures)
    alerts = [one for _, one in told if isinstance(one, Alert)]

    assert [a.ended is None for a in alerts] == [True, False]
    assert 15.0 <= (seconds(alerts[0].detected, _T0) or 0) <= 18.0
    assert 27.0 <= (seconds(alerts[1].ended, _T0) or 0) <= 30.0


_QUICK = {"dwell_s": 3.0, "gap_s": 1.3, "cooldown_s": 20.0}
_BOXES = (_UP, _DOWN, _body(1.7, 0.6, 0.2), _body(0.9, 1.0))
_STEPS = held(
    [0.2, 0.4, 1.0, 1.5, 5.0, 30.0], st.dictionaries(st.integers(1, 3), st.sampled_from(_BOXES), max_size=2), 12, 12
)


@given(_STEPS)
@settings(max_examples=60, deadline=None)
def test_nothing_is_told_before_somebody_has_lain_at_one_place_for_so_long(steps) -> None:
    pictures = timed(steps)
    for alert in (a for a in _said(pictures, **_QUICK) if a.revision == 1):
        began, met = seconds(alert.began, _T0), seconds(alert.detected, _T0)
        span = [seen for t, seen in pictures if began <= t <= met]

        assert met - began >= 3.0 - 1e-9
        assert any(box in span[0].values() and box in span[-1].values() for box in (_BOXES[1], _BOXES[2]))


@given(_STEPS, st.integers(-(10**9), 10**9))
@settings(max_examples=30, deadline=None)
def test_it_does_not_matter_when_it_happens(steps, shift: int) -> None:
    moved = timedelta(microseconds=shift * 1001)
    here, there = _said(timed(steps), **_QUICK), _said(timed(steps), _T0 + moved, **_QUICK)
    ends = [None if a.ended is None else a.ended + moved for a in here]

    assert there == [
        replace(a, id=b.id, began=a.began + moved, detected=a.detected + moved, ended=end)
        for a, b, end in zip(here, there, ends, strict=True)
    ]


@given(st.lists(st.tuples(st.sampled_from([1.3, 4.1, 11.3]), st.sampled_from([0.7, 4.3, 45.1])), max_size=4))
@settings(max_examples=20, deadline=None)
def test_half_as_many_pictures_say_the_same_within_a_sample(falls) -> None:
    """Falls and the time in between keep clear of all thresholds by more than a sample, also in their sums."""
    spans, t = [], 0.05
    for down, up in falls:
        spans.append((t, t + down))
        t += down + up
    told = []
    for step in (0.1, 0.2):
        down = [any(a <= k * step < b for a, b in spans) for k in range(round((t + 9) / step))]
        pictures = [(round(k * step, 1), {1: _DOWN if lies else _UP}) for k, lies in enumerate(down)]
        alerts = _said(pictures, **{**_QUICK, "cooldown_s": 500.0})
        told.append([(seconds(a.detected, _T0), seconds(a.ended, _T0), a.count) for a in alerts])

    assert [(one[1] is None, one[2]) for one in told[0]] == [(other[1] is None, other[2]) for other in told[1]]
    for one, other in zip(*told, strict=True):
        assert all(a is b is None or abs(a - b) <= 0.2 + 1e-9 for a, b in zip(one[:2], other[:2], strict=True))
