"""Pictures into samples: chosen on the grid, scaled to what detect wants, laid into a slot and announced."""

from collections.abc import Callable
from typing import Final

import numpy as np
from av.video.frame import VideoFrame

from ingest.decoder import Picture
from ingest.freeze import STRIDE, Freeze, Luma
from ingest.grid import Grid
from ingest.health import Counts
from ingest.taken import Rising
from models.frame import Image
from models.link import Message, Sample, Want
from models.slots import SlotWriter

_PLANAR_8_BIT: Final = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "gray", "nv12"})
"""Formats whose first plane is luma, a byte each."""


class Sampler:
    """Shown every decoded picture of a camera in order, it hands on those that detect shall see."""

    def __init__(self, slots: SlotWriter, send: Callable[[Message], bool], counts: Counts, freeze_s: float) -> None:
        self._slots = slots
        self._send = send
        self._counts = counts
        self._grid: Grid | None = None
        self._rising = Rising()
        self._freeze = Freeze(freeze_s)
        self._number = 0
        self.frozen = False

    def see(self, picture: Picture, want: Want | None) -> None:
        """The next picture, and what detect wants just now."""
        is_sample = self._is_on_grid(picture, want)
        key = bool(picture.frame.key_frame)
        if picture.stamp.settled and (is_sample or key):
            self.frozen = self._freeze.is_frozen(_luma(picture.frame), key, picture.stamp.taken)
        if want is None or not is_sample:
            return
        if not picture.stamp.settled:
            self._counts.add("settling")
        elif not self._rising.passes(picture.stamp.taken):
            self._counts.add("held")
        else:
            self._hand_on(picture, want)

    def _is_on_grid(self, picture: Picture, want: Want | None) -> bool:
        if want is None:
            self._grid = None
            return False
        if self._grid is None or self._grid.fps != want.fps:
            self._grid = Grid(want.fps)
        return self._grid.is_sample(picture.stamp.epoch, picture.pts, picture.opened.time_base)

    def _hand_on(self, picture: Picture, want: Want) -> None:
        image = scaled(picture.frame, want.width, want.height, "rgb24")
        slot, seq = self._slots.write(image)
        self._number += 1
        height, width, _ = image.shape
        sample = Sample(
            slot=slot,
            seq=seq,
            number=self._number,
            epoch=picture.stamp.epoch,
            taken=picture.stamp.taken,
            width=width,
            height=height,
            frozen=self.frozen,
        )
        if self._send(sample):
            self._counts.add("sampled")


def scaled(frame: VideoFrame, width: int, height: int, form: str) -> Image:
    """The picture as large as fits into (width, height), its shape kept, both sides even; `rgb24` or `bgr24`."""
    scale = min(width / frame.width, height / frame.height)
    fitted = [max(2, round(side * scale) // 2 * 2) for side in (frame.width, frame.height)]
    # FAST_BILINEAR: a third of the default's time, and a detector's input does not show the difference.
    small = frame.reformat(fitted[0], fitted[1], form, interpolation="FAST_BILINEAR", threads=1)
    return np.asarray(small.to_ndarray(), np.uint8)


def _luma(frame: VideoFrame) -> Luma:
    """Every STRIDE-th luma sample of every STRIDE-th line."""
    if frame.format.name not in _PLANAR_8_BIT:
        frame = frame.reformat(format="gray", threads=1)
    plane = frame.planes[0]
    lines = np.frombuffer(bytes(plane), np.uint8).reshape(-1, plane.line_size)
    luma: Luma = lines[: frame.height : STRIDE, : frame.width : STRIDE].astype(np.int16)
    return luma
