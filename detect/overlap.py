"""How far boxes cover each other."""

import numpy as np

from detect.kalman import Floats


def overlap(one: Floats, other: Floats) -> Floats:
    """Intersection over union of (n, 4) with (m, 4) boxes: (n, m), 0..1."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    shared = np.clip(high - low, 0.0, None).prod(axis=-1)
    areas = (one[:, 2:] - one[:, :2]).prod(axis=-1)[:, None] + (other[:, 2:] - other[:, :2]).prod(axis=-1)[None, :]
    ratio: Floats = shared / np.maximum(areas - shared, 1e-12)
    return ratio


def widened(xyxy: Floats, share: float) -> Floats:
    """Boxes grown by this share of their size on each side: at few pictures a second things hardly overlap."""
    grow = (xyxy[:, 2:] - xyxy[:, :2]) * share
    return np.concatenate((xyxy[:, :2] - grow, xyxy[:, 2:] + grow), axis=1)
