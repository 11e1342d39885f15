"""A breach of those who stay: one alert for all of them, told again when others join or it grows graver."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol
from uuid import UUID

from detect.rules.rule import REVISE_S, Place, counted, micros, subjects
from models.alert import Alert, Onset, mint
from models.clock import from_micros
from models.codes import Level
from models.track import Track

_MEMBERS: Final = 64
"""So many are remembered as having joined a breach; rarely are there more than a few."""


@dataclass(frozen=True, slots=True)
class Breach:
    """The newest breach, open while `ended` is None. Instants and spans in µs.

    Attributes:
        id, revision, level, began, detected, ended, count: As in models.alert.Alert.
        inside: The newest picture on which it was seen to last.
        told: The picture of the newest revision.
        grace: Until then it stays open though nobody is seen: pictures were missing.
        needed: The dwell that was asked for when it was met.
        dwell: Longest stay so far.
        most: Most at once.
        members: Those who have been told of, by the numbers that the rule gives its stays.
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
    most: int
    members: tuple[int, ...]


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


class Breaches:
    """How the breaches of one rule go on; pure.

    Args:
        config, place: As for every rule.
        level: How grave it is when the longest stay has lasted for so many µs.
    """

    def __init__(self, config: ZoneRule, place: Place, level: Callable[[int], Level]) -> None:
        self._config, self._place, self._level = config, place, level
        self._cooldown = micros(config.cooldown_s)
        self._counted = counted(config.labels)

    def onset(self, last: Breach | None, entered: int, stays: Mapping[int, int], at: int, needed: int) -> Breach:
        """A new breach, or the last one again when it ended a short while ago.

        Args:
            last: The newest one; not open.
            entered: When the first of them came.
            stays: How long each has stayed, µs, by its number.
            at: The picture on which it is met.
            needed: The dwell that is asked for.
        """
        longest = max(stays.values())
        figures: dict[str, Any] = {
            "inside": at,
            "told": at,
            "grace": 0,
            "needed": needed,
            "dwell": longest,
            "most": len(stays),
            "members": tuple(sorted(stays)),
        }
        level = self._level(longest)
        if last is not None and last.ended is not None and entered - last.ended <= self._cooldown:
            again = {"revision": last.revision + 1, "ended": None, "count": last.count + 1, **figures}
            return replace(last, level=min(last.level, level), **again)
        place = self._place
        onset = Onset(place.site, place.camera.id, self._config.id, self._config.zone, from_micros(entered))
        return Breach(
            id=mint(onset), revision=1, level=level, began=entered, detected=at, ended=None, count=1, **figures
        )

    def lasting(self, breach: Breach, stays: Mapping[int, int], at: int, *, inside: bool, over: bool) -> Breach:
        """The open breach one picture on; with the next revision where there is something to tell.

        Args:
            breach: As of the picture before.
            stays: As at its onset, of those who are seen.
            at: The picture.
            inside: Whether it is seen to last.
            over: Whether nobody is left, and not for a short while only.
        """
        if inside:
            breach = replace(breach, inside=at)
        if stays:
            breach = replace(breach, dwell=max(breach.dwell, *stays.values()), most=max(breach.most, len(stays)))
        if over and at > breach.grace:
            return replace(ended(breach), told=at)
        level: Level = min(breach.level, self._level(breach.dwell))
        joined = stays.keys() - set(breach.members)
        if level != breach.level or (joined and at - breach.told >= micros(REVISE_S)):
            members = (*breach.members, *sorted(joined))[-_MEMBERS:]
            return replace(breach, revision=breach.revision + 1, level=level, told=at, members=members)
        return breach

    def alert(self, breach: Breach, inside: Sequence[Track]) -> Alert:
        """What there is to tell of it."""
        return Alert(
            id=breach.id,
            revision=breach.revision,
            code=self._config.rule,
            level=breach.level,
            camera=self._place.camera.id,
            rule=self._config.id,
            place=self._config.zone,
            began=from_micros(breach.began),
            detected=from_micros(breach.detected),
            ended=None if breach.ended is None else from_micros(breach.ended),
            count=breach.count,
            observed={"dwell_s": round(breach.dwell / 1e6, 3), self._counted: breach.most},
            threshold={"dwell_s": breach.needed / 1e6, self._counted: 1},
            subjects=subjects(inside),
        )


def ended(breach: Breach) -> Breach:
    """The breach over, with the last picture on which it was seen to last."""
    return replace(breach, revision=breach.revision + 1, ended=breach.inside)
