"""What hardly moves: how fast a thing goes is measured over a second or two, since a box that trembles goes nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from detect.rules.measure import apart, length
from models.geometry import Point
from models.track import Track

_SPAN: Final = 1_000_000
"""µs; over less than this nothing is known."""

KEPT: Final = 2_000_000
"""µs; for so long it is remembered where things were: what hardly moves is known to after so long at most."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a track was of late. Instants in µs.

    Attributes:
        track: Its id.
        way: When and where it was, the newest last.
        slow: Since when it has hardly moved; None: it moves, or nobody knows yet.
    """

    track: int
    way: tuple[tuple[int, Point], ...]
    slow: int | None = None


@dataclass(frozen=True, slots=True)
class Slowness:
    """What hardly moves.

    Attributes:
        pace: Fewer lengths a second than this.
        gap: What was not seen for so many µs begins anew.
        wide: Heights to the picture's width.
    """

    pace: float
    gap: int
    wide: float

    def step(self, before: Sequence[Pace], tracks: Sequence[Track], at: int) -> tuple[Pace, ...]:
        """One picture on: how fast a thing goes is what most of the places say where it was a second or two ago."""
        paces = {p.track: p for p in before if at - p.way[-1][0] <= self.gap}
        for track in tracks:
            pace = paces.get(track.id, Pace(track.id, ()))
            known = [one for one in pace.way[:-1] if at - one[0] <= KEPT] + list(pace.way[-1:])
            old = [(then, there) for then, there in known if at - then >= _SPAN]
            hardly = [then for then, there in old if self._hardly_moves(track, there, at - then)]
            since = pace.slow  # where nobody can tell it is as it was
            if old:
                since = (hardly[0] if since is None else since) if 2 * len(hardly) > len(old) else None
            paces[track.id] = Pace(track.id, (*known, (at, track.feet)), since)
        return tuple(paces.values())

    def _hardly_moves(self, track: Track, there: Point, spent: int) -> bool:
        """Whether it does, having been `there` so many µs ago."""
        gone = apart(track.feet, there, self.wide) / length(track.box, self.wide)
        return gone < self.pace * spent / 1e6
