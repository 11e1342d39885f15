"""INTRUDE 区域入侵: feet inside a zone for a while; one alert per breach, however many people."""

from datetime import datetime
from typing import Final

from config.rules import IntrudeRule, TwoWheelerInRule
from config.watching import Watching
from detect.rules.rule import Place, micros
from detect.rules.stay import Stay


class Intrude(Stay):
    """One INTRUDE rule of one camera."""

    def __init__(self, config: IntrudeRule | TwoWheelerInRule, place: Place) -> None:
        super().__init__(config, place)
        self._dwell = micros(config.dwell_s)

    def dwell(self, taken: datetime) -> int:
        """The same by day and by night."""
        del taken
        return self._dwell


RULES: Final[dict[type[Watching], type[Intrude]]] = {IntrudeRule: Intrude}
