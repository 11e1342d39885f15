"""LINE 越界: feet cross a directed line; crossings soon after each other are one alert."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from config.rules import LineRule, Watching
from detect.rules.crossing import Crossed, Crossings, Walk
from detect.rules.rule import Place, micros, of_labels, subjects
from models.alert import Alert, Onset, mint
from models.clock import from_micros, to_micros
from models.track import Track

_ONSETS: Final = 16
"""So many onsets are remembered, to tell crossings of one picture apart when they are counted later."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """The newest alert: one or more crossings, each soon after the other. Instants in µs, counts per direction."""

    id: UUID
    revision: int
    began: int
    detected: int
    ended: int
    count: int
    into: int
    out: int


@dataclass(frozen=True, slots=True)
class State:
    """What LINE remembers between pictures; `taken` of the newest one in µs."""

    taken: int | None = None
    walks: tuple[Walk, ...] = ()
    crossing: Crossing | None = None
    onsets: tuple[int, ...] = ()


class CrossLine:
    """One LINE rule of one camera."""

    state_type = State

    def __init__(self, config: LineRule, place: Place) -> None:
        self.id = config.id
        self._config, self._place = config, place
        self._line = next(line.shape for line in place.camera.lines if line.id == config.line)
        self._crossings = Crossings(self._line, micros(config.settle_s))
        self._cooldown, self._hole = micros(config.cooldown_s), micros(place.hole_s)

    def fresh(self) -> State:
        """Nobody near."""
        return State()

    def step(self, state: State, tracks: Sequence[Track], taken: datetime) -> tuple[State, list[Alert]]:
        """See `detect.rules.rule.Rule.step`."""
        at = to_micros(taken)
        blind = state.taken is not None and at - state.taken > self._hole
        walks, found = self._crossings.step(() if blind else state.walks, of_labels(tracks, self._config.labels), at)
        crossed = [c for c in found if self._line.direction in ("both", "in" if c.direction > 0 else "out")]
        state = State(at, walks, state.crossing, state.onsets)
        if not crossed:
            return state, []
        crossing, onsets = self._counted(state, crossed, at)
        return replace(state, crossing=crossing, onsets=onsets), [self._alert(crossing, crossed, at)]

    def involved(self, state: State) -> frozenset[int]:
        """Nobody: a crossing is over when it is told."""
        del state
        return frozenset()

    def end(self, state: State) -> list[Alert]:
        """Nothing: a crossing is over when it is told."""
        del state
        return []

    def _counted(self, state: State, crossed: Sequence[Crossed], at: int) -> tuple[Crossing, tuple[int, ...]]:
        into = sum(c.direction > 0 for c in crossed)
        out = len(crossed) - into
        last = state.crossing
        if last is not None and at - last.ended <= self._cooldown:
            more = replace(
                last,
                revision=last.revision + 1,
                ended=at,
                count=last.count + into + out,
                into=last.into + into,
                out=last.out + out,
            )
            return more, state.onsets
        began = min(c.since for c in crossed)
        ordinal = state.onsets.count(began)
        onset = Onset(self._place.site, self._place.camera.id, self.id, self._line.id, from_micros(began), ordinal)
        crossing = Crossing(mint(onset), 1, began, at, at, into + out, into, out)
        return crossing, (*state.onsets, began)[-_ONSETS:]

    def _alert(self, crossing: Crossing, crossed: Sequence[Crossed], at: int) -> Alert:
        settled = max(at - c.since for c in crossed)
        return Alert(
            id=crossing.id,
            revision=crossing.revision,
            code=self._config.rule,
            level=self._config.level,
            camera=self._place.camera.id,
            rule=self.id,
            place=self._line.id,
            began=from_micros(crossing.began),
            detected=from_micros(crossing.detected),
            ended=from_micros(crossing.ended),
            count=crossing.count,
            observed={
                "direction": "in" if crossed[-1].direction > 0 else "out",
                "in": crossing.into,
                "out": crossing.out,
                "settle_s": round(settled / 1e6, 3),
            },
            threshold={"settle_s": self._config.settle_s},
            subjects=subjects([c.track for c in crossed]),
        )


RULES: Final[dict[type[Watching], type[CrossLine]]] = {LineRule: CrossLine}
