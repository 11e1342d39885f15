"""NIGHT 夜间出入: who crosses a line at night, counted by the minute and nothing more: residents live here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from config.hours import Hours
from config.rules import NightRule
from config.watching import Watching
from detect.rules.crossing import Crossings, Walk
from detect.rules.minute import Minute, Minutes
from detect.rules.rule import Place, micros, of_labels
from models.clock import to_micros
from models.flow import FlowCount
from models.track import Track


@dataclass(frozen=True, slots=True)
class State:
    """What NIGHT remembers between pictures.

    Attributes:
        taken: Of the newest one, µs.
        walks: Near the line, also by day: who crosses as the night begins has come from somewhere.
        minute: The newest minute in which somebody crossed.
    """

    taken: int | None = None
    walks: tuple[Walk, ...] = ()
    minute: Minute | None = None


class Night:
    """One NIGHT rule of one camera."""

    state_type = State

    def __init__(self, config: NightRule, place: Place) -> None:
        self.id = config.id
        self._labels = config.labels
        self._hours = Hours.of(config.hours, place.zone)
        line = next(line.shape for line in place.camera.lines if line.id == config.line)
        self._crossings = Crossings(line, micros(config.settle_s), micros(place.hole_s), place.wide)
        self._minutes = Minutes(place, config.id, config.line)

    def fresh(self) -> State:
        """Nobody near, nobody counted."""
        return State()

    def step(self, state: State, tracks: Sequence[Track], taken: datetime) -> tuple[State, list[FlowCount]]:
        """See `detect.rules.rule.Rule.step`."""
        at = to_micros(taken)
        walks, crossed = self._crossings.step(state.walks, of_labels(tracks, self._labels), at, state.taken)
        minute, said = self._minutes.counted(state.minute, crossed if self._hours.hold(taken) else (), taken)
        return State(at, walks, minute), said

    def involved(self, state: State) -> frozenset[int]:
        """Nobody: it is about all of them."""
        del state
        return frozenset()

    def end(self, state: State) -> list[FlowCount]:
        """What has not been told yet of the minute that runs."""
        return self._minutes.rest(state.minute)


RULES: Final[dict[type[Watching], type[Night]]] = {NightRule: Night}
