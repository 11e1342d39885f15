"""What a stream says of the shape of its pixels comes with every sample, from a file and from a camera."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from ingest_worker import Watch

from config.site import Site
from ingest.footage import FootageFile
from ingest.health import Counts
from ingest.mask import Mask
from ingest.samples import Samples
from ingest.timeline import Timeline
from models.frame import Frame
from scenes.camera import SimulatedCamera
from scenes.clip import read_clip
from scenes.simulator import SimulatorThread

_4CIF = (176, 144)
"""A quarter of its sides: their ratio is what counts."""

_CORNER = [(0.0, 0.0), (0.2, 0.0), (0.0, 0.2)]


def _written(path: Path, aspect: Fraction | None, codec: str = "libx264") -> Path:
    chance = np.random.default_rng(5)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, VideoStream)
        (stream.width, stream.height), stream.pix_fmt = _4CIF, "yuv420p"
        stream.options = {"bf": "0", "g": "25"} | ({"x265-params": "log-level=none"} if codec == "libx265" else {})
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for _ in range(50):
            picture = chance.integers(0, 255, (_4CIF[1], _4CIF[0], 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode(None))
    return path


def _frames(path: Path, mask: Mask, size: tuple[int, int] = (640, 640)) -> list[Frame]:
    counts = Counts()
    footage = FootageFile(path, Timeline(1_800_000_000_000_000), counts, mask)
    chosen = Samples("gate-1", 5.0, size, 15.0, counts).of(footage)
    frames = [one.frame for one in chosen]
    footage.close()
    return frames


@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg4"])
@pytest.mark.parametrize("mask", [Mask(()), Mask((_CORNER,))], ids=["open", "masked"])
def test_4cif_is_shown_4_to_3_where_it_says_so(codec: str, mask: Mask, tmp_path: Path) -> None:
    frames = _frames(_written(tmp_path / "clip.mp4", Fraction(12, 11), codec), mask)

    assert [frame.wide for frame in frames] == [pytest.approx(4 / 3, abs=1e-9)] * 10


@pytest.mark.parametrize("size", [(640, 640), (416, 352), (100, 33)])
def test_the_shape_is_that_of_the_picture_also_where_scaling_rounds_its_sides(
    size: tuple[int, int], tmp_path: Path
) -> None:
    frames = _frames(_written(tmp_path / "clip.mp4", None), Mask(()), size)

    assert [frame.wide for frame in frames] == [pytest.approx(176 / 144, abs=1e-9)] * 10


@pytest.mark.parametrize("aspect", [None, Fraction(1, 100), Fraction(80, 3)])
def test_pixels_are_square_where_nobody_says_or_what_they_say_makes_no_sense(
    aspect: Fraction | None, tmp_path: Path
) -> None:
    frames = _frames(_written(tmp_path / "clip.mp4", aspect), Mask(()))

    assert [frame.wide for frame in frames] == [pytest.approx(176 / 144, abs=1e-9)] * 10


def test_a_camera_says_it_with_every_sample(tmp_path: Path, make_site: Callable[..., Site]) -> None:
    clip = read_clip(_written(tmp_path / "clip.mp4", Fraction(12, 11)))
    with (
        SimulatorThread([SimulatedCamera("gate-1", clip)]) as simulator,
        Watch(make_site(simulator.url("gate-1"))) as watch,
    ):
        seen = [one.sample for one in watch.until_samples(3)]

    assert [one.pixel_aspect * one.width / one.height for one in seen] == [pytest.approx(4 / 3, abs=1e-9)] * len(seen)
