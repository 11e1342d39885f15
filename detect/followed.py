"""What is known of a track besides its motion: what it is called, and how sure that is."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from detect.faint import Trail
from detect.kalman import Floats
from models.geometry import Box
from models.labels import KEYS

TWO_WHEELERS: Final = frozenset(KEYS["two_wheeler"])


@dataclass(slots=True)
class Followed:
    """One track. Instants in µs.

    Attributes:
        id: Its number.
        first_seen, last_seen: The first and the newest picture on which it was seen.
        begun: Where it was on the first one, fractions.
        score: The newest.
        hits: How often it was seen.
        proven: Whether it is told of: what was seen surely once may be nothing.
        missed_s: For how long it has not been seen.
        votes: What it is called, with weights.
    """

    id: int
    first_seen: int
    begun: Box
    last_seen: int
    score: float
    hits: int = 1
    proven: bool = False
    missed_s: float = 0.0
    votes: dict[int, float] = field(default_factory=dict)

    @staticmethod
    def begin(number: int, label: int, score: float, at: int, box: Box) -> "Followed":
        """It is found for the first time."""
        return Followed(number, at, box, at, score, votes={label: score})

    @property
    def label(self) -> int:
        """What it is called most."""
        return max(self.votes, key=lambda label: (self.votes[label], -label))

    def see(self, label: int, score: float, at: int) -> None:
        """It is found again."""
        self.votes = {name: 0.95 * weight for name, weight in self.votes.items()}
        self.votes[label] = self.votes.get(label, 0.0) + score
        self.score, self.last_seen, self.missed_s = score, at, 0.0
        self.hits, self.proven = self.hits + 1, True

    def rode(self, trail: Trail) -> None:
        """It is proven by the trail that ends with it."""
        self.first_seen, self.begun, self.proven = trail.since, trail.begun, True


def shared(box: Floats, others: Floats) -> Floats:
    """How much of the smaller one a box (4,) and each of (m, 4) have in common: (m,), 0..1."""
    x0, y0, x1, y1 = box
    u0, v0, u1, v1 = others.T
    wide = np.maximum(np.minimum(x1, u1) - np.maximum(x0, u0), 0.0)
    high = np.maximum(np.minimum(y1, v1) - np.maximum(y0, v0), 0.0)
    smaller = np.minimum((x1 - x0) * (y1 - y0), (u1 - u0) * (v1 - v0))
    share: Floats = wide * high / np.maximum(smaller, 1e-12)
    return share
