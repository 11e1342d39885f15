"""What a simulated camera does wrong on command, as a real RTSP client sees it."""

import time
from itertools import islice, pairwise

import av
import numpy as np
import pytest

from scenes.faults import Faults
from scenes.simulator import SimulatorThread

from .conftest import pictures, stamps, watched


def test_a_camera_that_is_down_refuses_and_drops_its_viewers(simulator: SimulatorThread):
    with watched(simulator.url("gate-1")) as container:
        stamps(container, 2)
        simulator.fault("gate-1", "down")
        begun = time.monotonic()
        list(container.demux(video=0))

        assert time.monotonic() - begun < 2.0
    with pytest.raises(av.error.HTTPServerError), watched(simulator.url("gate-1")):
        pass


def test_it_comes_back(simulator: SimulatorThread):
    simulator.fault("gate-1", "down", "on")
    simulator.fault("gate-1", "down", "off")
    with watched(simulator.url("gate-1")) as container:
        assert len(stamps(container, 2)) == 2


def test_a_stalled_camera_stays_connected_and_silent(simulator: SimulatorThread):
    with watched(simulator.url("gate-1"), patience_s=1.0) as container:
        stamps(container, 2)
        simulator.fault("gate-1", "stall")
        begun = time.monotonic()
        with pytest.raises(av.error.FFmpegError):
            stamps(container, 100)

        assert 0.9 < time.monotonic() - begun < 3.0


def test_a_frozen_camera_shows_one_picture_while_time_goes_on(simulator: SimulatorThread):
    with watched(simulator.url("gate-1")) as container:
        list(pictures(container, 2))
        simulator.fault("gate-1", "freeze")
        list(pictures(container, 4))
        frozen = list(pictures(container, 30))

    looks = [frame.to_ndarray(format="gray") for frame in frozen]
    assert all(np.array_equal(look, looks[0]) for look in looks)
    assert [after.pts - before.pts for before, after in pairwise(frozen)] == [7200] * 29


def test_one_camera_can_lock_out_everybody(simulator: SimulatorThread):
    simulator.fault("gate-2", "unauthorised")
    with pytest.raises(av.error.HTTPUnauthorizedError), watched(simulator.url("gate-2")):
        pass


def test_corrupt_pictures_still_come_and_stop_being_corrupt(simulator: SimulatorThread):
    simulator.fault("gate-1", "corrupt", 0.5)
    with watched(simulator.url("gate-1")) as container:
        spoilt = list(islice(container.demux(video=0), 5))
        simulator.fault("gate-1", "corrupt", "off")

        assert len(spoilt) == 5
        assert len(stamps(container, 20)) == 20


def test_a_fault_of_one_camera_is_no_fault_of_another(simulator: SimulatorThread):
    simulator.fault("gate-2", "down")
    with watched(simulator.url("gate-1")) as container:
        assert len(stamps(container, 5)) == 5


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("flood", "on", "no fault 'flood'"),
        ("stall", "0.5", "on or off"),
        ("corrupt", "2", "no share"),
        ("down", "x", "'x'"),
    ],
)
def test_a_fault_that_means_nothing_is_refused(kind: str, value: str, words: str):
    with pytest.raises(ValueError, match=words):
        Faults().set(kind, value)
