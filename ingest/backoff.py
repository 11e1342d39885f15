"""How long to wait before a camera is tried again: soon at first, then ever longer, and never in step with others."""

import random
from typing import Final

_FAST_S: Final = 0.25
"""A dropped connection often comes back at once; eight cameras of one switch still spread over half a second."""

_FIRST_S: Final = 1.0
_LONGEST_S: Final = 30.0
_REFUSED_FIRST_S: Final = 60.0
"""Cameras lock an account after a few wrong passwords."""

_REFUSED_LONGEST_S: Final = 300.0
_JITTER: Final = 0.25
"""Up to this share longer or, at the longest wait, shorter."""


class Backoff:
    """The waits between attempts; `reset` once the camera was live for a while."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._failed = 0
        self._refused = 0

    def reset(self) -> None:
        """The camera is well: the next failure is tried again soon."""
        self._failed = self._refused = 0

    def after_failure(self) -> float:
        """Seconds to wait after a connection failed or ended: 0.25 to 0.5, then 1 s doubling to 30 s."""
        self._failed += 1
        self._refused = 0
        if self._failed == 1:
            return _FAST_S * (1 + self._chance.random())
        return self._spread(_FIRST_S, _LONGEST_S, self._failed - 2)

    def after_refusal(self) -> float:
        """Seconds to wait after the password was refused: 60 s doubling to 5 min."""
        self._refused += 1
        return self._spread(_REFUSED_FIRST_S, _REFUSED_LONGEST_S, self._refused - 1)

    def _spread(self, first: float, longest: float, doublings: int) -> float:
        # The exponent is bounded: a camera that is away for a year must not overflow a float.
        wait = first * float(2 ** min(doublings, 16)) * (1 + _JITTER * self._chance.random())
        return wait if wait < longest else longest * (1 - _JITTER * self._chance.random())
