"""A camera that is looked at too seldom is told from one that is looked at unevenly, and from a gap."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detect.looks import Looks

_S = 1_000_000
_BLIND = 1_500_000


def _after(waits: list[float], looks: Looks | None = None) -> Looks:
    looks = looks or Looks((0,))
    for taken in accumulate(waits, lambda at, wait: at + round(wait * _S), initial=looks.newest[-1]):
        if taken != looks.newest[-1]:
            looks = looks.looked(taken, _BLIND)
    return looks


def test_a_look_a_second_is_too_seldom_since_the_first_of_them() -> None:
    assert _after([0.2] * 20 + [1.0] * 14).seldom(_BLIND) == ("sparse", 4 * _S)


@pytest.mark.parametrize(("wait", "looks"), [(0.8, 16), (1.0, 12), (1.1, 5), (1.4, 4)])
def test_the_fewer_looks_there_are_the_fewer_it_takes_to_tell(wait: float, looks: int) -> None:
    assert not _after([0.2] * 20 + [wait] * (looks - 1)).sparse
    assert _after([0.2] * 20 + [wait] * looks).sparse


@pytest.mark.parametrize("waits", [[0.2] * 40, [0.6] * 40, [0.1, 1.1] * 20, [0.2] * 10 + [1.4] * 3 + [0.2] * 10])
def test_two_looks_a_second_are_enough_however_uneven(waits: list[float]) -> None:
    assert not _after(waits).sparse


def test_a_gap_is_no_pace() -> None:
    """However long nobody looked: what the ledger calls blind anyway, and before and after it was well seen."""
    assert not _after([0.2] * 20 + [3600.0] + [0.2] * 3).sparse


@pytest.mark.parametrize("wait", [0.5, 0.55])
def test_after_a_dip_two_looks_a_second_are_enough_again_though_one_is_late(wait: float) -> None:
    assert not _after([wait] * 8 + [1.0] + [wait] * 11, _after([1.0] * 20)).sparse


def test_a_few_looks_tell_nothing_yet() -> None:
    assert not _after([1.2] * 4).sparse


def test_it_is_over_only_where_looks_are_clearly_enough_again() -> None:
    seldom = _after([1.0] * 20)

    assert _after([0.6] * 20, seldom).sparse, "a rate at the limit is one span and not many"
    assert not _after([0.4] * 20, seldom).sparse


def test_who_waits_longer_for_a_picture_asks_for_fewer() -> None:
    looks = Looks((0,))
    for number in range(1, 30):
        looks = looks.looked(number * 2 * _S, 5 * _S)

    assert not looks.sparse


def test_who_waits_longer_is_told_of_since_looks_were_too_few_for_that() -> None:
    looks = Looks((0,))
    waits = [1.0] * 20 + [4.0] * 12
    for taken in accumulate(waits):
        looks = looks.looked(round(taken * _S), 5 * _S)

    assert looks.seldom(5 * _S) == ("sparse", 20 * _S)


def test_a_clock_set_back_begins_anew() -> None:
    assert _after([1.0] * 20).looked(5 * _S, _BLIND) == Looks((5 * _S,))


@given(st.lists(st.floats(0.03, 0.57), min_size=9, max_size=60))
def test_who_is_looked_at_twice_a_second_is_never_told_of(waits: list[float]) -> None:
    assert not _after(waits).sparse


@given(st.lists(st.floats(0.75, 90), min_size=9, max_size=60))
def test_who_is_looked_at_less_than_every_three_quarters_of_a_second_always_is(waits: list[float]) -> None:
    assert _after(waits).sparse
