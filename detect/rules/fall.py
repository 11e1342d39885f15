"""FALL 疑似倒地: a person's box lies on its side and stays where it is; whether somebody fell, a box cannot tell."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from config.suspected import FallRule
from config.watching import Watching
from detect.rules.company import Company
from detect.rules.fixtures import Fixtures
from detect.rules.parking import Parking
from detect.rules.rule import Place, micros, of_labels
from detect.rules.still import Standing
from detect.tracker import LIFE_S
from models.codes import Level
from models.geometry import Box
from models.track import Track

_SETTLE_S: Final = 3.0
"""Who has lain still for so long is believed, and may be hidden from then on; part of the dwell."""

_CUT: Final = 0.99
"""A box that reaches so far down is cut off by the picture's edge: of who stands close, only the shoulders are seen."""


class Fall(Parking):
    """One FALL rule of one camera: like parking, of people who lie."""

    def __init__(self, config: FallRule, place: Place) -> None:
        super().__init__(config, place, settle_s=min(_SETTLE_S, config.dwell_s), dwell_s=config.dwell_s)
        self._level, self._flat, self._wide = config.level, config.flat, place.wide
        self._fixtures = Fixtures(config.fixtures, place.zone)

    def level(self, dwell: int) -> Level:
        """The same however long somebody lies there."""
        del dwell
        return self._level

    def wanted(self, tracks: Sequence[Track], taken: datetime) -> list[Track]:
        """Those whose box is so much longer than high, and whole, without what belongs there that day."""
        lying = [track for track in super().wanted(tracks, taken) if self._lies(track.box)]
        return self._fixtures.without(lying, taken)

    def checked(
        self, standings: tuple[Standing, ...], company: tuple[Company, ...], tracks: Sequence[Track], at: int
    ) -> tuple[tuple[Standing, ...], tuple[Company, ...]]:
        """Without those who have got up: who is hidden may lie on, who is seen upright for a while does not."""
        up = {track.id for track in of_labels(tracks, self._labels) if not self._lies(track.box)}
        return tuple(s for s in standings if s.track not in up or at - s.seen <= micros(LIFE_S)), company

    def _lies(self, box: Box) -> bool:
        x0, y0, x1, y1 = box
        return y1 < _CUT and self._wide * (x1 - x0) >= self._flat * (y1 - y0)


RULES: Final[dict[type[Watching], type[Fall]]] = {FallRule: Fall}
