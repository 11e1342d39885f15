"""A breach that a model of its own sees: so long in all within the last seconds, wherever its boxes lie in a zone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from config.modelled import FightRule, FireRule, Modelled
from config.watching import Watching
from detect.rules.breach import Breach, Breaches, ended
from detect.rules.rule import BRIDGED_S, Place, micros, of_labels
from models.alert import Alert
from models.clock import to_micros
from models.geometry import Box
from models.track import Track

_SHOWS: Final = 1_000_000
"""µs; a picture stands for the time since the one before, but for no more."""

_EVERYWHERE: Final = 0.99
"""A box of that share of the picture is none: the model scores pictures as a whole."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A picture on which it was seen, and the time that it stands for; µs."""

    at: int
    shows: int


@dataclass(frozen=True, slots=True)
class State:
    """What such a rule remembers between pictures.

    Attributes:
        taken: Of the newest one, µs.
        hits: Of the last seconds.
        score: The highest while the newest breach lasts.
        seen: The tracks of the newest picture on which it was seen.
        breach: The newest breach.
    """

    taken: int | None = None
    hits: tuple[Hit, ...] = ()
    score: float = 0.0
    seen: tuple[int, ...] = ()
    breach: Breach | None = None


class SeenByModel:
    """One FIRE or FIGHT rule of one camera; without a model it never sees anything."""

    state_type = State

    def __init__(self, config: Modelled, place: Place) -> None:
        self.id = config.id
        self._config = config
        self._zone = next(z.shape for z in place.camera.zones if z.id == config.zone)
        self._needed, self._of, self._gap = micros(config.hit_s), micros(config.of_s), micros(config.gap_s)
        self._hole, self._bridged = micros(place.hole_s), micros(max(config.cooldown_s, BRIDGED_S))
        self._breaches = Breaches(config, place, lambda _: config.level)

    def fresh(self) -> State:
        """Nothing seen."""
        return State()

    def step(self, state: State, tracks: Sequence[Track], taken: datetime) -> tuple[State, list[Alert]]:
        """See `detect.rules.rule.Rule.step`."""
        at = to_micros(taken)
        state, alerts = self._after_hole(state, at)
        seen = [track for track in of_labels(tracks, self._config.labels) if self._lies_there(track.box)]
        hits = [hit for hit in state.hits if at - hit.at < self._of]
        if seen:
            hits.append(Hit(at, 0 if state.taken is None else min(at - state.taken, _SHOWS)))
        lasted, before = sum(hit.shows for hit in hits), state.breach
        told, score = before, max((track.score for track in seen), default=0.0)
        if before is None or before.ended is not None:
            if seen and lasted >= self._needed:
                told = self._breaches.onset(before, hits[0].at, {1: lasted}, at, self._needed)
        else:
            score = max(state.score, score)
            over = at - before.inside > self._gap
            told = self._breaches.lasting(before, {1: lasted} if seen else {}, at, inside=bool(seen), over=over)
        state = State(at, tuple(hits), score, tuple(t.id for t in seen) if seen else state.seen, told)
        if told is not None and (before is None or told.revision != before.revision):
            alerts.append(self._alert(told, seen, score))
        return state, alerts

    def involved(self, state: State) -> frozenset[int]:
        """What was seen while the breach lasts."""
        lasts = state.breach is not None and state.breach.ended is None
        return frozenset(state.seen) if lasts else frozenset()

    def end(self, state: State) -> list[Alert]:
        """The breach ends with the last picture on which it was seen."""
        if state.breach is None or state.breach.ended is not None:
            return []
        return [self._alert(ended(state.breach), [], state.score)]

    def _lies_there(self, box: Box) -> bool:
        x0, y0, x1, y1 = box
        return (x1 - x0) * (y1 - y0) >= _EVERYWHERE or self._zone.contains(((x0 + x1) / 2, (y0 + y1) / 2))

    def _after_hole(self, state: State, at: int) -> tuple[State, list[Alert]]:
        if state.taken is None or at - state.taken <= self._hole:
            return state, []
        breach = state.breach
        if breach is None or breach.ended is not None:
            return State(state.taken, breach=breach), []
        if at - state.taken > self._bridged:
            return State(state.taken, breach=ended(breach)), self.end(state)
        return replace(state, hits=(), breach=replace(breach, grace=at + self._gap)), []

    def _alert(self, breach: Breach, seen: Sequence[Track], score: float) -> Alert:
        told = {"hit_s": round(breach.dwell / 1e6, 3), "score": round(score, 3)}
        return replace(self._breaches.alert(breach, seen), observed=told, threshold={"hit_s": breach.needed / 1e6})


RULES: Final[dict[type[Watching], type[SeenByModel]]] = {FireRule: SeenByModel, FightRule: SeenByModel}
