"""TW_IN tells of two-wheelers in a doorway and calls them so; who passes by, or has none, is not told of."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from small_place import YARD, camera_of, person, said_at, seconds, stand, two_wheeler

from config.rules import TwoWheelerInRule
from detect.rules.rule import Place
from detect.rules.two_wheeler_in import TwoWheelerIn
from models.alert import Alert

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

Picture = tuple[float, dict[int, float]]
"""Seconds, and how far down the picture each two-wheeler is; the doorway begins at 0.5."""


def _rule(**more: object) -> TwoWheelerIn:
    config = TwoWheelerInRule.model_validate({"rule": "TW_IN", "zone": "yard", **more})
    return TwoWheelerIn(config, Place("gsdt", camera_of(zones=[YARD]), 2.0))


def _said(pictures: Iterable[Picture], seen=two_wheeler) -> list[Alert]:
    instants = [(_T0 + timedelta(seconds=t), feet) for t, feet in pictures]
    told, _ = said_at(_rule(), [(at, [seen(n, (0.5, y), at) for n, y in feet.items()]) for at, feet in instants])
    return [one for _, one in told if isinstance(one, Alert)]


def test_two_seconds_in_the_doorway_are_told_and_counted_as_two_wheelers() -> None:
    first, joined, last = _said([*stand(0, 3, {1: 0.8}), *stand(3, 8, {1: 0.8, 2: 0.7}), *stand(8, 12, {1: 0.2})])

    assert (first.code, first.level, seconds(first.began, _T0), seconds(first.detected, _T0)) == ("TW_IN", 3, 0.0, 2.0)
    assert first.observed == {"dwell_s": 2.0, "two_wheelers": 1}
    assert first.threshold == {"dwell_s": 2.0, "two_wheelers": 1}
    assert (joined.id, joined.observed["two_wheelers"]) == (first.id, 2)
    assert (last.id, last.ended, last.count) == (first.id, _T0 + timedelta(seconds=7.8), 1)


def test_who_walks_in_without_one_is_not_told() -> None:
    assert _said(stand(0, 30, {1: 0.8}), seen=person) == []


def test_who_rides_by_or_waits_outside_is_not_told() -> None:
    assert _said([*stand(0, 1.8, {1: 0.8}), *stand(1.8, 9, {1: 0.2})]) == []
    assert _said(stand(0, 60, {1: 0.45})) == []


def test_a_box_that_trembles_on_the_threshold_is_in_once_and_told_once() -> None:
    alerts = _said([(round(0.2 * k, 1), {1: 0.48 if k % 3 == 1 else 0.52}) for k in range(150)])

    assert [(a.revision, a.ended) for a in alerts] == [(1, None)]


def test_one_missed_picture_does_not_begin_the_stay_anew() -> None:
    pictures = [(t, {} if t == 1.0 else {1: 0.8}) for t, _ in stand(0, 3, None)]

    assert [seconds(a.detected, _T0) for a in _said(pictures)] == [2.0]
