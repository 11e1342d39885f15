"""LINE 越界: feet cross a directed line, settled on one side before and on the other side after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from config.rules import Checked, LineRule
from detect.rules.rule import Place, micros, of_labels, subjects
from detect.tracker import LIFE_S
from models.alert import Alert, Onset, mint
from models.clock import from_micros, to_micros
from models.geometry import Point
from models.track import Track

_BAND: Final = 0.004
"""Feet nearer to the line than this share of the picture are on neither side: boxes tremble."""

_ONSETS: Final = 16
"""So many onsets are remembered, to tell crossings of one picture apart when they are counted later."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A track and the line. Instants in µs; a side is +1 (in), -1 (out) or 0 (not known).

    Attributes:
        track: Its id.
        seen: The newest picture it was on.
        home: The side it has settled on.
        feet: Where it stood when it was last seen there.
        trial: The other side, while it is being tried.
        since: The first picture on that side.
        first: Where it stood then.
    """

    track: int
    seen: int
    home: int
    feet: Point
    trial: int
    since: int
    first: Point


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
        self._settle, self._cooldown = micros(config.settle_s), micros(config.cooldown_s)
        self._hole, self._life = micros(place.hole_s), micros(LIFE_S)

    def fresh(self) -> State:
        """Nobody near."""
        return State()

    def step(self, state: State, tracks: Sequence[Track], taken: datetime) -> tuple[State, list[Alert]]:
        """See `detect.rules.rule.Rule.step`."""
        at = to_micros(taken)
        blind = state.taken is not None and at - state.taken > self._hole
        before = {} if blind else {w.track: w for w in state.walks if at - w.seen <= self._life}
        crossed: list[tuple[Track, int, int]] = []
        for track in of_labels(tracks, self._config.labels):
            walk, direction, since = self._walked(before.get(track.id), track, at)
            before[track.id] = walk
            if direction and self._line.direction in ("both", "in" if direction > 0 else "out"):
                crossed.append((track, direction, since))
        state = State(at, tuple(before.values()), state.crossing, state.onsets)
        if not crossed:
            return state, []
        crossing, onsets = self._counted(state, crossed, at)
        longest = max(at - since for _, _, since in crossed)
        alert = self._alert(crossing, crossed[-1][1], longest, [track for track, _, _ in crossed])
        return replace(state, crossing=crossing, onsets=onsets), [alert]

    def involved(self, state: State) -> frozenset[int]:
        """Nobody: a crossing is over when it is told."""
        del state
        return frozenset()

    def end(self, state: State) -> list[Alert]:
        """Nothing: a crossing is over when it is told."""
        del state
        return []

    def _walked(self, walk: Walk | None, track: Track, at: int) -> tuple[Walk, int, int]:
        """The walk one picture on, the direction in which it has now crossed (0: not), and since when it is over."""
        feet = track.feet
        distance = self._line.side(feet)
        side = 0 if abs(distance) <= _BAND else (1 if distance > 0 else -1)
        if walk is None:
            walk = Walk(track.id, at, 0, feet, 0, at, feet)
        walk = replace(walk, seen=at)
        if side == 0:
            return walk, 0, 0
        if side == walk.home:
            return replace(walk, feet=feet, trial=0), 0, 0
        if side != walk.trial:
            walk = replace(walk, trial=side, since=at, first=feet)
        if at - walk.since < self._settle:
            return walk, 0, 0
        over = replace(walk, home=side, feet=feet, trial=0)
        return over, side if walk.home and self._between_ends(walk) else 0, walk.since

    def _between_ends(self, walk: Walk) -> bool:
        here, there = self._line.side(walk.feet), self._line.side(walk.first)
        part = here / (here - there)
        (ax, ay), (bx, by) = walk.feet, walk.first
        return self._line.beside((ax + part * (bx - ax), ay + part * (by - ay)))

    def _counted(
        self, state: State, crossed: Sequence[tuple[Track, int, int]], at: int
    ) -> tuple[Crossing, tuple[int, ...]]:
        into = sum(direction > 0 for _, direction, _ in crossed)
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
        began = min(since for _, _, since in crossed)
        ordinal = state.onsets.count(began)
        onset = Onset(self._place.site, self._place.camera.id, self.id, self._line.id, from_micros(began), ordinal)
        crossing = Crossing(mint(onset), 1, began, at, at, into + out, into, out)
        return crossing, (*state.onsets, began)[-_ONSETS:]

    def _alert(self, crossing: Crossing, direction: int, settled: int, who: Sequence[Track]) -> Alert:
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
                "direction": "in" if direction > 0 else "out",
                "in": crossing.into,
                "out": crossing.out,
                "settle_s": round(settled / 1e6, 3),
            },
            threshold={"settle_s": self._config.settle_s},
            subjects=subjects(who),
        )


RULES: Final[dict[type[Checked], type[CrossLine]]] = {LineRule: CrossLine}
