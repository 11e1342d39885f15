"""How often a camera is looked at: where that is too seldom, somebody in a hurry passes unseen."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from detect.ledger import SPARSE

_SPARSE: Final = (6, 6, 1_000_000), (10, 20, 700_000)
"""Looks are too few where so many of the newest, at least and at most, are more µs apart than this on average. At 1.6 a
second nothing is missed, at 1.4 the first who cross a line in a hurry are, at 1 a tenth of them (ADR 0013)."""

_DENSE: Final = 580_000
"""They are enough again where the newest are no more µs apart than this: two a second, one of them late at times."""

_BLIND: Final = 1_500_000
"""All that belongs to this `health.blind_s`; who waits longer for a picture asks for fewer."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What is known of it.

    Attributes:
        newest: `taken` of the newest, in µs.
        sparse: Whether they are too few.
    """

    newest: tuple[int, ...] = ()
    sparse: bool = False

    def looked(self, taken: int, blind: int) -> "Looks":
        """One look on; after a clock that was set back it begins anew.

        Args:
            taken: When the picture was taken, µs.
            blind: `health.blind_s` in µs.
        """
        if self.newest and taken <= self.newest[-1]:
            return Looks((taken,))
        looks = (*self.newest, taken)[-_SPARSE[-1][1] :]
        scale = _scale(blind)
        if self.sparse:
            return Looks(looks, _between(looks, blind) > _DENSE * scale)
        few = (len(looks) >= least and _between(looks[-most:], blind) > us * scale for least, most, us in _SPARSE)
        return Looks(looks, any(few))

    def seldom(self, blind: int) -> tuple[str, int] | None:
        """Reason and beginning (the first look after which none came soon) for the ledger, where they are too few."""
        if not self.sparse:
            return None
        soon = _DENSE * _scale(blind)
        return SPARSE, next((one for one, then in pairwise(self.newest) if then - one > soon), self.newest[0])


def _scale(blind: int) -> float:
    return max(1.0, blind / _BLIND)


def _between(looks: tuple[int, ...], blind: int) -> float:
    """µs from look to look on average; a gap that is blind time by itself counts as one that just is not."""
    return sum(min(then - one, blind) for one, then in pairwise(looks)) / (len(looks) - 1)
