"""Who crosses a directed line: settled on one side before and on the other side after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from detect.rules.rule import micros
from detect.tracker import LIFE_S
from models.geometry import Line, Point
from models.track import Track

_BAND: Final = 0.004
"""Feet nearer to the line than this share of the picture are on neither side: boxes tremble."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A track and the line. Instants in µs; a side is +1 (in), -1 (out) or 0 (not known).

    Attributes:
        track: Its id.
        seen: The newest picture it was on.
        home: The side it has settled on.
        feet: Where it stood when it was last seen there.
        trial: The other side, while it is being tried.
        since: The first picture on that side.
        first: Where it stood then.
    """

    track: int
    seen: int
    home: int
    feet: Point
    trial: int
    since: int
    first: Point


@dataclass(frozen=True, slots=True)
class Crossed:
    """A track that has now settled on the other side.

    Attributes:
        track: As of the picture on which it counts.
        direction: +1 in, -1 out.
        since: The first picture on the other side, µs.
    """

    track: Track
    direction: int
    since: int


@dataclass(frozen=True, slots=True)
class Crossings:
    """How walks near one line go on; pure.

    Attributes:
        line: What is crossed, between its ends.
        settle: µs that a track must be on either side.
    """

    line: Line
    settle: int

    def step(
        self, before: Sequence[Walk], tracks: Sequence[Track], at: int
    ) -> tuple[tuple[Walk, ...], tuple[Crossed, ...]]:
        """One picture on: the walks that are remembered, and who has crossed."""
        walks = {w.track: w for w in before if at - w.seen <= micros(LIFE_S)}
        crossed = []
        for track in tracks:
            walk, direction, since = self._walked(walks.get(track.id), track, at)
            walks[track.id] = walk
            if direction:
                crossed.append(Crossed(track, direction, since))
        return tuple(walks.values()), tuple(crossed)

    def _walked(self, walk: Walk | None, track: Track, at: int) -> tuple[Walk, int, int]:
        """The walk one picture on, the direction in which it has now crossed (0: not), and since when it is over."""
        feet = track.feet
        distance = self.line.side(feet)
        side = 0 if abs(distance) <= _BAND else (1 if distance > 0 else -1)
        if walk is None:
            walk = Walk(track.id, at, 0, feet, 0, at, feet)
        walk = replace(walk, seen=at)
        if side == 0:
            return walk, 0, 0
        if side == walk.home:
            return replace(walk, feet=feet, trial=0), 0, 0
        if side != walk.trial:
            walk = replace(walk, trial=side, since=at, first=feet)
        if at - walk.since < self.settle:
            return walk, 0, 0
        over = replace(walk, home=side, feet=feet, trial=0)
        return over, side if walk.home and self._between_ends(walk) else 0, walk.since

    def _between_ends(self, walk: Walk) -> bool:
        here, there = self.line.side(walk.feet), self.line.side(walk.first)
        if here * there >= 0:
            return False  # nobody crossed: the line was moved
        part = here / (here - there)
        (ax, ay), (bx, by) = walk.feet, walk.first
        return self.line.beside((ax + part * (bx - ax), ay + part * (by - ay)))
