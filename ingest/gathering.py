"""How long packets may lie in the socket: nobody needs them before the next sample has come.

Several at once cost far less processor time than one by one, between which inference takes the caches.
"""

from typing import Final

from ingest.coded import Coded
from ingest.grid import Grid

_LATE_S: Final = 0.01
"""So long after the quickest packets come, its reader looks for the next sample: most lie in the socket by then, and
what lies there costs less than what is waited for."""

_MOST_S: Final = 0.25
"""So long at most: the ring, the state and the end of the worker are to be prompt too."""


def spare_s(grid: Grid, coded: Coded, now: int) -> float:
    """Seconds that the packets after this one may wait; at most 0: not at all.

    `taken` lies as long before arrival as the quickest packets take, so the next sample is read soon after it came.

    Args:
        grid: Of the samples that are wanted.
        coded: The packet that was read last.
        now: Our clock, µs since 1970 UTC.
    """
    if not coded.stamp.settled:
        return 0.0
    due = coded.stamp.taken + grid.until_us(coded.pts, coded.opened.time_base)
    left_s = (due - now) / 1_000_000
    # Where the next sample is further away than samples are apart, our clock was set back.
    return min(left_s + _LATE_S, _MOST_S) if left_s * grid.fps <= 1 else 0.0
