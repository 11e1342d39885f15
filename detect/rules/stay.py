"""A breach of people who stay in a zone: one alert for all of them, told again when others join or it grows graver."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from detect.rules.presence import Presence, Presences
from detect.rules.rule import BRIDGED_S, REVISE_S, Place, micros, of_labels, subjects
from models.alert import Alert, Onset, mint
from models.clock import from_micros, to_micros
from models.codes import Level
from models.track import Track

_MEMBERS: Final = 64
"""So many are remembered as having joined a breach; trackers rarely need more than a few."""


@dataclass(frozen=True, slots=True)
class Breach:
    """The newest breach, open while `ended` is None. Instants and spans in µs.

    Attributes:
        id, revision, level, began, detected, ended, count: As in models.alert.Alert.
        inside: The newest picture on which somebody was inside.
        told: The picture of the newest revision.
        grace: Until then it stays open though nobody is seen: pictures were missing.
        needed: The dwell that was asked for when it was met.
        dwell: Longest stay so far.
        persons: Most at once.
        members: Ids of the tracks that have been told of.
    """

    id: UUID
    revision: int
    level: Level
    began: int
    detected: int
    ended: int | None
    count: int
    inside: int
    told: int
    grace: int
    needed: int
    dwell: int
    persons: int
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What such a rule remembers between pictures; `taken` of the newest one in µs."""

    taken: int | None = None
    present: tuple[Presence, ...] = ()
    breach: Breach | None = None


class ZoneRule(Protocol):
    """What the configuration says of a rule about stays."""

    @property
    def id(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def labels(self) -> Sequence[str]: ...
    @property
    def gap_s(self) -> float: ...
    @property
    def cooldown_s(self) -> float: ...
    @property
    def level(self) -> Level: ...


class Stay(ABC):
    """One rule about stays, of one camera.

    Args:
        config, place: As for every rule.
        found_again: See `Presences`.
    """

    state_type = State

    def __init__(self, config: ZoneRule, place: Place, *, found_again: bool = False) -> None:
        self.id = config.id
        self._config, self._place = config, place
        zone = next(z.shape for z in place.camera.zones if z.id == config.zone)
        self._presences = Presences(zone, micros(config.gap_s), found_again)
        self._cooldown, self._hole = micros(config.cooldown_s), micros(place.hole_s)
        self._bridged = max(self._cooldown, micros(BRIDGED_S))

    @abstractmethod
    def dwell(self, taken: datetime) -> int:
        """µs that a stay must last to be a breach, on a picture taken then."""

    def level(self, dwell: int) -> Level:
        """How grave it is when the longest stay has lasted for so many µs."""
        del dwell
        return self._config.level

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
                told = self._onset(before, present, stays, at, needed)
        else:
            told = self._lasting(before, present, inside, stays, at)
        if told is not None and (before is None or told.revision != before.revision):
            alerts.append(self._alert(told, [t for t in wanted if t.id in stays]))
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
        return [self._alert(replace(breach, revision=breach.revision + 1, ended=breach.inside), [])]

    def _after_hole(self, state: State, at: int) -> tuple[State, list[Alert]]:
        """Stays are not counted across a hole; an open breach waits to see whether somebody is still there."""
        if state.taken is None or at - state.taken <= self._hole:
            return state, []
        breach = state.breach
        if breach is None or breach.ended is not None:
            return State(state.taken, (), breach), []
        if at - state.taken > self._bridged:
            ended = self.end(state)
            return State(state.taken, (), replace(breach, revision=breach.revision + 1, ended=breach.inside)), ended
        return State(state.taken, (), replace(breach, grace=at + self._presences.unseen)), []

    def _lasting(
        self, breach: Breach, present: Sequence[Presence], inside: frozenset[int], stays: dict[int, int], at: int
    ) -> Breach:
        """The open breach one picture on; with the next revision where there is something to tell."""
        if inside:
            breach = replace(breach, inside=at)
        if stays:
            breach = replace(breach, dwell=max(breach.dwell, *stays.values()), persons=max(breach.persons, len(stays)))
        if not present and at > breach.grace:
            return replace(breach, revision=breach.revision + 1, ended=breach.inside, told=at)
        level: Level = min(breach.level, self.level(breach.dwell))
        joined = stays.keys() - set(breach.members)
        if level != breach.level or (joined and at - breach.told >= micros(REVISE_S)):
            members = (*breach.members, *sorted(joined))[-_MEMBERS:]
            return replace(breach, revision=breach.revision + 1, level=level, told=at, members=members)
        return breach

    def _onset(
        self, last: Breach | None, present: Sequence[Presence], stays: dict[int, int], at: int, needed: int
    ) -> Breach:
        """A new breach, or the last one again when it ended a short while ago."""
        entered = min(p.entered for p in present if p.track in stays)
        longest = max(stays.values())
        figures: dict[str, Any] = {
            "inside": at,
            "told": at,
            "grace": 0,
            "needed": needed,
            "dwell": longest,
            "persons": len(stays),
            "members": tuple(sorted(stays)),
        }
        level = self.level(longest)
        if last is not None and last.ended is not None and entered - last.ended <= self._cooldown:
            again = {"revision": last.revision + 1, "ended": None, "count": last.count + 1, **figures}
            return replace(last, level=min(last.level, level), **again)
        place = self._place
        onset = Onset(place.site, place.camera.id, self.id, self._config.zone, from_micros(entered))
        return Breach(
            id=mint(onset), revision=1, level=level, began=entered, detected=at, ended=None, count=1, **figures
        )

    def _alert(self, breach: Breach, inside: Sequence[Track]) -> Alert:
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
            observed={"dwell_s": round(breach.dwell / 1e6, 3), "persons": breach.persons},
            threshold={"dwell_s": breach.needed / 1e6, "persons": 1},
            subjects=subjects(inside),
        )
