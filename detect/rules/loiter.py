"""LOITER 徘徊逗留: somebody stays in a zone for long, by night for less long; graver when they stay on."""

from datetime import datetime
from typing import Final

from config.rules import LoiterRule, Watching
from detect.rules.rule import Place, micros
from detect.rules.stay import Stay
from models.codes import Level

_GRAVER: Final[dict[Level, Level]] = {4: 3, 3: 2, 2: 1, 1: 1}


class Loiter(Stay):
    """One LOITER rule of one camera."""

    def __init__(self, config: LoiterRule, place: Place) -> None:
        super().__init__(config, place, found_again=True)
        self._night = place.night
        self._by_day, self._by_night = micros(config.dwell_s), micros(config.night_dwell_s)
        self._mild = config.level
        self._escalate = None if config.escalate_s is None else micros(config.escalate_s)

    def dwell(self, taken: datetime) -> int:
        """What is asked for at that instant: who has stayed long enough for the night is told when it begins."""
        return self._by_night if self._night.hold(taken) else self._by_day

    def level(self, dwell: int) -> Level:
        """As configured, or one graver once the longest stay has lasted for `escalate_s`."""
        return self._mild if self._escalate is None or dwell < self._escalate else _GRAVER[self._mild]


RULES: Final[dict[type[Watching], type[Loiter]]] = {LoiterRule: Loiter}
