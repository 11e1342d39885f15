"""The tally: nobody lost, nobody twice, and no more claimed than could be seen."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from models.alert import BlindSpan
from models.flow import FlowCount
from scenes.breaches import Passage
from scenes.tally import Tally, Walked, tallies

_START = datetime(2026, 1, 1, tzinfo=UTC)
_WALKED = Walked("gate-1", _START, 30.0, (Passage("lane", True, 5.0, 5.3), Passage("lane", False, 20.0, 20.3)))


def _at(seconds: float) -> datetime:
    return _START + timedelta(seconds=seconds)


def _count(into: int, out: int, camera: str = "gate-1", line: str = "lane") -> FlowCount:
    return FlowCount(UUID(int=1), 1, camera, f"FLOW:{line}", line, _START, into, out)


def _told(counts: list[FlowCount], until: float = 90.0, blind: tuple[BlindSpan, ...] = ()) -> list[Tally]:
    return tallies(_WALKED, (_at(0), _at(until)), counts, blind)


def test_every_loop_must_be_counted_in_either_direction() -> None:
    found = _told([_count(2, 1), _count(1, 2), _count(9, 9, camera="gate-2"), _count(9, 9, line="door")])

    assert found == [Tally("gate-1", "lane", True, 3, 3, 3), Tally("gate-1", "lane", False, 3, 3, 3)]
    assert all(tally.right for tally in found)


@pytest.mark.parametrize(("into", "right"), [(2, False), (3, True), (4, False)])
def test_one_too_few_and_one_too_many_are_wrong(into: int, right: bool) -> None:
    assert _told([_count(into, 3)])[0].right is right


def test_at_the_ends_of_a_run_one_may_be_missing() -> None:
    assert [(t.least, t.most) for t in _told([], until=51.0)] == [(2, 2), (1, 2)]


def test_who_passes_a_blind_camera_may_be_missing() -> None:
    span = BlindSpan(UUID(int=2), 2, "gate-1", "stalled", _at(33), _at(36))
    other = BlindSpan(UUID(int=3), 1, "gate-2", "stalled", _at(0))

    assert [(t.least, t.most) for t in _told([], blind=(span, other))] == [(2, 3), (3, 3)]
