"""CROWD tells of many who are there for a while, once; missed detections do not begin the time anew."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_place import YARD, camera_of, held, person, said_at, seconds, stand, timed

from config.hours import Hours
from config.rules import CrowdRule
from detect.rules.crowd import Crowd
from detect.rules.rule import Place
from models.alert import Alert

_NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # in Shanghai
_EVENING = _NOON + timedelta(hours=11)  # after ten, when night has begun
_ZONE = ZoneInfo("Asia/Shanghai")

Picture = tuple[float, int]
"""Seconds, and how many are in the yard."""


def _rule(**more: object) -> Crowd:
    config = CrowdRule.model_validate({"rule": "CROWD", "zone": "yard", **more})
    return Crowd(config, Place("gsdt", camera_of(zones=[YARD]), 2.0, _ZONE, Hours.of(("22:00-06:00",), _ZONE)))


def _said(pictures: Iterable[Picture], start: datetime = _NOON, first_id: int = 0, **more: object) -> list[Alert]:
    instants = [(start + timedelta(seconds=t), n) for t, n in pictures]
    seen = [(at, [person(first_id + k, (0.03 * k, 0.8), at) for k in range(n)]) for at, n in instants]
    told, _ = said_at(_rule(**more), seen)
    return [one for _, one in told if isinstance(one, Alert)]


def _brief(alerts: Iterable[Alert], start: datetime = _NOON) -> list[tuple[int, int, float | None, float | None]]:
    return [(a.revision, a.level, seconds(a.detected, start), seconds(a.ended, start)) for a in alerts]


def test_eight_for_a_minute_are_told_and_it_is_over_when_clearly_fewer_have_been_there_for_a_while() -> None:
    first, last = _said([*stand(0, 70, 8), *stand(70, 120, 6), *stand(120, 160, 5)])

    assert _brief([first, last]) == [(1, 3, 60.0, None), (2, 3, 60.0, 119.8)]
    assert (first.observed, first.threshold) == ({"persons": 8, "lasting_s": 60.0}, {"persons": 8, "lasting_s": 60.0})
    assert (last.id, last.observed["lasting_s"], len(first.subjects)) == (first.id, 119.8, 8)


def test_by_night_five_are_enough_sooner_and_graver() -> None:
    alerts = _said([*stand(0, 50, 5), *stand(50, 90, 4), *stand(90, 130, 3)], _EVENING)

    assert _brief(alerts, _EVENING) == [(1, 2, 45.0, None), (2, 2, 45.0, 89.8)]
    assert _said(stand(0, 50, 5)) == []


def test_twenty_make_it_graver() -> None:
    assert [(a.revision, a.level, a.observed["persons"]) for a in _said([*stand(0, 70, 9), *stand(70, 80, 20)])] == [
        (1, 3, 9),
        (2, 2, 20),
    ]


def test_a_crowd_that_is_open_when_the_night_begins_grows_graver_then() -> None:
    start = _NOON + timedelta(hours=10) - timedelta(seconds=80)

    assert _brief(_said(stand(0, 90, 8), start), start) == [(1, 3, 60.0, None), (2, 2, 60.0, None)]


def test_a_second_crowd_soon_after_the_first_is_counted_into_the_same_alert() -> None:
    alerts = _said(
        [*stand(0, 70, 8), *stand(70, 200, 0), *stand(200, 265, 8), *stand(265, 700, 0), *stand(700, 770, 8)]
    )

    assert [(a.revision, a.count) for a in alerts] == [(1, 1), (2, 1), (3, 2), (4, 2), (1, 1)]
    assert len({a.id for a in alerts}) == 2


@pytest.mark.parametrize(
    ("pictures", "what"),
    [
        (stand(0, 300, 7), "seven who stay"),
        ([*stand(0, 55, 12), *stand(55, 100, 3)], "a class that walks by"),
        ([p for k in range(10) for p in (*stand(20 * k, 20 * k + 8, 9), *stand(20 * k + 8, 20 * k + 20, 2))], "waves"),
        ([(t, 8 if round(t / 0.2) % 25 == 0 else 7) for t, _ in stand(0, 300, 0)], "one who is there now and then"),
    ],
)
def test_no_crowd_is_told_of(pictures: list[Picture], what: str) -> None:
    assert _said(pictures) == [], what


def test_a_missed_detection_does_not_begin_the_minute_anew() -> None:
    pictures = [(t, 7 if round(t / 0.2) % 3 else 8) for t, _ in stand(0, 70, 8)]

    assert _brief(_said(pictures)) == [(1, 3, 60.0, None)]


def test_a_new_number_for_everybody_is_no_more_people_and_no_new_crowd() -> None:
    """The tracker lost them all and found them again; nobody is counted twice."""
    instants = [(t, 0 if t < 30 else 100) for t, _ in stand(0, 70, 0)]
    rule, state, alerts = _rule(), _rule().fresh(), []
    for t, ids in instants:
        at = _NOON + timedelta(seconds=t)
        state, said = rule.step(state, [person(ids + k, (0.03 * k, 0.8), at) for k in range(8)], at)
        alerts += said

    assert [(a.revision, a.observed["persons"]) for a in alerts] == [(1, 8)]


def test_time_in_a_hole_is_not_counted_and_an_open_crowd_outlives_it() -> None:
    assert _said([*stand(0, 50, 8), *stand(55, 110, 8)]) == []
    assert _brief(_said([*stand(0, 65, 8), *stand(95, 110, 8)])) == [(1, 3, 60.0, None)]
    assert _brief(_said([*stand(0, 65, 8), *stand(95, 130, 0)])) == [(1, 3, 60.0, None), (2, 3, 60.0, 64.8)]


_CROWDS = held([0.2, 0.4, 1.0, 2.0, 7.0, 50.0], st.integers(0, 4), 10, 15)
_QUICK = {"persons": 3, "dwell_s": 4.0, "clear_persons": 2, "clear_s": 3.0, "gap_s": 1.0, "cooldown_s": 9.0}


@given(_CROWDS)
@settings(max_examples=60, deadline=None)
def test_nothing_is_told_before_so_many_have_been_there_for_so_long(steps) -> None:
    pictures = timed(steps)
    for alert in (a for a in _said(pictures, **_QUICK) if a.revision == 1):
        began, met = seconds(alert.began, _NOON), seconds(alert.detected, _NOON)
        enough = [t for t, n in pictures if began <= t <= met and n >= 3]

        assert met - began >= 4.0 - 1e-9
        assert (enough[0], enough[-1]) == (began, met)
        assert all(b - a <= 1.0 + 1e-9 for a, b in pairwise(enough))


_SPANS = st.lists(st.tuples(st.sampled_from([1.3, 3.3, 4.7, 9.1]), st.sampled_from([0.3, 2.1, 5.3, 20.1])), max_size=5)


@given(_SPANS)
@settings(max_examples=15, deadline=None)
def test_half_as_many_pictures_say_the_same_within_a_sample(spans) -> None:
    """Crowds and pauses keep clear of the thresholds by more than a sample."""
    crowds, t = [], 0.05
    for many, few in spans:
        crowds.append((t, t + many))
        t += many + few
    told = []
    for step in (0.1, 0.2):
        counts = [3 if any(a <= k * step < b for a, b in crowds) else 0 for k in range(round((t + 9) / step))]
        alerts = _said([(round(k * step, 1), n) for k, n in enumerate(counts)], **_QUICK)
        told.append([(seconds(a.detected, _NOON), seconds(a.ended, _NOON), a.count) for a in alerts])

    assert [(one[1] is None, one[2]) for one in told[0]] == [(other[1] is None, other[2]) for other in told[1]]
    for one, other in zip(*told, strict=True):
        assert all(a is b is None or abs(a - b) <= 0.2 + 1e-9 for a, b in zip(one[:2], other[:2], strict=True))
