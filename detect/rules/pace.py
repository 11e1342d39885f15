"""How fast things go, in lengths of their own a second, over a second or two: a box that trembles goes nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from detect.rules.measure import apart, length
from detect.rules.rule import micros
from detect.tracker import LIFE_S
from models.geometry import Point
from models.track import Track

_SPAN: Final = 1_000_000
"""µs; over less than this nothing is said."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a track was. Instants in µs.

    Attributes:
        track: Its id.
        seen: The newest picture it was on.
        since, there: When and where it was one or two spans ago; what its speed is measured from.
        next_since, next_there: The same, for when the first is older than that.
    """

    track: int
    seen: int
    since: int
    there: Point
    next_since: int
    next_there: Point


def paced(
    before: Sequence[Pace], tracks: Sequence[Track], at: int, wide: float
) -> tuple[tuple[Pace, ...], dict[int, float]]:
    """One picture on: what is remembered, and the lengths a second of each track that was seen for long enough.

    `wide` is heights to the picture's width.
    """
    paces = {p.track: p for p in before if at - p.seen <= micros(LIFE_S)}
    speeds = {}
    for track in tracks:
        feet = track.feet
        pace = paces.get(track.id)
        if pace is None:
            paces[track.id] = Pace(track.id, at, at, feet, at, feet)
            continue
        if at - pace.since >= _SPAN:
            speeds[track.id] = apart(feet, pace.there, wide) / length(track.box, wide) / ((at - pace.since) / 1e6)
        if at - pace.next_since >= _SPAN:
            pace = Pace(track.id, at, pace.next_since, pace.next_there, at, feet)
        paces[track.id] = replace(pace, seen=at)
    return tuple(paces.values()), speeds
