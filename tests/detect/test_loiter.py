"""LOITER tells who stays for long, sooner by night, graver later, also when the detector loses them for a while."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from small_place import YARD, camera_of, held, person, said_at, seconds, stand

from config.hours import Hours
from config.rules import LoiterRule
from detect.rules.loiter import Loiter
from detect.rules.rule import Place
from models.alert import Alert
from models.labels import PERSON
from models.track import Track

_NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # in Shanghai
_ZONE = ZoneInfo("Asia/Shanghai")

Seen = tuple[float, float, float]
"""Feet (x, y) in fractions, and when the track was first seen, seconds. Inside is below y = 0.5."""

Picture = tuple[float, dict[int, Seen]]


def _rule(**more: object) -> Loiter:
    config = LoiterRule.model_validate({"rule": "LOITER", "zone": "yard", **more})
    return Loiter(config, Place("gsdt", camera_of(zones=[YARD]), 2.0, _ZONE, Hours.of(("22:00-06:00",), _ZONE)))


def _said(rule: Loiter, pictures: Sequence[Picture], start: datetime = _NOON) -> list[Alert]:
    told, _ = said_at(rule, [(start + timedelta(seconds=t), _tracks(t, seen, start)) for t, seen in pictures])
    return [one for _, one in told if isinstance(one, Alert)]


def _tracks(t: float, seen: dict[int, Seen], start: datetime) -> list[Track]:
    at = start + timedelta(seconds=t)
    return [person(n, (x, y), at, start + timedelta(seconds=first)) for n, (x, y, first) in seen.items()]


_HERE = {1: (0.5, 0.8, 0.0)}


def test_two_minutes_are_told_once_and_five_minutes_make_it_graver() -> None:
    pictures = [*stand(0, 330, _HERE), *stand(330, 340, {1: (0.5, 0.2, 0.0)})]
    first, graver, last = _said(_rule(), pictures)

    assert (first.code, first.level, seconds(first.began, _NOON), seconds(first.detected, _NOON)) == (
        "LOITER",
        4,
        0.0,
        120.0,
    )
    assert first.threshold == {"dwell_s": 120.0, "persons": 1}
    assert (graver.id, graver.revision, graver.level, graver.observed["dwell_s"]) == (first.id, 2, 3, 300.0)
    assert (last.id, last.revision, last.level, seconds(last.ended, _NOON)) == (first.id, 3, 3, 329.8)


def test_who_goes_on_before_it_is_not_told() -> None:
    assert _said(_rule(), [*stand(0, 119, _HERE), *stand(119, 130, {1: (0.5, 0.2, 0.0)})]) == []


def test_who_walks_through_keeps_no_alert_open_and_the_next_one_who_stays_is_told() -> None:
    """A busy path: every quarter of a minute somebody walks in, and out again after the next has come."""
    pictures = []
    for n in range(40):
        here = {1: (0.5, 0.8, 0.0)} if n < 10 else {2: (0.6, 0.8, 420.0)} if n >= 28 else {}
        seen = {10 + n: (0.2, 0.8, 15.0 * n), 9 + n: (0.8, 0.8, 15.0 * n - 15)}
        pictures += stand(15 * n, 15 * n + 2, here | seen | {10 + n: (0.2, 0.4, 15.0 * n)})
        pictures += stand(15 * n + 2, 15 * n + 13, here | seen)
        pictures += stand(15 * n + 13, 15 * n + 15, here | seen | {9 + n: (0.8, 0.4, 15.0 * n - 15)})
    alerts = _said(_rule(), pictures)
    first, second, newest = alerts[0], alerts[-1], {a.id: a for a in alerts}

    assert first.id != second.id
    assert (seconds(newest[first.id].ended, _NOON) or 0.0) == pytest.approx(149.8, abs=0.3)
    assert (seconds(second.began, _NOON), second.ended, second.count) == (420.0, None, 1)


def test_without_an_escalation_it_stays_as_it_is() -> None:
    assert [a.level for a in _said(_rule(escalate_s=None), stand(0, 400, _HERE))] == [4]


def test_by_night_a_minute_is_enough() -> None:
    (alert,) = _said(_rule(), stand(0, 70, _HERE), start=_NOON + timedelta(hours=11))

    assert seconds(alert.detected, _NOON + timedelta(hours=11)) == 60.0
    assert alert.threshold["dwell_s"] == 60.0


def test_who_has_stayed_long_enough_for_the_night_is_told_when_it_begins() -> None:
    start = _NOON + timedelta(hours=10) - timedelta(seconds=80)
    (alert,) = _said(_rule(), stand(0, 110, _HERE), start)

    assert (seconds(alert.began, start), seconds(alert.detected, start)) == (0.0, 80.0)


def test_an_alert_of_the_night_goes_on_into_the_day() -> None:
    start = _NOON - timedelta(hours=6) - timedelta(seconds=70)
    alerts = _said(_rule(), stand(0, 110, _HERE), start)

    assert [(a.revision, a.ended, a.threshold["dwell_s"]) for a in alerts] == [(1, None, 60.0)]


def test_a_few_steps_outside_for_less_than_the_grace_are_no_leaving() -> None:
    pictures = [*stand(0, 60, _HERE), *stand(60, 64.8, {1: (0.5, 0.45, 0.0)}), *stand(64.8, 121, _HERE)]

    assert [seconds(a.detected, _NOON) for a in _said(_rule(), pictures)] == [120.0]


def test_who_is_lost_and_found_at_the_same_place_under_another_id_has_not_left() -> None:
    pictures = [*stand(0, 60, _HERE), *stand(60, 64, {}), *stand(64, 121, {9: (0.52, 0.82, 63.8)})]
    (alert,) = _said(_rule(), pictures)

    assert (seconds(alert.began, _NOON), seconds(alert.detected, _NOON)) == (0.0, 120.0)
    assert [s.track for s in alert.subjects] == [9]


def test_who_walks_behind_a_pillar_and_comes_out_beside_it_has_not_left() -> None:
    """A height and a bit in a second is a walker's pace."""
    alerts = _said(_rule(), [*stand(0, 60, _HERE), *stand(60, 61, {}), *stand(61, 125, {9: (0.63, 0.8, 61.0)})])

    assert [seconds(a.began, _NOON) for a in alerts] == [0.0]


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ((0.52, 0.82, 66.0), "after more than the grace"),
        ((0.99, 0.99, 63.8), "farther than anybody walks in that time"),
        ((0.52, 0.82, 30.0), "seen before the first was lost"),
        ((0.52, 0.82, 61.0), "seen for three seconds already: it came in from outside"),
    ],
)
def test_somebody_else_does_not_inherit_a_stay(found: Seen, why: str) -> None:
    since = max(64.0, found[2] + 0.2)
    pictures = [*stand(0, 60, _HERE), *stand(60, since, {}), *stand(since, 121, {9: found})]

    assert _said(_rule(), pictures) == [], why


def test_who_walks_in_while_another_is_lost_is_somebody_else() -> None:
    walk = [(60 + k * 0.2, {9: (0.5, 0.3 + k * 0.02, 60.0)}) for k in range(20)]
    pictures = [*stand(0, 60, _HERE), *walk, *stand(64, 121, {9: (0.5, 0.7, 60.0)})]

    assert _said(_rule(), pictures) == []


def test_somebody_of_another_size_is_somebody_else() -> None:
    rule, state, alerts = _rule(), _rule().fresh(), []
    for k in range(605):
        at = _NOON + timedelta(seconds=k * 0.2)
        tall = 0.2 if k < 300 else 0.08
        first = _NOON + timedelta(seconds=0 if k < 300 else 63.8)
        tracks = [Track(1 + (k >= 300), PERSON, (0.4, 0.8 - tall, 0.5, 0.8), 0.9, first, at)]
        state, said = rule.step(state, [] if 300 <= k < 320 else tracks, at)
        alerts += said

    assert alerts == []


def test_two_who_are_lost_at_once_are_told_apart_by_place_and_never_doubled() -> None:
    both = {1: (0.3, 0.8, 0.0), 2: (0.7, 0.8, 0.0)}
    again = {8: (0.69, 0.8, 63.0), 9: (0.31, 0.8, 63.0)}
    (alert,) = _said(_rule(), [*stand(0, 60, both), *stand(60, 63.2, {}), *stand(63.2, 121, again)])

    assert (seconds(alert.detected, _NOON), alert.observed["persons"]) == (120.0, 2)


def test_five_switches_of_the_id_in_two_minutes_are_one_stay() -> None:
    pictures: list[Picture] = []
    for n in range(6):
        seen = {n: (0.5 + 0.01 * n, 0.8, 21.0 * n)}
        pictures += [*stand(21 * n, 21 * n + 18, seen), *stand(21 * n + 18, 21 * n + 21, {})]
    (alert,) = _said(_rule(), pictures)

    assert (seconds(alert.began, _NOON), seconds(alert.detected, _NOON)) == (0.0, 120.0)


def test_a_stay_is_not_counted_across_a_hole() -> None:
    assert _said(_rule(), [*stand(0, 100, _HERE), *stand(104, 200, _HERE)]) == []


def test_an_open_breach_outlives_a_hole() -> None:
    alerts = _said(_rule(), [*stand(0, 125, _HERE), *stand(145, 300, {7: (0.5, 0.8, 145.0)})])

    assert [(a.revision, a.ended) for a in alerts][:1] == [(1, None)]
    assert {a.id for a in alerts} == {alerts[0].id}
    assert all(a.ended is None for a in alerts)


_MOVES = held(
    [0.2, 0.4, 1.0, 3.0, 6.0, 20.0],
    st.dictionaries(st.integers(1, 3), st.sampled_from([0.45, 0.55, 0.8]), max_size=2),
    8,
    20,
)


@given(_MOVES)
@settings(max_examples=60)
def test_nobody_is_told_before_anybody_could_have_stayed_so_long(moves) -> None:
    """Whatever ids do: within the dwell before an onset, somebody was inside at both ends, and no absence was longer
    than grace and life of a track, nor a hole.
    """
    pictures, t, first = [], 0.0, {}
    for step, seen in moves:
        t = round(t + step, 3)
        pictures.append((t, {n: (0.5, y, first.setdefault(n, t)) for n, y in seen.items()}))
    alerts = [a for a in _said(_rule(dwell_s=4.0, gap_s=1.0), pictures) if a.revision == 1]

    for alert in alerts:
        began, met = seconds(alert.began, _NOON), seconds(alert.detected, _NOON)
        assert began is not None
        assert met is not None
        assert met - began >= 4.0 - 1e-9
        inside = [s for s, seen in pictures if began <= s <= met and any(y > 0.5 for _, y, _ in seen.values())]
        assert (inside[0], inside[-1]) == (began, met)
        assert all(b - a <= 1.0 + 2.0 + 1e-9 for a, b in pairwise(inside))


_STAYS = st.lists(st.tuples(st.sampled_from([0.5, 1.3, 2.7, 6.1]), st.sampled_from([0.3, 4.1, 9.3])), max_size=5)


def _is_clear(spans: list[tuple[float, float]], *met_s: float) -> bool:
    """Whether no stay, short absences counted in, is met just where it pauses or ends: there a picture more tells."""
    begun = [a for n, (a, _) in enumerate(spans) if n == 0 or a - spans[n - 1][1] > 1.0]
    ends = [b for n, (_, b) in enumerate(spans) if n == len(spans) - 1 or spans[n + 1][0] - b > 1.0]
    near = [(a + met - 0.1, a + met + 0.5, end) for a, end in zip(begun, ends, strict=True) for met in met_s]
    return all(end < first or any(a <= first and last <= b for a, b in spans) for first, last, end in near)


@given(_STAYS)
@settings(max_examples=30, deadline=None)
def test_half_as_many_pictures_say_the_same_within_a_sample(stays) -> None:
    spans, t = [], 0.05
    for stay, away in stays:
        spans.append((t, t + stay))
        t += stay + away
    assume(_is_clear(spans, 4.0, 7.0))
    rule, told = _rule(dwell_s=4.0, gap_s=2.0, escalate_s=7.0, cooldown_s=500.0), []
    for step in (0.1, 0.2):
        seen = [(round(k * step, 1), any(a <= k * step < b for a, b in spans)) for k in range(round((t + 4) / step))]
        alerts = _said(rule, [(at, {1: (0.5, 0.8 if inside else 0.2, 0.0)}) for at, inside in seen])
        told.append([(seconds(a.detected, _NOON), seconds(a.ended, _NOON), a.count, a.level) for a in alerts])

    assert [(one[1] is None, *one[2:]) for one in told[0]] == [(other[1] is None, *other[2:]) for other in told[1]]
    for one, other in zip(*told, strict=True):
        assert all(a is b is None or abs(a - b) <= 0.2 + 1e-9 for a, b in zip(one[:2], other[:2], strict=True))
