"""LOITER 徘徊逗留: somebody stays in a zone for long, by night for less long; graver when they stay on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from config.rules import LoiterRule
from config.watching import Watching
from detect.rules.breach import Breach
from detect.rules.presence import Presence
from detect.rules.rule import GRAVER, Place, micros
from detect.rules.stay import Stay
from models.codes import Level


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

    def staying(self, breach: Breach, present: Sequence[Presence], needed: int, at: int) -> Sequence[Presence]:
        """Those who have stayed for as long as is asked for: who only walks through keeps no alert open, or on a busy
        path it would last all day, and whoever loiters next were a part of it. After a hole, in which stays begin
        anew, it is whoever is inside, until they could have stayed for so long again.
        """
        if at <= breach.grace + needed:
            return present
        return [p for p in present if p.inside - p.entered >= needed]

    def level(self, dwell: int) -> Level:
        """As configured, or one graver once the longest stay has lasted for `escalate_s`."""
        return self._mild if self._escalate is None or dwell < self._escalate else GRAVER[self._mild]


RULES: Final[dict[type[Watching], type[Loiter]]] = {LoiterRule: Loiter}
