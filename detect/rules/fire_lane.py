"""FIRELANE 占用消防通道: a vehicle stands where the fire engine must pass."""

from typing import Final

from config.parked import FireLaneRule
from config.watching import Watching
from detect.rules.parking import Parking
from detect.rules.rule import GRAVER, Place, micros
from models.codes import Level


class FireLane(Parking):
    """One FIRELANE rule of one camera."""

    def __init__(self, config: FireLaneRule, place: Place) -> None:
        super().__init__(config, place, settle_s=config.confirm_s, dwell_s=config.confirm_s + config.dwell_s)
        self._mild = config.level
        self._escalate = None if config.escalate_s is None else micros(config.escalate_s)

    def level(self, dwell: int) -> Level:
        """As configured, or one graver once it has stood for `escalate_s`."""
        return self._mild if self._escalate is None or dwell < self._escalate else GRAVER[self._mild]


RULES: Final[dict[type[Watching], type[FireLane]]] = {FireLaneRule: FireLane}
