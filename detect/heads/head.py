"""What a head is: how a kind of network wants its picture, and how its output is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.labels import WATCHED

CLASSES: Final = 80
"""COCO's; a head of other classes is refused."""

WATCHED_INDEX: Final = np.array(WATCHED, np.int16)
"""The classes that may come out of a head."""

_IS_WATCHED: Final = np.isin(np.arange(CLASSES), WATCHED_INDEX)


class Candidates(NamedTuple):
    """What a head read, before doubles are removed.

    Attributes:
        xyxy: (n, 4) float32, pixels of the input.
        score: (n,) float32, at least the confidence asked for.
        label: (n,) int16, watched COCO-80 class numbers only.
    """

    xyxy: NDArray[np.float32]
    score: NDArray[np.float32]
    label: NDArray[np.int16]


Decode = Callable[[NDArray[np.float32], int, int, float], Candidates]
"""(output of one picture, input width, input height, confidence) to candidates."""


@dataclass(frozen=True, slots=True)
class Head:
    """One kind of output.

    Attributes:
        name: As the manifest says it.
        shape: (input width, input height) to the shape of the output for one picture.
        decode: Reads that output.
        colour: Order of channels the network was trained with.
        divisor: Pixel values are divided by this.
        padding: Grey around the picture, 0..255.
        centred: Padding on all sides, or right and below.
        overlap: Two boxes of one key that overlap by more than this (intersection over union) are one thing;
            None where the network itself says each thing once.
        inside: Likewise by intersection over the smaller box; None where that is not asked.
    """

    name: str
    shape: Callable[[int, int], tuple[int, int]]
    decode: Decode
    colour: Literal["RGB", "BGR"]
    divisor: float
    padding: int
    centred: bool
    overlap: float | None
    inside: float | None = None


def cells(width: int, height: int, strides: tuple[int, ...]) -> int:
    """How many grid cells an input has over all strides."""
    return sum((width // stride) * (height // stride) for stride in strides)


def corners(centre: NDArray[np.float32], size: NDArray[np.float32]) -> NDArray[np.float32]:
    """Boxes (n, 4) as corners, of centres (n, 2) and sizes (n, 2)."""
    return np.concatenate((centre - size / 2, centre + size / 2), axis=1)


def best_watched(scores: NDArray[np.float32]) -> tuple[NDArray[np.bool_], NDArray[np.float32], NDArray[np.int16]]:
    """Of class scores (n, 80): which rows are best explained by a watched class, the best score and class of each."""
    label = scores.argmax(axis=1)
    return _IS_WATCHED[label], scores[np.arange(len(scores)), label], label.astype(np.int16)
