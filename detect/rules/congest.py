"""CONGEST 出入口拥堵: vehicles and two-wheelers that hardly move, too many for an entrance."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from config.rules import CongestRule
from config.watching import Watching
from detect.rules.pace import KEPT, Pace, Slowness
from detect.rules.rule import Place, micros
from detect.rules.throng import Demand, Throng
from models.track import Track


class Congest(Throng):
    """One CONGEST rule of one camera."""

    def __init__(self, config: CongestRule, place: Place) -> None:
        demand = Demand(config.things, micros(config.dwell_s), min(config.clear_things, config.things))
        super().__init__(config, place, demand)
        self._slowness = Slowness(config.pace, self._gap, place.wide)

    def demanded(self, taken: datetime) -> int:
        """The same by day and by night."""
        del taken
        return 0

    def there(self, paces: tuple[Pace, ...], tracks: Sequence[Track], at: int) -> tuple[tuple[Pace, ...], list[Track]]:
        """Those inside that are slower than `pace`; of what has just come nobody knows yet how fast it goes."""
        _, inside = super().there(paces, tracks, at)
        paces = self._slowness.step(paces, inside, at)
        slow = {pace.track for pace in paces if pace.slow is not None}
        return paces, [track for track in inside if track.id in slow]

    def since(self, paces: tuple[Pace, ...], there: Sequence[Track], many: int, at: int) -> int:
        """Since the last of so many has hardly moved, as is known by now; but no longer ago than they may be missed."""
        counts = {track.id for track in there}
        slow = sorted(pace.slow for pace in paces if pace.track in counts and pace.slow is not None)
        return max(slow[many - 1], at - max(self._gap, KEPT))


RULES: Final[dict[type[Watching], type[Congest]]] = {CongestRule: Congest}
