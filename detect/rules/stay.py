"""A breach of those who stay in a zone, each followed by the track."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from detect.rules.breach import Breach, Breaches, ZoneRule, ended
from detect.rules.presence import Presence, Presences
from detect.rules.rule import BRIDGED_S, Place, micros, of_labels
from models.alert import Alert
from models.clock import to_micros
from models.codes import Level
from models.track import Track


@dataclass(frozen=True, slots=True)
class State:
    """What such a rule remembers between pictures; `taken` of the newest one in µs."""

    taken: int | None = None
    present: tuple[Presence, ...] = ()
    breach: Breach | None = None


class Stay(ABC):
    """One rule about stays, of one camera.

    Args:
        config, place: As for every rule.
        found_again: See `Presences`.
    """

    state_type = State

    def __init__(self, config: ZoneRule, place: Place, *, found_again: bool = False) -> None:
        self.id = config.id
        self._config = config
        zone = next(z.shape for z in place.camera.zones if z.id == config.zone)
        self._presences = Presences(zone, micros(config.gap_s), place.wide, found_again)
        self._breaches = Breaches(config, place, self.level)
        self._hole, self._bridged = micros(place.hole_s), micros(max(config.cooldown_s, BRIDGED_S))

    @abstractmethod
    def dwell(self, taken: datetime) -> int:
        """µs that a stay must last to be a breach, on a picture taken then."""

    def level(self, dwell: int) -> Level:
        """How grave it is when the longest stay has lasted for so many µs."""
        del dwell
        return self._config.level

    def staying(self, breach: Breach, present: Sequence[Presence], needed: int, at: int) -> Sequence[Presence]:
        """For whom a breach lasts: whoever is inside, or has not left for long."""
        del breach, needed, at
        return present

    def fresh(self) -> State:
        """Nobody inside."""
        return State()

    def step(self, state: State, tracks: Sequence[Track], taken: datetime) -> tuple[State, list[Alert]]:
        """See `detect.rules.rule.Rule.step`."""
        at, needed = to_micros(taken), self.dwell(taken)
        wanted = of_labels(tracks, self._config.labels)
        state, alerts = self._after_hole(state, at)
        present, inside = self._presences.step(state.present, wanted, at)
        stays = {p.track: at - p.entered for p in present if p.track in inside and at - p.entered >= needed}
        before = told = state.breach
        if before is None or before.ended is not None:
            if stays:
                entered = min(p.entered for p in present if p.track in stays)
                told = self._breaches.onset(before, entered, stays, at, needed)
        else:
            staying = self.staying(before, present, min(needed, before.needed), at)
            here = any(p.track in inside for p in staying)
            told = self._breaches.lasting(before, stays, at, inside=here, over=not staying)
        if told is not None and (before is None or told.revision != before.revision):
            alerts.append(self._breaches.alert(told, [t for t in wanted if t.id in stays]))
        return State(at, present, told), alerts

    def involved(self, state: State) -> frozenset[int]:
        """Everybody inside while the breach lasts."""
        if state.breach is None or state.breach.ended is not None:
            return frozenset()
        return frozenset(p.track for p in state.present if not p.left)

    def end(self, state: State) -> list[Alert]:
        """The breach ends with the last picture on which somebody was inside."""
        breach = state.breach
        if breach is None or breach.ended is not None:
            return []
        return [self._breaches.alert(ended(breach), [])]

    def _after_hole(self, state: State, at: int) -> tuple[State, list[Alert]]:
        """Stays are not counted across a hole; an open breach waits to see whether somebody is still there."""
        if state.taken is None or at - state.taken <= self._hole:
            return state, []
        breach = state.breach
        if breach is None or breach.ended is not None:
            return State(state.taken, (), breach), []
        if at - state.taken > self._bridged:
            return State(state.taken, (), ended(breach)), self.end(state)
        return State(state.taken, (), replace(breach, grace=at + self._presences.unseen)), []
