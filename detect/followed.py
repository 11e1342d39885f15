"""What is known of a track besides its motion: what it is called, how sure that is, and whether it rides."""

from dataclasses import dataclass, field
from math import hypot
from typing import Final

import numpy as np

from detect.kalman import Floats
from models.geometry import Box, Point
from models.labels import KEYS

TWO_WHEELERS: Final = frozenset(KEYS["two_wheeler"])

HINT: Final = 0.15
"""A two-wheeler far away is hardly ever found with a better score: from this one on it is followed on trial."""

_LOOKS: Final = 5
"""A faint one must be found so many times at least, one soon after the other,"""

_LENGTHS: Final = 1.5
"""and have gone so many lengths of its own,"""

_PACE: Final = 1.2
"""so many of them a second: nobody walks that fast, and what only looks like one stands, or walks."""

_ASIDE: Final = 0.3
"""on a straight and even way, off which it never was by more of its lengths than this: parked ones side by side, found
now here, now there, are no ride."""

_WINDOW: Final = 2_000_000
"""µs in which it must have done so: it may have waited before, and ride from now on."""


@dataclass(slots=True)
class Followed:
    """One track. Instants in µs.

    Attributes:
        id: Its number.
        first_seen, last_seen: The first and the newest picture on which it was seen; before the first sure one it was
            nothing.
        begun: Where it was on the first one, fractions.
        score: The newest.
        hits: How often it was seen.
        sure: How often it was seen surely, one soon after the other; from 2 on it is told of.
        unsure_s: For how long it has not been seen surely.
        missed_s: For how long it has not been seen.
        votes: What it is called, with weights.
        way: When and where its middle was of late, while nothing is proven.
    """

    id: int
    first_seen: int
    begun: Box
    last_seen: int
    score: float
    hits: int = 1
    sure: int = 1
    unsure_s: float = 0.0
    missed_s: float = 0.0
    votes: dict[int, float] = field(default_factory=dict)
    way: list[tuple[int, float, float]] = field(default_factory=list)

    @staticmethod
    def begin(number: int, label: int, score: float, at: int, box: Box, *, sure: bool) -> "Followed":
        """It is found for the first time."""
        return Followed(number, at, box, at, score, sure=int(sure), votes={label: score}, way=[(at, *_middle(box))])

    @property
    def label(self) -> int:
        """What it is called most."""
        return max(self.votes, key=lambda label: (self.votes[label], -label))

    @property
    def proven(self) -> bool:
        """Whether it is told of: all others may be nothing."""
        return self.sure > 1

    def see(self, label: int, score: float, at: int, box: Box, *, sure: bool) -> None:
        """It is found again."""
        if sure and not self.sure:  # whatever it was taken for until now, faintly
            self.first_seen, self.begun, self.votes = at, box, {}
        self.votes = {name: 0.95 * weight for name, weight in self.votes.items()}
        self.votes[label] = self.votes.get(label, 0.0) + score
        self.score, self.last_seen, self.missed_s = score, at, 0.0
        self.hits += 1
        if sure:
            self.sure, self.unsure_s = self.sure + 1, 0.0
        if not self.proven:
            self.way = [*(one for one in self.way if at - one[0] <= _WINDOW), (at, *_middle(box))]
            if not sure and self.label in TWO_WHEELERS and self._rides(box):
                self.sure = 2
        if self.proven:
            self.way = []

    def forget(self, life_s: float) -> None:
        """What was seen surely once, longer ago than that, may be nothing."""
        if not self.proven and self.unsure_s > life_s:
            self.sure = 0

    def _rides(self, box: Box) -> bool:
        """Whether it has gone, from any point of its way on, as far, as fast and as evenly as only what rides does."""
        wide, high = max(box[2] - box[0], 1e-3), max(box[3] - box[1], 1e-3)
        at, x, y = self.way[-1]
        for first in range(len(self.way) - _LOOKS + 1):
            since, u, v = self.way[first]
            lasting, right, down = at - since, x - u, y - v
            away = hypot(right / wide, down / high)
            if away < _LENGTHS or away * 1e6 < _PACE * lasting:
                continue
            parts = [((then - since) / lasting, p, q) for then, p, q in self.way[first:]]
            if all(hypot((u + right * t - p) / wide, (v + down * t - q) / high) <= _ASIDE for t, p, q in parts):
                return True
        return False


def _middle(box: Box) -> Point:
    x0, y0, x1, y1 = box
    return (x0 + x1) / 2, (y0 + y1) / 2


def shared(box: Floats, others: Floats) -> Floats:
    """How much of the smaller one a box (4,) and each of (m, 4) have in common: (m,), 0..1."""
    x0, y0, x1, y1 = box
    u0, v0, u1, v1 = others.T
    wide = np.maximum(np.minimum(x1, u1) - np.maximum(x0, u0), 0.0)
    high = np.maximum(np.minimum(y1, v1) - np.maximum(y0, v0), 0.0)
    smaller = np.minimum((x1 - x0) * (y1 - y0), (u1 - u0) * (v1 - v0))
    share: Floats = wide * high / np.maximum(smaller, 1e-12)
    return share
