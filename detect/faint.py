"""Two-wheelers that are found too faintly to begin a track: a straight and even trail of them is one that rides."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detect.kalman import Floats, boxes_to_axes
from models.geometry import Box

HINT: Final = 0.15
"""A two-wheeler far away is hardly ever found with a better score: what is fainter is noise."""

_FINDS: Final = 5
"""So many detections make a trail, in as many pictures, the newest one included."""

_TRAIL: Final = 2_000_000
"""µs that it lasts at most,"""

_GAP: Final = 1_000_000
"""with no more than so many between one and the next."""

_LENGTHS: Final = 1.5
"""In it, it has gone so many lengths of its own,"""

_PACE: Final = 1.2
"""so many of them a second: nobody walks that fast, and what only looks like one stands, or walks."""

_ASIDE: Final = 0.3
"""Of its lengths: none of a trail is farther off from where it must be."""

_RESIZED: Final = 1.6
"""Nor is it so many times as large, or as small."""

_KEPT: Final = 6_000_000
"""µs; what was found before is forgotten."""

_AGAIN: Final = 400_000
"""What is found again at its place so many µs before or after may stand: who rides has left it by then."""

_STANDS: Final = (1_000_000, 2)
"""What is found again there so many times, each so many µs off or more, stands."""

_SHARE: Final = 0.5
"""A trail of which so much may stand is none; nor is one on whose way so much as that was found at other times, of what
is not known to stand: parked ones side by side, found now here, now there, make trails.
"""

_APART: Final = 150_000
"""µs; looks that follow one another sooner say nothing new: one is kept."""

_AT_ONCE: Final = 16
"""So many of one picture are remembered: where more is found, they are not told apart."""

_KNOWN: Final = 2

_DIGITS: Final = 5
"""Far less than a pixel, and a checkpoint stays small."""


@dataclass(frozen=True, slots=True)
class Trail:
    """What one that rides has left.

    Attributes:
        since: When the first detection of it was taken, µs.
        begun: Its box, fractions.
        pace: (2,), fractions a second to the right and down.
    """

    since: int
    begun: Box
    pace: Floats


class Faint:
    """What was found faintly by one camera of late; not for use from two threads."""

    def __init__(self) -> None:
        self._at: NDArray[np.int64] = np.zeros(0, np.int64)
        self._boxes: Floats = np.zeros((0, 4))
        self._looked: int | None = None

    def trails(self, boxes: Floats, at: int) -> list[Trail | None]:
        """The trails that end with `boxes` (n, 4), each or None; of too many boxes, those of the first.

        A trail is forgotten when it is told: it is of a track now.

        Args:
            boxes: What was found in the picture that was taken at `at`, and is of nothing that is told of.
            at: Its instant, µs.
        """
        trails: list[Trail | None] = [None] * len(boxes)
        if self._looked is not None and at - self._looked < _APART:
            return trails
        self._looked = at
        kept = self._at > at - _KEPT
        noted = _compact(boxes[:_AT_ONCE])
        self._at = np.concatenate((self._at[kept], np.full(len(noted), at, np.int64)))
        self._boxes = np.concatenate((self._boxes[kept], noted))
        places, times = boxes_to_axes(self._boxes), self._at
        lately = np.flatnonzero((times >= at - _TRAIL) & (times < at))
        if not len(noted) or len(lately) < _FINDS - 1:
            return trails
        standing = _standing(places, times, lately)
        done = np.zeros(len(times), bool)
        for n, here in enumerate(boxes_to_axes(noted)):
            free = ~done[lately]
            which = lately[free]
            trail = which[_trail(places[which], times[which], standing[free], here, at)]
            if len(trail):
                first, since = trail[0], int(times[trail[0]])
                x0, y0, x1, y1 = self._boxes[first].tolist()
                trails[n] = Trail(since, (x0, y0, x1, y1), 1e6 * (here[:2] - places[first, :2]) / (at - since))
                done[trail] = True
                done |= (times == at) & _near(here[None], places)[0]
        self._at, self._boxes = self._at[~done], self._boxes[~done]
        return trails

    def state(self) -> dict[str, Any]:
        """Everything, as plain JSON data."""
        boxes = [[round(value, _DIGITS) for value in box] for box in self._boxes.tolist()]
        return {"looked": self._looked, "at": self._at.tolist(), "boxes": boxes}

    @staticmethod
    def of(state: dict[str, Any]) -> "Faint":
        """What `state` wrote down.

        Raises:
            LookupError, TypeError, ValueError: the data is none of this version.
        """
        faint = Faint()
        faint._looked = None if state["looked"] is None else int(state["looked"])
        faint._at = np.array(state["at"], np.int64)
        faint._boxes = _compact(np.array(state["boxes"], np.float64).reshape(len(faint._at), 4))
        return faint


def _compact(boxes: Floats) -> Floats:
    """Such as a checkpoint and the log of observations give them back."""
    compact: Floats = np.round(boxes, _DIGITS).astype(np.float32).astype(np.float64)
    return compact


def _trail(
    places: Floats, times: NDArray[np.int64], standing: NDArray[np.int8], here: Floats, at: int
) -> NDArray[np.intp]:
    """Which of those at (k, 4) `places` are the longest trail to `here` (4,), found at `at`; none: there is none."""
    which = np.flatnonzero(_as_large(here[None], places)[0])
    steps, ago = (places[which, :2] - here[:2]) / np.maximum(here[2:], 1e-6), at - times[which]
    away = np.hypot(*steps.T)
    may = np.flatnonzero((away >= _LENGTHS) & (away * 1e6 >= _PACE * ago))
    if not len(may):
        return which[:0]
    fits = (ago[None] < ago[may, None]) & (_off(steps, steps[may], ago[None] / ago[may, None]) <= _ASIDE)
    fits[np.arange(len(may)), may] = True
    looks, begin = np.unique(times[which], return_index=True)
    seen = np.logical_or.reduceat(fits, begin, axis=1)
    for k in np.flatnonzero(seen.sum(axis=1) >= _FINDS - 1).tolist():  # the oldest first
        trail: NDArray[np.intp] = which[fits[k]]
        if np.diff([*looks[seen[k]], at]).max() > _GAP or (standing[trail] > 0).mean() >= _SHARE:
            continue
        end = steps[may[k]]
        part = np.clip(steps @ end / (end @ end), 0.0, 1.0)
        on_its_way = _off(steps, end[None], part[None])[0] <= _ASIDE
        if (on_its_way & ~fits[k] & (standing[which] < _KNOWN)).sum() < _SHARE * len(trail):
            return trail
    return which[:0]


def _off(steps: Floats, ends: Floats, part: Floats) -> Floats:
    """How far (m, 2) `steps` are from so much (k, m) of the ways to (k, 2) `ends`: (k, m)."""
    off = steps[None] - part[..., None] * ends[:, None]
    far: Floats = np.hypot(off[..., 0], off[..., 1])
    return far


def _standing(places: Floats, times: NDArray[np.int64], which: NDArray[np.intp]) -> NDArray[np.int8]:
    """Of (n, 4) `places`, for each of `which` (k,): 0 it does not stand, 1 it may, `_KNOWN` it does: (k,)."""
    near, off = _near(places[which], places), np.abs(times[which, None] - times[None])
    apart, often = _STANDS
    may, does = (near & (off >= _AGAIN)).any(axis=1), (near & (off >= apart)).sum(axis=1) >= often
    return np.where(does, _KNOWN, may).astype(np.int8)


def _near(some: Floats, places: Floats) -> NDArray[np.bool_]:
    """Whether (n, 4) `places` are where (k, 4) `some` are, and as large: (k, n)."""
    off = (places[None, :, :2] - some[:, None, :2]) / np.maximum(some[:, None, 2:], 1e-6)
    near: NDArray[np.bool_] = (np.hypot(off[..., 0], off[..., 1]) <= _ASIDE) & _as_large(some, places)
    return near


def _as_large(some: Floats, places: Floats) -> NDArray[np.bool_]:
    """Whether (n, 4) `places` are about as wide and high as (k, 4) `some`: (k, n)."""
    ratio = np.maximum(places[None, :, 2:], 1e-6) / np.maximum(some[:, None, 2:], 1e-6)
    alike: NDArray[np.bool_] = np.all(np.maximum(ratio, 1 / ratio) <= _RESIZED, axis=2)
    return alike
