"""Privacy masks: areas of a camera's picture that are covered before anybody, or any disk, sees it."""

from collections.abc import Sequence
from math import ceil
from typing import Final

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from models.geometry import Point

_MARGIN: Final = 0.01
"""Of the longer side, around each area: a camera sways in the wind, and its coder smears over its blocks."""

_LEAST_MARGIN_PX: Final = 4

_LUMA: Final = 40
_NEUTRAL: Final = 128
"""A flat dark grey in every range of values; what it covers leaves no trace in it."""

_FORMATS: Final = frozenset({"yuv420p", "yuvj420p"})
"""What cameras send; anything else is made into the first."""

Covered = NDArray[np.bool_]
"""(h, w): True where the picture is covered."""


class Mask:
    """The covered areas of one camera, at whatever size its pictures have."""

    def __init__(self, polygons: Sequence[Sequence[Point]]) -> None:
        """`polygons` in fractions of the picture; without any, nothing is covered."""
        self._polygons = tuple(tuple(polygon) for polygon in polygons)
        self._areas: dict[tuple[int, int], tuple[Covered, Covered]] = {}

    def __bool__(self) -> bool:
        return bool(self._polygons)

    def covered(self, width: int, height: int) -> Covered:
        """Which pixels of a picture of this size are covered: the areas, and a margin around them."""
        drawn = np.zeros((height, width), np.uint8)
        margin = max(_LEAST_MARGIN_PX, ceil(_MARGIN * max(width, height)))
        for polygon in self._polygons:
            corners = np.rint(np.array(polygon) * (width, height)).astype(np.int32)
            cv2.fillPoly(drawn, [corners], 1)
            cv2.polylines(drawn, [corners], isClosed=True, color=1, thickness=2 * margin + 1)
        return drawn.astype(np.bool_)

    def cover(self, frame: VideoFrame) -> VideoFrame:
        """The picture itself where nothing is covered; else one of its own, since the decoder still needs that which it
        made, with both sides even.
        """
        if not self._polygons:
            return frame
        width, height = (side // 2 * 2 for side in (frame.width, frame.height))
        if frame.format.name not in _FORMATS or (width, height) != (frame.width, frame.height):
            plain = frame.reformat(width, height, "yuv420p", threads=1)
        else:
            plain = frame
        pixels = plain.to_ndarray()
        luma, chroma = self._area(width, height)
        flat = pixels.reshape(-1)
        count = width * height
        np.copyto(flat[:count].reshape(height, width), _LUMA, where=luma)
        for start in (count, count + count // 4):
            np.copyto(flat[start : start + count // 4].reshape(height // 2, width // 2), _NEUTRAL, where=chroma)
        made = VideoFrame.from_ndarray(pixels, format=plain.format.name)
        made.pts = frame.pts
        made.colorspace, made.color_range = plain.colorspace, plain.color_range
        return made

    def _area(self, width: int, height: int) -> tuple[Covered, Covered]:
        """For luma, and for chroma, of which each value colours four pixels."""
        area = self._areas.get((width, height))
        if area is None:
            luma = self.covered(width, height)
            blocks = luma.reshape(height // 2, 2, width // 2, 2)
            area = luma, np.asarray(blocks.any(axis=(1, 3)), np.bool_)
            self._areas = {(width, height): area}  # cameras change their size rarely: one is kept
        return area
