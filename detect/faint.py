"""Two-wheelers that are found too faintly to begin a track: a straight and even row of finds is one that rides."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detect.kalman import Floats, boxes_to_axes
from models.geometry import Box

HINT: Final = 0.15
"""A two-wheeler far away is hardly ever found with a better score: what is fainter is noise."""

_FINDS: Final = 5
"""So many make a row, in as many pictures, the newest one included."""

_ROW: Final = 2_000_000
"""µs that it lasts at most,"""

_GAP: Final = 1_000_000
"""with no more than so many between one and the next."""

_LENGTHS: Final = 1.5
"""In it, it has gone so many lengths of its own,"""

_PACE: Final = 1.2
"""so many of them a second: nobody walks that fast, and what only looks like one stands, or walks."""

_ASIDE: Final = 0.3
"""Of its lengths: no find of a row is farther off from where it must be."""

_RESIZED: Final = 1.6
"""Nor is it so many times as large, or as small."""

_KEPT: Final = 6_000_000
"""µs; what was found before is forgotten."""

_AGAIN: Final = 400_000
"""What is found again at its place so many µs before or after may stand: who rides has left it by then."""

_SHARE: Final = 0.5
"""A row of which so much may stand is none: parked ones side by side, found now here, now there, make rows."""

_APART: Final = 150_000
"""µs; looks that follow one another sooner say nothing new: one is kept."""

_AT_ONCE: Final = 16
"""So many finds of one picture are kept: where more is found, they are not told apart."""

_MOST: Final = _AT_ONCE * _KEPT // _APART

_DIGITS: Final = 5
"""Far less than a pixel, and a checkpoint stays small."""


@dataclass(frozen=True, slots=True)
class Ride:
    """A row of finds.

    Attributes:
        since: When the first one was taken, µs.
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

    def rides(self, boxes: Floats, at: int) -> list[Ride | None]:
        """The rows that end with `boxes` (n, 4), each or None; of too many boxes, those of the first.

        The finds of a row are forgotten: they are of a track now.

        Args:
            boxes: What was found in the picture that was taken at `at`, and is of nothing that is told of.
            at: Its instant, µs.
        """
        rides: list[Ride | None] = [None] * len(boxes)
        if self._looked is not None and at - self._looked < _APART:
            return rides
        self._looked = at
        kept = self._at > at - _KEPT
        noted = _compact(boxes[:_AT_ONCE])
        self._at = np.concatenate((self._at[kept], np.full(len(noted), at, np.int64)))[-_MOST:]
        self._boxes = np.concatenate((self._boxes[kept], noted))[-_MOST:]
        places, times = boxes_to_axes(self._boxes), self._at
        lately = np.flatnonzero((times >= at - _ROW) & (times < at))
        if not len(noted) or len(lately) < _FINDS - 1:
            return rides
        may_stand = _found_again(places, times, lately)
        done = np.zeros(len(times), bool)
        for n, here in enumerate(boxes_to_axes(noted)):
            free = ~done[lately]
            which = lately[free]
            row = which[_row(places[which], times[which], may_stand[free], here, at)]
            if len(row):
                first, since = row[0], int(times[row[0]])
                x0, y0, x1, y1 = self._boxes[first].tolist()
                rides[n] = Ride(since, (x0, y0, x1, y1), 1e6 * (here[:2] - places[first, :2]) / (at - since))
                done[row] = True
                done |= (times == at) & _near(here[None], places)[0]
        self._at, self._boxes = self._at[~done], self._boxes[~done]
        return rides

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
        faint._looked = state["looked"]
        faint._at = np.array(state["at"], np.int64)
        faint._boxes = _compact(np.array(state["boxes"], np.float64).reshape(len(faint._at), 4))
        return faint


def _compact(boxes: Floats) -> Floats:
    """Such as a checkpoint and the log of observations give them back."""
    compact: Floats = np.round(boxes, _DIGITS).astype(np.float32).astype(np.float64)
    return compact


def _row(
    places: Floats, times: NDArray[np.int64], may_stand: NDArray[np.bool_], here: Floats, at: int
) -> NDArray[np.intp]:
    """Which of the finds at (k, 4) `places` are the longest row to `here` (4,), found at `at`; none: there is none."""
    which = np.flatnonzero(_as_large(here[None], places)[0])
    steps, ago = (places[which, :2] - here[:2]) / np.maximum(here[2:], 1e-6), at - times[which]
    away = np.hypot(*steps.T)
    may = np.flatnonzero((away >= _LENGTHS) & (away * 1e6 >= _PACE * ago))
    if not len(may):
        return which[:0]
    off = steps[None] - (ago[None] / ago[may, None])[..., None] * steps[may, None]
    fits = (ago[None] < ago[may, None]) & (np.hypot(off[..., 0], off[..., 1]) <= _ASIDE)
    fits[np.arange(len(may)), may] = True
    looks, begin = np.unique(times[which], return_index=True)
    seen = np.logical_or.reduceat(fits, begin, axis=1)
    for k in np.flatnonzero(seen.sum(axis=1) >= _FINDS - 1).tolist():  # the oldest first
        row: NDArray[np.intp] = which[fits[k]]
        if np.diff([*looks[seen[k]], at]).max() <= _GAP and may_stand[row].mean() < _SHARE:
            return row
    return which[:0]


def _found_again(places: Floats, times: NDArray[np.int64], which: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Of (n, 4) `places`, for each of `which` (k,), whether something was found there before or after: (k,)."""
    off = np.abs(times[which, None] - times[None])
    again: NDArray[np.bool_] = np.any(_near(places[which], places) & (off >= _AGAIN), axis=1)
    return again


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
