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

_KEPT: Final = 10_000_000
"""µs; what was found before is forgotten."""

_STOOD: Final = 2
"""What was found at one place in so many other pictures besides,"""

_APART: Final = 1_000_000
"""none of them less than so many µs off, stands there: who rides has left it by then."""

_LEARNT: Final = 6_000_000
"""For so many µs after the first picture nobody knows yet what stands."""

_MOST: Final = 512
"""So many finds are kept,"""

_AT_ONCE: Final = 16
"""and so many of one picture: where more is found, something is wrong with it."""

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
        self._first: int | None = None
        self._at: NDArray[np.int64] = np.zeros(0, np.int64)
        self._boxes: Floats = np.zeros((0, 4))

    def rides(self, boxes: Floats, at: int) -> list[Ride | None]:
        """The rows that end with `boxes` (n, 4), each or None; of too many boxes, those of the first.

        Args:
            boxes: What was found in the picture that was taken at `at`, and is of nothing that is told of.
            at: Its instant, µs.

        The finds of a row are forgotten: they are of a track now.
        """
        noted = np.round(boxes[:_AT_ONCE], _DIGITS)
        self._first = at if self._first is None else self._first
        kept = self._at > at - _KEPT
        self._at = np.concatenate((self._at[kept], np.full(len(noted), at, np.int64)))[-_MOST:]
        self._boxes = np.concatenate((self._boxes[kept], noted))[-_MOST:]
        if not len(noted) or at - self._first < _LEARNT:
            return [None] * len(boxes)
        places, times = boxes_to_axes(self._boxes), self._at
        may = (times >= at - _ROW) & (times < at)
        may[may] = ~_stand(places, times, np.flatnonzero(may))
        rides: list[Ride | None] = []
        done = np.zeros(len(times), bool)
        for here in boxes_to_axes(noted):
            row = _row(places, times, may & ~done, here, at)
            if not len(row):
                rides.append(None)
                continue
            first, since = row[0], int(times[row[0]])
            x0, y0, x1, y1 = self._boxes[first].tolist()
            rides.append(Ride(since, (x0, y0, x1, y1), 1e6 * (here[:2] - places[first, :2]) / (at - since)))
            done[row] = True
            done |= (times == at) & (_off(places, here) <= _ASIDE)
        self._at, self._boxes = self._at[~done], self._boxes[~done]
        return [*rides, *[None] * (len(boxes) - len(noted))]

    def state(self) -> dict[str, Any]:
        """Everything, as plain JSON data."""
        return {"first": self._first, "at": self._at.tolist(), "boxes": self._boxes.tolist()}

    @staticmethod
    def of(state: dict[str, Any]) -> "Faint":
        """What `state` wrote down.

        Raises:
            LookupError, TypeError, ValueError: the data is none of this version.
        """
        faint = Faint()
        faint._first = state["first"]
        faint._at = np.array(state["at"], np.int64)
        faint._boxes = np.array(state["boxes"], np.float64).reshape(len(faint._at), 4)
        return faint


def _row(places: Floats, times: NDArray[np.int64], may: NDArray[np.bool_], here: Floats, at: int) -> NDArray[np.intp]:
    """Which of the finds that may be of one are the longest row to `here`, found at `at`; none: there is none."""
    which = np.flatnonzero(may & _as_large(places, here))
    steps, ago = (places[which, :2] - here[:2]) / np.maximum(here[2:], 1e-6), at - times[which]
    away = np.hypot(*steps.T)
    for first in np.flatnonzero((away >= _LENGTHS) & (away * 1e6 >= _PACE * ago)).tolist():  # the oldest first
        part = (ago / ago[first])[:, None]
        row = (ago < ago[first]) & (np.hypot(*(steps - part * steps[first]).T) <= _ASIDE)
        row[first] = True
        taken = np.unique(ago[row])
        if len(taken) >= _FINDS - 1 and np.diff([0, *taken]).max() <= _GAP:
            chosen: NDArray[np.intp] = which[row]
            return chosen
    return which[:0]


def _stand(places: Floats, times: NDArray[np.int64], which: NDArray[np.intp]) -> NDArray[np.bool_]:
    """For each of `which` (k,), whether something was found there before or after as well: (k,)."""
    stand = np.zeros(len(which), bool)
    for n, k in enumerate(which.tolist()):
        near = np.logical_and(_off(places, places[k]) <= _ASIDE, _as_large(places, places[k]))
        stand[n] = len(np.unique(times[near & (np.abs(times - times[k]) >= _APART)])) >= _STOOD
    return stand


def _off(places: Floats, one: Floats) -> Floats:
    """How far each of (n, 4) is from (4,), in lengths of that one: (n,)."""
    off: Floats = np.hypot(*((places[:, :2] - one[:2]) / np.maximum(one[2:], 1e-6)).T)
    return off


def _as_large(places: Floats, one: Floats) -> NDArray[np.bool_]:
    """Whether each of (n, 4) is about as wide and high as (4,)."""
    ratio = np.maximum(places[:, 2:], 1e-6) / np.maximum(one[2:], 1e-6)
    alike: NDArray[np.bool_] = np.all(np.maximum(ratio, 1 / ratio) <= _RESIZED, axis=1)
    return alike
