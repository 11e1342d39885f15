"""How high a person is in the picture: what is found above or below him while he is missed is not he."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detect.kalman import Floats, Motion

_SIGMAS: Final = 1.25
"""Of a person's box the top or the bottom is within so many of where it must be, or of where it was: what hides a part
of somebody leaves one of the two in place. The filter is far too modest about them: people hardly change how fast they
rise or sink, while they turn at once, and wheels near a camera do both."""

_MOST: Final = 0.4
"""Of a person's height; it is off by no more, for however long he was missed."""


def astray(motion: Motion, levels: Sequence[Floats], boxes: Floats) -> NDArray[np.bool_]:
    """Whether neither the top nor the bottom of what was found is near enough to any of the levels where it may be.

    Args:
        motion: Of n tracks, as they must be by now.
        levels: (n, 4) each, corners in fractions: where they must be, where they were.
        boxes: (m, 4) found, corners in fractions.

    Returns:
        (n, m).
    """
    off = [np.abs(level[:, None, side] - boxes[:, side]) for level in levels for side in (1, 3)]
    allowed = np.minimum(_SIGMAS * motion.unsure_upright(), _MOST * motion.place[:, 3])
    astray: NDArray[np.bool_] = np.minimum.reduce(off) > allowed[:, None]
    return astray
