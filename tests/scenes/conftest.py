"""Clips drawn by the tests, a stand-in for the photograph, and a viewer that watches as ingest does."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from scenes import actors
from scenes.camera import SimulatedCamera
from scenes.clip import Clip, read_clip
from scenes.encode import ClipWriter
from scenes.nal import H264, Coding
from scenes.simulator import SimulatorThread

_OPTIONS = {"probesize": "50000", "analyzeduration": "100000"}
_OPEN_S = 5.0


@contextmanager
def watched(url: str, patience_s: float = 5.0, transport: str = "tcp") -> Iterator[av.container.InputContainer]:
    """The stream at an address, opened as a recorder would; `patience_s` is how long it may be silent then."""
    with av.open(url, options={**_OPTIONS, "rtsp_transport": transport}, timeout=(_OPEN_S, patience_s)) as container:
        yield container


def pictures(container: av.container.InputContainer, count: int) -> Iterator[av.VideoFrame]:
    """So many decoded pictures."""
    for number, frame in enumerate(container.decode(video=0), 1):
        yield frame
        if number == count:
            return


def stamps(container: av.container.InputContainer, count: int) -> list[int]:
    """PTS of so many packets that have one, in 1/90000 s."""
    found: list[int] = []
    for packet in container.demux(video=0):
        if packet.pts is not None:
            found.append(packet.pts)
        if len(found) == count:
            break
    return found


def draw_clip(path: Path, seconds: float = 2.0, side: int = 160, noise: int = 6, coding: Coding = H264) -> Path:
    """A bright square that moves over a noisy ground, 12.5 pictures a second."""
    rng = np.random.default_rng(5)
    writer = ClipWriter(path, 2 * side, side, Fraction(25, 2), {"preset": "ultrafast", "crf": "24"}, coding=coding)
    for number in range(round(seconds * 12.5)):
        picture = (90 + rng.integers(0, noise + 1, (side * 3 // 2, 2 * side))).astype(np.uint8)
        picture[side:] = 128
        left = 8 + number * 5 % (2 * side - 40)
        picture[40:70, left : left + 30] = 230
        writer.write(av.VideoFrame.from_ndarray(picture, format="yuv420p"), number * 7200)
    writer.close()
    return path


@pytest.fixture(autouse=True)
def unbroken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated cameras send what a stall of the machine has delayed, so that no stream has holes of its own."""
    monkeypatch.setattr("scenes.camera._LATE_S", 30.0)


@pytest.fixture(scope="session")
def clip_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of drawn H.264."""
    return draw_clip(tmp_path_factory.mktemp("clips") / "square.mp4")


@pytest.fixture(scope="session")
def clip(clip_path: Path) -> Clip:
    """The same, read."""
    return read_clip(clip_path)


@pytest.fixture
def simulator(clip: Clip) -> Iterator[SimulatorThread]:
    """Two cameras that show the clip from their first viewer on; the second wants a password."""
    open_one = SimulatedCamera("gate-1", clip, begins="viewer")
    locked = SimulatedCamera("gate-2", clip, ("demo", "a secret"), begins="viewer")
    with SimulatorThread([open_one, locked]) as running:
        yield running


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A drawn stand-in for the photograph: coloured figures where its people and its bus are."""
    rng = np.random.default_rng(9)
    width, height = actors.PHOTO_SIZE
    image = np.full((height, width, 3), (150, 160, 150), np.float32)
    for outline, colour in (
        (actors._BUS, (190, 90, 30)),
        (actors._CREAM, (120, 150, 180)),
        (actors._DARK, (40, 30, 30)),
    ):
        cv2.fillPoly(image, [actors._points(outline)], colour)
    image += rng.normal(0, 6, image.shape)
    path = tmp_path_factory.mktemp("photo") / "photo.png"
    cv2.imwrite(str(path), image.clip(0, 255).astype(np.uint8))
    return path
