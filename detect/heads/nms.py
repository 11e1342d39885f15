"""One thing, one box: the lower of two boxes that mean the same thing is dropped."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detect.heads.head import Candidates
from models.labels import KEY_NUMBER

_KEEP_AT_MOST: Final = 300
"""The most candidates that are compared with each other: a street has fewer, a broken picture may have thousands."""


def without_doubles(found: Candidates, overlap: float, inside: float | None = None) -> Candidates:
    """The candidates without doubles, best first.

    Args:
        found: At most the best 300 are looked at.
        overlap: Boxes of one key with more intersection over union than this are doubles.
        inside: Likewise by intersection over the smaller box; None: not asked.
    """
    order = np.argsort(-found.score, kind="stable")[:_KEEP_AT_MOST]
    xyxy, score, label = found.xyxy[order], found.score[order], found.label[order]
    key = KEY_NUMBER[label]  # car and truck on one vehicle are one thing, and so are bicycle and motorcycle
    double = _overlaps(xyxy, overlap, inside) & (key[:, None] == key[None, :])
    keep = np.ones(len(order), np.bool_)
    for i in range(len(order)):
        if keep[i]:
            keep[i + 1 :] &= ~double[i, i + 1 :]
    return Candidates(xyxy[keep], score[keep], label[keep])


def _overlaps(xyxy: NDArray[np.float32], overlap: float, inside: float | None) -> NDArray[np.bool_]:
    # Coordinate by coordinate: (n, n, 2) arrays take five times as long, and a crowd has two hundred candidates.
    x0, y0, x1, y1 = np.ascontiguousarray(xyxy.T)
    wide = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
    high = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
    common = np.maximum(wide, 0.0) * np.maximum(high, 0.0)
    area = np.maximum(x1 - x0, 0.0) * np.maximum(y1 - y0, 0.0)
    double: NDArray[np.bool_] = common > overlap * (area[:, None] + area - common)
    if inside is not None:
        double |= common > inside * np.minimum(area[:, None], area)
    return double
