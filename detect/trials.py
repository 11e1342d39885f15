"""What a detector's weights accept, tried out: batches and shapes, each with the time that one picture takes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final

import numpy as np

from detect.detector import Detector
from models.clock import utc_now
from models.errors import ModelError
from models.frame import Frame
from models.weights import Weights

BATCHES: Final = (1, 2, 4, 8)

Open = Callable[[Weights, int], Detector]
"""Opens weights with (their input as described, pictures per inference).

Raises:
    ModelError: they refuse it.
"""

_TIMED_S: Final = 0.5
"""Long enough to be stable within some per cent, short enough for a dozen trials."""

_STRIDE: Final = 32
"""What the sizes of every known network are multiples of, pixels."""

_PICTURES: Final = ((704, 576), (1920, 1080))
"""What cameras send: a sub-stream, a main stream."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One batch and shape.

    Attributes:
        batch: Pictures per inference that were asked for.
        width, height: Of the input, pixels.
        taken: Whether the weights accept them.
        ms: Per picture, with the detector kept busy; 0 where refused.
        why_not: What the runtime said; empty where accepted.
    """

    batch: int
    width: int
    height: int
    taken: bool
    ms: float = 0.0
    why_not: str = ""


def shapes(weights: Weights) -> tuple[tuple[int, int], ...]:
    """The shapes worth trying: the manifest's own, and those that usual pictures fit without much padding."""
    fitting = [(weights.width, -(-weights.width * height // width // _STRIDE) * _STRIDE) for width, height in _PICTURES]
    return tuple(dict.fromkeys(((weights.width, weights.height), *fitting)))


def trials(weights: Weights, open_: Open) -> Iterator[Trial]:
    """Try every shape with every batch, one after the other."""
    for width, height in shapes(weights):
        for batch in BATCHES:
            yield _trial(replace(weights, width=width, height=height), batch, open_)


def _trial(weights: Weights, batch: int, open_: Open) -> Trial:
    asked = (batch, weights.width, weights.height)
    try:
        detector = open_(weights, batch)
    except ModelError as error:
        return Trial(*asked, taken=False, why_not=str(error))
    try:
        if detector.batch < batch:
            return Trial(*asked, taken=False, why_not=f"takes {detector.batch} pictures at once")
        return Trial(*asked, taken=True, ms=_ms(detector))
    finally:
        detector.close()


def _ms(detector: Detector) -> float:
    noise = np.random.default_rng(0).integers(0, 255, (detector.height, detector.width, 3), np.uint8)
    frames = [Frame("trial", number, 0, utc_now(), noise) for number in range(4 * detector.batch)]
    detector.detect(frames)  # the first ones pay for memory and for kernels made at first use
    pictures, began = 0, perf_counter()
    while perf_counter() < began + _TIMED_S:
        detector.detect(frames)
        pictures += len(frames)
    return 1000 * (perf_counter() - began) / pictures
