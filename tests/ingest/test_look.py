"""A look at a camera says what comes: measured against clips whose truth is known."""

import numpy as np
import pytest

from ingest.look import look_at
from ingest.mask import Mask
from models.errors import StreamError, UnauthorisedError
from scenes.camera import SimulatedCamera
from scenes.clip import Clip
from scenes.simulator import SimulatorThread


@pytest.mark.parametrize("coding", ["clip", "h265_clip"])
def test_a_look_finds_what_the_camera_sends(coding: str, request: pytest.FixtureRequest) -> None:
    clip: Clip = request.getfixturevalue(coding)
    with SimulatorThread([SimulatedCamera("gate-1", clip, ("viewer", "word"))]) as simulator:
        url = simulator.url("gate-1")
        look = look_at(url, "tcp", 3.0, Mask(()))

    assert (look.codec, look.width, look.height) == ({"clip": "h264"}.get(coding, "hevc"), 320, 240)
    assert look.fps == pytest.approx(25, abs=0.3)
    assert look.key_pictures == 25
    assert look.key_s == pytest.approx(1.0, abs=0.05)
    assert look.kbps > 50
    assert 0 < look.first_picture_s < 5
    assert look.skew_s is None or abs(look.skew_s) < 1
    assert look.picture.shape == (240, 320, 3)
    assert look.picture.dtype == np.uint8


def test_a_look_that_is_refused_says_so_without_the_password(clip: Clip) -> None:
    with SimulatorThread([SimulatedCamera("gate-1", clip, ("viewer", "word"))]) as simulator:
        url = simulator.url("gate-1").replace(":word@", ":wrong-word@")
        with pytest.raises(UnauthorisedError) as refused:
            look_at(url, "tcp", 3.0, Mask(()))

    assert "wrong-word" not in str(refused.value)


def test_a_camera_that_sends_nothing_is_told_in_time(clip: Clip) -> None:
    with SimulatorThread([SimulatedCamera("gate-1", clip)]) as simulator:
        simulator.fault("gate-1", "stall")
        with pytest.raises(StreamError):
            look_at(simulator.url("gate-1"), "tcp", 1.0, Mask(()))
