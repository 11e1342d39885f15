"""FIRE and FIGHT tell what a model has seen for three of five seconds: whatever it says, once, and never for less."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_place import YARD, after_restart, camera_of, seconds, stand, timed

from config.modelled import FightRule, FireRule
from detect.rules.modelled import SeenByModel
from detect.rules.rule import Place
from models.alert import Alert
from models.geometry import Box
from models.labels import FIGHT, FIRE
from models.track import Track

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
_THERE, _ELSEWHERE, _WHOLE = (0.4, 0.6, 0.6, 0.9), (0.4, 0.0, 0.6, 0.3), (0.0, 0.0, 1.0, 1.0)

Picture = tuple[float, Box | None]


def _said(pictures: Iterable[Picture], start: datetime = _T0, label: int = FIRE, **more: object) -> list[Alert]:
    config = FireRule.model_validate({"rule": "FIRE", "zone": "yard", **more})
    rule = SeenByModel(config, Place("gsdt", camera_of(zones=[YARD]), 2.0))
    state, alerts = rule.fresh(), []
    for t, box in pictures:
        at = start + timedelta(seconds=t)
        tracks = [Track(1, label, box, 0.8, at, at)] if box else []
        state, said = rule.step(after_restart(rule.state_type, state), tracks, at)
        alerts += said
    return alerts


def _brief(alerts: Iterable[Alert]) -> list[tuple[int, float | None, float | None, int]]:
    return [(a.revision, seconds(a.detected, _T0), seconds(a.ended, _T0), a.count) for a in alerts]


def test_three_seconds_in_all_within_five_are_told_once_and_its_end_ten_seconds_later() -> None:
    flickering = [(t, _THERE if t < 30 and t % 1 < 0.7 else None) for t, _ in stand(1, 60, None)]
    first, last = _said(flickering)

    assert (first.id, first.level, first.code) == (last.id, 1, "FIRE")
    assert first.threshold == {"hit_s": 3.0}
    assert 4.0 <= seconds(first.detected, _T0) <= 6.0
    assert seconds(last.ended, _T0) == pytest.approx(29.6)


_SILENT = {
    "two seconds of each five": [(t, _THERE if t % 5 < 2 else None) for t, _ in stand(1, 60, None)],
    "it burns outside of the zone": stand(1, 60, _ELSEWHERE),
    "nothing": stand(1, 60, None),
}


@pytest.mark.parametrize("pictures", _SILENT.values(), ids=_SILENT)
def test_less_is_not_told(pictures: list[Picture]) -> None:
    assert _said(pictures) == []


def test_what_another_model_sees_is_not_told() -> None:
    assert _said(stand(1, 60, _THERE), label=FIGHT) == []
    assert FightRule.model_validate({"rule": "FIGHT", "zone": "yard"}).labels == ("fight",)


def test_what_is_seen_of_the_picture_as_a_whole_counts_in_every_zone() -> None:
    assert [a.revision for a in _said(stand(1, 20, _WHOLE))] == [1]


def test_it_burns_on_through_a_short_hole_and_ends_with_a_long_one() -> None:
    short = _said([*stand(0, 6, _THERE), *stand(20, 24, _THERE)])
    long = _said([*stand(0, 6, _THERE), *stand(90, 92, None)])

    assert [a.revision for a in short] == [1]
    assert _brief(long)[1][2] == 5.8


_STEPS = st.lists(
    st.tuples(st.sampled_from([0.1, 0.2, 0.5, 1.0, 2.5, 40.0]), st.sampled_from([_THERE, _WHOLE, _ELSEWHERE, None])),
    max_size=80,
)


@given(_STEPS)
@settings(max_examples=80, deadline=None)
def test_it_is_never_told_of_less_and_never_of_two_at_once(steps) -> None:
    pictures, newest = timed(steps), {}
    for alert in _said(pictures):
        before = newest.get(alert.id)
        newest[alert.id] = alert

        assert alert.revision == (1 if before is None else before.revision + 1)
        assert sum(a.ended is None for a in newest.values()) <= 1
        if before is None:
            met = seconds(alert.detected, _T0)
            seen = [
                min(b - a, 1.0)
                for (a, _), (b, box) in pairwise(pictures)
                if met - 5 < b <= met and box in (_THERE, _WHOLE)
            ]

            assert sum(seen) >= 3.0 - 1e-6


@given(_STEPS, st.integers(-(10**9), 10**9))
@settings(max_examples=30, deadline=None)
def test_it_does_not_matter_when_it_happens(steps, shift: int) -> None:
    moved = timedelta(microseconds=shift * 1001)
    here, there = _said(timed(steps)), _said(timed(steps), _T0 + moved)
    ends = [None if a.ended is None else a.ended + moved for a in here]

    assert there == [
        replace(a, id=b.id, began=a.began + moved, detected=a.detected + moved, ended=end)
        for a, b, end in zip(here, there, ends, strict=True)
    ]


@given(st.lists(st.tuples(st.sampled_from([1.3, 4.1, 11.3]), st.sampled_from([6.1, 15.3, 90.1])), max_size=4))
@settings(max_examples=20, deadline=None)
def test_half_as_many_pictures_say_the_same_within_a_sample(fires) -> None:
    spans, t = [], 0.05
    for burns, out in fires:
        spans.append((t, t + burns))
        t += burns + out
    told = []
    for step in (0.1, 0.2):
        lit = [any(a <= k * step < b for a, b in spans) for k in range(round((t + 13) / step))]
        pictures = [(round(k * step, 1), _THERE if burns else None) for k, burns in enumerate(lit)]
        told.append(_brief(_said(pictures, cooldown_s=500.0)))

    assert [(a, c is None, d) for a, _, c, d in told[0]] == [(a, c is None, d) for a, _, c, d in told[1]]
    for one, other in zip(*told, strict=True):
        assert all(a is b is None or abs(a - b) <= 0.2 + 1e-9 for a, b in zip(one[1:3], other[1:3], strict=True))
