"""ABANDON 疑似遗留物: a bag stands there and nobody stays beside it; whose it was, boxes cannot tell."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Final

from config.suspected import AbandonRule
from config.watching import Watching
from detect.rules.company import Companies, Company
from detect.rules.fixtures import Fixtures
from detect.rules.parking import Parking
from detect.rules.rule import Place, micros, of_labels
from detect.rules.still import Standing
from detect.tracker import LIFE_S
from models.codes import Level
from models.labels import PERSON
from models.track import Track

_SETTLE: Final = 1 / 8
"""What has stood still for this share of its dwell is believed: 15 s of 120, as `confirm_s` of vehicles."""


class Abandon(Parking):
    """One ABANDON rule of one camera: a bag begins anew as long as somebody stays beside it.

    Whoever is beside it after a hole may have been there all the time: the hole counts once they are gone.
    """

    holes_count: ClassVar[bool] = False

    def __init__(self, config: AbandonRule, place: Place) -> None:
        super().__init__(config, place, settle_s=_SETTLE * config.dwell_s, dwell_s=config.dwell_s)
        self._level = config.level
        self._fixtures = Fixtures(config.fixtures, place.zone)
        self._companies = Companies(config.reach, micros(config.beside_s), place.wide)

    def level(self, dwell: int) -> Level:
        """The same however long it stands."""
        del dwell
        return self._level

    def wanted(self, tracks: Sequence[Track], taken: datetime) -> list[Track]:
        """Bags, without those that belong there that day."""
        return self._fixtures.without(super().wanted(tracks, taken), taken)

    def checked(
        self, standings: tuple[Standing, ...], company: tuple[Company, ...], tracks: Sequence[Track], at: int
    ) -> tuple[tuple[Standing, ...], tuple[Company, ...]]:
        """What somebody stays beside has not been left yet."""
        asked = {track.id for track in of_labels(tracks, self._labels)}
        people = [track for track in tracks if track.label == PERSON and track.id not in asked]
        company, kept = self._companies.step(company, standings, people, at)
        beside = {one.number for one in company}
        alone = {s.number for s in standings if s.number not in beside and at - s.resumed > micros(LIFE_S)}
        counted = (replace(s, resumed=0) if s.number in alone else s for s in standings)
        anew = (replace(s, since=at if s.settled else s.seen) if s.number in kept else s for s in counted)
        return tuple(anew), company


RULES: Final[dict[type[Watching], type[Abandon]]] = {AbandonRule: Abandon}
