"""Footage's instants: as the files' PTS tell them, never falling from one file to the next."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.timeline import Timeline

_SECOND = 1_000_000
_AT = 1_700_000_000 * _SECOND


def test_the_first_picture_is_taken_at_the_given_instant_whatever_its_pts() -> None:
    stamp = Timeline(_AT).stamp(123_456, 40_000)

    assert (stamp.taken, stamp.settled) == (_AT, True)


def test_the_next_file_begins_where_the_last_one_ends_and_is_another_epoch() -> None:
    timeline = Timeline(_AT)
    first = [timeline.stamp(n * 40_000, 40_000) for n in range(25)]
    timeline.begin()
    second = timeline.stamp(77 * _SECOND, 40_000)

    assert second.taken == _AT + _SECOND
    assert second.epoch == first[-1].epoch + 1


def test_a_hole_in_a_file_stays_a_hole_and_a_step_back_goes_on() -> None:
    timeline = Timeline(_AT)
    timeline.stamp(0, 40_000)
    after = timeline.stamp(60 * _SECOND, 40_000)
    back = timeline.stamp(0, 40_000)

    assert after.taken == _AT + 60 * _SECOND
    assert back.taken == after.taken + 40_000
    assert (after.epoch, back.epoch) == (2, 3)


def test_a_hole_stays_as_long_where_the_picture_before_it_is_said_to_last_until_its_end() -> None:
    timeline = Timeline(_AT)
    timeline.stamp(0, 60 * _SECOND)
    after = timeline.stamp(60 * _SECOND, 40_000)

    assert after.taken == _AT + 60 * _SECOND
    assert timeline.ended_us(_AT) == 60 * _SECOND + 40_000


def test_a_hole_that_no_file_can_have_is_closed_whatever_lasts_until_its_end() -> None:
    timeline = Timeline(_AT)
    timeline.stamp(0, 40_000)
    timeline.stamp(40_000, 48 * 3600 * _SECOND)
    after = timeline.stamp(48 * 3600 * _SECOND + 40_000, 40_000)

    assert after.taken == _AT + 80_000


@given(st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=60))
def test_whatever_the_pts_no_epoch_begins_before_the_end_of_the_one_before(pts: list[int]) -> None:
    timeline, newest, epoch = Timeline(_AT), _AT, 0
    for at in pts:
        stamp = timeline.stamp(at, 40_000)
        if stamp.epoch != epoch:
            assert stamp.taken >= newest
        epoch, newest = stamp.epoch, max(newest, stamp.taken)
        assert stamp.media >= 0
