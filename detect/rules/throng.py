"""A breach of many at once in a zone: so many for so long; over when there have been clearly fewer for a while."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from detect.rules.breach import ZoneRule
from detect.rules.pace import Pace
from detect.rules.rule import BRIDGED_S, REVISE_S, Place, counted, micros, of_labels, subjects
from models.alert import Alert, Onset, mint
from models.clock import from_micros, to_micros
from models.codes import Level
from models.track import Track


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked for: `many` at once for `dwell` µs; fewer than `clear`, at most `many`, are clearly fewer."""

    many: int
    dwell: int
    clear: int


@dataclass(frozen=True, slots=True)
class Run:
    """So many have been there at once, again and again. Since when, and the newest such picture, µs."""

    since: int
    newest: int


@dataclass(frozen=True, slots=True)
class Breach:
    """The newest breach, open while `ended` is None. Instants in µs.

    Attributes:
        id, revision, level, began, detected, ended, count: As in models.alert.Alert.
        since: When it began, or began again.
        held: The newest picture on which there were not clearly fewer.
        told: The picture of the newest revision.
        grace: Until then it stays open though there are fewer: pictures were missing.
        demand: What was asked for when it was met.
        most: Most at once so far.
        said: The same as of the newest revision.
    """

    id: UUID
    revision: int
    level: Level
    began: int
    detected: int
    ended: int | None
    count: int
    since: int
    held: int
    told: int
    grace: int
    demand: Demand
    most: int
    said: int


@dataclass(frozen=True, slots=True)
class State:
    """What such a rule remembers between pictures.

    Attributes:
        taken: Of the newest one, µs.
        runs: For each demand, in the rule's order.
        there: Ids of those who counted on the newest picture.
        ways: How they went of late, where a rule asks for that.
        breach: The newest breach.
    """

    taken: int | None = None
    runs: tuple[Run | None, ...] = ()
    there: tuple[int, ...] = ()
    ways: tuple[Pace, ...] = ()
    breach: Breach | None = None


class ThrongRule(ZoneRule, Protocol):
    """What the configuration says of a rule about many."""

    @property
    def clear_s(self) -> float: ...


class Throng(ABC):
    """One rule about many at once, of one camera.

    Those are counted who are seen in one picture, so nobody is ever counted twice; that there are as many as demanded
    must show again within `gap_s`, so a detection that is missed does not begin the time anew.

    Args:
        config, place: As for every rule.
        demands: All that may be asked for; see `demanded`.
    """

    state_type = State

    def __init__(self, config: ThrongRule, place: Place, *demands: Demand) -> None:
        self.id = config.id
        self._config, self._place, self._demands = config, place, demands
        self._zone = next(z.shape for z in place.camera.zones if z.id == config.zone)
        self._gap, self._clear = micros(config.gap_s), micros(config.clear_s)
        self._cooldown, self._hole = micros(config.cooldown_s), micros(place.hole_s)
        self._bridged = max(self._cooldown, micros(BRIDGED_S))
        self._counted = counted(config.labels)

    @abstractmethod
    def demanded(self, taken: datetime) -> int:
        """Which of the demands holds for a picture taken then."""

    def level(self, most: int, taken: datetime) -> Level:
        """How grave so many at once are then."""
        del most, taken
        return self._config.level

    def there(self, paces: tuple[Pace, ...], tracks: Sequence[Track], at: int) -> tuple[tuple[Pace, ...], list[Track]]:
        """What is remembered of how they move, and the tracks that count: here all whose feet are inside."""
        del at
        return paces, [track for track in tracks if self._zone.contains(track.feet)]

    def since(self, paces: tuple[Pace, ...], there: Sequence[Track], many: int, at: int) -> int:
        """Since when those who are there at `at` are so many."""
        del paces, there, many
        return at

    def fresh(self) -> State:
        """Nobody there."""
        return State(runs=(None,) * len(self._demands))

    def step(self, state: State, tracks: Sequence[Track], taken: datetime) -> tuple[State, list[Alert]]:
        """See `detect.rules.rule.Rule.step`."""
        at, which = to_micros(taken), self.demanded(taken)
        state, alerts = self._after_hole(state, at)
        paces, there = self.there(state.ways, of_labels(tracks, self._config.labels), at)
        runs = tuple(
            self._run(run, self.since(paces, there, demand.many, at) if len(there) >= demand.many else None, at)
            for run, demand in zip(state.runs, self._demands, strict=True)
        )
        before = told = state.breach
        demand, run = self._demands[which], runs[which]
        if before is None or before.ended is not None:
            if run is not None and run.newest == at and at - run.since >= demand.dwell:
                told = self._onset(before, run.since, len(there), demand, taken)
        else:
            told = self._lasting(before, len(there), demand, taken)
            if told.ended is not None:
                runs = (None,) * len(runs)
        if told is not None and (before is None or told.revision != before.revision):
            alerts.append(self._alert(told, there if told.ended is None else []))
        return State(at, runs, tuple(track.id for track in there), paces, told), alerts

    def involved(self, state: State) -> frozenset[int]:
        """All who count while the breach lasts."""
        lasts = state.breach is not None and state.breach.ended is None
        return frozenset(state.there) if lasts else frozenset()

    def end(self, state: State) -> list[Alert]:
        """The breach ends with the last picture on which there were enough."""
        breach = state.breach
        if breach is None or breach.ended is not None:
            return []
        return [self._alert(_over(breach), [])]

    def _run(self, run: Run | None, since: int | None, at: int) -> Run | None:
        """One picture on, on which they have been enough `since` then, or are not."""
        lives = run is not None and at - run.newest <= self._gap
        if since is not None:
            return replace(run, newest=at) if run is not None and lives else Run(since, at)
        return run if lives else None

    def _after_hole(self, state: State, at: int) -> tuple[State, list[Alert]]:
        """No time is counted across a hole; an open breach waits to see whether they are still there."""
        if state.taken is None or at - state.taken <= self._hole:
            return state, []
        breach, ended = state.breach, list[Alert]()
        if breach is not None and breach.ended is None:
            if at - state.taken > self._bridged:
                ended, breach = self.end(state), _over(breach)
            else:
                breach = replace(breach, grace=at + self._clear)
        return replace(self.fresh(), taken=state.taken, breach=breach), ended

    def _lasting(self, breach: Breach, now: int, demand: Demand, taken: datetime) -> Breach:
        """The open breach one picture on; with the next revision where there is something to tell."""
        at = to_micros(taken)
        if now >= demand.clear:
            breach = replace(breach, held=at, most=max(breach.most, now))
        if at - breach.held > self._clear and at > breach.grace:
            return _over(breach)
        level: Level = min(breach.level, self.level(breach.most, taken))
        if level != breach.level or (breach.most > breach.said and at - breach.told >= micros(REVISE_S)):
            return replace(breach, revision=breach.revision + 1, level=level, told=at, said=breach.most)
        return breach

    def _onset(self, last: Breach | None, since: int, now: int, demand: Demand, taken: datetime) -> Breach:
        """A new breach, or the last one again when it ended a short while ago."""
        at, level = to_micros(taken), self.level(now, taken)
        figures: dict[str, Any] = {
            "since": since,
            "held": at,
            "told": at,
            "grace": 0,
            "demand": demand,
            "most": now,
            "said": now,
        }
        if last is not None and last.ended is not None and since - last.ended <= self._cooldown:
            again = {"revision": last.revision + 1, "ended": None, "count": last.count + 1, **figures}
            return replace(last, level=min(last.level, level), **again)
        place = self._place
        minted = mint(Onset(place.site, place.camera.id, self.id, self._config.zone, from_micros(since)))
        return Breach(id=minted, revision=1, level=level, began=since, detected=at, ended=None, count=1, **figures)

    def _alert(self, breach: Breach, there: Sequence[Track]) -> Alert:
        return Alert(
            id=breach.id,
            revision=breach.revision,
            code=self._config.rule,
            level=breach.level,
            camera=self._place.camera.id,
            rule=self.id,
            place=self._config.zone,
            began=from_micros(breach.began),
            detected=from_micros(breach.detected),
            ended=None if breach.ended is None else from_micros(breach.ended),
            count=breach.count,
            observed={self._counted: breach.most, "lasting_s": round((breach.held - breach.since) / 1e6, 3)},
            threshold={self._counted: breach.demand.many, "lasting_s": breach.demand.dwell / 1e6},
            subjects=subjects(there),
        )


def _over(breach: Breach) -> Breach:
    return replace(breach, revision=breach.revision + 1, ended=breach.held)
