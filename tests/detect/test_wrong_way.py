"""WRONGWAY tells who goes against the way, at any speed and rate; not who stands, trembles, turns or jumps."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from math import sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_place import camera_of, said_at, seconds, sill, timed

from config.rules import WrongWayRule
from detect.rules.rule import Place
from detect.rules.wrong_way import WrongWay
from detect.tracker import Tracker
from models.alert import Alert
from models.detection import Detections
from models.labels import CAR, MOTORCYCLE
from models.track import Track

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_LONG = 0.1
"""Of the picture's width: how long a two-wheeler is here. In is right, so to the left is against the way."""

Where = Callable[[float], float]
"""How far to the right one is at that second."""


def _rule(direction: str = "in", hole_s: float = 2.0, **more: object) -> WrongWay:
    config = WrongWayRule.model_validate({"rule": "WRONGWAY", "line": "sill", **more})
    lane = {"id": "lane", "name": {"zh": "道", "en": "lane"}, "points": [(0, 0.5), (0.6, 0.5), (0.6, 1), (0, 1)]}
    camera = camera_of(lines=[sill(bottom=1.0, top=0.2, direction=direction)], zones=[lane])
    return WrongWay(config, Place("gsdt", camera, hole_s))


def _box(x: float) -> tuple[float, float, float, float]:
    return (x - _LONG / 2, 0.65, x + _LONG / 2, 0.8)


def _said(pictures: Iterable[tuple[float, Mapping[int, float]]], rule: WrongWay | None = None) -> list[Alert]:
    instants = [(_T0 + timedelta(seconds=t), seen) for t, seen in pictures]
    tracks = [(at, [Track(n, MOTORCYCLE, _box(x), 0.9, at, at) for n, x in seen.items()]) for at, seen in instants]
    told, _ = said_at(rule or _rule(), tracks)
    return [one for _, one in told if isinstance(one, Alert)]


def _goes(where: Where, until: float, fps: float = 5.0) -> list[tuple[float, dict[int, float]]]:
    return [(round(k / fps, 3), {1: where(k / fps)}) for k in range(round(until * fps))]


def test_who_goes_against_the_way_is_told_once_after_two_seconds_and_a_length_and_a_half() -> None:
    (alert,) = _said(_goes(lambda t: 0.9 - 0.1 * t, 8))

    assert (alert.code, alert.level, alert.place, alert.count) == ("WRONGWAY", 4, "sill", 1)
    assert (seconds(alert.began, _T0), seconds(alert.detected, _T0), alert.ended) == (0.0, 2.0, alert.detected)
    assert alert.observed == {"against_s": 2.0, "lengths": 2.0}
    assert alert.threshold == {"against_s": 2.0, "lengths": 1.5}
    assert [subject.track for subject in alert.subjects] == [1]


def test_a_slow_one_is_told_when_it_has_gone_far_enough() -> None:
    assert [seconds(a.detected, _T0) for a in _said(_goes(lambda t: 0.9 - 0.032 * t, 9))] == [4.8]


def test_the_line_says_which_way_is_right() -> None:
    assert _said(_goes(lambda t: 0.9 - 0.1 * t, 8), _rule("out")) == []
    assert len(_said(_goes(lambda t: 0.1 + 0.1 * t, 8), _rule("out"))) == 1


def test_only_in_its_zone_where_it_has_one() -> None:
    assert _said(_goes(lambda t: 0.95 - 0.04 * t, 8), _rule(zone="lane")) == []
    assert [seconds(a.began, _T0) for a in _said(_goes(lambda t: 0.9 - 0.1 * t, 8), _rule(zone="lane"))] == [3.2]


def _told_late(where: Where, told_s: float, zone: str | None = None) -> list[float | None]:
    """When it is told of one that was seen from the beginning, and is told of from that second on only."""
    times = [k / 5 for k in range(40)]
    seen: list[tuple[datetime, list[Track]]] = [
        (
            _T0 + timedelta(seconds=t),
            [Track(1, MOTORCYCLE, _box(where(t)), 0.3, _T0, _T0 + timedelta(seconds=t), _box(where(0.0)))]
            if t >= told_s
            else [],
        )
        for t in times
    ]
    told, _ = said_at(_rule(**({} if zone is None else {"zone": zone})), seen)
    return [seconds(one.began, _T0) for _, one in told if isinstance(one, Alert)] + [seconds(at, _T0) for at, _ in told]


def test_one_that_is_told_of_late_has_gone_since_it_was_first_seen() -> None:
    assert _told_late(lambda t: 0.9 - 0.13 * t, 1.4) == [0.0, 2.0]


def test_one_that_was_first_seen_outside_the_zone_has_gone_since_it_came_in() -> None:
    """It comes in at a second, and is told of at 1.6."""
    (began, told) = _told_late(lambda t: 0.7 - 0.1 * t, 1.6, "lane")

    assert (began, told) == (pytest.approx(1.0, abs=0.2), pytest.approx(3.0, abs=0.21))


def test_one_that_was_seen_longer_ago_than_it_can_have_ridden_evenly_begins_when_it_is_told_of() -> None:
    assert _told_late(lambda t: 0.9 - 0.1 * t, 2.4) == [2.4, 4.4]


def test_what_was_before_the_rule_was_armed_or_in_a_hole_counts_for_nothing() -> None:
    def seen(*instants: float) -> list[tuple[datetime, list[Track]]]:
        at = [(t, _T0 + timedelta(seconds=t)) for t in instants]
        return [
            (now, [Track(1, MOTORCYCLE, _box(0.9 - 0.13 * t), 0.3, _T0, now, _box(0.9))] if t > 0.9 else [])
            for t, now in at
        ]

    armed = [round(1.0 + 0.2 * k, 1) for k in range(20)]
    hole = [0.0, *(round(1.8 + 0.2 * k, 1) for k in range(15))]
    for instants, first in ((armed, 1.0), (hole, 1.8)):
        ((_, alert),) = said_at(_rule(hole_s=1.5), seen(*instants))[0]
        assert isinstance(alert, Alert)
        assert (seconds(alert.began, _T0), seconds(alert.detected, _T0)) == (first, first + 2)


def test_who_leaves_the_zone_for_a_moment_after_it_was_told_of_begins_anew() -> None:
    """Another ride, whose time begins when it is back: what was counted for the first one is not counted again."""
    times = [round(0.2 * k, 1) for k in range(14)]
    where = [0.55 - 0.03 * k if k != 7 else 0.7 for k in range(14)]
    seen = [
        (now := _T0 + timedelta(seconds=t), [Track(1, MOTORCYCLE, _box(x), 0.9, _T0, now, _box(where[0]))])
        for t, x in zip(times, where, strict=True)
    ]
    told, _ = said_at(_rule(zone="lane", against_s=0.6, lengths=0.5), seen)

    assert [(seconds(at, _T0), one.count) for at, one in told if isinstance(one, Alert)] == [(0.6, 1), (2.2, 2)]


def test_one_that_came_the_right_way_before_it_was_told_of_has_gone_nowhere_against_it() -> None:
    assert _told_late(lambda t: 0.5 + 0.1 * t if t < 1.4 else 0.7 - 0.1 * (t - 1.4), 1.4) == [1.4, 3.4]


_RIGHT: Mapping[str, Where] = {
    "stands and trembles": lambda t: 0.5 + 0.01 * (-1) ** round(5 * t),
    "goes the right way": lambda t: 0.05 + 0.05 * t,
    "backs out for less than its length and a half": lambda t: 0.5 - min(0.03 * t, 0.14),
    "manoeuvres to and fro": lambda t: 0.5 + 0.06 * sin(t),
    "stands, then jumps to another thing": lambda t: 0.9 if t < 10 else 0.4,
    "jumps again and again to what goes the right way": lambda t: 0.1 + 0.03 * (t % 8),
}


@pytest.mark.parametrize("where", _RIGHT.values(), ids=_RIGHT)
def test_who_does_not_go_against_the_way_is_not_told_of(where: Where) -> None:
    assert _said(_goes(where, 18)) == []


def test_one_missed_picture_changes_nothing_and_a_hole_begins_anew() -> None:
    ride = _goes(lambda t: 0.9 - 0.1 * t, 3)

    assert [seconds(a.detected, _T0) for a in _said([p for p in ride if p[0] != 1.0])] == [2.0]
    assert _said([(t, seen) for t, seen in _goes(lambda t: 0.9 - 0.1 * t, 7) if t <= 1.8 or t > 5.2]) == []


def test_a_standing_vehicle_whose_track_jumps_to_the_next_one_does_not_go_against_the_way() -> None:
    stood = [(0.2 * k, {1: 0.5 - 0.002 * k}) for k in range(20)]

    assert _said([*stood, (4.2, {1: 0.3}), *((4.4 + 0.2 * k, {1: 0.3 + 0.01 * k}) for k in range(10))]) == []


def test_the_next_one_soon_after_is_counted_into_the_same_alert() -> None:
    rides = [(round(0.2 * k, 1), {k // 20: 0.9 - 0.02 * (k % 20)}) for k in range(40)]
    later = [(60 + t, {9: seen[1]}) for t, seen in _goes(lambda t: 0.9 - 0.1 * t, 4)]

    assert [(a.revision, a.count) for a in _said([*rides, *later])] == [(1, 1), (2, 2), (1, 1)]


@pytest.mark.parametrize("fps", [3.0, 5.0])
@pytest.mark.parametrize("kmh", [10.0, 20.0, 30.0])
def test_two_wheelers_are_told_of_through_the_real_tracker(fps: float, kmh: float) -> None:
    """They come along the road towards the camera, from 30 m off, as the picture of an entrance shows them."""
    across = {**sill(direction="out"), "start": (0.0, 0.6), "end": (1.0, 0.6)}  # in is down, where the camera is
    config = WrongWayRule.model_validate({"rule": "WRONGWAY", "line": "sill"})
    rule, tracker = WrongWay(config, Place("gsdt", camera_of(lines=[across]), 2.0)), Tracker(0.35)
    state, alerts = rule.fresh(), []
    for k in range(200):
        far = 30.0 - kmh / 3.6 * k / fps
        if far < 4:
            break
        at = _T0 + timedelta(seconds=k / fps)
        x0, y0, x1, y1 = _seen_from(far)
        found = Detections(
            np.array([[x0, y0, x1, y1]], np.float32), np.array([0.8], np.float32), np.array([MOTORCYCLE], np.int16)
        )
        state, said = rule.step(state, tracker.update(found, at), at)
        alerts += said

    assert [a.count for a in alerts] == [1]


def _seen_from(far: float) -> tuple[float, float, float, float]:
    """The box of a two-wheeler, 0.8 m wide and 1.2 m high, so many metres off: camera 4 m up, level, 90° wide."""
    half = 0.4 / far / 2
    bottom = 0.3 + 4.0 / far * (16 / 9) / 2 * 0.35
    return (0.5 - half, bottom - 1.2 / far * (16 / 9) / 2, 0.5 + half, bottom)


_STEPS = st.lists(
    st.tuples(st.sampled_from([0.2, 0.4, 1.0, 5.0]), st.sampled_from([-0.1, -0.04, 0.0, 0.01, 0.05])), max_size=60
)


@given(_STEPS)
@settings(max_examples=60, deadline=None)
def test_nobody_is_told_of_who_has_not_gone_against_the_way_so_far_and_for_so_long(steps) -> None:
    pictures, x = [], 0.9
    for t, dx in timed(steps):
        x = min(0.95, max(0.05, x + dx))
        pictures.append((t, {1: x}))
    for alert in _said(pictures):
        began, met = seconds(alert.began, _T0), seconds(alert.detected, _T0)
        stretch = [seen[1] for t, seen in pictures if began - 1e-6 <= t <= met + 1e-6]

        assert met - began >= 2.0 - 1e-9
        assert max(stretch) - stretch[-1] >= 1.5 * _LONG - 1e-9


@given(st.lists(st.tuples(st.sampled_from([-0.09, -0.052, 0.06]), st.sampled_from([1.0, 2.6, 4.2])), max_size=4))
@settings(max_examples=30, deadline=None)
def test_half_as_many_pictures_say_the_same_within_a_sample(legs) -> None:
    ends, t = [], 0.0
    for speed, lasting in legs:
        ends.append((t, t + lasting, speed))
        t += lasting

    def where(at: float) -> float:
        return 0.6 + sum(speed * (min(at, end) - begin) for begin, end, speed in ends if at > begin)

    told = [[(a.count, seconds(a.detected, _T0)) for a in _said(_goes(where, t + 0.4, fps))] for fps in (10.0, 5.0)]

    assert [one[0] for one in told[0]] == [other[0] for other in told[1]]
    assert all(abs(one[1] - other[1]) <= 0.2 + 1e-9 for one, other in zip(*told, strict=True))


def test_a_car_counts_as_well() -> None:
    seen = [(_T0 + timedelta(seconds=0.2 * k), 0.9 - 0.02 * k) for k in range(30)]
    told, _ = said_at(_rule(), [(at, [Track(1, CAR, _box(x), 0.9, at, at)]) for at, x in seen])

    assert len(told) == 1
