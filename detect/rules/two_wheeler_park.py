"""TW_PARK 二轮车违停: a two-wheeler stands where none may."""

from typing import Final

from config.parked import TwoWheelerParkRule
from config.watching import Watching
from detect.rules.parking import Parking
from detect.rules.rule import Place
from models.codes import Level

_SETTLE_S: Final = 15.0
"""What has stood still for so long is believed; as `confirm_s` of vehicles, but part of the dwell."""


class TwoWheelerPark(Parking):
    """One TW_PARK rule of one camera."""

    def __init__(self, config: TwoWheelerParkRule, place: Place) -> None:
        super().__init__(config, place, settle_s=min(_SETTLE_S, config.dwell_s), dwell_s=config.dwell_s)
        self._level = config.level

    def level(self, dwell: int) -> Level:
        """The same however long it stands."""
        del dwell
        return self._level


RULES: Final[dict[type[Watching], type[TwoWheelerPark]]] = {TwoWheelerParkRule: TwoWheelerPark}
