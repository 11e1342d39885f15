"""The raw head of YOLOX: offsets within grid cells, an objectness and class scores, already squashed to 0..1."""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detect.heads.head import CLASSES, WATCHED_INDEX, Candidates, Head, best_watched, cells, corners

_STRIDES: Final = (8, 16, 32)
_WATCHED_COLUMNS: Final = 5 + WATCHED_INDEX


@cache
def _grid(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    corner, stride = [], []
    for step in _STRIDES:
        y, x = np.mgrid[: height // step, : width // step]
        corner.append(np.stack((x.ravel(), y.ravel()), axis=1))
        stride.append(np.full((x.size, 1), step))
    return np.concatenate(corner).astype(np.float32), np.concatenate(stride).astype(np.float32)


def _decode(output: NDArray[np.float32], width: int, height: int, confidence: float) -> Candidates:
    maybe = np.flatnonzero(output[:, 4] >= confidence)
    sure = output[np.ix_(maybe, _WATCHED_COLUMNS)].max(axis=1, initial=0.0) * output[maybe, 4] >= confidence
    hot = maybe[sure]
    few = output[hot]
    watched, score, label = best_watched(few[:, 5:] * few[:, 4:5])
    corner, stride = (array[hot][watched] for array in _grid(width, height))
    few = few[watched]
    centre, size = (few[:, :2] + corner) * stride, np.exp(few[:, 2:4]) * stride
    return Candidates(corners(centre, size), score[watched], label[watched])


YOLOX: Final = Head(
    name="yolox",
    shape=lambda width, height: (cells(width, height, _STRIDES), 5 + CLASSES),
    decode=_decode,
    colour="BGR",
    divisor=1.0,
    padding=114,
    centred=False,
    overlap=0.6,
)
