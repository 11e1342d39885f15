"""CROWD 人员聚集: many people in a zone for a while; by night fewer and sooner, and graver."""

from datetime import datetime
from typing import Final

from config.rules import CrowdRule
from config.watching import Watching
from detect.rules.rule import GRAVER, Place, micros
from detect.rules.throng import Demand, Throng
from models.codes import Level


class Crowd(Throng):
    """One CROWD rule of one camera."""

    def __init__(self, config: CrowdRule, place: Place) -> None:
        by_day = Demand(config.persons, micros(config.dwell_s), min(config.clear_persons, config.persons))
        by_night = Demand(
            config.night_persons,
            micros(config.night_dwell_s),
            min(config.night_clear_persons, config.night_persons),
        )
        super().__init__(config, place, by_day, by_night)
        self._night, self._mild, self._grave = place.night, config.level, config.grave_persons

    def demanded(self, taken: datetime) -> int:
        """What is asked for at that instant: those who have been enough for the night are told when it begins."""
        return 1 if self._night.hold(taken) else 0

    def level(self, most: int, taken: datetime) -> Level:
        """As configured, or one graver by night and where there are very many."""
        return GRAVER[self._mild] if most >= self._grave or self._night.hold(taken) else self._mild


RULES: Final[dict[type[Watching], type[Crowd]]] = {CrowdRule: Crowd}
