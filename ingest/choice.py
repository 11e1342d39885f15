"""Which pictures of a stream detect shall see: those on the grid, each later than all before it, and not frozen."""

from typing import Final

import numpy as np
from av.video.frame import VideoFrame

from ingest.decoder import Picture
from ingest.freeze import STRIDE, Freeze, Luma
from ingest.grid import Grid
from ingest.health import Counts
from ingest.planes import lines
from ingest.taken import Rising

_PLANAR_8_BIT: Final = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "gray", "nv12"})
"""Formats whose first plane is luma, a byte each."""


class Choice:
    """Shown every decoded picture of a camera in the order shown; the same for a live stream and for a file.

    Attributes:
        frozen: Whether the picture has not changed for too long: it proves nothing.
    """

    def __init__(self, counts: Counts, freeze_s: float) -> None:
        """What is passed over is counted; unchanged for `freeze_s` seconds is frozen."""
        self._counts = counts
        self._grid: Grid | None = None
        self._rising = Rising()
        self._freeze = Freeze(freeze_s)
        self.frozen = False

    def takes(self, picture: Picture, fps: float | None) -> bool:
        """Whether the next picture is a sample, at `fps` samples a second; None: nobody wants any."""
        is_sample = self._is_on_grid(picture, fps)
        key = picture.key
        if picture.stamp.settled and (is_sample or key):
            self.frozen = self._freeze.is_frozen(_luma(picture.frame), key, picture.stamp.taken)
        if not is_sample:
            return False
        if not picture.stamp.settled:
            self._counts.add("settling")
            return False
        if not self._rising.passes(picture.stamp.taken):
            self._counts.add("held")
            return False
        return True

    def _is_on_grid(self, picture: Picture, fps: float | None) -> bool:
        if fps is None:
            self._grid = None
            return False
        if self._grid is None or self._grid.fps != fps:
            self._grid = Grid(fps)
        return self._grid.is_sample(picture.stamp.epoch, picture.pts, picture.opened.time_base)


def _luma(frame: VideoFrame) -> Luma:
    """Every STRIDE-th luma sample of every STRIDE-th line."""
    if frame.format.name not in _PLANAR_8_BIT:
        frame = frame.reformat(format="gray", threads=1)
    luma: Luma = lines(frame.planes[0])[: frame.height : STRIDE, : frame.width : STRIDE].astype(np.int16)
    return luma
