"""Who crosses a directed line: settled on one side before and on the other side after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from detect.rules.rule import micros
from detect.tracker import LIFE_S, SPARSE_S
from models.clock import to_micros
from models.geometry import Box, Line, Point
from models.labels import PERSON
from models.track import Track, feet

_BAND: Final = 0.004
"""Feet nearer to the line than this share of the picture's height are on neither side: boxes tremble."""

_SHORTER: Final = 0.8
"""Whoever has less than this share of his height from one picture to the next, with his head where it was, has his feet
hidden: nobody walks off or ducks like that."""

_HEAD: Final = 0.1
"""Of his height; a head is where it was when it is no farther off."""

_EDGE: Final = 0.01
"""A box that begins this near to the picture's upper edge has no head to go by."""

_HIDDEN_S: Final = 5.0
"""For so long feet are believed to be where they must be: a few steps behind a parked car, and no first box that was
wrong decides for long."""

_LEAP: Final = 0.5
"""Of its width; who is found so far aside of where the last step led may be somebody else, or nobody at all."""

_LOOK_S: Final = 0.5
"""Whoever was not looked at for longer may have turned meanwhile."""

_LEAP_S: Final = 1.0
"""For so much longer such a one must be seen on the other side."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A track and the line. Instants in µs; a side is +1 (in), -1 (out) or 0 (not known).

    Attributes:
        track: Its id.
        seen: The newest picture it was on.
        home: The side it has settled on.
        feet: Where it stood when it was last seen there; below its head where they are hidden.
        trial: The other side, while it is being tried.
        since: The first picture on that side.
        first: Where it stood then.
        doubt: How much longer it must be seen there, µs.
        whole: Where it is from head to feet; as tall as it was when they were last to be seen.
        shown: When that was.
        pace: How its middle went last, widths of the picture a second; None: it was seen once, or has leapt.
    """

    track: int
    seen: int
    home: int
    feet: Point
    trial: int
    since: int
    first: Point
    doubt: int
    whole: Box
    shown: int
    pace: float | None = None


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
        settle: µs that a track must be on either side; on the far one as much longer as it was missed right before,
            and longer where it leapt there, since what is found there may be nobody at all.
        hole: µs without a picture over which nothing is carried.
        wide: Heights to the picture's width.
    """

    line: Line
    settle: int
    hole: int
    wide: float

    def step(
        self, before: Sequence[Walk], tracks: Sequence[Track], at: int, last: int | None
    ) -> tuple[tuple[Walk, ...], tuple[Crossed, ...]]:
        """One picture on: the walks that are remembered, and who has crossed; `last` is of the picture before."""
        if last is not None and at - last > self.hole:
            before, last = (), None
        walks = {w.track: w for w in before if at - w.seen <= micros(LIFE_S)}
        crossed = []
        for track in tracks:
            walk, direction, since = self._walked(walks.get(track.id), track, at, at if last is None else last)
            walks[track.id] = walk
            if direction:
                crossed.append(Crossed(track, direction, since))
        return tuple(walks.values()), tuple(crossed)

    def _walked(self, walk: Walk | None, track: Track, at: int, last: int) -> tuple[Walk, int, int]:
        """The walk one picture on, the direction in which it has now crossed (0: not), and since when it is over."""
        if walk is None:
            walk = self._begun(track, at, last)
        walk, leapt = _paced(walk, track, at)
        shows = _shows(walk.whole, track)
        if shows < _SHORTER and at - walk.shown <= micros(_HIDDEN_S):
            x0, top, x1, _ = track.box
            walk = replace(walk, whole=(x0, top, x1, top + walk.whole[3] - walk.whole[1]))
        else:
            walk = replace(walk, whole=track.box, shown=at)
        here = feet(walk.whole)
        side = self._side(here)
        doubt = max(0, last - walk.seen, micros(_LEAP_S) if leapt else 0)
        walk = replace(walk, seen=at)
        if side == 0:
            return walk, 0, 0
        if side == walk.home:
            return replace(walk, feet=here, trial=0), 0, 0
        if side != walk.trial:
            walk = replace(walk, trial=side, since=at, first=here, doubt=doubt)
        if at - walk.since < self.settle + walk.doubt:
            return walk, 0, 0
        over = replace(walk, home=side, feet=here, trial=0)
        return over, side if walk.home and self._between_ends(walk) else 0, walk.since

    def _begun(self, track: Track, at: int, last: int) -> Walk:
        """The walk of whoever is told of for the first time.

        Where pictures are few, it begins with the one before, on which he was seen first: there may be no other one
        before the line. Where they are many it does not: of all boxes the first one is wrong most often.
        """
        first, box = to_micros(track.first_seen), track.begun
        if box is None or first != last or at - first <= micros(SPARSE_S):
            return Walk(track.id, at, 0, track.feet, 0, at, track.feet, 0, track.box, at)
        return Walk(track.id, first, 0, feet(box), self._side(feet(box)), first, feet(box), 0, box, first)

    def _side(self, at: Point) -> int:
        distance = self.line.side(at, self.wide)
        return 0 if abs(distance) <= _BAND else (1 if distance > 0 else -1)

    def _between_ends(self, walk: Walk) -> bool:
        here, there = self.line.side(walk.feet, self.wide), self.line.side(walk.first, self.wide)
        if here * there >= 0:
            return False  # nobody crossed: the line was moved
        part = here / (here - there)
        (ax, ay), (bx, by) = walk.feet, walk.first
        return self.line.beside((ax + part * (bx - ax), ay + part * (by - ay)), self.wide)


def _paced(walk: Walk, track: Track, at: int) -> tuple[Walk, bool]:
    """The same with its newest pace, and whether it is off from where the one before led."""
    if at == walk.seen:
        return walk, False
    (u0, _, u1, _), (x0, _, x1, _) = walk.whole, track.box
    step, time = (x0 + x1 - u0 - u1) / 2, (at - walk.seen) / 1e6
    aside = abs(step - (walk.pace or 0.0) * time)
    leapt = walk.pace is not None and time <= _LOOK_S and aside > _LEAP * max(u1 - u0, x1 - x0)
    return replace(walk, pace=None if leapt else step / time), leapt


def _shows(whole: Box, track: Track) -> float:
    """How much is seen of somebody from his head down, of what was; 1 where that moved, and for what is no person."""
    tall, now = whole[3] - whole[1], track.box[3] - track.box[1]
    top = track.box[1]
    if track.label != PERSON or min(top, whole[1], tall) < _EDGE or abs(top - whole[1]) > _HEAD * max(tall, now):
        return 1.0
    return now / tall
