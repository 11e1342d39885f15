"""The clock that says when a picture was taken, against bursts, delays, drift and cuts in the camera's time."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.taken import EARLY_US, SETTLE_US, SNAP_US, STEP_US, Rising, Stamp, TakenClock

NOW = 1_800_000_000_000_000
PERIOD = 40_000
SECOND = 1_000_000


def stamps(clock: TakenClock, packets: list[tuple[int, int]]) -> list[Stamp]:
    return [clock.stamp(pts, arrival) for pts, arrival in packets]


def steady(seconds: float, *, start: int = 0, arrives: int = NOW, rate: float = 1.0) -> list[tuple[int, int]]:
    """(pts, arrival) of a camera that sends 25 pictures a second; `rate` is that of its clock to ours."""
    return [(start + int(n * PERIOD * rate), arrives + n * PERIOD) for n in range(round(seconds * 25))]


@settings(max_examples=50)
@given(st.lists(st.integers(0, 400_000), min_size=80, max_size=150))
def test_delays_shift_no_picture_by_more_than_the_slew(delays: list[int]):
    arrivals = itertools.accumulate((NOW + n * PERIOD + delay for n, delay in enumerate(delays)), max)
    packets = [(n * PERIOD, arrival) for n, arrival in enumerate(arrivals)]
    told = stamps(TakenClock(1), packets)

    after = [t for t, (_, arrival) in zip(told, packets, strict=True) if arrival - packets[0][1] > SNAP_US]
    assert {t.epoch for t in told} == {1}
    assert all(b.taken > a.taken for a, b in itertools.pairwise(after))
    assert all(abs(b.taken - a.taken - PERIOD) <= PERIOD * 5 // 1000 for a, b in itertools.pairwise(after))


@given(st.integers(1, 100), st.integers(0, 300_000))
def test_a_burst_of_old_pictures_biases_nothing_once_it_is_over(burst: int, network: int):
    first = [(n * PERIOD, NOW + burst * PERIOD + network + n * 100) for n in range(burst)]
    live = [(n * PERIOD, NOW + n * PERIOD + network) for n in range(burst + 1, burst + 100)]
    told = stamps(TakenClock(1), first + live)

    assert all(t.taken == NOW + n * PERIOD + network for n, t in enumerate(told[burst:], burst + 1))


@given(
    st.lists(st.tuples(st.integers(-10 * SECOND, 10 * SECOND), st.integers(0, 12 * SECOND), st.booleans()), max_size=80)
)
def test_what_passes_rises_whatever_comes(moves: list[tuple[int, int, bool]]):
    clock, rising, pts, arrival = TakenClock(1), Rising(), 0, NOW
    passed = []
    for step, wait, reconnects in moves:
        pts, arrival = pts + step, arrival + wait
        if reconnects:
            clock.restart()
        told = clock.stamp(pts, arrival)
        if rising.passes(told.taken):
            passed.append(told.taken)

    assert all(b > a for a, b in itertools.pairwise(passed))


def test_a_slow_camera_clock_is_followed():
    told = stamps(TakenClock(1), steady(300, rate=0.9995))

    late = NOW + 299 * SECOND + 24 * PERIOD - told[-1].taken
    assert {t.epoch for t in told} == {1}
    assert 0 <= late < 20_000


def test_a_fast_camera_clock_is_followed():
    told = stamps(TakenClock(1), steady(300, rate=1.0005))

    early = told[-1].taken - (NOW + 299 * SECOND + 24 * PERIOD)
    assert {t.epoch for t in told} == {1}
    assert abs(early) < 20_000


def test_one_late_moment_changes_nothing():
    packets = steady(20)
    packets[300:310] = [(pts, arrival + 800_000) for pts, arrival in packets[300:310]]
    told = stamps(TakenClock(1), packets)

    assert [t.taken for t in told] == [arrival for _, arrival in steady(20)]


def test_a_step_back_in_pts_is_a_new_epoch():
    clock = TakenClock(7)
    before = stamps(clock, steady(5, start=10 * SECOND))
    after = stamps(clock, steady(5, start=0, arrives=NOW + 5 * SECOND))

    assert {t.epoch for t in before} == {7}
    assert {t.epoch for t in after} == {8}
    assert after[-1].taken == NOW + 10 * SECOND - PERIOD
    assert after[0].media == before[0].media


def test_a_jump_ahead_in_pts_is_a_new_epoch():
    clock = TakenClock(7)
    stamps(clock, steady(5))
    after = stamps(clock, steady(1, start=5 * SECOND + STEP_US + 1, arrives=NOW + 5 * SECOND))
    stamps(clock, steady(5, start=11 * SECOND, arrives=NOW + 6 * SECOND))
    small = clock.stamp(16 * SECOND + EARLY_US + PERIOD, NOW + 11 * SECOND)

    assert after[0].epoch == 8
    assert small.epoch == 9


def test_reordered_pictures_are_no_new_epoch_and_keep_their_instants():
    order = [n + shift for n in range(0, 200, 4) for shift in (0, 3, 1, 2)]
    told = stamps(TakenClock(1), [(n * PERIOD, NOW + at * PERIOD) for at, n in enumerate(order)])

    shown = [t.taken for _, t in sorted(zip(order, told, strict=True), key=lambda pair: pair[0])]
    assert {t.epoch for t in told} == {1}
    assert all(b > a for a, b in itertools.pairwise(shown[60:]))


def test_each_connection_and_each_start_is_an_epoch_of_its_own():
    clock = TakenClock(2**31 - 1)
    first = clock.stamp(0, NOW)
    clock.restart()
    second = clock.stamp(0, NOW + SECOND)

    assert (first.epoch, second.epoch) == (2**31 - 1, 0)


def test_a_server_clock_that_is_set_back_by_an_hour_neither_stops_nor_turns_time():
    clock, rising = TakenClock(1), Rising()
    hour = 3600 * SECOND
    before = stamps(clock, steady(5))
    after = stamps(clock, steady(20, start=5 * SECOND, arrives=NOW + 5 * SECOND - hour))

    passed = [t.taken for t in before + after if rising.passes(t.taken)]
    assert len(passed) == 25 * 25
    assert after[0].epoch == 2
    assert {t.epoch for t in after} == {2}
    assert all(0 < b - a <= PERIOD for a, b in itertools.pairwise(passed))


def test_an_epoch_settles_soon():
    told = stamps(TakenClock(1), steady(1))

    assert [t.settled for t in told].index(True) * PERIOD - SETTLE_US in range(PERIOD)
