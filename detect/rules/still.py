"""What stands still in a zone and since when, by its place, whatever it is called and whatever passes before it."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import Final

from detect.rules.measure import overlap
from detect.rules.rule import micros
from detect.tracker import LIFE_S
from models.clock import to_micros
from models.geometry import Box, Zone
from models.labels import KEY_OF
from models.track import Track

_STILL: Final = 0.6
"""Least overlap of a box with where it stood: boxes tremble, and lose a wheel to whoever passes before them."""

_SAME: Final = 0.5
"""The same once it has settled, or where another track may be it: two thirds of a thing are still at its place."""

_PART: Final = 0.8
"""Of a thing of which somebody hides a part this share of what is seen still lies within its place."""

_STOOD: Final = 1_000_000
"""µs; what stood for less is nobody's place that another track could take over: traffic passes there all the time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Something that stands still. Instants in µs.

    Attributes:
        number: Its own, as long as it stands there.
        key: What it is, e.g. vehicle.
        track: The track that it was last seen as.
        by: The first picture on which it was seen as that one.
        since: The first picture on which it stood there.
        seen: The newest one.
        missed: Since then it has not been seen: `seen`, or the first picture after a hole.
        box: Where it stands: the mean of its boxes until it is settled.
        settled: Whether it has stood for long enough to be believed.
        resumed: The first picture after a hole of which a rule does not know yet whether it counts; 0: there is none.
        emptied: The first picture since which its place is empty, after it was seen elsewhere; 0: it was not.
    """

    number: int
    key: str
    track: int
    by: int
    since: int
    seen: int
    missed: int
    box: Box
    settled: bool = False
    resumed: int = 0
    emptied: int = 0


@dataclass(frozen=True, slots=True)
class Standings:
    """How what stands in one zone goes on; pure.

    Attributes:
        zone: What feet stand in.
        settle: µs; who has stood for so long is believed, also to be the one that was lost where it stands.
        gap: µs; what has settled and is not seen for no longer is hidden, not gone.
    """

    zone: Zone
    settle: int
    gap: int

    def step(
        self, before: Sequence[Standing], tracks: Sequence[Track], at: int, number: int
    ) -> tuple[tuple[Standing, ...], int]:
        """One picture on: what stands there, and the next free number.

        A thing is seen again as its own track where that is at its place, or as one that has just appeared there in
        its stead. Whatever else stands there begins anew, and is taken for the one that was lost there when it has
        settled: who only passes by, or halts for a moment, never.
        """
        before = [one for one in before if not one.settled or self._holds(one.box)]  # the zone may be drawn anew
        tracks_by_id = {track.id: track for track in tracks}
        bound: set[int] = set()
        after = []
        for one in before:
            track = tracks_by_id.get(one.track)
            if track is not None and track.id not in bound and _at_its_place(track, one):
                bound.add(track.id)
                after.append(self._seen(one, track, at))
            elif one.settled or (track is None and at - one.seen <= micros(LIFE_S)):
                after.append(one)
            elif track is not None and at - one.seen <= micros(LIFE_S) and _in_part(track, one):
                bound.add(track.id)  # somebody passes before it: it neither stands there anew nor is it gone
                after.append(one)
            # Not settled and seen elsewhere: it only passed.
        known = {one.track for one in before}
        after = self._renumbered(after, [t for t in tracks if t.id not in bound | known], tracks_by_id, at)
        bound |= {one.track for one in after if one.seen == at}
        for track in tracks:
            if track.id not in bound and self.zone.contains(track.feet):
                key = KEY_OF[track.label]
                after.append(Standing(number, key, track.id, at, at, at, at, track.box))
                number += 1
        return self._without_lost(self._continued(before, after, at), at), number

    def _seen(self, one: Standing, track: Track, at: int) -> Standing:
        by = one.by if one.track == track.id else at
        if one.settled:
            return replace(one, track=track.id, by=by, seen=at, missed=at)
        share = (at - one.seen) / (at - one.since)
        x0, y0, x1, y1 = (old + share * (new - old) for old, new in zip(one.box, track.box, strict=True))
        box = (x0, y0, x1, y1)
        return replace(
            one,
            track=track.id,
            by=by,
            seen=at,
            missed=at,
            box=box,
            # What stands before the border trembles into the zone now and then: its mean does not.
            settled=at - one.since >= self.settle and self._holds(box),
        )

    def _holds(self, box: Box) -> bool:
        """Whether what stands at that place stands in the zone."""
        x0, _, x1, y1 = box
        return self.zone.contains(((x0 + x1) / 2, y1))

    def _renumbered(
        self, standings: list[Standing], free: Sequence[Track], seen: Container[int], at: int
    ) -> list[Standing]:
        """The same, but those seen as a track that has appeared at their place since, a moment ago; best first."""
        pairs = sorted(
            (-covered, one.number, track.id)
            for one in standings
            if one.track not in seen and at - one.seen <= micros(LIFE_S) and one.seen - one.by >= _STOOD
            for track in free
            if KEY_OF[track.label] == one.key
            and to_micros(track.first_seen) > one.seen
            and (covered := overlap(track.box, one.box)) >= _SAME
        )
        by_id = {track.id: track for track in free}
        found: dict[int, Track] = {}
        for _, number, track_id in pairs:
            if number not in found and track_id in by_id:
                found[number] = by_id.pop(track_id)
        return [self._seen(one, found[one.number], at) if one.number in found else one for one in standings]

    def _continued(self, before: Sequence[Standing], after: list[Standing], at: int) -> list[Standing]:
        """The lost, taken up by what has just settled where they stood: by their own track first, then the best."""
        young = {one.number for one in before if not one.settled}
        new = [one for one in after if one.settled and one.seen == at and one.number in young]
        lost = [one for one in after if one.settled and one.seen < at]
        pairs = sorted(
            (-(one.track == old.track), -covered, old.number, one.number)
            for one in new
            for old in lost
            if (one.key == old.key or one.track == old.track)
            and one.since - old.missed <= self.gap
            and (covered := overlap(one.box, old.box)) >= _SAME
        )
        heirs: dict[int, int] = {}
        for _, _, old_number, new_number in pairs:
            if old_number not in heirs and new_number not in heirs.values():
                heirs[old_number] = new_number
        by_number = {one.number: one for one in after}
        return [
            replace(by_number[heirs[one.number]], number=one.number, since=one.since, resumed=one.resumed)
            if one.number in heirs
            else one
            for one in after
            if one.number not in heirs.values()
        ]

    def _without_lost(self, after: list[Standing], at: int) -> tuple[Standing, ...]:
        """Without those that have been lost for too long, unless something that may be it is about to settle there."""
        return tuple(
            one
            for one in after
            if not one.settled
            or at - one.missed <= self.gap
            or any(
                not other.settled
                and other.key == one.key
                and other.since - one.missed <= self.gap
                and overlap(other.box, one.box) >= _SAME
                for other in after
            )
        )


def _at_its_place(track: Track, one: Standing) -> bool:
    return overlap(track.box, one.box) >= (_SAME if one.settled else _STILL)


def _in_part(track: Track, one: Standing) -> bool:
    """Whether a part of it is at its place, and nothing of it elsewhere to speak of."""
    (x0, y0, x1, y1), (u0, v0, u1, v1) = track.box, one.box
    wide, high = min(x1, u1) - max(x0, u0), min(y1, v1) - max(y0, v0)
    return wide > 0 and high > 0 and wide * high >= _PART * (x1 - x0) * (y1 - y0)
