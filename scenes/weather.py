"""What lies over the pictures of a script: infra-red, rain, a cloud's shadow, headlights, insects, flickering light."""

from typing import Final

import cv2
import numpy as np

from scenes.script import Script
from scenes.stage import HEIGHT, WIDTH, Floats
from scenes.wardrobe import Pixels

_STREAKS: Final = 140
_CLOUD_S: Final = 14.0
"""How long a cloud takes to cross the picture."""
_SWEEP_S: Final = 6.0
"""From one pair of headlights to the next; each takes a third of it."""
_INSECTS: Final = 2


class Weather:
    """Draws over one script's pictures; by its name, the same for ever."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._rng = np.random.default_rng(list(script.name.encode()))
        self._insects = self._rng.uniform(0, 1, (_INSECTS, 2))
        self._columns = np.linspace(0, 1, WIDTH, dtype=np.float32)[None, :]
        self._rows = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None]

    def over(self, picture: Pixels, number: int) -> Pixels:
        """The picture of that number with all that disturbs it then."""
        at = number / self._script.fps
        on = {t.nuisance for t in self._script.troubles if t.from_s <= at < t.to_s}
        if self._script.night:
            grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
            picture = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
        if not on:
            return picture
        light = np.ones((HEIGHT, WIDTH), np.float32)
        if "shadow" in on:
            light *= 1 - 0.45 * self._band(at / _CLOUD_S % 1 * 1.8 - 0.4, 0.3)
        if "flicker" in on:
            light *= 0.5 if number % 5 == 0 else (0.85, 1.1)[number % 2]
        glow = np.zeros((HEIGHT, WIDTH), np.float32)
        if "headlights" in on and (along := at % _SWEEP_S / (_SWEEP_S / 3)) < 1:
            glow += self._blob(along * 1.2 - 0.1, 0.45, 0.09) * 230
            light *= 1.25
        if "insects" in on:
            self._insects = (self._insects + self._rng.normal(0, 0.12, self._insects.shape)) % 1
            for x, y in self._insects:
                glow += self._blob(x, y, 0.035) * 150
        changed = (picture * light[:, :, None] + glow[:, :, None]).clip(0, 255).astype(np.uint8)
        return self._rained(changed) if "rain" in on else changed

    def _band(self, middle: float, wide: float) -> Floats:
        """1 within an upright band, with soft edges."""
        return np.asarray(np.clip(1.5 - np.abs(self._columns - middle) / wide, 0, 1), np.float32)

    def _blob(self, x: float, y: float, wide: float) -> Floats:
        return np.asarray(np.exp(-((self._columns - x) ** 2 + (self._rows - y) ** 2) / wide**2), np.float32)

    def _rained(self, picture: Pixels) -> Pixels:
        wet = picture.copy()
        starts = self._rng.uniform((0, 0), (WIDTH, HEIGHT), (_STREAKS, 2)).astype(int)
        for (x, y), long in zip(starts, self._rng.integers(8, 26, _STREAKS), strict=True):
            cv2.line(wet, (int(x), int(y)), (int(x - long / 5), int(y + long)), (210, 210, 210), 1, cv2.LINE_AA)
        return np.asarray(cv2.addWeighted(wet, 0.75, cv2.GaussianBlur(picture, (3, 3), 0), 0.25, 8), np.uint8)
