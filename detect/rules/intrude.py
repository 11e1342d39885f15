"""INTRUDE 区域入侵: feet inside a zone for a while; one alert per breach, however many people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from config.rules import Checked, IntrudeRule
from detect.rules.rule import BRIDGED_S, REVISE_S, Place, micros, of_labels, subjects
from detect.tracker import LIFE_S
from models.alert import Alert, Onset, mint
from models.clock import from_micros, to_micros
from models.track import Track

_MEMBERS: Final = 64
"""So many are remembered as having joined a breach; trackers rarely need more than a few."""


@dataclass(frozen=True, slots=True)
class Presence:
    """A track inside the zone, or not gone from it for long enough. Instants in µs.

    Attributes:
        track: Its id.
        entered: The picture on which its feet came in.
        inside: The newest picture on which they were inside.
        left: Whether it has been seen outside since.
    """

    track: int
    entered: int
    inside: int
    left: bool = False


@dataclass(frozen=True, slots=True)
class Breach:
    """The newest breach, open while `ended` is None. Instants in µs.

    Attributes:
        id, revision, began, detected, ended, count: As in models.alert.Alert.
        inside: The newest picture on which somebody was inside.
        told: The picture of the newest revision.
        grace: Until then it stays open though nobody is seen: pictures were missing.
        dwell: Longest stay so far.
        persons: Most at once.
        members: Ids of the tracks that have been told of.
    """

    id: UUID
    revision: int
    began: int
    detected: int
    ended: int | None
    count: int
    inside: int
    told: int
    grace: int
    dwell: int
    persons: int
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What INTRUDE remembers between pictures; `taken` of the newest one in µs."""

    taken: int | None = None
    present: tuple[Presence, ...] = ()
    breach: Breach | None = None


class Intrude:
    """One INTRUDE rule of one camera."""

    state_type = State

    def __init__(self, config: IntrudeRule, place: Place) -> None:
        self.id = config.id
        self._config, self._place = config, place
        self._zone = next(z.shape for z in place.camera.zones if z.id == config.zone)
        self._dwell, self._gap, self._cooldown = (micros(s) for s in (config.dwell_s, config.gap_s, config.cooldown_s))
        self._hole = micros(place.hole_s)
        self._bridged = max(self._cooldown, micros(BRIDGED_S))
        self._unseen = self._gap + micros(LIFE_S)

    def fresh(self) -> State:
        """Nobody inside."""
        return State()

    def step(self, state: State, tracks: Sequence[Track], taken: datetime) -> tuple[State, list[Alert]]:
        """See `detect.rules.rule.Rule.step`."""
        at = to_micros(taken)
        wanted = of_labels(tracks, self._config.labels)
        state, alerts = self._after_hole(state, at)
        present, inside = self._presences(state.present, wanted, at)
        stays = {p.track: at - p.entered for p in present if p.track in inside and at - p.entered >= self._dwell}
        breach = state.breach
        if breach is not None and inside:
            breach = replace(breach, inside=at) if breach.ended is None else breach
        if breach is not None and stays and breach.ended is None:
            breach = replace(breach, dwell=max(breach.dwell, *stays.values()), persons=max(breach.persons, len(stays)))
        told = breach
        if breach is None or breach.ended is not None:
            if stays:
                told = self._onset(breach, present, stays, at)
        elif not present and at > breach.grace:
            told = replace(breach, revision=breach.revision + 1, ended=breach.inside, told=at)
        elif stays.keys() - set(breach.members) and at - breach.told >= micros(REVISE_S):
            members = (*breach.members, *sorted(stays.keys() - set(breach.members)))[-_MEMBERS:]
            told = replace(breach, revision=breach.revision + 1, told=at, members=members)
        if told is not None and (breach is None or told.revision != breach.revision):
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
        return State(state.taken, (), replace(breach, grace=at + self._unseen)), []

    def _presences(
        self, before: Sequence[Presence], tracks: Sequence[Track], at: int
    ) -> tuple[tuple[Presence, ...], set[int]]:
        """Who is inside or not gone for long enough, and whose feet are inside now."""
        seen = {track.id: self._zone.contains(track.feet) for track in tracks}
        after = []
        for p in before:
            is_in = seen.get(p.track)
            gone = at - p.inside > (self._gap if is_in is False or p.left else self._unseen)
            if is_in and not gone:
                after.append(replace(p, inside=at, left=False))
            elif is_in is not True and not gone:
                after.append(replace(p, left=p.left or is_in is False))
        known = {p.track for p in after}
        after += [Presence(i, at, at) for i, is_in in seen.items() if is_in and i not in known]
        return tuple(after), {i for i, is_in in seen.items() if is_in}

    def _onset(self, last: Breach | None, present: Sequence[Presence], stays: dict[int, int], at: int) -> Breach:
        """A new breach, or the last one again when it ended a short while ago."""
        entered = min(p.entered for p in present if p.track in stays)
        figures: dict[str, Any] = {
            "inside": at,
            "told": at,
            "grace": 0,
            "dwell": max(stays.values()),
            "persons": len(stays),
            "members": tuple(sorted(stays)),
        }
        if last is not None and last.ended is not None and entered - last.ended <= self._cooldown:
            return replace(last, revision=last.revision + 1, ended=None, count=last.count + 1, **figures)
        onset = Onset(self._place.site, self._place.camera.id, self.id, self._zone.id, from_micros(entered))
        return Breach(id=mint(onset), revision=1, began=entered, detected=at, ended=None, count=1, **figures)

    def _alert(self, breach: Breach, inside: Sequence[Track]) -> Alert:
        return Alert(
            id=breach.id,
            revision=breach.revision,
            code=self._config.rule,
            level=self._config.level,
            camera=self._place.camera.id,
            rule=self.id,
            place=self._zone.id,
            began=from_micros(breach.began),
            detected=from_micros(breach.detected),
            ended=None if breach.ended is None else from_micros(breach.ended),
            count=breach.count,
            observed={"dwell_s": round(breach.dwell / 1e6, 3), "persons": breach.persons},
            threshold={"dwell_s": self._config.dwell_s, "persons": 1},
            subjects=subjects(inside),
        )


RULES: Final[dict[type[Checked], type[Intrude]]] = {IntrudeRule: Intrude}
