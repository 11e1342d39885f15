"""How far boxes cover each other."""

import numpy as np

from detect.kalman import Floats


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
