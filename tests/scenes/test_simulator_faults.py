"""What a simulated camera does wrong on command, as a real RTSP client sees it."""

import time
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from scenes.camera import SimulatedCamera
from scenes.clip import Clip, read_clip
from scenes.faults import Faults
from scenes.nal import H265
from scenes.rtp import RtpStream
from scenes.simulator import SimulatorThread

from .conftest import draw_clip, pictures, stamps, watched

T0 = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.alone
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
    with watched(simulator.url("gate-1"), patience_s=3.0) as container:
        stamps(container, 2)
        simulator.fault("gate-1", "stall")
        begun = time.monotonic()
        with pytest.raises(av.error.FFmpegError):
            stamps(container, 100)

        assert 2.9 < time.monotonic() - begun < 15


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


def test_lost_packets_leave_holes_and_a_report_of_a_wrong_clock_says_so():
    faults, stream = Faults(), RtpStream()
    faults.set("loss", 0.5)
    faults.set("clock", "on")
    sent = [
        packet for _, packet in stream.picture(faults.spoilt((b"a",) * 100), 0, T0 + timedelta(seconds=faults.clock))
    ]
    numbers = [int.from_bytes(packet[2:4], "big") for packet in sent[1:]]

    assert 30 < len(numbers) < 70
    assert (numbers[-1] - numbers[0]) % 65536 >= len(numbers)
    assert faults.told() == "loss=0.5 clock=3600"


def test_a_slow_camera_sends_every_picture_late(simulator: SimulatorThread):
    with watched(simulator.url("gate-1"), patience_s=5.0) as container:
        stamps(container, 3)
        simulator.fault("gate-1", "slow", 1.5)
        late, longest_s = stamps(container, 1), 0.0
        while longest_s < 1.4 and len(late) < 100:  # what was on its way before is read first
            begun = time.monotonic()
            late += stamps(container, 1)
            longest_s = max(longest_s, time.monotonic() - begun)
        late += stamps(container, 10)

        assert longest_s > 1.4
        assert {after - before for before, after in pairwise(late)} == {7200}


def test_time_stamps_jump_on_command(simulator: SimulatorThread):
    with watched(simulator.url("gate-1")) as container:
        before = stamps(container, 3)[-1]
        simulator.fault("gate-1", "step", 100)
        after = stamps(container, 5)[-1]

        assert 100 < (after - before) / 90_000 < 102


def test_a_camera_without_other_footage_says_so(simulator: SimulatorThread):
    with pytest.raises(ValueError, match="no other footage"):
        simulator.fault("gate-1", "other")


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
        ("loss", "-0.1", "no share"),
        ("slow", "90", "no seconds between 0 and 30"),
        ("clock", "soon", "neither on nor off"),
    ],
)
def test_a_fault_that_means_nothing_is_refused(kind: str, value: str, words: str):
    with pytest.raises(ValueError, match=words):
        Faults().set(kind, value)


def test_a_camera_changes_its_size_in_the_middle_of_its_stream(clip: Clip, tmp_path: Path):
    larger = read_clip(draw_clip(tmp_path / "larger.mp4", side=240))
    camera = SimulatedCamera("gate-3", clip, other=larger)
    with SimulatorThread([camera]) as simulator, watched(simulator.url("gate-3")) as container:
        before = next(pictures(container, 1))
        simulator.fault("gate-3", "other")
        sizes = {frame.width for frame in pictures(container, 40)}
        simulator.fault("gate-3", "other", "off")
        last = list(pictures(container, 40))[-1]

    assert (before.width, sizes, last.width) == (320, {320, 480}, 320)


def test_a_camera_that_changes_its_codec_ends_the_stream_and_describes_itself_anew(clip: Clip, tmp_path: Path):
    hevc = read_clip(draw_clip(tmp_path / "hevc.mp4", coding=H265))
    with SimulatorThread([SimulatedCamera("gate-3", clip, other=hevc)]) as simulator:
        with watched(simulator.url("gate-3")) as container:
            stamps(container, 2)
            simulator.fault("gate-3", "other")
            list(container.demux(video=0))
        with watched(simulator.url("gate-3")) as container:
            codec = container.streams.video[0].codec_context.name

    assert codec == "hevc"


def test_a_camera_may_change_its_codec_without_a_word(clip: Clip, tmp_path: Path):
    hevc = read_clip(draw_clip(tmp_path / "hevc.mp4", coding=H265))
    with SimulatorThread([SimulatedCamera("gate-3", clip, other=hevc)]) as simulator:
        simulator.fault("gate-3", "unannounced")
        with watched(simulator.url("gate-3")) as container:
            stamps(container, 2)
            simulator.fault("gate-3", "other")
            packets = (bytes(packet) for packet in container.demux(video=0))
            came = next(data for data in packets if hevc.sets[0] in data)
        with watched(simulator.url("gate-3")) as container:
            codec = container.streams.video[0].codec_context.name

    assert came
    assert codec == "hevc"
