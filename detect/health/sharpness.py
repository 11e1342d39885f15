"""How sharp a picture is: the width of its edges, which light and contrast do not change, but defocus does."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_CELL: Final = 32
"""Pixels of a cell's side: some eighty cells a picture; each gives its steepest edge."""

_SMOOTH: Final = 1.0
"""Sigma in pixels that takes the sensor's noise away first."""

_REACH: Final = 9
"""Pixels around an edge in which its two sides are looked for."""

_CONTRAST: Final = 20.0
"""Grey levels between the two sides of an edge. Measured: noise of sigma 12 makes 9, a covered lens shows 6."""

_FEWEST: Final = 5
"""With fewer edges their width says nothing."""


def sharpness(grey: NDArray[np.uint8]) -> tuple[float, float | None]:
    """(contrast, width) of a grey picture.

    Contrast is the share of cells with an edge in them, 0..1. Width is the median of contrast by steepest slope, in
    pixels: 3 for a sharp picture (so much comes from the smoothing), 5 for a clearly blurred one; None where there
    are too few edges.
    """
    smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), _SMOOTH)
    across = np.abs(smooth[1:-1, 2:] - smooth[1:-1, :-2])
    down = np.abs(smooth[2:, 1:-1] - smooth[:-2, 1:-1])
    slope = np.maximum(across, down) / 2
    square = np.ones((_REACH, _REACH), np.uint8)
    sides = (cv2.dilate(smooth, square) - cv2.erode(smooth, square))[1:-1, 1:-1]
    height, width = slope.shape
    cells, widths = 0, []
    for y in range(0, height - _CELL // 2, _CELL):
        for x in range(0, width - _CELL // 2, _CELL):
            cells += 1
            cell = slope[y : y + _CELL, x : x + _CELL]
            at = int(cell.argmax())
            row, column = divmod(at, cell.shape[1])
            contrast = float(sides[y + row, x + column])
            if contrast >= _CONTRAST:
                widths.append(contrast / float(cell[row, column]))
    share = len(widths) / cells if cells else 0.0
    return share, float(np.median(widths)) if len(widths) >= _FEWEST else None
