"""Privacy masks: at any size and in any format nothing of a covered area is left, and nothing else is touched."""

import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.mask import Mask
from models.geometry import Point, Zone

LEFT = ((0.0, 0.0), (0.3, 0.0), (0.3, 1.0), (0.0, 1.0))

fractions = st.floats(0, 1, allow_subnormal=False)
corners = st.tuples(fractions, fractions)


def striped(width: int, height: int, form: str = "yuv420p") -> VideoFrame:
    """Loud stripes over the whole picture."""
    columns = np.arange(width) // 5 % 2 == 0
    image = np.where(columns[None, :, None], [255, 0, 255], [0, 255, 0]).astype(np.uint8)
    picture = VideoFrame.from_ndarray(np.repeat(image, height, axis=0), format="rgb24")
    picture.pts = 7
    return picture.reformat(format=form)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(corners, corners, corners), min_size=1, max_size=3), st.integers(16, 300), st.integers(16, 300)
)
def test_every_pixel_of_an_area_is_covered(triangles: list[tuple[Point, Point, Point]], width: int, height: int):
    covered = Mask(triangles).covered(width, height)
    centres = [((x + 0.5) / width, (y + 0.5) / height) for y in range(0, height, 7) for x in range(0, width, 7)]
    inside = [point for point in centres if any(Zone("", t).contains(point) for t in triangles)]

    assert all(covered[int(y * height), int(x * width)] for x, y in inside)


@pytest.mark.parametrize("size", [(320, 240), (704, 576), (1920, 1080), (626, 360), (70, 50)])
def test_the_margin_is_small_and_the_rest_of_the_picture_stays(size: tuple[int, int]):
    width, height = size
    frame = striped(width, height)
    shown = Mask([LEFT]).cover(frame).to_ndarray(format="rgb24")
    before = frame.to_ndarray(format="rgb24")
    edge = round(0.3 * width) + max(4, round(0.01 * max(size))) + 4

    assert np.ptp(shown[:, : round(0.3 * width)].reshape(-1, 3), axis=0).max() == 0
    assert np.array_equal(shown[:, edge:], before[:, edge:])


@pytest.mark.parametrize("form", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p", "nv12", "gray", "yuv420p10le", "rgb24"])
def test_every_format_is_covered(form: str):
    frame = striped(320, 240, form)
    shown = Mask([LEFT]).cover(frame)
    left = shown.to_ndarray(format="rgb24")[:, :96].astype(int)

    assert np.ptp(left.reshape(-1, 3), axis=0).max() == 0
    assert shown.pts == 7


def test_an_odd_size_is_covered():
    shown = Mask([LEFT]).cover(striped(321, 241)).to_ndarray(format="rgb24")

    assert shown.shape == (240, 320, 3)
    assert np.ptp(shown[:, :96].reshape(-1, 3), axis=0).max() == 0


def test_the_decoders_own_picture_is_not_touched():
    frame = striped(320, 240)
    before = frame.to_ndarray().copy()
    Mask([LEFT]).cover(frame)

    assert np.array_equal(frame.to_ndarray(), before)


def test_without_areas_there_is_no_mask():
    assert not Mask(())
    assert Mask([LEFT])
