"""Where the edges of a picture lie, whatever the light, and whether those of another picture lie in the same places."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Edges = NDArray[np.uint8]
"""(ROWS, COLUMNS) uint8: how much the logarithm of the brightness changes, 255 and more for a factor of 2.7 a point."""

ROWS: Final = 64
COLUMNS: Final = 80

_BLACK: Final = 16.0
"""Grey levels added before the logarithm, so that the noise of dark places is no structure."""

_SCALE: Final = 255.0

_BLOCK: Final = 16
"""Points of a block's side: twenty blocks a picture."""

_REACH: Final = 6
"""Points that a block is looked for around its place: 7.5 % of the picture's width. What went further is nowhere."""

_BARE: Final = 5.0
"""Blocks whose edges vary less than this have nothing to be recognised by."""

_FEWEST: Final = 4
"""With fewer blocks that can be recognised nothing is said of the picture."""

_KNOWN: Final = 0.3
_SURE: Final = 0.4
"""Correlations. Measured on drawn and on real scenes: a block in its place has 0.5 to 1 in any light, also under rain,
one behind a bus below 0.3."""

_BETTER: Final = 0.05
"""By so much a block must fit better elsewhere to count as having gone there."""


def edges(grey: NDArray[np.uint8]) -> Edges:
    """The edges of a grey picture: twice the light gives the same edges."""
    small = cv2.resize(grey, (2 * COLUMNS, 2 * ROWS), interpolation=cv2.INTER_AREA).astype(np.float32)
    light = np.log(small + _BLACK)
    across = cv2.Scharr(light, cv2.CV_32F, 1, 0, scale=1 / 16)
    down = cv2.Scharr(light, cv2.CV_32F, 0, 1, scale=1 / 16)
    change = cv2.resize(cv2.magnitude(across, down), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    found: Edges = np.clip(change * _SCALE, 0, 255).astype(np.uint8)
    return found


def shared(reference: Edges, now: Edges, moved_points: int) -> tuple[float, float] | None:
    """(in place, displaced): shares of the reference's blocks that are found where they were, or somewhere near.

    The rest is nowhere to be found: hidden, changed, or gone far.

    Args:
        reference: What the camera usually shows.
        now: What it shows now.
        moved_points: From so many points on (of COLUMNS across) a block counts as displaced.

    Returns:
        None where the reference has too few blocks that can be recognised.
    """
    around = cv2.copyMakeBorder(now, _REACH, _REACH, _REACH, _REACH, cv2.BORDER_REPLICATE)
    varied = reference.reshape(ROWS // _BLOCK, _BLOCK, COLUMNS // _BLOCK, _BLOCK).std(axis=(1, 3)) >= _BARE
    placed = displaced = 0
    for i, j in np.argwhere(varied).tolist():
        y, x = i * _BLOCK, j * _BLOCK
        block = reference[y : y + _BLOCK, x : x + _BLOCK]
        window = around[y : y + _BLOCK + 2 * _REACH, x : x + _BLOCK + 2 * _REACH]
        fits = cv2.matchTemplate(window, block, cv2.TM_CCOEFF_NORMED)
        here = float(fits[_REACH - 1 : _REACH + 2, _REACH - 1 : _REACH + 2].max())
        _, best, _, (column, row) = cv2.minMaxLoc(fits)
        gone = max(abs(column - _REACH), abs(row - _REACH)) >= moved_points and best > here + _BETTER
        if gone:
            displaced += best >= _SURE
        else:
            placed += here >= _KNOWN
    blocks = int(np.count_nonzero(varied))
    return (placed / blocks, displaced / blocks) if blocks >= _FEWEST else None
