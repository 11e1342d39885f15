"""PARK tells what stands, by its place: through new numbers, lorries and holes; traffic is never told of.

What holds of PARK whatever it sees holds of FIRELANE and TW_PARK, too.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_place import YARD, after_restart, camera_of, held, said_at, seconds, stand, timed, two_wheeler, vehicle

from config.parked import FireLaneRule, ParkRule, TwoWheelerParkRule
from detect.rules.fire_lane import FireLane
from detect.rules.park import Park
from detect.rules.parking import Parking, State
from detect.rules.rule import Place
from detect.rules.two_wheeler_park import TwoWheelerPark
from detect.tracker import Tracker
from models.alert import Alert
from models.detection import Detections
from models.labels import CAR
from models.track import Track

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

Seen = Mapping[int, float]
"""Where the middle of each car is, by its track; each is a fifth of the picture long."""

Picture = tuple[float, Seen]


_PLACE = Place("gsdt", camera_of(zones=[YARD]), 2.0)
_KINDS: dict[str, Callable[[dict[str, object]], Parking]] = {
    "PARK": lambda words: Park(ParkRule.model_validate(words), _PLACE),
    "FIRELANE": lambda words: FireLane(FireLaneRule.model_validate(words), _PLACE),
    "TW_PARK": lambda words: TwoWheelerPark(TwoWheelerParkRule.model_validate(words), _PLACE),
}


def _run(pictures: Iterable[Picture], code: str = "PARK", **more: object) -> tuple[list[Alert], State]:
    rule = _KINDS[code]({"rule": code, "zone": "yard", **more})
    state, alerts, first = rule.fresh(), [], {}
    for t, seen in pictures:
        at = _T0 + timedelta(seconds=t)
        tracks = [_one(code, n, x, at, first.setdefault(n, at)) for n, x in seen.items()]
        state, said = rule.step(after_restart(rule.state_type, state), tracks, at)
        alerts += said
    return alerts, state


def _one(code: str, number: int, x: float, at: datetime, first: datetime) -> Track:
    return two_wheeler(number, (x, 0.8), at, first) if code == "TW_PARK" else vehicle(number, x, at, first)


def _said(pictures: Iterable[Picture], code: str = "PARK", **more: object) -> list[Alert]:
    return _run(pictures, code, **more)[0]


def _brief(alerts: Iterable[Alert]) -> list[tuple[int, int, float | None, float | None]]:
    return [(a.revision, a.level, seconds(a.detected, _T0), seconds(a.ended, _T0)) for a in alerts]


def _slow(since: float, until: float, seen: Seen) -> list[Picture]:
    return stand(since, until, seen, 1.0)


_QUICK = {"confirm_s": 3.0, "dwell_s": 7.0, "gap_s": 6.0, "bridged_s": 60.0, "cooldown_s": 20.0}
_HERE = {1: 0.5}


def test_it_is_told_once_it_has_stood_and_graver_after_a_quarter_and_after_an_hour() -> None:
    alerts = _said([*_slow(0, 3700, _HERE), *_slow(3700, 3800, {})])

    assert _brief(alerts) == [(1, 4, 315, None), (2, 3, 315, None), (3, 2, 315, None), (4, 2, 315, 3699)]
    assert [a.observed["dwell_s"] for a in alerts] == [315, 900, 3600, 3699]
    assert len({a.id for a in alerts}) == 1
    assert (alerts[0].code, alerts[0].began, alerts[0].threshold) == ("PARK", _T0, {"dwell_s": 315.0, "vehicles": 1})


def test_who_drives_on_before_it_is_not_told_of() -> None:
    assert _said([*_slow(0, 314, _HERE), *_slow(314, 400, {})]) == []


def test_a_box_that_trembles_stands_still() -> None:
    trembling = [(t, {1: 0.5 + 0.02 * (-1) ** round(t / 0.2)}) for t, _ in stand(0, 12, None)]

    assert _brief(_said(trembling, **_QUICK)) == [(1, 4, 10.0, None)]


@pytest.mark.parametrize(("middle", "told"), [(0.49, 0), (0.51, 1)])
def test_what_trembles_at_the_border_stands_where_its_mean_does(middle: float, told: int) -> None:
    rule = Park(
        ParkRule.model_validate({"rule": "PARK", "zone": "yard", **_QUICK}), Place("gsdt", camera_of(zones=[YARD]), 2.0)
    )
    lower = ((_T0 + timedelta(seconds=0.2 * n), middle + 0.02 * (-1) ** n) for n in range(100))
    seen = [(at, [Track(1, CAR, (0.4, y - 0.2, 0.6, y), 0.9, _T0, at)]) for at, y in lower]

    assert len(said_at(rule, seen)[0]) == told


@pytest.mark.parametrize(("left", "right", "began"), [(0.4, 0.48, 0), (0.52, 0.72, 2)])
def test_one_of_which_a_passer_hides_a_part_has_stood_there_all_the_time_but_one_that_moves_has_not(
    left: float, right: float, began: float
) -> None:
    config = ParkRule.model_validate({"rule": "PARK", "zone": "yard", **_QUICK})
    rule = Park(config, Place("gsdt", camera_of(zones=[YARD]), 2.0))
    seen = []
    for n in range(100):
        at, (x0, x1) = _T0 + timedelta(seconds=0.2 * n), (left, right) if 5 <= n < 10 else (0.4, 0.6)
        seen.append((at, [Track(1, CAR, (x0, 0.6, x1, 0.8), 0.9, _T0, at)]))

    (alert,) = (one for _, one in said_at(rule, seen)[0] if one.revision == 1)

    assert seconds(alert.began, _T0) == began


def test_how_it_rolled_to_a_halt_does_not_matter() -> None:
    rolling = [(round(0.2 * k, 1), {1: 0.3 + 0.2 * (1 - 0.8**k)}) for k in range(30)]
    (alert,) = _said([*rolling, *stand(6, 20, {1: 0.5})], **_QUICK)

    assert 0.4 <= (seconds(alert.began, _T0) or 0) <= 2.0


def test_a_new_number_at_the_same_place_is_the_same_car() -> None:
    switching = [(t, {round(t // 1.4): 0.5}) for t, _ in stand(0, 12, None)]

    assert _brief(_said(switching, **_QUICK)) == [(1, 4, 10.0, None)]


@pytest.mark.parametrize("found", [1, 7])
def test_one_that_a_lorry_hides_for_less_than_the_grace_has_stood_there_all_the_time(found: int) -> None:
    hidden = [*stand(0, 5, _HERE), *stand(5, 10, {}), *stand(10, 20, {found: 0.5})]
    (alert,) = _said(hidden, **_QUICK)

    assert alert.began == _T0
    assert seconds(alert.detected, _T0) == (10.0 if found == 1 else 13.0)  # another must settle there first


def test_a_lorry_that_takes_its_number_along_leaves_it_behind() -> None:
    away = [(round(5 + 0.2 * k, 1), {1: 0.5 + 0.06 * k}) for k in range(10)]
    (alert,) = _said([*stand(0, 5, _HERE), *away, *stand(7, 20, {8: 0.5})], **_QUICK)

    assert (alert.began, seconds(alert.detected, _T0)) == (_T0, 10.0)


def _drives_off(at: float) -> list[Picture]:
    return [(round(at + 0.2 * k, 1), {1: 0.5 + 0.06 * k}) for k in range(8)]


_PATIENT = {**_QUICK, "gap_s": 30.0}


def test_one_that_was_seen_to_leave_is_not_the_next_one_that_halts_there() -> None:
    then = [*stand(6.6, 28, {}), *stand(28, 35, {5: 0.5}), *stand(35, 70, {})]

    assert _said([*stand(0, 5, _HERE), *_drives_off(5), *then], **_PATIENT) == []
    assert len(_said([*stand(0, 6.6, _HERE), *then], **_PATIENT)) == 2  # it may have been hidden all the time


def test_while_others_pass_before_its_place_nobody_can_say_that_it_has_left() -> None:
    passing = [(round(6.6 + 0.2 * k, 1), {100 + k // 10: 0.12 * (k % 10)}) for k in range(127)]
    (alert,) = _said([*stand(0, 5, _HERE), *_drives_off(5), *passing, *stand(32, 47, {7: 0.5})], **_PATIENT)

    assert alert.began == _T0


def test_one_whose_number_goes_with_a_passer_and_which_is_not_found_for_a_while_is_still_there() -> None:
    (alert,) = _said([*stand(0, 5, _HERE), *_drives_off(5), *stand(6.6, 22, {}), *stand(22, 40, {7: 0.5})], **_PATIENT)

    assert alert.began == _T0


def test_traffic_behind_its_place_hides_nothing_of_it() -> None:
    rule = Park(ParkRule.model_validate({"rule": "PARK", "zone": "yard", **_PATIENT}), _PLACE)
    seen = []
    for n in range(350):
        t, at = 0.2 * n, _T0 + timedelta(seconds=0.2 * n)
        first = 0.5 if t < 5 else 0.5 + 0.3 * (t - 5)
        here = [vehicle(1, first, at, _T0)] if t < 6.6 else [vehicle(5, 0.5, at)] if 28 <= t < 35 else []
        behind = [Track(100 + n // 10, CAR, (0.1 * (n % 10), 0.55, 0.1 * (n % 10) + 0.2, 0.7), 0.9, at, at)]
        seen.append((at, [*here, *behind]))

    assert said_at(rule, seen)[0] == []


def test_a_place_is_not_seen_to_be_empty_in_a_hole() -> None:
    after = [*stand(28, 28.4, {}), *stand(28.4, 45, {7: 0.5})]
    (alert,) = _said([*stand(0, 5, _HERE), *_drives_off(5), *after], **_PATIENT)

    assert alert.began == _T0


def test_what_is_gone_for_longer_than_the_grace_has_left_when_it_was_last_seen() -> None:
    alerts = _said(
        [*stand(0, 12, _HERE), *stand(12, 40, {}), *stand(40, 60, {5: 0.5})], **{**_QUICK, "cooldown_s": 1.0}
    )

    assert [(a.revision, seconds(a.ended, _T0)) for a in alerts] == [(1, None), (2, 11.8), (1, None)]
    assert seconds(alerts[-1].began, _T0) == 40.0


def test_traffic_over_the_place_of_one_that_left_does_not_keep_it_there() -> None:
    passing = [(round(12 + 0.2 * k, 1), {100 + k // 10: 0.12 * (k % 10)}) for k in range(300)]
    alerts, state = _run([*stand(0, 12, _HERE), *passing], **_QUICK)

    assert _brief(alerts)[-1] == (2, 4, 10.0, 11.8)
    assert len(state.standings) <= 2


def test_traffic_that_passes_and_halts_is_not_told_of_and_nothing_of_it_is_remembered() -> None:
    dense = [(round(0.2 * k, 1), {k // 4 + n: 0.2 * (k % 4) + 0.25 * n for n in range(3)}) for k in range(400)]
    halting = [(round(0.2 * k, 1), {k // 15: {0: 0.3, 14: 0.7}.get(k % 15, 0.5)}) for k in range(400)]

    for pictures in (dense, halting):
        alerts, state = _run(pictures, **_QUICK)

        assert alerts == []
        assert len(state.standings) <= 6
        assert not any(one.settled for one in state.standings)


def test_one_picture_without_it_does_not_begin_its_stay_anew() -> None:
    missed = [(t, {} if round(t / 0.2) % 9 == 4 else _HERE) for t, _ in stand(0, 12, None)]

    assert _brief(_said(missed, **_QUICK)) == [(1, 4, 10.0, None)]


def test_another_that_parks_joins_the_alert_and_the_longest_stay_decides() -> None:
    both = {1: 0.3, 2: 0.7}
    alerts = _said([*stand(0, 20, {1: 0.3}), *stand(20, 40, both), *stand(40, 50, {2: 0.7})], **_QUICK, escalate_s=25.0)

    assert [(a.revision, a.level, a.observed["vehicles"], a.count) for a in alerts] == [
        (1, 4, 1, 1),
        (2, 3, 1, 1),
        (3, 3, 2, 1),
    ]
    assert len({a.id for a in alerts}) == 1


@pytest.mark.parametrize("found", [1, 7])
def test_it_outlives_a_hole_in_the_pictures_which_counts_once_it_is_there_again(found: int) -> None:
    alerts, state = _run([*stand(0, 12, _HERE), *stand(50, 60, {found: 0.5})], **_QUICK, escalate_s=45.0)

    assert _brief(alerts)[0] == (1, 4, 10.0, None)
    assert [(a.id, a.level, a.ended) for a in alerts[1:]] == [(alerts[0].id, 3, None)]
    assert alerts[-1].observed["dwell_s"] == (50.0 if found == 1 else 53.0)
    assert len(state.standings) == 1


def test_a_hole_counts_for_nothing_where_it_is_not_there_again() -> None:
    alerts = _said([*stand(0, 12, _HERE), *stand(50, 60, {})], **_QUICK, escalate_s=45.0)

    assert _brief(alerts) == [(1, 4, 10.0, None), (2, 4, 10.0, 11.8)]
    assert alerts[-1].observed["dwell_s"] == 11.8


def test_a_longer_hole_ends_it() -> None:
    alerts = _said([*stand(0, 12, _HERE), *stand(80, 95, _HERE)], **_QUICK)

    assert [(a.revision, a.count, seconds(a.ended, _T0)) for a in alerts] == [(1, 1, None), (2, 1, 11.8), (1, 1, None)]


def test_one_that_leaves_and_another_that_parks_soon_after_are_counted_into_one_alert() -> None:
    alerts = _said([*stand(0, 12, _HERE), *stand(12, 24, {}), *stand(24, 40, {2: 0.7})], **_QUICK)

    assert [(a.revision, a.count) for a in alerts] == [(1, 1), (2, 1), (3, 2)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("fps", "missed"), [(5.0, 0.2), (3.0, 0.4)])
def test_noisy_boxes_and_lorries_through_the_real_tracker_are_one_alert(seed: int, fps: float, missed: float) -> None:
    """A car that stands for 30 s, found in every second picture or so; every 12 s a lorry passes before it."""
    dice, tracker = np.random.default_rng(seed), Tracker(0.35)
    pictures = []
    for k in range(round(45 * fps)):
        t, lorry = k / fps, 0.8 * (k / fps % 12) - 0.3
        boxes = [(lorry - 0.15, 0.5, lorry + 0.15, 0.85)] if lorry < 1.2 else []
        if t < 30 and abs(lorry - 0.5) > 0.2 and dice.random() > missed:
            boxes.append((0.4, 0.6, 0.6, 0.8))
        xyxy = np.array(boxes, np.float32).reshape(-1, 4)
        xyxy += (dice.normal(0, 0.02, xyxy.shape) * np.tile(xyxy[:, 2:] - xyxy[:, :2], 2)).astype(np.float32)
        found = Detections(xyxy, np.full(len(boxes), 0.8, np.float32), np.full(len(boxes), CAR, np.int16))
        at = _T0 + timedelta(seconds=t)
        pictures.append((at, tracker.update(found, at)))
    config = ParkRule.model_validate({"rule": "PARK", "zone": "yard", **_QUICK})
    told, _ = said_at(Park(config, Place("gsdt", camera_of(zones=[YARD]), 2.0)), pictures)
    first, last = [one for _, one in told if isinstance(one, Alert)]

    assert 10.0 <= (seconds(first.detected, _T0) or 0) <= 14.0  # it must have been seen for 3 s before a lorry comes
    assert 28.0 <= (seconds(last.ended, _T0) or 0) <= 30.0
    assert (last.id, last.revision, last.count, last.observed["vehicles"]) == (first.id, 2, 1, 1)


_TW_QUICK = {"dwell_s": 10.0, "gap_s": 6.0, "bridged_s": 60.0, "cooldown_s": 20.0}
_OF = {"PARK": (_QUICK, 3.0), "FIRELANE": (_QUICK, 3.0), "TW_PARK": (_TW_QUICK, 10.0)}
"""Parameters, and how long what stands must stand to be believed; ten seconds are told of by each."""

_PLACES = (0.1, 0.35, 0.6, 0.85)
_STEPS = held(
    [0.2, 0.4, 1.0, 1.5, 5.0, 30.0], st.dictionaries(st.integers(1, 3), st.sampled_from(_PLACES), max_size=2), 12, 12
)


@pytest.mark.parametrize("code", _OF)
@given(steps=_STEPS)
@settings(max_examples=60, deadline=None)
def test_nothing_is_told_before_something_has_stood_at_one_place_for_so_long(code: str, steps) -> None:
    """At one place, with no absence that is longer than grace and settling, but for holes."""
    pictures, (quick, settled_s) = timed(steps), _OF[code]
    for alert in (a for a in _said(pictures, code, **quick) if a.revision == 1):
        began, met = seconds(alert.began, _T0), seconds(alert.detected, _T0)

        assert met - began >= 10.0 - 1e-9
        assert any(_stood(pictures, place, began, met, quick["gap_s"] + settled_s) for place in _PLACES)


def _stood(pictures: list[Picture], place: float, began: float, met: float, longest_s: float) -> bool:
    span = [(t, place in seen.values()) for t, seen in pictures if began <= t <= met]
    absent, before = 0.0, began
    for t, there in span:
        absent = 0.0 if there else absent + (t - before if t - before <= 2.0 else 0.0)
        before = t
        if absent > longest_s + 1e-9:
            return False
    return span[0][1] and span[-1][1]


_STAYS = st.lists(
    st.tuples(st.sampled_from([1.3, 4.1, 11.3, 19.7]), st.sampled_from([1.1, 4.3, 9.3, 45.1])), max_size=4
)


@pytest.mark.parametrize("code", _OF)
@given(stays=_STAYS)
@settings(max_examples=15, deadline=None)
def test_half_as_many_pictures_say_the_same_within_a_sample(code: str, stays) -> None:
    """Stays and absences keep clear of all thresholds by more than a sample, also in their sums."""
    spans, t = [], 0.05
    for stay, away in stays:
        spans.append((t, t + stay))
        t += stay + away
    told = []
    for step in (0.1, 0.2):
        seen = [any(a <= k * step < b for a, b in spans) for k in range(round((t + 9) / step))]
        pictures = [(round(k * step, 1), _HERE if here else {}) for k, here in enumerate(seen)]
        alerts = _said(pictures, code, **{**_OF[code][0], "cooldown_s": 500.0})
        told.append([(seconds(a.detected, _T0), seconds(a.ended, _T0), a.count, a.level) for a in alerts])

    assert [(one[1] is None, *one[2:]) for one in told[0]] == [(other[1] is None, *other[2:]) for other in told[1]]
    for one, other in zip(*told, strict=True):
        assert all(a is b is None or abs(a - b) <= 0.2 + 1e-9 for a, b in zip(one[:2], other[:2], strict=True))
