"""Who stays beside what stands there: whoever passes by does not, and whoever has been there for a while does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from detect.rules.measure import apart, length
from detect.rules.rule import micros
from detect.rules.still import Standing
from detect.tracker import LIFE_S
from models.track import Track


@dataclass(frozen=True, slots=True)
class Company:
    """Somebody beside something. Instants in µs.

    Attributes:
        number: Of what stands there.
        track: Of who is beside it.
        since: The first picture on which that one was.
        seen: The newest one.
    """

    number: int
    track: int
    since: int
    seen: int


@dataclass(frozen=True, slots=True)
class Companies:
    """How company goes on; pure.

    Attributes:
        reach: Whoever is no farther away, in heights of their own, is beside it.
        stay: µs; whoever has been beside it for so long stays there.
        wide: Heights to the picture's width.
    """

    reach: float
    stay: int
    wide: float

    def step(
        self, before: Sequence[Company], standings: Sequence[Standing], people: Sequence[Track], at: int
    ) -> tuple[tuple[Company, ...], frozenset[int]]:
        """One picture on: who is beside what, and the numbers of what somebody stays beside now."""
        known = {(one.number, one.track): one for one in before if at - one.seen <= micros(LIFE_S)}
        for one in standings:
            for track in people:
                if self._is_beside(track, one):
                    last = known.get((one.number, track.id))
                    known[one.number, track.id] = (
                        Company(one.number, track.id, at, at) if last is None else replace(last, seen=at)
                    )
        there = {one.number for one in standings}
        after = tuple(one for one in known.values() if one.number in there)
        return after, frozenset(one.number for one in after if one.seen == at and at - one.since >= self.stay)

    def _is_beside(self, track: Track, one: Standing) -> bool:
        x0, _, x1, y1 = one.box
        return apart(track.feet, ((x0 + x1) / 2, y1), self.wide) <= self.reach * length(track.box, self.wide)
