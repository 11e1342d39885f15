"""Tells a frozen picture from a quiet scene: a live sensor is noisy, a frozen one repeats itself."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.int16]
"""Every fourth luma sample of every fourth line, (h / 4, w / 4) int16."""

STRIDE: Final = 4
"""Pixels between the luma samples looked at: picked, not averaged, because an average has no noise left."""

_MOVED_LEVELS: Final = 24
_MOVED_POINTS: Final = 3
"""So many points that differ by so many levels are something that moved, or the camera's own clock display:
measured on still pictures coded at 300 kbit/s and CRF 23 to 34, not one point differed by so much."""

_NOISE_LEVELS: Final = 0.3
"""Mean difference between two key pictures. Measured at constant quality: a still source stays below 0.15 once the
encoder has settled, sensor noise of sigma 1 gives 1.0 and more. Only key pictures are compared for it: between a key
picture and others the coder's own pulse is larger than the noise."""

_FEWEST_KEYS: Final = 2
"""Key pictures that must have looked the same; with fewer, a long GOP would look frozen."""

_PAUSE_US: Final = 5_000_000
"""Not looked at for so long (nobody wanted pictures): judged anew."""


class Freeze:
    """Watches for a picture that does not change for `freeze_s`. Pure: it reads `taken`, never a clock."""

    def __init__(self, freeze_s: float) -> None:
        self._limit = round(freeze_s * 1_000_000)
        self._changed = self._seen = 0
        self._keys = 0
        self._anchor: Luma | None = None
        self._key: Luma | None = None

    def is_frozen(self, luma: Luma, key: bool, taken: int) -> bool:
        """Look at the next picture (`taken` in µs); True where it has not changed for too long."""
        paused = abs(taken - self._seen) > _PAUSE_US
        self._seen = taken
        if paused or self._has_moved(luma) or (key and self._has_noise(luma)):
            self._changed, self._anchor, self._keys = taken, luma, 0
        elif key:
            self._keys += 1
        if key:
            self._key = luma
        return self._keys >= _FEWEST_KEYS and taken - self._changed >= self._limit

    def _has_moved(self, luma: Luma) -> bool:
        """Against the picture of the last change, so that slow changes add up."""
        if self._anchor is None or self._anchor.shape != luma.shape:
            return True
        return int(np.count_nonzero(np.abs(luma - self._anchor) >= _MOVED_LEVELS)) >= _MOVED_POINTS

    def _has_noise(self, luma: Luma) -> bool:
        if self._key is None or self._key.shape != luma.shape:
            return True
        return float(np.abs(luma - self._key).mean()) >= _NOISE_LEVELS
