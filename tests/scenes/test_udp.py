"""A simulated camera over UDP, as a real RTSP client sees it."""

import contextlib
import socket
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import av
import pytest

from scenes.camera import SimulatedCamera
from scenes.clip import Clip
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread

from .conftest import pictures, stamps, watched


@pytest.fixture
def over_udp(simulator: SimulatorThread) -> Iterator[av.container.InputContainer]:
    """The first camera's stream over UDP."""
    with watched(simulator.url("gate-1"), transport="udp") as container:
        yield container


def test_pictures_come_whole_and_in_order(over_udp: av.container.InputContainer):
    found = stamps(over_udp, 40)

    assert {after - before for before, after in pairwise(found)} == {7200}


def test_the_cameras_clock_is_told_over_udp_too(over_udp: av.container.InputContainer, simulator: SimulatorThread):
    packet = next(p for p in over_udp.demux(video=0) if p.has_sidedata("prft"))
    wall = int.from_bytes(bytes(packet.get_sidedata("prft"))[:8], "little", signed=True) / 1e6
    started = simulator.started_at("gate-1")

    assert started is not None
    assert -0.1 < wall - started.timestamp() < 5


def test_a_password_opens_it(simulator: SimulatorThread):
    with watched(simulator.url("gate-2"), transport="udp") as container:
        assert len(list(pictures(container, 3))) == 3


def test_hanging_up_ends_the_stream_and_gives_the_ports_back(clip: Clip):
    with SimulatorThread([SimulatedCamera("gate-1", clip)]) as running:
        with watched(running.url("gate-1"), transport="udp") as container:
            stamps(container, 2)
            taken = _udp_ports()
        deadline = time.monotonic() + 15
        while _udp_ports() and time.monotonic() < deadline:
            time.sleep(0.02)

        assert len(taken) >= 4
        assert not _udp_ports()


def _udp_ports() -> set[str]:
    """UDP sockets of this process, by inode."""
    own = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            own.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
        except OSError:
            continue
    rows = (line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:])
    return {row[9] for row in rows if row[9] in own}


def test_a_dropped_connection_ends_it(over_udp: av.container.InputContainer, simulator: SimulatorThread):
    stamps(over_udp, 2)
    simulator.drop("gate-1")
    begun = time.monotonic()
    with contextlib.suppress(av.error.FFmpegError):  # the end of the stream, or an error: both end it
        list(over_udp.demux(video=0))

    assert time.monotonic() - begun < 15


@pytest.mark.alone  # half a megabyte a picture, in datagrams: where it is not read at once, some are lost
def test_a_picture_of_hundreds_of_packets_arrives_whole(clip: Clip):
    heavy = SimulatedCamera("gate-1", clip, begins="viewer")
    main = heavy.renditions["main"]
    padding = bytes((12,)) + bytes(1300)  # filler data, which decoders leave out
    main.packets = [(*([padding] * 400), *parts) for parts in main.packets]
    with SimulatorThread([heavy]) as running, watched(running.url("gate-1"), transport="udp") as container:
        sizes = [packet.size for packet, _ in zip(container.demux(video=0), range(20), strict=False)]

    assert min(sizes) > 400 * 1300


@pytest.mark.parametrize(
    "wanted", ["RTP/AVP;multicast;client_port=5000-5001", "RTP/AVP;unicast", "RTP/AVP;unicast;client_port=0-1", "junk"]
)
def test_a_transport_that_it_does_not_have_is_refused(simulator: SimulatorThread, wanted: str):
    with socket.create_connection(("127.0.0.1", simulator.port), 5) as connection:
        connection.sendall(f"SETUP rtsp://127.0.0.1/gate-1 RTSP/1.0\r\nCSeq: 1\r\nTransport: {wanted}\r\n\r\n".encode())
        answer = connection.recv(4096)

    assert answer.startswith(b"RTSP/1.0 461 ")


def test_real_h265_footage_comes_over_udp(footage: Path, tmp_path: Path):
    clip = open_footage(footage / "robust" / "mediamtx_offline_h265.mp4", tmp_path, pytest.fail)
    with (
        SimulatorThread([SimulatedCamera("card", clip)]) as running,
        watched(running.url("card"), transport="udp") as container,
    ):
        codec = container.streams.video[0].codec_context.name
        seen = list(pictures(container, 10))

    assert codec == "hevc"
    assert (seen[0].width, seen[0].height) == (1920, 1080)
