"""Alerts that are over when they are told: what happens again soon after is counted into the same one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol
from uuid import UUID

from detect.rules.rule import Place, micros, subjects
from models.alert import Alert, Number, Onset, mint
from models.clock import from_micros
from models.codes import Level
from models.track import Track

_ONSETS: Final = 16
"""So many onsets are remembered, to tell what began on one picture apart when it is counted later."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The newest alert: it happened once, or again and again soon after. Instants in µs; as in models.alert.Alert."""

    id: UUID
    revision: int
    began: int
    detected: int
    ended: int
    count: int


class MomentRule(Protocol):
    """What the configuration says of such a rule."""

    @property
    def id(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def cooldown_s(self) -> float: ...
    @property
    def level(self) -> Level: ...


class Moments:
    """How the alerts of one rule go on; pure.

    Args:
        config, place: As for every rule.
    """

    def __init__(self, config: MomentRule, place: Place) -> None:
        self._config, self._place, self._cooldown = config, place, micros(config.cooldown_s)

    def again(self, last: Moment | None, at: int) -> bool:
        """Whether what happens on that picture is counted into the last alert."""
        return last is not None and at - last.ended <= self._cooldown

    def counted(
        self, last: Moment | None, onsets: tuple[int, ...], began: int, at: int, times: int
    ) -> tuple[Moment, tuple[int, ...]]:
        """The alert that tells of it, and the onsets that are remembered.

        Args:
            last: The newest alert.
            onsets: When the last ones began.
            began: When the first of those began that are told now.
            at: The picture on which they are.
            times: How many they are.
        """
        if last is not None and self.again(last, at):
            return replace(last, revision=last.revision + 1, ended=at, count=last.count + times), onsets
        place, ordinal = self._place, onsets.count(began)
        onset = Onset(place.site, place.camera.id, self._config.id, self._config.place, from_micros(began), ordinal)
        return Moment(mint(onset), 1, began, at, at, times), (*onsets, began)[-_ONSETS:]

    def alert(
        self,
        moment: Moment,
        observed: Mapping[str, Number],
        threshold: Mapping[str, Number],
        tracks: Sequence[Track],
    ) -> Alert:
        """What there is to tell of it."""
        return Alert(
            id=moment.id,
            revision=moment.revision,
            code=self._config.rule,
            level=self._config.level,
            camera=self._place.camera.id,
            rule=self._config.id,
            place=self._config.place,
            began=from_micros(moment.began),
            detected=from_micros(moment.detected),
            ended=from_micros(moment.ended),
            count=moment.count,
            observed=observed,
            threshold=threshold,
            subjects=subjects(tracks),
        )
