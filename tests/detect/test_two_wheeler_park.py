"""TW_PARK tells of two-wheelers that stand where none may, as one alert; not of those that pass or wait."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from small_place import YARD, camera_of, said_at, seconds, stand, two_wheeler, vehicle

from config.parked import TwoWheelerParkRule
from detect.rules.rule import Place
from detect.rules.two_wheeler_park import TwoWheelerPark
from models.alert import Alert

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def _at(number: int, x: float, at: datetime):
    return two_wheeler(number, (x, 0.8), at)


def _said(pictures: list[tuple[float, Mapping[int, float]]], seen=_at, **more: object) -> list[Alert]:
    """Seconds, and where each one is from left to right; a box is a tenth of the picture wide."""
    config = TwoWheelerParkRule.model_validate({"rule": "TW_PARK", "zone": "yard", **more})
    rule = TwoWheelerPark(config, Place("gsdt", camera_of(zones=[YARD]), 2.0))
    instants = [(_T0 + timedelta(seconds=t), where) for t, where in pictures]
    told, _ = said_at(rule, [(at, [seen(n, x, at) for n, x in where.items()]) for at, where in instants])
    return [one for _, one in told if isinstance(one, Alert)]


def test_three_minutes_are_told_and_a_row_of_them_is_one_alert() -> None:
    row = [*stand(0, 60, {1: 0.2}, 1.0), *stand(60, 250, {1: 0.2, 2: 0.26, 3: 0.32}, 1.0), *stand(250, 330, {}, 1.0)]
    alerts = _said(row)

    assert [(a.observed["two_wheelers"], a.level, seconds(a.ended, _T0)) for a in alerts] == [
        (1, 4, None),
        (3, 4, None),
        (3, 4, 249.0),
    ]
    assert (alerts[0].threshold, seconds(alerts[0].detected, _T0)) == ({"dwell_s": 180.0, "two_wheelers": 1}, 180.0)


def test_who_comes_back_within_a_quarter_of_an_hour_is_counted_into_the_same_alert() -> None:
    again = [*stand(0, 190, {1: 0.2}, 1.0), *stand(190, 900, {}, 1.0), *stand(900, 1100, {2: 0.7}, 1.0)]

    assert [(a.revision, a.count) for a in _said(again)] == [(1, 1), (2, 1), (3, 2)]


def test_who_waits_for_somebody_or_rides_past_is_not_told_of() -> None:
    assert _said([*stand(0, 170, {1: 0.2}, 1.0), *stand(170, 300, {}, 1.0)]) == []
    assert _said([(round(0.2 * k, 1), {k // 8: 0.12 * (k % 8)}) for k in range(2000)]) == []


def test_a_car_there_is_none_of_its_business() -> None:
    assert _said(stand(0, 300, {1: 0.5}, 1.0), vehicle) == []
