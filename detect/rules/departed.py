"""What was seen to leave its place: its own track is elsewhere, and nothing hides where it stood."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from detect.rules.measure import overlap
from detect.rules.rule import micros
from detect.rules.still import Standing
from models.geometry import Box
from models.track import Track

_EMPTY_S: Final = 20.0
"""Its place must be seen empty for so long: who passes before what stands there may take its number along, and it may
not be found for a while."""

_AWAY: Final = 0.1
"""Overlap with its place; with no more of it, it is elsewhere."""

_BEHIND: Final = 0.1
"""Of the height of what stands there; whatever has its feet so much farther up stands behind it, and hides nothing."""


def without_departed(standings: Iterable[Standing], tracks: Sequence[Track], at: int) -> tuple[Standing, ...]:
    """Without what was seen to leave; `tracks` are all of the picture, at `at` µs."""
    told = (_told(one, tracks, at) for one in standings)
    return tuple(one for one in told if not one.emptied or at - one.emptied <= micros(_EMPTY_S))


def _told(one: Standing, tracks: Sequence[Track], at: int) -> Standing:
    """The same, with the time since which its place is empty."""
    if one.seen == at:
        return replace(one, emptied=0) if one.emptied else one
    own = next((track for track in tracks if track.id == one.track), None)
    if own is None and not one.emptied:
        return one
    there = own is not None and overlap(own.box, one.box) > _AWAY
    if there or any(_hides(track.box, one.box) for track in tracks if track.id != one.track):
        return replace(one, emptied=at) if one.emptied else one
    return one if one.emptied else replace(one, emptied=at)


def _hides(box: Box, place: Box) -> bool:
    """Whether it is before the place, and covers something of it."""
    return overlap(box, place) > 0.0 and box[3] > place[3] - _BEHIND * (place[3] - place[1])
