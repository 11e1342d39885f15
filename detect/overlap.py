"""How far boxes cover each other."""

from typing import Final

import numpy as np

from detect.kalman import Floats, boxes_to_axes


def overlap(one: Floats, other: Floats) -> Floats:
    """Intersection over union of (n, 4) with (m, 4) boxes: (n, m), 0..1."""
    # Coordinate by coordinate: arrays (n, m, 2) take far longer.
    (x0, y0, x1, y1), (u0, v0, u1, v1) = one.T[:, :, None], other.T
    wide = np.maximum(np.minimum(x1, u1) - np.maximum(x0, u0), 0.0)
    high = np.maximum(np.minimum(y1, v1) - np.maximum(y0, v0), 0.0)
    shared = wide * high
    areas = (x1 - x0) * (y1 - y0) + (u1 - u0) * (v1 - v0)
    ratio: Floats = shared / np.maximum(areas - shared, 1e-12)
    return ratio


def widened(xyxy: Floats, share: float) -> Floats:
    """Boxes grown by this share of their size on each side: at few pictures a second things hardly overlap."""
    grow = (xyxy[:, 2:] - xyxy[:, :2]) * share
    return np.concatenate((xyxy[:, :2] - grow, xyxy[:, 2:] + grow), axis=1)


WALK: Final = (2.5, 0.7)
"""Nobody who walks goes farther in a second than so many of his widths sideways, and of his heights up or down."""

RUN: Final = (6.0, 1.7)
"""Likewise nobody who runs or rides."""

_AS_HIGH: Final = 1.3
"""Nor looks so many times as high, or as low, a moment later."""


def reached(before: Floats, now: Floats, seconds: float, pace: tuple[float, float]) -> Floats:
    """How easily who stood at (n, 4) `before` can be at (m, 4) `now` so many seconds later: (n, m), 1 to 0 (not).

    `pace` is WALK or RUN.
    """
    one, other = boxes_to_axes(before)[:, None], boxes_to_axes(now)[None]
    size = np.maximum(one[..., 2:], 1e-6)
    away = np.hypot(*np.moveaxis((other[..., :2] - one[..., :2]) / (size * pace * seconds), -1, 0))
    grown = np.abs(np.log(np.maximum(other[..., 3], 1e-6) / size[..., 1])) / np.log(_AS_HIGH)
    can: Floats = np.maximum(1.0 - away, 0.0) * np.maximum(1.0 - grown, 0.0)
    return can
