"""FLOW 人流量统计: how many cross a line in either direction, by the minute; with a limit, too many are an alert."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from config.rules import FlowRule
from config.watching import Watching
from detect.rules.crossing import Crossed, Crossings, Walk
from detect.rules.minute import Minute, Minutes
from detect.rules.rule import Place, Said, micros, of_labels, subjects
from models.alert import Alert, Onset, mint
from models.clock import from_micros, to_micros
from models.flow import window_of
from models.track import Track


@dataclass(frozen=True, slots=True)
class Rush:
    """The newest window over the limit, open while `ended` is None. Instants in µs; the rest as in models.alert.Alert.

    Attributes:
        window: First instant of its window.
        reached: The picture of the newest crossing in it.
    """

    id: UUID
    revision: int
    began: int
    detected: int
    ended: int | None
    count: int
    window: int
    reached: int
    into: int
    out: int


@dataclass(frozen=True, slots=True)
class State:
    """What FLOW remembers between pictures.

    Attributes:
        taken: Of the newest picture, µs.
        walks: Near the line.
        minute: The newest minute in which somebody crossed.
        window, into, out: First instant of the limit's window that runs, µs, and how many crossed in it.
        rush: The newest alert.
    """

    taken: int | None = None
    walks: tuple[Walk, ...] = ()
    minute: Minute | None = None
    window: int = 0
    into: int = 0
    out: int = 0
    rush: Rush | None = None


class Flow:
    """One FLOW rule of one camera."""

    state_type = State

    def __init__(self, config: FlowRule, place: Place) -> None:
        self.id = config.id
        self._config, self._place = config, place
        line = next(line.shape for line in place.camera.lines if line.id == config.line)
        self._crossings = Crossings(line, micros(config.settle_s), micros(place.hole_s), place.wide)
        self._minutes = Minutes(place, config.id, config.line)
        self._cooldown = micros(config.cooldown_s)

    def fresh(self) -> State:
        """Nobody near, nobody counted."""
        return State()

    def step(self, state: State, tracks: Sequence[Track], taken: datetime) -> tuple[State, list[Said]]:
        """See `detect.rules.rule.Rule.step`."""
        at = to_micros(taken)
        seen = of_labels(tracks, self._config.labels)
        walks, crossed = self._crossings.step(state.walks, seen, at, state.taken)
        minute, counts = self._minutes.counted(state.minute, crossed, taken)
        state = replace(state, taken=at, walks=walks, minute=minute)
        if self._config.limit is None:
            return state, [*counts]
        state, alerts = self._limited(state, crossed, taken, self._config.limit)
        return state, [*counts, *alerts]

    def involved(self, state: State) -> frozenset[int]:
        """Nobody: it is about all of them."""
        del state
        return frozenset()

    def end(self, state: State) -> list[Said]:
        """What has not been told of the minute that runs, and the end of an alert that lasts."""
        said: list[Said] = [*self._minutes.rest(state.minute)]
        rush = state.rush
        if rush is not None and rush.ended is None:
            said.append(self._alert(replace(rush, revision=rush.revision + 1, ended=rush.reached), ()))
        return said

    def _limited(
        self, state: State, crossed: Sequence[Crossed], taken: datetime, limit: int
    ) -> tuple[State, list[Said]]:
        """The limit's window one picture on: an alert when it is reached, its end with its window."""
        at, window = to_micros(taken), to_micros(window_of(taken, self._config.window_min, self._place.zone))
        said: list[Said] = []
        rush = state.rush
        if window != state.window:
            state = replace(state, window=window, into=0, out=0)
            if rush is not None and rush.ended is None:
                rush = replace(rush, revision=rush.revision + 1, ended=rush.reached)
                said.append(self._alert(rush, ()))
        if crossed:
            into = sum(c.direction > 0 for c in crossed)
            state = replace(state, into=state.into + into, out=state.out + len(crossed) - into)
            sums: dict[str, Any] = {"into": state.into, "out": state.out, "reached": at}
            if rush is not None and rush.ended is None:
                rush = replace(rush, **sums)  # told when the window ends
            elif state.into + state.out >= limit:
                rush = self._onset(rush, replace(state, taken=at))
                said.append(self._alert(rush, crossed))
        return replace(state, rush=rush), said

    def _onset(self, last: Rush | None, state: State) -> Rush:
        """A new alert, or the last one again when its window ended a short while ago."""
        at = state.taken or 0
        sums: dict[str, Any] = {"window": state.window, "reached": at, "into": state.into, "out": state.out}
        if last is not None and last.ended is not None and at - last.ended <= self._cooldown:
            return replace(last, revision=last.revision + 1, ended=None, count=last.count + 1, **sums)
        camera = self._place.camera.id
        onset = Onset(self._place.site, camera, self.id, self._config.line, from_micros(at))
        return Rush(id=mint(onset), revision=1, began=state.window, detected=at, ended=None, count=1, **sums)

    def _alert(self, rush: Rush, crossed: Sequence[Crossed]) -> Alert:
        return Alert(
            id=rush.id,
            revision=rush.revision,
            code=self._config.rule,
            level=self._config.level,
            camera=self._place.camera.id,
            rule=self.id,
            place=self._config.line,
            began=from_micros(rush.began),
            detected=from_micros(rush.detected),
            ended=None if rush.ended is None else from_micros(rush.ended),
            count=rush.count,
            observed={"in": rush.into, "out": rush.out, "passed": rush.into + rush.out},
            threshold={"passed": self._config.limit or 0, "window_min": self._config.window_min},
            subjects=subjects([c.track for c in crossed]),
        )


RULES: Final[dict[type[Watching], type[Flow]]] = {FlowRule: Flow}
