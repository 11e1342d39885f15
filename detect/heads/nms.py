"""One thing, one box: the lower of two boxes that mean the same thing is dropped."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detect.heads.head import Candidates
from models.labels import KEY_OF, KEYS

_KEEP_AT_MOST: Final = 300
"""The most candidates that are compared with each other: a street has fewer, a broken picture may have thousands."""

_NOT_WATCHED: Final = -1
_KEY_NUMBER: Final = np.array(
    [list(KEYS).index(KEY_OF[label]) if label in KEY_OF else _NOT_WATCHED for label in range(80)], np.int16
)
"""Car and truck on one vehicle are one thing, and so are bicycle and motorcycle: doubles are sought by key."""


def without_doubles(found: Candidates, overlap: float, inside: float | None = None) -> Candidates:
    """The candidates without doubles, best first.

    Args:
        found: At most the best 300 are looked at.
        overlap: Boxes of one key with more intersection over union than this are doubles.
        inside: Likewise by intersection over the smaller box; None: not asked.
    """
    order = np.argsort(-found.score, kind="stable")[:_KEEP_AT_MOST]
    xyxy, score, label = found.xyxy[order], found.score[order], found.label[order]
    key = _KEY_NUMBER[label]
    double = _overlaps(xyxy, overlap, inside) & (key[:, None] == key[None, :])
    keep = np.ones(len(order), np.bool_)
    for i in range(len(order)):
        if keep[i]:
            keep[i + 1 :] &= ~double[i, i + 1 :]
    return Candidates(xyxy[keep], score[keep], label[keep])


def _overlaps(xyxy: NDArray[np.float32], overlap: float, inside: float | None) -> NDArray[np.bool_]:
    low = np.maximum(xyxy[:, None, :2], xyxy[None, :, :2])
    high = np.minimum(xyxy[:, None, 2:], xyxy[None, :, 2:])
    common = np.clip(high - low, 0.0, None).prod(axis=2)
    area = np.clip(xyxy[:, 2:] - xyxy[:, :2], 0.0, None).prod(axis=1)
    union = area[:, None] + area[None, :] - common
    double: NDArray[np.bool_] = common > overlap * union
    if inside is not None:
        double |= common > inside * np.minimum(area[:, None], area[None, :])
    return double
