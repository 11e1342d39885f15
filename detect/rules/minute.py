"""Crossings counted by the minute of the site's clock, and what there is to tell of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from detect.rules.crossing import Crossed
from detect.rules.rule import Place
from models.alert import Onset, mint
from models.clock import from_micros, to_micros
from models.flow import FlowCount, window_of

_TELL: Final = 10_000_000
"""µs; a minute's count is told at once when it begins and then at most this often: the journal is no place for a row
per passer-by."""


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
class Minutes:
    """How the minutes of one rule go on; pure.

    Attributes:
        place: As for every rule.
        rule, line: Ids of the rule and its line.
    """

    place: Place
    rule: str
    line: str

    def counted(
        self, minute: Minute | None, crossed: Sequence[Crossed], taken: datetime
    ) -> tuple[Minute | None, list[FlowCount]]:
        """The minute one picture on, and what there is to tell of it and of the one before."""
        at, began = to_micros(taken), to_micros(window_of(taken, 1, self.place.zone))
        said: list[FlowCount] = []
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

    def rest(self, minute: Minute | None) -> list[FlowCount]:
        """What has not been told yet of the minute that runs."""
        if minute is None or not minute.untold:
            return []
        return [self._word(replace(minute, revision=minute.revision + 1))]

    def _word(self, minute: Minute) -> FlowCount:
        camera = self.place.camera.id
        minted = mint(Onset(self.place.site, camera, f"{self.rule}:minute", self.line, from_micros(minute.onset)))
        began = from_micros(minute.began)
        return FlowCount(minted, minute.revision, camera, self.rule, self.line, began, minute.into, minute.out)
