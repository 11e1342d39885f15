"""LINE counts who crosses, in which direction, once, and nobody who only trembles or walks around the end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_place import PERSON, camera_of, held, person, said_at, seconds, sill, timed

from config.rules import LineRule
from detect.rules.line import CrossLine
from detect.rules.rule import Place
from models.alert import Alert
from models.track import Track

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

Picture = tuple[float, dict[int, tuple[float, float]]]
"""Seconds, and where the feet of each track are. The line runs upward at x = 0.5, from y = 0.8 to 0.2: in is right."""


def _rule(direction: str = "both", at: float = 0.5, **more: float) -> CrossLine:
    config = LineRule.model_validate({"rule": "LINE", "line": "sill", "cooldown_s": 10.0, **more})
    return CrossLine(config, Place("gsdt", camera_of(lines=[sill(at, direction=direction)]), 2.0))


def _said(rule: CrossLine, pictures: Sequence[Picture], start: datetime = _T0) -> list[Alert]:
    instants = [(start + timedelta(seconds=since), seen) for since, seen in pictures]
    told, _ = said_at(rule, [(at, [person(n, feet, at) for n, feet in seen.items()]) for at, seen in instants])
    return [one for _, one in told if isinstance(one, Alert)]


def _walk(*xs: float, y: float = 0.5, since: float = 0.0, step: float = 0.2, track: int = 1) -> list[Picture]:
    return [(since + k * step, {track: (x, y)}) for k, x in enumerate(xs)]


def test_who_walks_across_is_counted_in_once_settled() -> None:
    (alert,) = _said(_rule(), _walk(0.40, 0.42, 0.44, 0.48, 0.53, 0.56, 0.6, 0.63))

    assert alert.observed == {"direction": "in", "in": 1, "out": 0, "settle_s": 0.4}
    assert alert.threshold == {"settle_s": 0.3}
    assert (seconds(alert.began, _T0), seconds(alert.detected, _T0), seconds(alert.ended, _T0)) == (0.8, 1.2, 1.2)
    assert (alert.code, alert.place, alert.count, alert.revision) == ("LINE", "sill", 1, 1)


def test_the_way_back_is_counted_out_in_the_same_alert_within_the_cool_down() -> None:
    alerts = _said(_rule(), _walk(0.48, 0.48, 0.48, 0.52, 0.52, 0.52, 0.52, 0.48, 0.48, 0.48))

    assert {a.id for a in alerts} == {alerts[0].id}
    assert [(a.revision, a.count, a.observed["direction"]) for a in alerts] == [(1, 1, "in"), (2, 2, "out")]
    assert (alerts[-1].observed["in"], alerts[-1].observed["out"]) == (1, 1)


def test_after_the_cool_down_a_crossing_is_a_new_alert() -> None:
    pictures = [
        *_walk(0.48, 0.48, 0.48, 0.52, 0.52, 0.52),
        *_walk(0.48, 0.48, 0.48, 0.52, 0.52, 0.52, since=15, track=2),
    ]
    alerts = _said(_rule(), pictures)

    assert len({a.id for a in alerts}) == 2
    assert [a.revision for a in alerts] == [1, 1]


def test_a_trembling_box_on_the_line_is_nobody_who_crosses() -> None:
    assert _said(_rule(), _walk(*[0.48, 0.52] * 20)) == []
    assert _said(_rule(), _walk(*[0.499, 0.502] * 20)) == []
    assert _said(_rule(), _walk(0.48, 0.48, 0.48, *[0.52, 0.48] * 10)) == []


def test_whoever_hesitates_on_the_line_and_goes_on_is_counted_once() -> None:
    alerts = _said(_rule(), _walk(0.48, 0.48, 0.48, 0.51, 0.49, 0.5, 0.51, 0.49, 0.51, 0.52, 0.53, 0.55, 0.6))

    assert [a.count for a in alerts] == [1]


def _behind(*bottoms: float, top: float = 0.4, step: float = 1 / 3) -> list[tuple[datetime, list[Track]]]:
    """Somebody who walks by before a fence at y = 0.5, his head at `top`; something ends his box there."""
    at = [_T0 + timedelta(seconds=k * step) for k in range(len(bottoms))]
    boxes = [(0.4 + 0.001 * k, top, 0.45 + 0.001 * k, bottom) for k, bottom in enumerate(bottoms)]
    return [(when, [Track(1, PERSON, box, 0.9, _T0, when)]) for when, box in zip(at, boxes, strict=True)]


def _crossings_of_fence(pictures: Sequence[tuple[datetime, list[Track]]], y: float = 0.5) -> list[Alert]:
    config = LineRule.model_validate({"rule": "LINE", "line": "sill", "cooldown_s": 10.0})
    fence = {"id": "sill", "name": {"zh": "栏", "en": "Fence"}, "start": [0.1, y], "end": [0.9, y]}
    told, _ = said_at(CrossLine(config, Place("gsdt", camera_of(lines=[fence]), 2.0)), pictures)
    return [one for _, one in told if isinstance(one, Alert)]


def test_whose_legs_are_hidden_has_crossed_nothing() -> None:
    """A passer-by hides them, or a parked car: the box ends at the waist, beyond the fence, and is whole again."""
    assert _crossings_of_fence(_behind(0.6, 0.6, 0.6, 0.48, 0.47, 0.6, 0.6, 0.6)) == []
    assert _crossings_of_fence(_behind(0.6, 0.6, 0.6, *[0.48, 0.47] * 6, 0.6, 0.6, 0.6)) == []


def test_who_leaves_over_the_upper_edge_has_crossed_what_lies_before() -> None:
    """His head is cut off there: that it does not move tells nothing of his feet."""
    going = [(0.04, 0.34), (0.0, 0.28), (0.0, 0.22), (0.0, 0.16), (0.0, 0.1), (0.0, 0.04)]
    at = [_T0 + timedelta(seconds=k / 5) for k in range(len(going))]
    pictures = [
        (when, [Track(1, PERSON, (0.4, top, 0.5, bottom), 0.9, _T0, when)])
        for when, (top, bottom) in zip(
            [_T0 - timedelta(seconds=k) for k in (2, 1)] + at, [going[0]] * 2 + going, strict=True
        )
    ]

    assert [a.count for a in _crossings_of_fence(pictures, y=0.2)] == [1]


def test_who_walks_away_over_the_fence_has_crossed_it() -> None:
    """He grows smaller from picture to picture, and his head may stay as high as the camera hangs."""
    assert [a.count for a in _crossings_of_fence(_behind(0.6, 0.6, 0.57, 0.55, 0.53, 0.515, 0.495, 0.48, 0.468))] == [1]


def test_whoever_crosses_with_hidden_legs_has_crossed() -> None:
    """His head tells where his feet are: it sinks with them."""
    coming = _behind(0.47, 0.47, 0.47, top=0.27)
    sunk = [(_T0 + timedelta(seconds=1 + k / 3), 0.29 + 0.03 * k) for k in range(8)]
    cut = [(at, [Track(1, PERSON, (0.4, top, 0.45, top + 0.12), 0.9, _T0, at)]) for at, top in sunk]

    assert [a.count for a in _crossings_of_fence([*coming, *cut])] == [1]


def test_who_stays_cut_off_for_long_is_believed_to_stand_there() -> None:
    """Perhaps the first box was two people."""
    assert [a.count for a in _crossings_of_fence(_behind(0.6, 0.6, 0.6, *[0.48] * 20))] == [1]


def test_only_the_configured_direction_counts() -> None:
    path = _walk(0.48, 0.48, 0.48, 0.52, 0.52, 0.52, 0.48, 0.48, 0.48)

    assert [a.observed["direction"] for a in _said(_rule("in"), path)] == ["in"]
    assert [a.observed["direction"] for a in _said(_rule("out"), path)] == ["out"]


def test_whoever_walks_around_the_end_has_not_crossed() -> None:
    assert _said(_rule(), _walk(0.48, 0.48, 0.48, 0.52, 0.52, 0.52, y=0.9)) == []
    assert _said(_rule(), _walk(0.48, 0.48, 0.48, 0.52, 0.52, 0.52, y=0.1)) == []


def test_whoever_was_not_settled_before_has_not_crossed() -> None:
    assert _said(_rule(), _walk(0.48, 0.48, 0.52, 0.52, 0.52, 0.52)) == []


def _newcomer(step: float, *xs: float | None) -> list[tuple[datetime, list[Track]]]:
    """Somebody who is told of from the second picture on which he is found (None: he is not)."""
    at = [_T0 + timedelta(seconds=k * step) for k in range(len(xs))]
    boxes = [None if x is None else (x - 0.05, 0.3, x + 0.05, 0.5) for x in xs]
    seen = [
        [Track(1, PERSON, box, 0.9, _T0, when, boxes[0])] if box else [] for box, when in zip(boxes, at, strict=True)
    ]
    return list(zip(at, [[], *seen[1:]], strict=True))


def _entries(rule: CrossLine, pictures: Sequence[tuple[datetime, list[Track]]]) -> list[object]:
    told, _ = said_at(rule, pictures)
    return [one.observed["in"] for _, one in told if isinstance(one, Alert)]


def test_where_pictures_are_few_the_first_sighting_settles_somebody_too() -> None:
    assert _entries(_rule(), _newcomer(0.5, 0.3, 0.45, 0.6, 0.75)) == [1]


def test_where_they_are_many_a_first_box_that_may_be_wrong_settles_nobody() -> None:
    assert _entries(_rule(), _newcomer(0.2, 0.45, 0.48, 0.55, 0.6, 0.65)) == []
    assert _entries(_rule(), _newcomer(0.2, 0.45, None, 0.48, 0.55, 0.6, 0.65)) == []


def test_a_first_sighting_on_the_other_side_settles_nobody() -> None:
    assert _entries(_rule(), _newcomer(0.5, 0.45, 0.6, 0.7, 0.8, 0.9)) == []


def test_neither_does_one_before_a_hole_or_before_the_rule_was_there() -> None:
    assert _entries(_rule(), _newcomer(2.5, 0.3, 0.45, 0.6, 0.75)) == []
    assert _entries(_rule(), _newcomer(0.5, 0.3, 0.45, 0.6, 0.75)[1:]) == []


def test_two_who_cross_together_are_one_alert_with_two_subjects() -> None:
    pictures = [
        (t, {1: (x, 0.4), 2: (x, 0.6)})
        for t, seen in _walk(0.48, 0.48, 0.48, 0.52, 0.52, 0.52)
        for x, _ in seen.values()
    ]
    (alert,) = _said(_rule(), pictures)

    assert (alert.count, alert.observed["in"]) == (2, 2)
    assert [subject.track for subject in alert.subjects] == [1, 2]


def test_what_happened_in_a_hole_is_not_made_up() -> None:
    assert _said(_rule(), [*_walk(0.48, 0.48, 0.48), *_walk(0.52, 0.52, 0.52, since=5)]) == []


def test_whoever_comes_back_on_the_other_side_after_being_missed_must_be_seen_there_for_as_long() -> None:
    """What is found there for a moment may be nobody at all: a tracker goes on with it."""
    missed: list[Picture] = [(0.6 + k * 0.2, {}) for k in range(5)]
    before, back = _walk(0.48, 0.48, 0.48), _walk(*[0.52] * 8, since=1.6)

    assert _said(_rule(), [*before, *missed, *back[:6]]) == []
    (alert,) = _said(_rule(), [*before, *missed, *back])
    assert (seconds(alert.began, _T0), seconds(alert.detected, _T0)) == (1.6, 3.0)


def test_whoever_is_found_aside_of_his_way_from_one_picture_to_the_next_must_be_seen_there_for_longer() -> None:
    """In the picture in which he is missed, something is found beside him: a tracker goes on with that."""
    aside = _walk(0.46, 0.465, 0.47, *[0.54] * 8)

    assert _said(_rule(), aside[:10]) == []
    (alert,) = _said(_rule(), aside)
    assert (seconds(alert.began, _T0), seconds(alert.detected, _T0)) == (0.6, 2.0)


def test_a_box_that_jumps_before_the_line_costs_no_time_beyond_it() -> None:
    (alert,) = _said(_rule(), _walk(0.36, 0.37, 0.38, 0.46, 0.47, 0.49, 0.51, 0.52, 0.53, 0.54))

    assert seconds(alert.detected, _T0) == 1.6


def test_a_hole_in_the_pictures_is_no_time_in_which_anybody_was_missed() -> None:
    (alert,) = _said(_rule(), [*_walk(0.48, 0.48, 0.48), *_walk(0.52, 0.52, 0.52, since=1.6)])

    assert seconds(alert.detected, _T0) == 2.0


def test_crossings_of_one_picture_that_settle_apart_have_different_ids() -> None:
    rule = _rule(cooldown_s=0.0)
    pictures: list[Picture] = [(k * 0.2, {1: (0.48, 0.4), 2: (0.48, 0.6)}) for k in range(3)]
    pictures += [(0.6, {1: (0.52, 0.4), 2: (0.52, 0.6)}), (0.8, {1: (0.52, 0.4)})]
    pictures += [(1.0, {1: (0.52, 0.4)}), (1.2, {2: (0.52, 0.6)})]
    alerts = _said(rule, pictures)

    assert [seconds(a.began, _T0) for a in alerts] == [0.6, 0.6]
    assert len({a.id for a in alerts}) == 2


_FEET = st.tuples(st.sampled_from([0.3, 0.45, 0.499, 0.55, 0.7]), st.sampled_from([0.1, 0.5]))
_SEEN = st.fixed_dictionaries({1: _FEET}, optional={2: _FEET}) | st.dictionaries(st.integers(1, 3), _FEET, max_size=2)
_STEPS = held([0.1, 0.2, 0.2, 0.2, 0.4, 0.4, 0.4, 2.5, 12.0], _SEEN, 5, 24)


@given(_STEPS)
@settings(max_examples=70)
def test_counts_go_up_by_the_crossings_and_each_alert_is_over_when_told(steps) -> None:
    newest: dict[object, Alert] = {}
    for alert in _said(_rule(), timed(steps)):
        before = newest.get(alert.id)
        newest[alert.id] = alert

        assert alert.revision == (before.revision + 1 if before else 1)
        assert alert.ended is not None
        assert alert.began <= alert.detected <= alert.ended
        assert alert.count == alert.observed["in"] + alert.observed["out"]
        assert alert.count > (before.count if before else 0)


@given(_STEPS, st.booleans())
@settings(max_examples=70)
def test_ins_and_outs_of_one_track_alternate_between_holes(steps, cooled: bool) -> None:
    """Seen from one side to the other and back: the counts of one lone track never differ by more than one."""
    pictures = [(t, {n: where for n, where in seen.items() if n == 1}) for t, seen in timed(steps)]
    pictures = [(round(k * 0.2, 6), seen) for k, (_, seen) in enumerate(pictures) if seen and seen[1][1] == 0.5]
    pictures = [(round(k * 0.2, 6), seen) for k, (_, seen) in enumerate(pictures)]
    alerts = _said(_rule(cooldown_s=100.0 if cooled else 0.0), pictures)
    directions = [a.observed["direction"] for a in alerts]

    assert all(a != b for a, b in pairwise(directions))


@given(_STEPS, st.sampled_from([0.0, 10.0]))
@settings(max_examples=100)
def test_nobody_is_told_who_was_not_settled_on_either_side_before_and_after(steps, cooldown_s: float) -> None:
    pictures = timed(steps)
    for alert in _said(_rule(cooldown_s=cooldown_s), pictures):
        met = seconds(alert.ended, _T0)

        assert all(_crossed(pictures, subject.track, met) for subject in alert.subjects)


def _crossed(pictures: list[Picture], track: int, met: float) -> bool:
    """For 0.3 s on the one side at least, and then on the other up to that picture, without a hole, nor missed for 2 s;
    and not around the end.
    """
    runs: list[list[tuple[float, float, float]]] = []
    seen = after = met
    for t, tracks in reversed([p for p in pictures if p[0] <= met]):
        if after - t > 2.0 + 1e-9 or seen - t > 2.0 + 1e-9:
            break
        after = t
        if track not in tracks:
            continue
        seen, (x, y) = t, tracks[track]
        side = 0 if abs(x - 0.5) < 0.002 else 1 if x > 0.5 else -1
        if side and (not runs or runs[-1][-1][2] != side):
            runs.append([])
        if side:
            runs[-1].append((t, y, side))
    last, *before = [(run[0][0] - run[-1][0], run[0][2], {run[0][1], run[-1][1]}) for run in runs]
    settled = [one for one in before if one[0] >= 0.3 - 1e-9 and one[1] != last[1]]
    ends = before[0][2] | last[2] if before else set()
    return last[0] >= 0.3 - 1e-9 and bool(settled) and ends != {0.1}


@given(_STEPS, st.integers(-(10**9), 10**9))
@settings(max_examples=40)
def test_it_does_not_matter_when_it_happens(steps, shift: int) -> None:
    moved = timedelta(microseconds=shift * 1001)
    here, there = _said(_rule(), timed(steps)), _said(_rule(), timed(steps), _T0 + moved)
    ids = {a.id: b.id for a, b in zip(here, there, strict=True)}

    assert there == [
        replace(a, id=ids[a.id], began=a.began + moved, detected=a.detected + moved, ended=(a.ended or _T0) + moved)
        for a in here
    ]


@given(st.lists(st.sampled_from([0.9, 1.5, 3.0]), min_size=1, max_size=6))
@settings(max_examples=40)
def test_half_as_many_pictures_count_the_same_crossings_within_a_sample(stays) -> None:
    turns, t = [], 0.05
    for stay in stays:
        t += stay
        turns.append(t)

    def where(at: float) -> float:
        return 0.48 if sum(turn <= at for turn in turns) % 2 == 0 else 0.52

    told = []
    for step in (0.1, 0.2):
        pictures = [(round(k * step, 3), {1: (where(k * step), 0.5)}) for k in range(round((t + 1) / step))]
        told.append(
            [(seconds(a.ended, _T0), a.count, a.observed["direction"]) for a in _said(_rule(cooldown_s=60.0), pictures)]
        )

    assert [one[1:] for one in told[0]] == [other[1:] for other in told[1]]
    for one, other in zip(*told, strict=True):
        assert abs((one[0] or 0) - (other[0] or 0)) <= 0.2 + 1e-9


@pytest.mark.parametrize("x", [0.3, 0.6])
def test_who_stands_still_while_the_line_is_moved_has_not_crossed_it(x: float) -> None:
    state, alerts = _rule().fresh(), []
    for k in range(30):
        at = _T0 + timedelta(seconds=0.2 * k)
        rule = _rule() if k < 10 else _rule(at=x + 0.05 if x > 0.5 else x - 0.05)
        state, said = rule.step(state, [person(1, (x, 0.5), at)], at)
        alerts += said

    assert alerts == []
