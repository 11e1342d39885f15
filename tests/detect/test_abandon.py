"""ABANDON suspects a bag that stands alone; one with somebody beside it, or on somebody's back, is never told of."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_place import YARD, after_restart, bag, camera_of, held, person, said_at, seconds, stand, timed

from config.suspected import AbandonRule
from detect.rules.abandon import Abandon
from detect.rules.rule import Place
from detect.tracker import LIFE_S, Tracker
from models.alert import Alert
from models.detection import Detections
from models.labels import CAR, PERSON, SUITCASE

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

Seen = tuple[Mapping[int, float], Mapping[int, float]]
"""Where the middle of each bag is, by its track, and of each person, 0.2 of the picture tall."""

Picture = tuple[float, Seen]

_QUICK = {"dwell_s": 10.0, "beside_s": 3.0, "gap_s": 6.0, "bridged_s": 60.0, "cooldown_s": 20.0}
_BAG = {100: 0.5}
_ALONE: Seen = (_BAG, {})
_BESIDE: Seen = (_BAG, {1: 0.55})
_FAR = 0.85
"""A person there is a third of the picture away from the bag: three heights."""


def _rule(**more: object) -> Abandon:
    config = AbandonRule.model_validate({"rule": "ABANDON", "zone": "yard", **more})
    return Abandon(config, Place("gsdt", camera_of(zones=[YARD]), 2.0))


def _said(pictures: Iterable[Picture], start: datetime = _T0, **more: object) -> list[Alert]:
    rule = _rule(**more)
    state, alerts, first = rule.fresh(), [], {}
    for t, (bags, people) in pictures:
        at = start + timedelta(seconds=t)
        tracks = [bag(n, x, at, first.setdefault(n, at)) for n, x in bags.items()]
        tracks += [person(n, (x, 0.8), at, first.setdefault(n, at)) for n, x in people.items()]
        state, said = rule.step(after_restart(rule.state_type, state), tracks, at)
        alerts += said
    return alerts


def _brief(alerts: Iterable[Alert]) -> list[tuple[int, float | None, float | None]]:
    return [(a.revision, seconds(a.detected, _T0), seconds(a.ended, _T0)) for a in alerts]


def test_it_is_told_two_minutes_after_its_owner_went_away() -> None:
    leaving = [(round(30 + 0.5 * k, 1), (_BAG, {1: 0.55 + 0.04 * k})) for k in range(10)]
    alerts = _said([*stand(0, 30, _BESIDE), *leaving, *stand(35, 180, _ALONE, 1.0)])

    assert _brief(alerts) == [(1, pytest.approx(151, abs=1.0), None)]
    assert seconds(alerts[0].began, _T0) == 31.0
    assert (alerts[0].code, alerts[0].level) == ("ABANDON", 3)
    assert alerts[0].threshold == {"dwell_s": 120.0, "bags": 1}
    assert [s.label for s in alerts[0].subjects] == [SUITCASE]


def test_it_ends_when_it_is_taken_away_and_when_somebody_stays_beside_it_again() -> None:
    taken = _said([*stand(0, 12, _ALONE), *stand(12, 30, ({}, {}))], **_QUICK)
    returned = _said([*stand(0, 12, _ALONE), *stand(12, 30, _BESIDE)], **_QUICK)

    assert _brief(taken) == [(1, 10.0, None), (2, 10.0, 11.8)]
    assert _brief(returned) == [(1, 10.0, None), (2, 10.0, pytest.approx(15.0, abs=0.4))]


def test_owners_who_leave_it_once_more_soon_after_are_counted_into_the_same_alert() -> None:
    alerts = _said([*stand(0, 12, _ALONE), *stand(12, 18, _BESIDE), *stand(18, 40, _ALONE)], **_QUICK)

    assert [(a.revision, a.count, a.ended is None) for a in alerts] == [(1, 1, True), (2, 1, False), (3, 2, True)]
    assert len({a.id for a in alerts}) == 1


_WALK = {"who passes": 0.3, "who runs past": 0.8}


@pytest.mark.parametrize("pace", _WALK.values(), ids=_WALK)
def test_those_who_pass_by_are_no_owners(pace: float) -> None:
    passing = [(t, (_BAG, {1 + int(t * pace): t * pace % 1.0})) for t, _ in stand(0, 15, None)]

    assert _brief(_said(passing, **_QUICK)) == [(1, 10.0, None)]


def _sits(t: float) -> Seen:
    return _BAG, {1: 0.52 + 0.02 * (-1) ** round(t / 0.2)}


_SILENT = {
    "its owner stands beside it": stand(0, 60, _BESIDE),
    "its owner walks up and down beside it": [(t, (_BAG, {1: 0.5 + 0.1 * np.sin(t)})) for t, _ in stand(0, 60, None)],
    "its owner sits beside it and fidgets": [(t, _sits(t)) for t, _ in stand(0, 60, None)],
    "its owner is given a new number every 5 s": [(t, (_BAG, {int(t // 5): 0.55})) for t, _ in stand(0, 60, None)],
    "its owner is seen in every second picture": [
        (t, (_BAG, {1: 0.55} if round(t / 0.2) % 2 else {})) for t, _ in stand(0, 60, None)
    ],
    "two take turns beside it": [
        (t, (_BAG, {1: 0.55, 2: _FAR} if t % 20 < 12 else {2: 0.45})) for t, _ in stand(0, 60, None)
    ],
    "its owner is away for less": [
        p for k in range(5) for p in [*stand(14 * k, 14 * k + 7.2, _BESIDE), *stand(14 * k + 7.2, 14 * k + 14, _ALONE)]
    ],
    "somebody lingers without a bag": stand(0, 60, ({}, {1: 0.5})),
    "somebody walks by with a bag": [(t, ({100: 0.05 * t}, {1: 0.05 * t})) for t, _ in stand(0, 20, None)],
    "a bag rolls by alone": [(t, ({100: 0.05 * t}, {})) for t, _ in stand(0, 20, None)],
    "bags of many pass over one place": [
        (t, ({int(t): 0.3 + 0.4 * (t % 1.0)}, {1000 + int(t): 0.3 + 0.4 * (t % 1.0)})) for t, _ in stand(0, 60, None)
    ],
}  # fmt: skip


@pytest.mark.parametrize("pictures", _SILENT.values(), ids=_SILENT)
def test_what_only_looks_like_it_is_not_told_of(pictures: list[Picture]) -> None:
    assert _said(pictures, **_QUICK) == []


def test_a_fixture_is_not_told_of_until_its_last_day_is_over_on_the_sites_clock() -> None:
    fixtures = [{"at": (0.5, 0.78), "until": "2026-11-22"}]
    late = datetime(2026, 11, 22, 23, 59, 30, tzinfo=UTC)
    there = stand(0, 60, ({100: 0.5, 101: 0.8}, {}))
    today, midnight = _said(there, **_QUICK, fixtures=fixtures), _said(there, late, **_QUICK, fixtures=fixtures)

    assert [[s.track for s in a.subjects] for a in today] == [[101]]
    assert [[s.track for s in a.subjects] for a in midnight] == [[101], [100, 101]]
    assert midnight[1].revision == 2


@pytest.mark.parametrize("found", [100, 101])
def test_one_that_is_hidden_for_less_than_the_grace_has_stood_there_all_the_time(found: int) -> None:
    hidden = [*stand(0, 11, _ALONE), *stand(11, 16, ({}, {})), *stand(16, 40, ({found: 0.5}, {}))]

    assert _brief(_said(hidden, **{**_QUICK, "dwell_s": 12.0})) == [
        (1, 16.0 if found == 100 else pytest.approx(17.6), None)
    ]


def test_a_hole_in_the_pictures_ends_nothing_where_it_is_there_again() -> None:
    alerts = _said([*stand(0, 12, _ALONE), *stand(50, 60, _ALONE)], **_QUICK)

    assert _brief(alerts) == [(1, 10.0, None)]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("missed", [0.2, 0.5])
def test_noisy_boxes_through_the_real_tracker_are_one_alert_and_their_owner_keeps_it_silent(
    seed: int, missed: float
) -> None:
    """Somebody stands beside a suitcase for 20 s and goes; a car passes at 30 s; the suitcase is taken at 45 s."""
    dice, tracker, pictures = np.random.default_rng(seed), Tracker(0.35), []
    for k in range(60 * 5):
        t = k / 5
        owner = 0.55 if t < 20 else 0.55 + 0.12 * (t - 20)
        car = 0.3 * (t - 30)
        there = [(PERSON, (owner - 0.05, 0.5, owner + 0.05, 0.8))] if owner < 1.0 else []
        there += [(CAR, (car - 0.15, 0.55, car + 0.15, 0.85))] if 0 < car < 1 else []
        there += [(SUITCASE, (0.47, 0.71, 0.53, 0.8))] if t < 45 and abs(car - 0.5) > 0.2 else []
        found = [one for one in there if dice.random() > missed]
        xyxy = np.array([box for _, box in found], np.float32).reshape(-1, 4)
        xyxy += (dice.normal(0, 0.02, xyxy.shape) * np.tile(xyxy[:, 2:] - xyxy[:, :2], 2)).astype(np.float32)
        labels = np.array([label for label, _ in found], np.int16)
        at = _T0 + timedelta(seconds=t)
        pictures.append((at, tracker.update(Detections(xyxy, np.full(len(found), 0.8, np.float32), labels), at)))
    told, _ = said_at(_rule(**_QUICK), pictures)
    alerts = [one for _, one in told if isinstance(one, Alert)]

    assert len({a.id for a in alerts}) == 1
    assert [a.ended is None for a in alerts] == [True, False]
    assert 29.0 <= (seconds(alerts[0].detected, _T0) or 0) <= 35.0
    assert 43.0 <= (seconds(alerts[1].ended, _T0) or 0) <= 45.0


_PLACES = (0.2, 0.5, 0.8)
_STEPS = held(
    [0.2, 0.4, 1.0, 1.5, 5.0, 30.0],
    st.tuples(
        st.dictionaries(st.integers(100, 101), st.sampled_from(_PLACES), max_size=2),
        st.dictionaries(st.integers(1, 2), st.sampled_from(_PLACES), max_size=2),
    ),
    12,
    12,
)


@given(_STEPS)
@settings(max_examples=60, deadline=None)
def test_nothing_is_told_of_what_did_not_stand_alone_for_so_long(steps) -> None:
    """It was there when that began, or hidden for a moment, and when it was told; nobody had stayed beside it since."""
    pictures = timed(steps)
    for alert in (a for a in _said(pictures, **_QUICK) if a.revision == 1):
        began, met = seconds(alert.began, _T0), seconds(alert.detected, _T0)

        assert met - began >= 10.0 - 1e-9
        assert any(_alone(pictures, place, began, met) for place in _PLACES)


def _alone(pictures: list[Picture], place: float, began: float, met: float) -> bool:
    span = [(t, seen) for t, seen in pictures if began <= t <= met]
    there = [t for t, (bags, _) in pictures if place in bags.values() and began - _QUICK["gap_s"] <= t <= met]
    return (
        bool(there)
        and there[0] <= began
        and there[-1] == span[-1][0]
        and not any(_stays(span, track, place) for track in (1, 2))
    )


def _stays(span: list[Picture], track: int, place: float) -> bool:
    """Whether that one is at the bag for 3 s and a picture more: what is told begins with the picture before."""
    since = seen = None
    begins = span[0][0]
    for t, (bags, people) in span:
        if place not in bags.values() or people.get(track) != place:
            continue
        since = t if since is None or t - seen > LIFE_S else since
        seen = t
        if since > begins and t - since >= 3.0 + 2 * LIFE_S:
            return True
    return False


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


@given(st.lists(st.tuples(st.sampled_from([4.1, 6.3]), st.sampled_from([1.1, 8.3, 13.3])), min_size=1, max_size=4))
@settings(max_examples=20, deadline=None)
def test_half_as_many_pictures_say_the_same_within_a_sample(visits) -> None:
    """Its owner comes and goes; both keep clear of the thresholds (beside 3, dwell 10) by more than a sample."""
    spans, t = [], 0.05
    for beside, away in visits:
        spans.append((t, t + beside))
        t += beside + away
    told = []
    for step in (0.1, 0.2):
        near = [(k * step, any(a <= k * step < b for a, b in spans)) for k in range(round(t / step))]
        pictures = [(round(at, 1), _BESIDE if beside else _ALONE) for at, beside in near]
        alerts = _said(pictures, **{**_QUICK, "cooldown_s": 500.0})
        told.append([(seconds(a.began, _T0), seconds(a.detected, _T0), seconds(a.ended, _T0), a.count) for a in alerts])

    assert [(one[2] is None, one[3]) for one in told[0]] == [(other[2] is None, other[3]) for other in told[1]]
    for one, other in zip(*told, strict=True):
        assert all(a is b is None or abs(a - b) <= 0.4 + 1e-9 for a, b in zip(one[:3], other[:3], strict=True))
