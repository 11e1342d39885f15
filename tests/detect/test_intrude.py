"""INTRUDE speaks once per breach, never without its definition met, and remembers all it needs."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from config.rules import IntrudeRule
from config.site import Camera
from detect.rules.intrude import Intrude
from detect.rules.rule import Place
from detect.rules.stay import State
from detect.tracker import LIFE_S
from models.alert import Alert
from models.labels import CAR, PERSON
from models.track import Track

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_HOLE_S = 2.0
_ADAPTER = TypeAdapter(State)

Picture = tuple[float, dict[int, bool]]
"""Seconds, and for each track that is seen whether its feet are inside."""


def _camera() -> Camera:
    name = {"zh": "门", "en": "gate"}
    corners = [(0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)]
    return Camera.model_validate(
        {
            "id": "gate-1",
            "name": name,
            "entrance": "1",
            "url": "rtsp://127.0.0.1/1",
            "grid": "g1",
            "position": (0.5, 0.5),
            "zones": [{"id": "yard", "name": name, "points": corners}],
        }
    )


def _rule(**more: float) -> Intrude:
    config = IntrudeRule.model_validate({"rule": "INTRUDE", "zone": "yard", "cooldown_s": 20.0, **more})
    return Intrude(config, Place("gsdt", _camera(), _HOLE_S))


def _track(number: int, inside: bool, at: datetime, label: int = PERSON) -> Track:
    bottom = 0.8 if inside else 0.3
    return Track(number, label, (0.4, bottom - 0.2, 0.5, bottom), 0.9, at, at)


def _said(rule: Intrude, pictures: Sequence[Picture], start: datetime = _T0) -> list[Alert]:
    state, alerts = rule.fresh(), []
    for seconds, seen in pictures:
        at = start + timedelta(seconds=seconds)
        state = _ADAPTER.validate_python(json.loads(json.dumps(asdict(state), default=str)))
        state, said = rule.step(state, [_track(n, inside, at) for n, inside in seen.items()], at)
        alerts += said
    return alerts


def _stay(since: float, until: float, seen: dict[int, bool], step: float = 0.2) -> list[Picture]:
    return [(since + k * step, seen) for k in range(round((until - since) / step))]


def _s(at: datetime | None) -> float | None:
    return None if at is None else round((at - _T0).total_seconds(), 3)


def test_who_stays_is_told_once_with_the_figures_and_once_more_at_the_end() -> None:
    first, last = _said(_rule(), [*_stay(0, 1, {1: False}), *_stay(1, 6, {1: True}), *_stay(6, 9, {1: False})])

    assert (_s(first.began), _s(first.detected), first.ended) == (1.0, 4.0, None)
    assert first.observed == {"dwell_s": 3.0, "persons": 1}
    assert first.threshold == {"dwell_s": 3.0, "persons": 1}
    assert [subject.track for subject in first.subjects] == [1]
    assert (last.id, last.revision, _s(last.ended), last.count) == (first.id, 2, 5.8, 1)
    assert last.observed == {"dwell_s": 4.8, "persons": 1}


def test_who_passes_through_is_not_told() -> None:
    assert _said(_rule(), [*_stay(0, 2.8, {1: True}), *_stay(2.8, 9, {1: False})]) == []


def test_a_short_step_outside_neither_resets_nor_ends() -> None:
    pictures = [*_stay(0, 2, {1: True}), *_stay(2, 2.8, {1: False}), *_stay(2.8, 5, {1: True})]
    pictures += [*_stay(5, 5.8, {1: False}), *_stay(5.8, 9, {1: True})]

    assert [(_s(a.began), _s(a.detected)) for a in _said(_rule(), pictures)] == [(0.0, 3.0)]


def test_a_long_step_outside_resets() -> None:
    pictures = [*_stay(0, 2, {1: True}), *_stay(2, 3.4, {1: False}), *_stay(3.4, 6.2, {1: True})]

    assert _said(_rule(), pictures) == []


def test_a_crowd_is_one_alert_that_counts_its_people() -> None:
    pictures = [*_stay(0, 4, {1: True}), *_stay(4, 9, {1: True, 2: True, 3: True})]
    alerts = _said(_rule(), pictures)

    assert {a.id for a in alerts} == {alerts[0].id}
    assert [a.revision for a in alerts] == [1, 2]
    assert alerts[-1].observed["persons"] == 3


def test_joiners_in_quick_succession_are_told_at_most_every_two_seconds() -> None:
    pictures = []
    for k in range(60):
        t = k * 0.2
        pictures.append((t, {n: True for n in range(1, 12) if t >= 0.4 * n}))
    alerts = _said(_rule(), pictures)
    told = [_s(a.detected) if a.revision == 1 else None for a in alerts]

    assert told[0] == 3.4
    assert len(alerts) <= 1 + (60 * 0.2 - 3.4) / 2.0 + 1
    assert alerts[-1].observed["persons"] == 11


def test_another_id_for_the_same_person_is_the_same_alert() -> None:
    alerts = _said(_rule(), [*_stay(0, 4, {1: True}), *_stay(4.2, 9, {2: True})])

    assert {a.id for a in alerts} == {alerts[0].id}
    assert all(a.ended is None for a in alerts)


def test_a_track_that_dies_inside_ends_the_breach_after_gap_and_life() -> None:
    pictures = [*_stay(0, 4, {1: True}), *_stay(4, 9, {})]
    state, rule, when = _rule().fresh(), _rule(), None
    for seconds, seen in pictures:
        at = _T0 + timedelta(seconds=seconds)
        state, said = rule.step(state, [_track(n, i, at) for n, i in seen.items()], at)
        if said and said[0].ended is not None:
            when = (seconds, _s(said[0].ended))

    assert when == (pytest.approx(3.8 + 1.0 + LIFE_S + 0.2), 3.8)


def test_soon_after_its_end_a_new_breach_reopens_the_same_alert() -> None:
    pictures = [*_stay(0, 4, {1: True}), *_stay(4, 10, {1: False}), *_stay(10, 14, {2: True})]
    alerts = _said(_rule(), pictures)

    assert {a.id for a in alerts} == {alerts[0].id}
    assert [(a.revision, a.count, a.ended is None) for a in alerts] == [(1, 1, True), (2, 1, False), (3, 2, True)]
    assert alerts[-1].began == alerts[0].began


def test_after_the_cool_down_a_new_breach_is_a_new_alert() -> None:
    pictures = [*_stay(0, 4, {1: True}), *_stay(4, 25, {1: False}), *_stay(25, 29, {1: True})]
    alerts = _said(_rule(), pictures)

    assert len({a.id for a in alerts}) == 2
    assert (alerts[-1].revision, alerts[-1].count, _s(alerts[-1].began)) == (1, 1, 25.0)


@pytest.mark.parametrize("hole", [3.0, 15.0, 29.0])
def test_a_hole_in_the_pictures_does_not_end_a_breach_whose_person_is_still_there(hole: float) -> None:
    alerts = _said(_rule(), [*_stay(0, 4, {1: True}), *_stay(4 + hole, 9 + hole, {7: True})])

    assert {a.id for a in alerts} == {alerts[0].id}
    assert all(a.ended is None for a in alerts)


def test_whoever_is_gone_after_a_hole_left_when_last_seen() -> None:
    alerts = _said(_rule(), [*_stay(0, 4, {1: True}), *_stay(12, 17, {})])

    assert [_s(a.ended) for a in alerts] == [None, 3.8]


def test_after_a_long_hole_it_is_a_new_breach() -> None:
    alerts = _said(_rule(), [*_stay(0, 4, {1: True}), *_stay(64, 68, {1: True})])

    assert [(a.revision, _s(a.ended)) for a in alerts] == [(1, None), (2, 3.8), (1, None)]
    assert alerts[2].id != alerts[0].id


def test_a_hole_does_not_count_as_a_stay() -> None:
    assert _said(_rule(), [*_stay(0, 1, {1: True}), *_stay(4, 6, {1: True})]) == []


def test_only_the_labels_of_the_rule_count() -> None:
    rule, state, alerts = _rule(), _rule().fresh(), []
    for k in range(30):
        at = _T0 + timedelta(seconds=k * 0.2)
        state, said = rule.step(state, [_track(1, True, at, CAR)], at)
        alerts += said

    assert alerts == []


def test_everybody_inside_is_involved_while_it_lasts() -> None:
    rule, state = _rule(), _rule().fresh()
    for k in range(20):
        at = _T0 + timedelta(seconds=k * 0.2)
        state, _ = rule.step(state, [_track(1, True, at), _track(2, False, at)], at)

    assert rule.involved(state) == {1}
    assert [a.ended for a in rule.end(state)] == [at]


_STEPS = st.lists(
    st.tuples(
        st.sampled_from([0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 8.0, 40.0]),
        st.dictionaries(st.integers(1, 3), st.booleans(), max_size=3),
    ),
    max_size=80,
)
_RULES = st.builds(
    _rule,
    dwell_s=st.sampled_from([0.0, 0.5, 2.0]),
    gap_s=st.sampled_from([0.0, 0.6]),
    cooldown_s=st.sampled_from([0.0, 5.0, 30.0]),
)


def _timed(steps: list[tuple[float, dict[int, bool]]]) -> list[Picture]:
    pictures, t = [], 0.0
    for step, seen in steps:
        t = round(t + step, 6)
        pictures.append((t, seen))
    return pictures


@given(_RULES, _STEPS)
@settings(max_examples=70, deadline=None)
def test_revisions_count_up_and_never_are_two_alerts_open(rule: Intrude, steps) -> None:
    newest: dict[object, Alert] = {}
    for alert in _said(rule, _timed(steps)):
        before = newest.get(alert.id)
        assert alert.revision == (1 if before is None else before.revision + 1)
        assert alert.ended is None or (before is not None and before.ended is None and alert.ended >= alert.began)
        assert before is None or alert.count == before.count + (before.ended is not None)
        newest[alert.id] = alert

        assert sum(a.ended is None for a in newest.values()) <= 1


@given(_RULES, _STEPS)
@settings(max_examples=70, deadline=None)
def test_no_onset_without_somebody_who_was_inside_for_that_long(rule: Intrude, steps) -> None:
    pictures = _timed(steps)
    config, ended = rule._config, {}
    for alert in _said(rule, pictures):
        onset = alert.revision == 1 or (alert.ended is None and ended.get(alert.id) is not None)
        ended[alert.id] = alert.ended
        if not onset:
            continue
        now = alert.detected if alert.revision == 1 else None
        upto = [p for p in pictures if now is None or p[0] <= (_s(now) or 0) + 1e-9]

        assert any(_stayed(upto[: k + 1], n, config) for k in range(len(upto)) for n in (1, 2, 3))


def _stayed(pictures: list[Picture], track: int, config: IntrudeRule) -> bool:
    """Inside in the last of these, and before it for dwell_s without leaving for gap_s or a hole."""
    if not pictures or not pictures[-1][1].get(track):
        return False
    last, entered, left, after = pictures[-1][0], pictures[-1][0], False, pictures[-1][0]
    for t, seen in reversed(pictures[:-1]):
        if after - t > _HOLE_S + 1e-9:
            break
        after = t
        left = left or seen.get(track) is False
        if seen.get(track):
            if entered - t > config.gap_s + (0 if left else LIFE_S) + 1e-9:
                break
            entered, left = t, False
    return last - entered >= config.dwell_s - 1e-9


@given(_RULES, _STEPS, st.integers(-(10**9), 10**9))
@settings(max_examples=40, deadline=None)
def test_it_does_not_matter_when_it_happens(rule: Intrude, steps, shift: int) -> None:
    moved = timedelta(microseconds=shift * 1001)
    here, there = _said(rule, _timed(steps)), _said(rule, _timed(steps), _T0 + moved)
    ids = {a.id: b.id for a, b in zip(here, there, strict=True)}

    assert len(set(ids.values())) == len(ids)
    assert there == [
        replace(
            a,
            id=ids[a.id],
            began=a.began + moved,
            detected=a.detected + moved,
            ended=None if a.ended is None else a.ended + moved,
        )
        for a in here
    ]


_VISITS = st.lists(
    st.tuples(
        st.sampled_from([0.3, 1.0, 1.4, 1.8, 5.0, 7.0]),
        st.sampled_from([0.3, 2.2, 3.0, 6.0, 40.0]),
    ),
    min_size=1,
    max_size=6,
)


@given(_VISITS)
@settings(max_examples=50, deadline=None)
def test_half_as_many_pictures_say_the_same_within_a_sample(visits) -> None:
    """Stays and absences keep clear of the thresholds (dwell 2.4, gap 1.3, cool-down 20) by more than a sample."""
    rule = _rule(dwell_s=2.4, gap_s=1.3)
    spans, t = [], 0.05
    for stay, away in visits:
        spans.append((t, t + stay))
        t += stay + away
    told = []
    for step in (0.1, 0.2):
        pictures = [
            (round(k * step, 3), {1: any(a <= k * step < b for a, b in spans)}) for k in range(round((t + 3) / step))
        ]
        told.append([(_s(a.began), _s(a.detected), _s(a.ended), a.count) for a in _said(rule, pictures)])

    assert [(one[2] is None, one[3]) for one in told[0]] == [(other[2] is None, other[3]) for other in told[1]]
    for one, other in zip(*told, strict=True):
        for a, b in zip(one[:3], other[:3], strict=True):
            assert a is b is None or abs(a - b) <= 0.2 + 1e-9
