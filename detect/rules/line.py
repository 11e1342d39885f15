"""LINE 越界: feet cross a directed line; crossings soon after each other are one alert."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from config.rules import LineRule
from config.watching import Watching
from detect.rules.crossing import Crossed, Crossings, Walk
from detect.rules.moment import Moment, Moments
from detect.rules.rule import Place, micros, of_labels
from models.alert import Alert
from models.clock import to_micros
from models.track import Track


@dataclass(frozen=True, slots=True)
class State:
    """What LINE remembers between pictures.

    Attributes:
        taken: Of the newest one, µs.
        walks: Near the line.
        crossing: The newest alert.
        into, out: How many crossings it counts in each direction.
        onsets: When the last alerts began.
    """

    taken: int | None = None
    walks: tuple[Walk, ...] = ()
    crossing: Moment | None = None
    into: int = 0
    out: int = 0
    onsets: tuple[int, ...] = ()


class CrossLine:
    """One LINE rule of one camera."""

    state_type = State

    def __init__(self, config: LineRule, place: Place) -> None:
        self.id = config.id
        self._config = config
        self._line = next(line.shape for line in place.camera.lines if line.id == config.line)
        self._crossings = Crossings(self._line, micros(config.settle_s), micros(place.hole_s), place.wide)
        self._moments = Moments(config, place)

    def fresh(self) -> State:
        """Nobody near."""
        return State()

    def step(self, state: State, tracks: Sequence[Track], taken: datetime) -> tuple[State, list[Alert]]:
        """See `detect.rules.rule.Rule.step`."""
        at = to_micros(taken)
        seen = of_labels(tracks, self._config.labels)
        walks, found = self._crossings.step(state.walks, seen, at, state.taken)
        crossed = [c for c in found if self._line.direction in ("both", "in" if c.direction > 0 else "out")]
        state = replace(state, taken=at, walks=walks)
        if not crossed:
            return state, []
        state, crossing = self._counted(state, crossed, at)
        return state, [self._alert(state, crossing, crossed, at)]

    def involved(self, state: State) -> frozenset[int]:
        """Nobody: a crossing is over when it is told."""
        del state
        return frozenset()

    def end(self, state: State) -> list[Alert]:
        """Nothing: a crossing is over when it is told."""
        del state
        return []

    def _counted(self, state: State, crossed: Sequence[Crossed], at: int) -> tuple[State, Moment]:
        into = sum(c.direction > 0 for c in crossed)
        out = len(crossed) - into
        if self._moments.again(state.crossing, at):
            into, out = state.into + into, state.out + out
        began = min(c.since for c in crossed)
        crossing, onsets = self._moments.counted(state.crossing, state.onsets, began, at, len(crossed))
        return replace(state, crossing=crossing, into=into, out=out, onsets=onsets), crossing

    def _alert(self, state: State, crossing: Moment, crossed: Sequence[Crossed], at: int) -> Alert:
        observed = {
            "direction": "in" if crossed[-1].direction > 0 else "out",
            "in": state.into,
            "out": state.out,
            "settle_s": round(max(at - c.since for c in crossed) / 1e6, 3),
        }
        threshold = {"settle_s": self._config.settle_s}
        return self._moments.alert(crossing, observed, threshold, [c.track for c in crossed])


RULES: Final[dict[type[Watching], type[CrossLine]]] = {LineRule: CrossLine}
