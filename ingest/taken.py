"""When a picture was taken: its PTS laid onto the server's UTC, whatever the camera's own clock says."""

from collections import deque
from dataclasses import dataclass
from typing import Final

_SECOND: Final = 1_000_000
"""µs."""

STEP_US: Final = 5 * _SECOND
"""PTS and arrival that differ by more from one packet to the next are no delay: the time line was cut."""

EARLY_US: Final = _SECOND
"""Nothing arrives before it was taken: a PTS this far ahead of its arrival is a cut too."""

REORDER_US: Final = 600_000
"""B-frames send pictures out of order, by 16 pictures at most; a PTS further back is a cut."""

SNAP_US: Final = 2 * _SECOND
"""So long after an epoch began, the offset drops at once to the smallest delay seen: the start-up burst of old
pictures ends within it."""

SETTLE_US: Final = 300_000
"""Before this, a picture of a start-up burst would be stamped too late, and true ones after it could not follow."""

_WINDOW: Final = 30
"""Seconds over which the smallest delay counts: longer than a network's bad moment, short against a clock's drift."""

_SLEW_PER_MILLE: Final = 5
"""The offset moves by at most 5 ms in a second, so that speeds and dwell times stay true."""

_LEAD_US: Final = _SECOND
"""The media time of an epoch's first picture, so that no reordered picture lies before 0."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the clock says of one picture.

    Attributes:
        epoch: Changes when the PTS stepped, with each connection and with each start of the worker.
        taken: µs since 1970 UTC; rises with the PTS within an epoch once it has settled.
        media: µs on a time line that is continuous within the epoch.
        settled: False in the first moments of an epoch, while `taken` may still be too late.
    """

    epoch: int
    taken: int
    media: int
    settled: bool


class TakenClock:
    """Stamps the packets of one camera as they arrive. Pure: it reads no clock itself."""

    def __init__(self, first_epoch: int) -> None:
        """`first_epoch` tells this start of the worker from all others."""
        self._epoch = first_epoch - 1
        self._running = False
        self._offset = 0
        self._snaps = True
        self._first_pts = self._newest_pts = self._pts = 0
        self._first_arrival = self._arrival = 0
        self._highest = 0
        self._delays: deque[tuple[int, int]] = deque()

    def restart(self) -> None:
        """The next packet belongs to a new connection."""
        self._running = False

    def stamp(self, pts: int, arrival: int) -> Stamp:
        """Stamp a packet; `pts` in µs on the stream's own time line, `arrival` in µs since 1970 UTC."""
        if not self._running or self._is_cut(pts, arrival):
            self._begin(pts, arrival)
        self._follow(pts, arrival)
        self._pts, self._arrival = pts, arrival
        taken = pts + self._offset
        self._highest = max(self._highest, taken)
        settled = not self._snaps or arrival - self._first_arrival >= SETTLE_US
        return Stamp(self._epoch, taken, max(0, pts - self._first_pts + _LEAD_US), settled)

    def _is_cut(self, pts: int, arrival: int) -> bool:
        ahead = (pts - self._pts) - (arrival - self._arrival)
        if pts < self._newest_pts - REORDER_US or abs(ahead) > STEP_US:
            return True
        return self._snaps and not self._is_snapping(arrival) and pts + self._offset - arrival > EARLY_US

    def _begin(self, pts: int, arrival: int) -> None:
        self._running = True
        self._epoch = (self._epoch + 1) % 2**31
        self._first_pts = self._newest_pts = pts
        self._first_arrival = arrival
        self._delays.clear()
        self._offset = arrival - pts
        # Where the server's own clock was set back by more than a step, `taken` goes on and is slewed: it never falls.
        self._snaps = self._highest - arrival <= STEP_US
        if not self._snaps:
            self._offset = self._highest + 1 - pts

    def _follow(self, pts: int, arrival: int) -> None:
        """Move the offset towards the smallest delay of the window."""
        delay = arrival - pts
        advance = max(0, pts - self._newest_pts)
        self._newest_pts += advance
        second = self._newest_pts // _SECOND
        if self._delays and self._delays[-1][0] == second:
            delay = min(delay, self._delays.pop()[1])
        self._delays.append((second, delay))
        while self._delays[0][0] <= second - _WINDOW:
            self._delays.popleft()
        smallest = min(delay for _, delay in self._delays)
        if self._snaps and self._is_snapping(arrival):
            self._offset = min(self._offset, smallest)
            return
        most = advance * _SLEW_PER_MILLE // 1000
        self._offset += max(-most, min(most, smallest - self._offset))

    def _is_snapping(self, arrival: int) -> bool:
        return arrival - self._first_arrival <= SNAP_US


class Rising:
    """Lets only those pictures pass, in the order shown, that were taken after all before them, across epochs too."""

    def __init__(self) -> None:
        self._last = 0

    def passes(self, taken: int) -> bool:
        """Whether `taken` (µs) is later than all that passed."""
        if taken <= self._last:
            return False
        self._last = taken
        return True
