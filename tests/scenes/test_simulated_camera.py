"""A simulated camera as a real RTSP client sees it."""

import contextlib
import socket
import time
from datetime import timedelta
from itertools import islice, pairwise

import av
import pytest

from models.clock import utc_now
from models.errors import FootageError
from scenes.camera import SimulatedCamera
from scenes.clip import Clip
from scenes.simulator import SimulatorThread

from .conftest import pictures, stamps, watched


@pytest.mark.alone
def test_the_first_picture_comes_within_two_seconds(simulator: SimulatorThread):
    begun = time.monotonic()
    with watched(simulator.url("gate-1")) as container:
        first = next(pictures(container, 1))

    assert time.monotonic() - begun < 2.0
    assert (first.width, first.height) == (320, 160)


def test_time_goes_on_over_the_loops_seam(simulator: SimulatorThread, clip: Clip):
    with watched(simulator.url("gate-1")) as container:
        found = stamps(container, 2 * len(clip.units))

    assert {after - before for before, after in pairwise(found)} == {7200}


@pytest.mark.alone
def test_pictures_come_as_fast_as_they_were_taken(simulator: SimulatorThread):
    with watched(simulator.url("gate-1")) as container:
        list(pictures(container, 3))  # the first ones may have waited in the socket
        begun = time.monotonic()
        list(pictures(container, 20))

    assert time.monotonic() - begun == pytest.approx(20 / 12.5, abs=0.4)


def test_the_instant_of_media_time_zero_is_known(simulator: SimulatorThread):
    before = utc_now()
    assert simulator.started_at("gate-1") is None
    with watched(simulator.url("gate-1")) as container:
        stamps(container, 1)

    started = simulator.started_at("gate-1")
    assert started is not None
    assert before <= started <= utc_now()


def test_an_offset_begins_later_in_the_clip(clip: Clip):
    with SimulatorThread([SimulatedCamera("a", clip), SimulatedCamera("b", clip, offset_s=1.5)]) as running:
        first, second = running.started_at("a"), running.started_at("b")

    assert first is not None
    assert second == first - timedelta(seconds=1.5)


def test_the_cameras_clock_is_told_by_its_reports(simulator: SimulatorThread):
    with watched(simulator.url("gate-1")) as container:
        packets = islice(container.demux(video=0), 10)

        assert any(packet.has_sidedata("prft") for packet in packets)


def test_the_right_password_opens_the_camera(simulator: SimulatorThread):
    with watched(simulator.url("gate-2")) as container:
        assert len(list(pictures(container, 2))) == 2


@pytest.mark.parametrize("login", ["demo:wrong@", "someone:a%20secret@", ""])
def test_a_wrong_password_is_refused(simulator: SimulatorThread, login: str):
    address = f"rtsp://{login}127.0.0.1:{simulator.port}/gate-2"
    with pytest.raises(av.error.HTTPUnauthorizedError), watched(address):
        pass


def test_a_camera_that_does_not_exist_is_not_found(simulator: SimulatorThread):
    with pytest.raises(av.error.HTTPNotFoundError), watched(f"rtsp://127.0.0.1:{simulator.port}/gate-9"):
        pass


def test_a_camera_joins_while_others_play(simulator: SimulatorThread, clip: Clip):
    with watched(simulator.url("gate-1")) as container:
        stamps(container, 2)
        simulator.add(SimulatedCamera("gate-3", clip, begins="viewer"))
        with watched(simulator.url("gate-3")) as late:
            assert len(stamps(late, 3)) == 3
        assert len(stamps(container, 3)) == 3


def test_two_cameras_cannot_have_one_name(simulator: SimulatorThread, clip: Clip):
    with pytest.raises(FootageError, match="two cameras are called 'gate-1'"):
        simulator.add(SimulatedCamera("gate-1", clip))


def test_a_name_that_cannot_stand_in_an_address_is_refused(clip: Clip):
    with pytest.raises(FootageError, match="'Gate 1' cannot name a camera"):
        SimulatedCamera("Gate 1", clip)


def test_a_taken_port_is_named(simulator: SimulatorThread):
    with (
        pytest.raises(FootageError, match=f"127.0.0.1:{simulator.port}"),
        SimulatorThread(port=simulator.port),
    ):
        pass


def test_nonsense_ends_only_its_own_connection(simulator: SimulatorThread):
    with watched(simulator.url("gate-1")) as container:
        for nonsense in (b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 100, b"PLAY\r\n\r\n", b"A" * 200_000):
            with (
                socket.create_connection(("127.0.0.1", simulator.port), 5) as connection,
                contextlib.suppress(OSError),  # the camera may hang up before all is said
            ):
                connection.sendall(nonsense)
                connection.shutdown(socket.SHUT_WR)

        assert len(stamps(container, 3)) == 3


def test_a_slow_viewer_is_skipped_and_others_see_every_picture(clip: Clip):
    # Every picture is made so heavy that the slow viewer's connection fills within seconds.
    heavy = SimulatedCamera("gate-1", clip, begins="viewer")
    padding = bytes((12,)) + bytes(1300)  # filler data, which decoders leave out
    main = heavy.renditions["main"]
    main.packets = [(*parts, *([padding] * 400)) for parts in main.packets]
    with SimulatorThread([heavy]) as running, socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", running.port))
        for number, method in enumerate(("SETUP", "PLAY"), 1):
            extra = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n" if method == "SETUP" else ""
            slow.sendall(f"{method} rtsp://127.0.0.1/gate-1 RTSP/1.0\r\nCSeq: {number}\r\n{extra}\r\n".encode())
        with watched(running.url("gate-1")) as container:
            found = stamps(container, 30)
            deadline = time.monotonic() + 20
            while not running.counts("gate-1").skipped and time.monotonic() < deadline:
                found += stamps(container, 5)

        assert running.counts("gate-1").skipped > 0
        assert {after - before for before, after in pairwise(found)} == {7200}
