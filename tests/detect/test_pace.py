"""A camera is asked for as many samples as can be looked at."""

import pytest

from detect.pace import Pace
from models.clock import Monotonic


class Looking:
    """A detector that can look `able` times a second at a camera that was asked for more."""

    def __init__(self, fps: float) -> None:
        self.pace = Pace(fps)
        self.now = 0.0
        self.analysed = self.superseded = 0.0

    def ask(self) -> float:
        counts = {"gate-1": {"analysed": int(self.analysed), "superseded": int(self.superseded)}}
        return self.pace.follow(counts, Monotonic(self.now))["gate-1"]

    def watch(self, able: float, seconds: int) -> float:
        fps = self.ask()
        for _ in range(seconds):
            self.analysed += min(fps, able)
            self.superseded += max(0.0, fps - able)
            self.now += 1.0
            fps = self.ask()
        return fps


def test_a_detector_that_keeps_up_is_sent_what_is_configured() -> None:
    assert Looking(5.0).watch(able=8.0, seconds=30) == 5.0


def test_a_detector_that_is_behind_is_sent_little_more_than_it_can_look_at() -> None:
    assert Looking(10.0).watch(able=5.0, seconds=20) == pytest.approx(6.0, abs=0.3)


def test_the_rate_settles_instead_of_swinging() -> None:
    looking = Looking(10.0)
    looking.watch(able=5.0, seconds=10)

    assert len({round(looking.watch(able=5.0, seconds=1), 3) for _ in range(20)}) == 1


def test_the_configured_rate_is_back_within_half_a_minute() -> None:
    looking = Looking(5.0)
    assert looking.watch(able=0.5, seconds=20) == 1.0
    assert looking.watch(able=8.0, seconds=20) == 5.0


def test_the_log_says_once_that_a_camera_is_behind_and_once_that_it_is_not(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "detect:pace")
    looking = Looking(5.0)
    looking.watch(able=2.0, seconds=20)
    looking.watch(able=8.0, seconds=20)

    assert [record.message for record in caplog.records] == [
        "gate-1: behind, 2.4 pictures a second",
        "gate-1: as configured, 5.0 pictures a second",
    ]


def test_now_and_then_a_superseded_sample_changes_nothing() -> None:
    looking = Looking(5.0)
    for _ in range(20):
        looking.superseded += 1
        assert looking.watch(able=8.0, seconds=2) == 5.0


def test_a_detector_that_stands_still_changes_nothing() -> None:
    looking = Looking(5.0)
    looking.ask()
    looking.now += 10.0

    assert looking.ask() == 5.0


def test_a_camera_that_was_removed_and_comes_back_begins_with_what_is_configured() -> None:
    pace = Pace(5.0)
    pace.follow({"gate-1": {"analysed": 0, "superseded": 0}}, Monotonic(0.0))
    pace.follow({"gate-1": {"analysed": 2, "superseded": 20}}, Monotonic(4.0))
    pace.follow({}, Monotonic(5.0))

    assert pace.follow({"gate-1": {"analysed": 2, "superseded": 20}}, Monotonic(6.0)) == {"gate-1": 5.0}
