"""WRONGWAY 逆行: vehicles and two-wheelers go against the way that a line says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from config.rules import WrongWayRule
from config.watching import Watching
from detect.rules.measure import Way, length
from detect.rules.moment import Moment, Moments
from detect.rules.rule import Place, micros, of_labels
from detect.tracker import LIFE_S
from models.alert import Alert
from models.clock import to_micros
from models.geometry import Point
from models.track import Track, feet

_STEP: Final = 0.02
"""In lengths: less is trembling, and waits to become more."""

_BACK: Final = 0.25
"""In lengths: who comes back so far goes the right way again."""

_CREDIT: Final = 1_000_000
"""µs; one step counts for no more time: a track that jumps to another thing has not gone there for long."""

_LEAP: Final = 0.5
"""Of the lengths that are asked; one step counts for no more: a jump alone is no ride."""

_PARTS: Final = 10
"""So finely it is known where somebody came in who was seen before he was told of."""


@dataclass(frozen=True, slots=True)
class Ride:
    """How far a track has gone against the way. Instants and spans in µs.

    Attributes:
        track: Its id.
        seen: The newest picture on which it was there.
        low: How far along the way it was where it has gone against it the farthest.
        low_at: When.
        since: When it began to go against it.
        lasting: For how long it has done so.
        lengths: How many lengths of its own.
        told: Whether that has been told.
    """

    track: int
    seen: int
    low: float
    low_at: int
    since: int
    lasting: int = 0
    lengths: float = 0.0
    told: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What WRONGWAY remembers between pictures.

    Attributes:
        taken: Of the newest one, µs.
        since: Of the first one after which none was missing for too long.
        seen: The tracks on the newest one.
        rides: Of those that are there.
        against: The newest alert.
        onsets: When the last alerts began.
    """

    taken: int | None = None
    since: int = 0
    seen: tuple[int, ...] = ()
    rides: tuple[Ride, ...] = ()
    against: Moment | None = None
    onsets: tuple[int, ...] = ()


class WrongWay:
    """One WRONGWAY rule of one camera."""

    state_type = State

    def __init__(self, config: WrongWayRule, place: Place) -> None:
        self.id = config.id
        self._config = config
        self._line = next(line.shape for line in place.camera.lines if line.id == config.line)
        self._zone = next((z.shape for z in place.camera.zones if z.id == config.zone), None)
        self._way, self._wide = Way.of(self._line, place.wide), place.wide
        self._lasting, self._lengths = micros(config.against_s), config.lengths
        self._moments, self._hole = Moments(config, place), micros(place.hole_s)

    def fresh(self) -> State:
        """Nothing there."""
        return State()

    def step(self, state: State, tracks: Sequence[Track], taken: datetime) -> tuple[State, list[Alert]]:
        """See `detect.rules.rule.Rule.step`."""
        at = to_micros(taken)
        blind = state.taken is None or at - state.taken > self._hole
        wanted, before = of_labels(tracks, self._config.labels), state.seen
        seen = tuple(track.id for track in wanted)
        state = replace(state, taken=at, since=at if blind else state.since, seen=seen)
        rides = {} if blind else {r.track: r for r in state.rides if at - r.seen <= micros(LIFE_S)}
        wrong: list[tuple[Track, Ride]] = []
        for track in wanted:
            if not self._is_there(track.feet):
                rides.pop(track.id, None)
                continue
            ride = rides.get(track.id)
            if ride is None:
                ride = self._begun(track, at if track.id in before else state.since, at)
            else:
                ride = self._ridden(ride, track, at)
            if not ride.told and ride.lasting >= self._lasting and ride.lengths >= self._lengths:
                ride = replace(ride, told=True)
                wrong.append((track, ride))
            rides[track.id] = ride
        state = replace(state, rides=tuple(rides.values()))
        if not wrong:
            return state, []
        began = min(ride.since for _, ride in wrong)
        against, onsets = self._moments.counted(state.against, state.onsets, began, at, len(wrong))
        observed = {
            "against_s": round(max(ride.lasting for _, ride in wrong) / 1e6, 3),
            "lengths": round(max(ride.lengths for _, ride in wrong), 2),
        }
        threshold = {"against_s": self._config.against_s, "lengths": self._lengths}
        said = [self._moments.alert(against, observed, threshold, [track for track, _ in wrong])]
        return replace(state, against=against, onsets=onsets), said

    def involved(self, state: State) -> frozenset[int]:
        """Those that go against the way and have been told of."""
        return frozenset(ride.track for ride in state.rides if ride.told)

    def end(self, state: State) -> list[Alert]:
        """Nothing: it is over when it is told."""
        del state
        return []

    def _is_there(self, here: Point) -> bool:
        return self._line.beside(here, self._wide) if self._zone is None else self._zone.contains(here)

    def _begun(self, track: Track, since: int, at: int) -> Ride:
        """How far it has gone when it is told of: before that it was seen, and went evenly; what was before `since`
        counts for nothing.
        """
        here, first, long = track.feet, to_micros(track.first_seen), length(track.box, self._wide)
        along = self._way.along(here)
        ride = Ride(track.id, at, along, at, at)
        if track.begun is None or at - first > micros(LIFE_S):
            return ride
        for (x, y), then in _between(feet(track.begun), here, first, at):
            if then < since or not self._is_there((x, y)):
                break
            gone = (self._way.along((x, y)) - along) / long
            ride = replace(ride, since=then, lasting=at - then, lengths=min(gone, _LEAP * self._lengths))
        return ride if ride.lengths >= _STEP else Ride(track.id, at, along, at, at)

    def _ridden(self, ride: Ride, track: Track, at: int) -> Ride:
        """How far it has gone one picture on."""
        along, long = self._way.along(track.feet), length(track.box, self._wide)
        if along > ride.low + _BACK * long or (ride.lengths == 0 and along >= ride.low):
            return Ride(track.id, at, along, at, at)
        step = (ride.low - along) / long
        if step < _STEP:
            return replace(ride, seen=at)
        spent = min(at - ride.low_at, _CREDIT)
        return replace(
            ride,
            seen=at,
            low=along,
            low_at=at,
            since=ride.since if ride.lengths else at - spent,
            lasting=ride.lasting + spent,
            lengths=ride.lengths + min(step, _LEAP * self._lengths),
        )


def _between(begun: Point, here: Point, first: int, at: int) -> Iterator[tuple[Point, int]]:
    """Where it was in between, with when, the newest first and the very first last."""
    for part in range(_PARTS - 1, -1, -1):
        share = part / _PARTS
        point = (begun[0] + share * (here[0] - begun[0]), begun[1] + share * (here[1] - begun[1]))
        yield point, first + round(share * (at - first))


RULES: Final[dict[type[Watching], type[WrongWay]]] = {WrongWayRule: WrongWay}
