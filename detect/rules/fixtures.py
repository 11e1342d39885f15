"""What belongs there, up to a day that is said, and is not told of: bags, lying figures."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from config.suspected import Fixture
from models.geometry import Box, Point
from models.track import Track


class Fixtures:
    """The fixtures of one rule; `clock` is the site's time zone, by which days are counted."""

    def __init__(self, fixtures: Sequence[Fixture], clock: tzinfo) -> None:
        self._fixtures, self._clock = fixtures, clock

    def without(self, tracks: Sequence[Track], taken: datetime) -> list[Track]:
        """The tracks of a picture, without those that belong there that day."""
        today = taken.astimezone(self._clock).date()
        fixed = [one.at for one in self._fixtures if today <= one.until]
        return [track for track in tracks if not any(_within(point, track.box) for point in fixed)]


def _within(point: Point, box: Box) -> bool:
    (x, y), (x0, y0, x1, y1) = point, box
    return x0 <= x <= x1 and y0 <= y <= y1
