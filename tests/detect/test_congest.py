"""CONGEST tells of a queue that hardly moves, and neither of traffic nor of a few who wait."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_place import YARD, camera_of, held, said_at, seconds, stand, timed

from config.rules import CongestRule
from detect.rules.congest import Congest
from detect.rules.rule import Place
from models.alert import Alert
from models.labels import CAR, MOTORCYCLE
from models.track import Track

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

Where = Callable[[int, float], float]
"""How far to the right the middle of a thing is, by its number and the second."""


def _rule(**more: object) -> Congest:
    config = CongestRule.model_validate({"rule": "CONGEST", "zone": "yard", **more})
    return Congest(config, Place("gsdt", camera_of(zones=[YARD]), 2.0))


def _thing(number: int, x: float, at: datetime) -> Track:
    """A car 0.18 wide, thus 0.32 of the picture's height long; every third is a motorcycle."""
    label = MOTORCYCLE if number % 3 == 2 else CAR
    return Track(number, label, (x - 0.09, 0.6, x + 0.09, 0.8), 0.9, at, at)


def _said(
    pictures: Iterable[tuple[float, int]], where: Where = lambda k, _: 0.1 * k, start: datetime = _T0, **more: object
) -> list[Alert]:
    seen = [(start + timedelta(seconds=t), t, n) for t, n in pictures]
    told, _ = said_at(_rule(**more), [(at, [_thing(k, where(k, t), at) for k in range(n)]) for at, t, n in seen])
    return [one for _, one in told if isinstance(one, Alert)]


def test_five_that_hardly_move_for_a_minute_are_told_until_the_queue_has_gone() -> None:
    first, last = _said([*stand(0, 80, 5), *stand(80, 90, 4), *stand(90, 130, 3)])

    assert (first.code, first.level, seconds(first.began, _T0), seconds(first.detected, _T0)) == (
        "CONGEST",
        3,
        0.0,  # how fast they go is known a second later, and counts from the first
        60.0,
    )
    assert first.observed == {"things": 5, "lasting_s": 60.0}
    assert first.threshold == {"things": 5, "lasting_s": 60.0}
    assert (last.id, seconds(last.ended, _T0)) == (first.id, 89.8)


def test_a_queue_that_moves_on_by_jerks_is_congested_too() -> None:
    def by_jerks(number: int, t: float) -> float:
        return 0.1 * number + 0.05 * (t // 12) + min(t % 12, 1.0) * 0.05  # a second in twelve, half a metre or so

    assert [a.revision for a in _said(stand(0, 70, 6), by_jerks)] == [1]


@pytest.mark.parametrize(
    ("many", "where", "what"),
    [
        (4, lambda k, _: 0.1 * k, "four that wait"),
        (9, lambda k, t: (0.1 * k + 0.08 * t) % 0.9, "traffic, 0.4 lengths a second"),
        (9, lambda k, t: (0.1 * k + 0.3 * t) % 0.9, "fast traffic"),
        (7, lambda k, t: 0.1 * k if k < 4 else (0.1 * k + 0.1 * t) % 0.9, "three that go past four parked ones"),
    ],
)
def test_no_congestion_is_told_of(many: int, where: Where, what: str) -> None:
    assert _said(stand(0, 200, many), where) == [], what


def test_boxes_that_tremble_stand_still() -> None:
    def trembling(number: int, t: float) -> float:
        return 0.1 * number + (0.008 if round(t / 0.2) % 2 else -0.008)

    assert [a.revision for a in _said(stand(0, 70, 5), trembling)] == [1]


def test_one_missed_detection_does_not_begin_the_minute_anew() -> None:
    pictures = [(t, 4 if round(t / 0.2) % 7 == 3 else 5) for t, _ in stand(0, 70, 5)]

    assert len(_said(pictures)) == 1


def test_one_that_gets_a_new_number_is_known_to_stand_a_second_later_and_no_time_is_lost() -> None:
    instants = [_T0 + timedelta(seconds=t) for t, _ in stand(0, 70, 5)]
    seen = [
        (at, [_thing(k + (60 if k == 4 and n > 150 else 0), 0.1 * k, at) for k in range(5)])
        for n, at in enumerate(instants)
    ]
    told, _ = said_at(_rule(), seen)

    assert [seconds(at, _T0) for at, _ in told] == [60.0]


@pytest.mark.parametrize("halts", [10.0, 10.3, 10.6, 10.9, 11.2])
def test_the_minute_begins_when_the_last_of_them_halts_whenever_that_is(halts: float) -> None:
    """It came at a length and a half a second; how fast it goes is measured over a second or more."""

    def where(number: int, t: float) -> float:
        return 0.1 * number if number < 4 else 0.4 + 0.27 * max(0.0, halts - t)

    (alert,) = _said(stand(0, 80, 5), where)

    assert seconds(alert.began, _T0) == pytest.approx(halts, abs=0.21)
    assert seconds(alert.detected, _T0) == pytest.approx(halts + 60, abs=0.41)


def test_five_of_which_all_are_seen_but_once_are_no_queue() -> None:
    """Four in each picture, one after the other missed: what is asked for shows only at the end."""
    instants = [_T0 + timedelta(seconds=t) for t, _ in stand(0, 80, 5)]
    seen = [(at, [_thing(k, 0.1 * k, at) for k in range(5) if k != n % 5]) for n, at in enumerate(instants)]
    all_at_last = (_T0 + timedelta(seconds=80), [_thing(k, 0.1 * k, _T0 + timedelta(seconds=80)) for k in range(5)])

    assert said_at(_rule(), [*seen, all_at_last])[0] == []


def test_what_something_hides_for_a_while_is_still_known_to_stand() -> None:
    """Two and a half seconds are forgotten; from the picture on in which it is seen again it counts as before."""
    instants = [_T0 + timedelta(seconds=t) for t, _ in stand(0, 70, 5)]
    hidden = [
        (at, [_thing(k, 0.1 * k, at) for k in range(5) if k != 4 or not 100 <= n < 112])
        for n, at in enumerate(instants)
    ]
    rule, counted = _rule(), []
    state = rule.fresh()
    for at, tracks in hidden:
        state, _ = rule.step(state, tracks, at)
        counted.append(len(state.there))

    assert counted[112:] == [5] * (len(counted) - 112)


def test_what_creeps_just_faster_than_hardly_is_none_though_boxes_tremble() -> None:
    def creeping(number: int, t: float) -> float:
        return (0.1 * number + 0.25 * 0.18 * t + 0.008 * (-1) ** round(5 * t)) % 0.9

    assert _said(stand(0, 200, 7), creeping) == []


def test_time_in_a_hole_is_not_counted() -> None:
    assert _said([*stand(0, 50, 5), *stand(55, 110, 5)]) == []


_QUICK = {"things": 3, "dwell_s": 4.0, "clear_things": 2, "clear_s": 3.0, "gap_s": 1.5, "cooldown_s": 9.0}
_STEPS = held([0.2, 0.4, 1.0, 7.0], st.integers(0, 4), 10, 15)


@given(_STEPS)
@settings(max_examples=40, deadline=None)
def test_nothing_is_told_before_so_many_have_been_there_for_so_long(steps) -> None:
    pictures = timed(steps)
    for alert in (a for a in _said(pictures, **_QUICK) if a.revision == 1):
        began, met = seconds(alert.began, _T0), seconds(alert.detected, _T0)
        enough = [t for t, n in pictures if began <= t <= met and n >= 3]

        assert met - began >= 4.0 - 1e-9
        assert (enough[0], enough[-1]) == (began, met)
        assert all(b - a <= 1.5 + 1e-9 for a, b in pairwise(enough))


@given(st.lists(st.tuples(st.sampled_from([1.3, 3.3, 7.7, 12.1]), st.sampled_from([5.3, 20.1])), max_size=4))
@settings(max_examples=15, deadline=None)
def test_half_as_many_pictures_say_the_same_within_a_sample(spans) -> None:
    queues, t = [], 0.05
    for many, few in spans:
        queues.append((t, t + many))
        t += many + few
    told = []
    for step in (0.1, 0.2):
        counts = [3 if any(a <= k * step < b for a, b in queues) else 0 for k in range(round((t + 9) / step))]
        alerts = _said([(round(k * step, 1), n) for k, n in enumerate(counts)], **_QUICK)
        told.append([(seconds(a.detected, _T0), seconds(a.ended, _T0), a.count) for a in alerts])

    assert [(one[1] is None, one[2]) for one in told[0]] == [(other[1] is None, other[2]) for other in told[1]]
    for one, other in zip(*told, strict=True):
        assert all(a is b is None or abs(a - b) <= 0.2 + 1e-9 for a, b in zip(one[:2], other[:2], strict=True))
