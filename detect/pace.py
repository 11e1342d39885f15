"""How many samples a second are asked of a camera: no more than can be looked at."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from models.clock import Monotonic

log = logging.getLogger("detect:pace")

_JUDGED_S: Final = 4.0
"""Over so long a camera's samples are counted."""

_MANY: Final = 0.25
_FEW: Final = 0.06
"""More superseded samples than this part of all ask for fewer, less than that for more; in between nothing changes."""

_SPARE: Final = 1.2
"""So many more are asked for than could be looked at: with fewer the detector stands idle now and then, and what was
asked for and is missing would not show."""

_MORE: Final = 1.5
_LEAST_FPS: Final = 1.0


@dataclass(slots=True)
class _Asked:
    fps: float
    since: Monotonic
    analysed: int
    superseded: int


class Pace:
    """Detect looks at the newest sample and drops the one before it: when it is behind, the worker has scaled and
    copied that one for nothing, and what is left is uneven in time. So a camera is asked for what can be looked at.

    Args:
        fps: As configured; never more is asked for.
    """

    def __init__(self, fps: float) -> None:
        self._most = fps
        self._asked: dict[str, _Asked] = {}

    def follow(self, counts: Mapping[str, Mapping[str, int]], now: Monotonic) -> Mapping[str, float]:
        """What to ask of each camera, by its counters `analysed` and `superseded` as of now."""
        self._asked = {camera: self._following(camera, count, now) for camera, count in counts.items()}
        return {camera: asked.fps for camera, asked in self._asked.items()}

    def _following(self, camera: str, count: Mapping[str, int], now: Monotonic) -> _Asked:
        asked = self._asked.get(camera)
        if asked is not None and now - asked.since < _JUDGED_S:
            return asked
        fps = self._most if asked is None else self._judged(asked, count, now - asked.since)
        if asked is not None and (fps < self._most) != (asked.fps < self._most):
            log.info("%s: %s, %.1f pictures a second", camera, "behind" if fps < self._most else "as configured", fps)
        return _Asked(fps, now, count["analysed"], count["superseded"])

    def _judged(self, asked: _Asked, count: Mapping[str, int], passed_s: float) -> float:
        analysed, superseded = count["analysed"] - asked.analysed, count["superseded"] - asked.superseded
        if superseded > _MANY * (analysed + superseded):
            return min(asked.fps, max(_LEAST_FPS, analysed / passed_s * _SPARE))
        if superseded <= _FEW * (analysed + superseded):
            return min(self._most, asked.fps * _MORE)
        return asked.fps
