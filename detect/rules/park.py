"""PARK 机动车违停: a vehicle stands where none may; graver the longer it stands."""

from typing import Final

from config.parked import ParkRule
from config.watching import Watching
from detect.rules.parking import Parking
from detect.rules.rule import GRAVER, Place, micros
from models.codes import Level


class Park(Parking):
    """One PARK rule of one camera."""

    def __init__(self, config: ParkRule, place: Place) -> None:
        super().__init__(config, place, settle_s=config.confirm_s, dwell_s=config.confirm_s + config.dwell_s)
        self._mild = config.level
        self._steps = [micros(s) for s in (config.escalate_s, config.escalate_again_s) if s is not None]

    def level(self, dwell: int) -> Level:
        """As configured, and one graver for each of the two times that it has stood."""
        level: Level = self._mild
        for step in self._steps:
            level = GRAVER[level] if dwell >= step else level
        return level


RULES: Final[dict[type[Watching], type[Park]]] = {ParkRule: Park}
