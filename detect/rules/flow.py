"""FLOW 人流量统计: how many cross a line in either direction, by the minute; with a limit, too many are an alert."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from config.rules import FlowRule, Watching
from detect.rules.crossing import Crossed, Crossings, Walk
from detect.rules.rule import Place, Said, micros, of_labels, subjects
from models.alert import Alert, Onset, mint
from models.clock import from_micros, to_micros
from models.flow import FlowCount, window_of
from models.track import Track

_TELL: Final = 10_000_000
"""µs; a minute's count is told at once when it begins and then at most this often: the journal is no place for a row
per passer-by."""

_MINUTE: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class Minute:
    """The minute that runs. Instants in µs.

    Attributes:
        began: Its first instant.
        onset: The picture of its first crossing; its id is made from it, so that no count ever takes another's place.
        into, out: How many so far.
        revision: Of the newest word on it, 0 before the first.
        told: The picture of that word.
        untold: Whether somebody has crossed since.
    """

    began: int
    onset: int
    into: int
    out: int
    revision: int = 0
    told: int = 0
    untold: bool = True


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
        self._crossings = Crossings(line, micros(config.settle_s))
        self._cooldown, self._hole = micros(config.cooldown_s), micros(place.hole_s)

    def fresh(self) -> State:
        """Nobody near, nobody counted."""
        return State()

    def step(self, state: State, tracks: Sequence[Track], taken: datetime) -> tuple[State, list[Said]]:
        """See `detect.rules.rule.Rule.step`."""
        at = to_micros(taken)
        blind = state.taken is not None and at - state.taken > self._hole
        walks, crossed = self._crossings.step(() if blind else state.walks, of_labels(tracks, self._config.labels), at)
        minute, said = self._counted(state.minute, crossed, taken)
        state = replace(state, taken=at, walks=walks, minute=minute)
        if self._config.limit is None:
            return state, said
        state, alerts = self._limited(state, crossed, taken, self._config.limit)
        return state, [*said, *alerts]

    def involved(self, state: State) -> frozenset[int]:
        """Nobody: it is about all of them."""
        del state
        return frozenset()

    def end(self, state: State) -> list[Said]:
        """What has not been told of the minute that runs, and the end of an alert that lasts."""
        said: list[Said] = []
        if state.minute is not None and state.minute.untold:
            said.append(self._word(replace(state.minute, revision=state.minute.revision + 1)))
        rush = state.rush
        if rush is not None and rush.ended is None:
            said.append(self._alert(replace(rush, revision=rush.revision + 1, ended=rush.reached), ()))
        return said

    def _counted(
        self, minute: Minute | None, crossed: Sequence[Crossed], taken: datetime
    ) -> tuple[Minute | None, list[Said]]:
        """The minute one picture on, and what there is to tell of it and of the one before."""
        at, began = to_micros(taken), to_micros(window_of(taken, 1, self._place.zone))
        said: list[Said] = []
        into = sum(c.direction > 0 for c in crossed)
        if minute is not None and minute.began != began and (minute.untold or crossed):
            if minute.untold:
                minute = replace(minute, revision=minute.revision + 1, untold=False)
                said.append(self._word(minute))
            if crossed:
                minute = None
        if crossed:
            minute = minute or Minute(began, at, 0, 0)
            minute = replace(minute, into=minute.into + into, out=minute.out + len(crossed) - into, untold=True)
        if minute is not None and minute.untold and (minute.revision == 0 or at - minute.told >= _TELL):
            minute = replace(minute, revision=minute.revision + 1, told=at, untold=False)
            said.append(self._word(minute))
        return minute, said

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

    def _word(self, minute: Minute) -> FlowCount:
        camera, line = self._place.camera.id, self._config.line
        minted = mint(Onset(self._place.site, camera, f"{self.id}:minute", line, from_micros(minute.onset)))
        began = from_micros(minute.began)
        return FlowCount(minted, minute.revision, camera, self.id, line, began, minute.into, minute.out)

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
