"""A breach of what stands still in a zone, followed by its place through what hides it, and through holes."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Protocol

from detect.rules.breach import Breach, Breaches, ZoneRule, ended
from detect.rules.company import Company
from detect.rules.departed import without_departed
from detect.rules.rule import Place, micros, of_labels
from detect.rules.still import Standing, Standings
from models.alert import Alert
from models.clock import to_micros
from models.codes import Level
from models.track import Track


@dataclass(frozen=True, slots=True)
class State:
    """What such a rule remembers between pictures.

    Attributes:
        taken: Of the newest one, µs.
        standings: What stands in the zone.
        number: The next one's.
        breach: The newest breach.
        company: Who stays beside what stands there, where a rule asks for that.
    """

    taken: int | None = None
    standings: tuple[Standing, ...] = ()
    number: int = 1
    breach: Breach | None = None
    company: tuple[Company, ...] = ()


class ParkingRule(ZoneRule, Protocol):
    """What the configuration says of a rule about things that stand still."""

    @property
    def bridged_s(self) -> float: ...


class Parking(ABC):
    """One rule about things that stand still, of one camera.

    Args:
        config, place: As for every rule.
        settle_s: What has stood still for so long is believed.
        dwell_s: So long it must stand still to be a breach, `settle_s` included.
    """

    state_type = State

    holes_count: ClassVar[bool] = True
    """Whether a hole counts as soon as what stood there is there again, or only once `checked` has said so."""

    def __init__(self, config: ParkingRule, place: Place, *, settle_s: float, dwell_s: float) -> None:
        self.id = config.id
        self._labels = config.labels
        zone = next(z.shape for z in place.camera.zones if z.id == config.zone)
        self._standings = Standings(zone, micros(settle_s), micros(config.gap_s))
        self._dwell = micros(dwell_s)
        self._breaches = Breaches(config, place, self.level)
        self._hole, self._bridged = micros(place.hole_s), micros(config.bridged_s)

    @abstractmethod
    def level(self, dwell: int) -> Level:
        """How grave it is when the longest has stood for so many µs."""

    def wanted(self, tracks: Sequence[Track], taken: datetime) -> list[Track]:
        """The tracks that it is about: here all of its labels."""
        del taken
        return of_labels(tracks, self._labels)

    def checked(
        self, standings: tuple[Standing, ...], company: tuple[Company, ...], tracks: Sequence[Track], at: int
    ) -> tuple[tuple[Standing, ...], tuple[Company, ...]]:
        """What stands there, once all tracks of the picture were looked at, and its company: here none."""
        return without_departed(standings, tracks, at), company

    def fresh(self) -> State:
        """Nothing there."""
        return State()

    def step(self, state: State, tracks: Sequence[Track], taken: datetime) -> tuple[State, list[Alert]]:
        """See `detect.rules.rule.Rule.step`."""
        at, wanted = to_micros(taken), self.wanted(tracks, taken)
        state, alerts = self._after_hole(state, at)
        standings, number = self._standings.step(state.standings, wanted, at, state.number)
        standings, company = self.checked(standings, state.company, tracks, at)
        parked = [one for one in standings if self._is_breach(one)]
        here = {one.number: at - one.since for one in parked if one.seen == at}
        before = told = state.breach
        if before is None or before.ended is not None:
            if here:
                entered = min(one.since for one in parked if one.number in here)
                told = self._breaches.onset(before, entered, here, at, self._dwell)
        else:
            told = self._breaches.lasting(before, here, at, inside=bool(here), over=not parked)
        if told is not None and (before is None or told.revision != before.revision):
            shown = {one.track for one in parked if one.number in here}
            alerts.append(self._breaches.alert(told, [t for t in wanted if t.id in shown]))
        return State(at, standings, number, told, company), alerts

    def involved(self, state: State) -> frozenset[int]:
        """All that are parked while the breach lasts."""
        if state.breach is None or state.breach.ended is not None:
            return frozenset()
        return frozenset(one.track for one in state.standings if self._is_breach(one))

    def end(self, state: State) -> list[Alert]:
        """The breach ends with the last picture on which one was parked there."""
        breach = state.breach
        if breach is None or breach.ended is not None:
            return []
        return [self._breaches.alert(ended(breach), [])]

    def _is_breach(self, one: Standing) -> bool:
        return one.settled and one.seen - max(one.since, one.resumed) >= self._dwell

    def _after_hole(self, state: State, at: int) -> tuple[State, list[Alert]]:
        """What had settled may be there again; the time without pictures counts for it once it is."""
        if state.taken is None or at - state.taken <= self._hole:
            return state, []
        kept = [
            replace(one, missed=at, emptied=0, resumed=0 if self.holes_count or self._is_breach(one) else at)
            for one in state.standings
            if one.settled and at - one.seen <= self._bridged
        ]
        breach = state.breach
        if breach is not None and breach.ended is None and not any(self._is_breach(one) for one in kept):
            return State(state.taken, tuple(kept), state.number, ended(breach)), self.end(state)
        return State(state.taken, tuple(kept), state.number, breach), []
