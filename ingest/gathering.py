"""How long packets may lie in the socket: nobody needs them before the next sample has come.

Several at once cost far less processor time than one by one, between which inference takes the caches.
"""

from typing import Final

from ingest.coded import Coded
from ingest.grid import Grid

_EARLY_S: Final = 0.005
"""So long before the next sample can have come, its reader is there."""

_MOST_S: Final = 0.25
"""So long at most: the ring, the state and the end of the worker are to be prompt too."""


def spare_s(grid: Grid, coded: Coded, now: int) -> float:
    """Seconds that the packets after this one may wait; at most 0: not at all.

    `taken` lies as long before arrival as the quickest packets take, so the next sample is not read too late.

    Args:
        grid: Of the samples that are wanted.
        coded: The packet that was read last.
        now: Our clock, µs since 1970 UTC.
    """
    if not coded.stamp.settled:
        return 0.0
    due = coded.stamp.taken + grid.until_us(coded.pts, coded.opened.time_base)
    spare = (due - now) / 1_000_000 - _EARLY_S
    # Where the next sample is further away than samples are apart, our clock was set back.
    return min(spare, _MOST_S) if spare * grid.fps <= 1 else 0.0
