"""FLOW counts everybody once, in either direction, in the minute of the site's clock; over a limit it alerts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_place import camera_of, person, said_at, seconds, sill

from config.rules import FlowRule
from detect.rules.flow import Flow
from detect.rules.rule import Place, Said
from models.alert import Alert
from models.flow import FlowCount

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

Walk = tuple[float, bool]
"""When somebody crosses (seconds), and whether inwards; each takes 2 s, with the line halfway."""


def _rule(direction: str = "both", **more: object) -> Flow:
    config = FlowRule.model_validate({"rule": "FLOW", "line": "sill", **more})
    camera = camera_of(lines=[sill(direction=direction)])
    return Flow(config, Place("gsdt", camera, 2.0, ZoneInfo("Asia/Shanghai")))


def _said(
    rule: Flow, walks: Sequence[Walk], until: float, *, step: float = 0.2, start: datetime = _T0
) -> list[tuple[float, Said]]:
    pictures = []
    for k in range(round(until / step)):
        t = k * step
        at = start + timedelta(seconds=t)
        tracks = []
        for n, (crosses, inwards) in enumerate(walks):
            if abs(t - crosses) <= 1.0:
                x = 0.5 + 0.1 * (t - crosses + 0.001) * (1 if inwards else -1)
                tracks.append(person(n, (x, 0.5), at))
        pictures.append((at, tracks))
    told, state = said_at(rule, pictures)
    return [(seconds(at, start) or 0.0, one) for at, one in told] + [(until, one) for one in rule.end(state)]


def _newest(told: Sequence[tuple[float, Said]]) -> list[FlowCount]:
    newest: dict[object, FlowCount] = {}
    for _, one in told:
        if isinstance(one, FlowCount):
            assert one.revision == (newest[one.id].revision + 1 if one.id in newest else 1)
            newest[one.id] = one
    return list(newest.values())


def _alerts(told: Sequence[tuple[float, Said]]) -> list[Alert]:
    return [one for _, one in told if isinstance(one, Alert)]


def test_each_minute_has_its_counts_by_direction() -> None:
    told = _said(_rule(), [(5, True), (6, False), (30, True), (70, True), (200, False)], 260)

    assert [((c.minute - _T0).total_seconds(), c.into, c.out) for c in _newest(told)] == [
        (0.0, 2, 1),
        (60.0, 1, 0),
        (180.0, 0, 1),
    ]


def test_the_lines_direction_is_for_alerts_and_both_are_counted() -> None:
    told = _said(_rule("in"), [(5, True), (8, False)], 30)

    assert [(c.into, c.out) for c in _newest(told)] == [(1, 1)]


def test_the_first_of_a_minute_is_told_at_once_and_the_next_ones_every_ten_seconds() -> None:
    told = _said(_rule(), [(5 + n, True) for n in range(30)], 60)

    assert [(at, one.into) for at, one in told if isinstance(one, FlowCount)] == [
        (5.6, 1),
        (15.6, 11),
        (25.6, 21),
        (35.6, 30),
    ]


def test_what_was_not_told_yet_is_told_with_the_next_picture_of_another_minute() -> None:
    told = _said(_rule(), [(54, True), (56, True)], 62)

    assert [(at, one.into) for at, one in told if isinstance(one, FlowCount)] == [(54.6, 1), (60.0, 2)]


def test_without_a_limit_nothing_is_an_alert() -> None:
    assert _alerts(_said(_rule(), [(1 + n, True) for n in range(50)], 60)) == []


def test_the_limit_of_a_window_is_told_when_it_is_reached_and_ended_with_its_window() -> None:
    told = _said(_rule(limit=3, window_min=1, cooldown_s=0), [(5, True), (10, False), (20, True), (40, True)], 70)
    first, last = _alerts(told)

    assert (first.code, first.level, first.revision, first.ended) == ("FLOW", 4, 1, None)
    assert first.observed == {"in": 2, "out": 1, "passed": 3}
    assert first.threshold == {"passed": 3, "window_min": 1}
    assert next(t for t, one in told if one == first) == 20.6
    assert (first.began, (last.ended - _T0).total_seconds()) == (_T0, 40.6)
    assert (last.id, last.revision, last.observed["passed"]) == (first.id, 2, 4)


def test_half_the_limit_in_each_of_two_windows_is_none() -> None:
    assert _alerts(_said(_rule(limit=4, window_min=1), [(50, True), (52, True), (61, True), (63, True)], 90)) == []


def test_two_windows_over_the_limit_are_one_alert_within_the_cool_down_and_two_without() -> None:
    walks = [(at + n, True) for at in (5, 65) for n in range(3)]
    one = _alerts(_said(_rule(limit=3, window_min=1, cooldown_s=120), walks, 130))
    two = _alerts(_said(_rule(limit=3, window_min=1, cooldown_s=10), walks, 130))

    assert [(a.revision, a.count, a.ended is None) for a in one] == [
        (1, 1, True),
        (2, 1, False),
        (3, 2, True),
        (4, 2, False),
    ]
    assert len({a.id for a in one}) == 1
    assert len({a.id for a in two}) == 2


_WALKS = st.lists(st.tuples(st.integers(2, 170), st.booleans()), max_size=12)


@given(_WALKS)
@settings(max_examples=25)
def test_nobody_is_lost_or_counted_twice(walks) -> None:
    counts = _newest(_said(_rule(), walks, 180))

    assert sum(c.into for c in counts) == sum(inwards for _, inwards in walks)
    assert sum(c.out for c in counts) == sum(not inwards for _, inwards in walks)
    assert len({c.minute for c in counts}) == len(counts)


@pytest.mark.parametrize("step", [0.1, 0.2])
@given(walks=_WALKS, limit=st.integers(1, 4))
@settings(max_examples=20)
def test_a_window_is_told_of_where_so_many_crossed_within_it_and_nowhere_else(step: float, walks, limit: int) -> None:
    """Once each, when the last of so many has settled, whichever rate it is looked at; never two at once."""
    alerts = _alerts(_said(_rule(limit=limit, window_min=1, cooldown_s=0), walks, 180, step=step))
    windows = [sorted(at for at, _ in walks if at // 60 == minute) for minute in range(3)]
    first = [a for a in alerts if a.revision == 1]

    assert [(seconds(a.began, _T0) or 0.0) // 60 for a in first] == [
        n for n, w in enumerate(windows) if len(w) >= limit
    ]
    for alert, reached in zip(first, [w[limit - 1] for w in windows if len(w) >= limit], strict=True):
        assert 0.3 <= (seconds(alert.detected, _T0) or 0.0) - reached <= 0.6 + step
    assert [a.ended is None for a in alerts] == [True, False] * len(first)


@given(_WALKS, st.integers(1, 4))
@settings(max_examples=15)
def test_half_as_many_pictures_reach_the_same_limits_within_a_sample(walks, limit: int) -> None:
    """Also where windows are counted into one alert; its cool-down is no whole number of seconds, as walks are."""
    rule, told = _rule(limit=limit, window_min=1, cooldown_s=29.5), []
    for step in (0.1, 0.2):
        alerts = _alerts(_said(rule, walks, 180, step=step))
        told.append([(a.began, a.count, a.observed, a.ended is None, a.ended or a.detected) for a in alerts])

    assert [one[:4] for one in told[0]] == [other[:4] for other in told[1]]
    assert all(abs(one[4] - other[4]) <= timedelta(seconds=0.2) for one, other in zip(*told, strict=True))


@given(_WALKS)
@settings(max_examples=15)
def test_half_as_many_pictures_count_the_same_people(walks) -> None:
    sums = []
    for step in (0.1, 0.2):
        counts = _newest(_said(_rule(), walks, 180, step=step))
        sums.append((sum(c.into for c in counts), sum(c.out for c in counts)))

    assert sums[0] == sums[1]


@given(_WALKS, st.integers(-5000, 5000))
@settings(max_examples=15)
def test_whole_minutes_later_the_same_is_counted_as_much_later(walks, minutes: int) -> None:
    moved = timedelta(minutes=minutes)
    here = _newest(_said(_rule(), walks, 180))
    there = _newest(_said(_rule(), walks, 180, start=_T0 + moved))

    assert [(c.minute + moved, c.into, c.out) for c in here] == [(c.minute, c.into, c.out) for c in there]
    assert {c.id for c in here} & {c.id for c in there} == (set() if minutes else {c.id for c in here})
