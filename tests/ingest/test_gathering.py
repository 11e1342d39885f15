"""Packets gather in the socket until the next sample is due: fewer wake-ups, no sample later, nothing lost."""

import itertools
import threading
import time
from fractions import Fraction

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.coded import Coded
from ingest.drain import Drain, Lost
from ingest.gathering import spare_s
from ingest.grid import Grid
from ingest.opened import Opened
from ingest.taken import Stamp
from scenes.simulator import SimulatorThread

RTP = Fraction(1, 90_000)
H264 = Opened("h264", 160, 120, RTP, b"")
FPS = 5.0
NOW = 1_700_000_000_000_000


@given(st.integers(0, 10**9), st.sampled_from([1.0, 2.5, 5.0, 7.0, 29.97]))
def test_the_next_point_of_the_grid_is_the_first_instant_that_would_be_a_sample(pts: int, fps: float):
    grid = Grid(fps)
    later = pts + grid.until_us(pts, RTP) * 9 // 100
    before, after = Grid(fps), Grid(fps)
    for looked in (before, after):
        looked.is_sample(1, pts, RTP)

    assert not before.is_sample(1, later - 10, RTP) or later - 10 <= pts
    assert after.is_sample(1, later + 1, RTP)


class Bursts:
    """Receives a stream and lets its packets lie for a while after each."""

    def __init__(self, spare_s: float) -> None:
        self.spare = spare_s
        self.came: list[tuple[float, int]] = []

    def trying(self) -> None: ...

    def connected(self) -> None: ...

    def take(self, coded: Coded, skew_s: float | None) -> None:
        del skew_s
        self.came.append((time.monotonic(), coded.pts))

    def spare_s(self, coded: Coded) -> float:
        return self.spare if coded.pts // 18_000 != (coded.pts + 3600) // 18_000 else 0.0

    def lost(self, state: Lost, detail: str, retry_s: float) -> None:
        raise AssertionError(f"{state}: {detail}, {retry_s}")

    def bursts(self) -> int:
        return 1 + sum(b - a > 0.1 for (a, _), (b, _) in itertools.pairwise(self.came))


def drained(simulator: SimulatorThread, receiver: Bursts, packets: int) -> None:
    ending = threading.Event()
    thread = threading.Thread(target=Drain(simulator.url("gate-1"), "tcp", 5.0, receiver, "test").run, args=(ending,))
    thread.start()
    deadline = time.monotonic() + 20
    while len(receiver.came) < packets and time.monotonic() < deadline:
        time.sleep(0.02)
    ending.set()
    thread.join(10)


@pytest.mark.alone  # where the machine is busy, two bursts become one
def test_packets_that_may_wait_come_in_bursts_and_none_is_lost(simulator: SimulatorThread):
    receiver = Bursts(0.15)
    drained(simulator, receiver, 76)
    pts = [pts for _, pts in receiver.came]

    assert len(pts) >= 76
    assert {b - a for a, b in itertools.pairwise(pts)} == {3600}
    assert receiver.bursts() >= len(pts) // 5 - 2


def read(number: int, taken: int, *, settled: bool = True) -> Coded:
    """The packet of that number of a stream of 25 pictures a second."""
    return Coded(av.Packet(b""), number * 3600, Stamp(1, taken, number * 40_000, settled), H264)


@pytest.mark.parametrize(("number", "spare_ms"), [(0, 200), (1, 160), (3, 80), (4, 40), (5, 200)])
def test_after_a_packet_the_reader_is_back_when_the_next_sample_has_come(number: int, spare_ms: int):
    assert spare_s(Grid(FPS), read(number, NOW), NOW + 10_000) == pytest.approx(spare_ms / 1000)


def test_a_reader_that_is_behind_does_not_rest():
    assert spare_s(Grid(FPS), read(0, NOW - 400_000), NOW) <= 0


def test_where_the_instants_are_not_sure_yet_nothing_waits():
    assert spare_s(Grid(FPS), read(0, NOW, settled=False), NOW) == 0


def test_a_clock_that_was_set_back_lets_nothing_wait():
    assert spare_s(Grid(FPS), read(0, NOW + 3_600_000_000), NOW) == 0


def test_rare_samples_let_packets_wait_a_moment_only():
    assert spare_s(Grid(0.1), read(1, NOW), NOW) == 0.25
