"""The time line of footage: the PTS of one file after the other laid onto one run of instants."""

from typing import Final

from ingest.taken import REORDER_US, STEP_US, Stamp

_LONGEST_HOLE_US: Final = 24 * 3600 * 1_000_000
"""A longer hole in a file's time is an error of the file: it is closed."""

_REORDERED_PICTURES: Final = 16
"""B-frames come out of order by so many pictures at most, however slow the file is."""

_LEAD_US: Final = 1_000_000
"""As on the live time line: no reordered picture lies before 0."""


class Timeline:
    """Stamps the packets of files as `ingest.taken` stamps a camera's. Pure: it reads no clock.

    A step in the PTS begins a new epoch, as it does live: a step ahead is a hole and stays one, a step back goes on
    where the pictures before it ended.

    Args:
        at: The first instant of the first file, µs since 1970 UTC.
    """

    def __init__(self, at: int) -> None:
        self._epoch = 0
        self._next = at
        self._fresh = True
        self._offset = self._newest = self._first = self._lasted = 0

    def begin(self) -> None:
        """The next packet is the first of another file."""
        self._fresh = True

    def stamp(self, pts: int, duration: int) -> Stamp:
        """Stamp a packet; both in µs, `pts` on the file's own time line, `duration` how long it is shown."""
        if duration > _LONGEST_HOLE_US:  # mp4 lets a picture last until the next, over whatever hole
            duration = self._lasted
        self._lasted = duration
        if self._fresh:
            self._cut(pts)
            self._fresh = False
        elif pts < self._newest - max(REORDER_US, _REORDERED_PICTURES * duration):
            self._cut(pts)
        elif pts > self._newest + STEP_US:
            self._cut(pts, hole=pts - self._newest <= _LONGEST_HOLE_US)
        self._newest = max(self._newest, pts)
        taken = pts + self._offset
        self._next = max(self._next, taken + duration)
        return Stamp(self._epoch, taken, max(0, pts - self._first + _LEAD_US), settled=True)

    def ended_us(self, since: int) -> int:
        """µs from that instant to the end of the last picture."""
        return self._next - since

    def _cut(self, pts: int, *, hole: bool = False) -> None:
        self._epoch += 1
        if not hole:
            self._offset = self._next - pts
        self._newest = self._first = pts
