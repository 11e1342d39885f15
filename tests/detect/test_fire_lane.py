"""FIRELANE tells of a vehicle that stands in the lane, soon, and graver when it stays; not of one that passes it."""

from datetime import UTC, datetime, timedelta

import pytest
from small_place import YARD, camera_of, person, said_at, seconds, stand, two_wheeler, vehicle

from config.parked import FireLaneRule
from detect.rules.fire_lane import FireLane
from detect.rules.rule import Place
from models.alert import Alert

_T0 = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def _said(pictures: list[tuple[float, float | None]], seen=vehicle, **more: object) -> list[Alert]:
    """Seconds, and where the middle of the one thing is, None where it is not seen."""
    config = FireLaneRule.model_validate({"rule": "FIRELANE", "zone": "yard", **more})
    rule = FireLane(config, Place("gsdt", camera_of(zones=[YARD]), 2.0))
    instants = [(_T0 + timedelta(seconds=t), x) for t, x in pictures]
    told, _ = said_at(rule, [(at, [] if x is None else [seen(1, x, at, _T0)]) for at, x in instants])
    return [one for _, one in told if isinstance(one, Alert)]


def test_two_minutes_after_it_was_confirmed_it_is_told_and_after_ten_it_is_of_the_gravest_level() -> None:
    alerts = _said([*stand(0, 620, 0.5, 1.0), *stand(620, 700, None, 1.0)])

    assert [(a.code, a.level, a.observed["dwell_s"], seconds(a.ended, _T0)) for a in alerts] == [
        ("FIRELANE", 2, 135.0, None),
        ("FIRELANE", 1, 600.0, None),
        ("FIRELANE", 1, 619.0, 619.0),
    ]
    assert {seconds(a.detected, _T0) for a in alerts} == {135.0}


def test_without_an_escalation_it_stays_as_it_is() -> None:
    assert [a.level for a in _said(stand(0, 700, 0.5, 1.0), escalate_s=None)] == [2]


def test_who_sets_down_a_passenger_and_goes_on_is_not_told_of() -> None:
    assert _said([*stand(0, 130, 0.5, 1.0), *stand(130, 200, None, 1.0)]) == []
    assert _said([*stand(0, 130, 0.2, 1.0), *stand(130, 260, 0.8, 1.0)]) == []  # a few metres on it stands anew


@pytest.mark.parametrize("seen", [person, two_wheeler])
def test_people_and_two_wheelers_do_not_block_it(seen) -> None:
    def at_middle(number: int, x: float, at: datetime, first: datetime):
        return seen(number, (x, 0.8), at, first)

    assert _said(stand(0, 200, 0.5, 1.0), at_middle) == []
