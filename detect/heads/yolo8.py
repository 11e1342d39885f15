"""The heads of (4 + classes, cells): YOLOv8 and YOLO11 as exported, and YOLOv3-tiny as we convert it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detect.heads.head import CLASSES, WATCHED_INDEX, Candidates, Head, best_watched, cells, corners

_WATCHED_ROWS: Final = 4 + WATCHED_INDEX
_TINY_ANCHORS: Final = 3
"""Boxes that YOLOv3-tiny proposes per cell."""


def _decode(output: NDArray[np.float32], _width: int, _height: int, confidence: float) -> Candidates:
    # Only the few columns in which a watched class is sure enough are looked at further.
    hot = np.flatnonzero(output[_WATCHED_ROWS].max(axis=0) >= confidence)
    few = output[:, hot].T
    watched, score, label = best_watched(few[:, 4:])
    few = few[watched]
    return Candidates(corners(few[:, :2], few[:, 2:4]), score[watched], label[watched])


YOLO8: Final = Head(
    name="yolo8",
    shape=lambda width, height: (4 + CLASSES, cells(width, height, (8, 16, 32))),
    decode=_decode,
    colour="RGB",
    divisor=255.0,
    padding=114,
    centred=True,
    overlap=0.6,
)

YOLOV3_TINY: Final = Head(
    name="yolov3-tiny",
    shape=lambda width, height: (4 + CLASSES, _TINY_ANCHORS * cells(width, height, (16, 32))),
    decode=_decode,
    colour="RGB",
    divisor=255.0,
    padding=127,
    centred=True,
    overlap=0.4,
    inside=0.7,
)
