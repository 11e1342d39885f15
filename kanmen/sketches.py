"""What was seen when rules first spoke of something: the boxes of that picture, for whoever has no picture of it."""

from typing import Any, Final

from config.site import Camera
from detect.rerun import Ran
from models.alert import Alert
from models.clock import from_micros
from models.labels import KEY_OF
from models.track import Track

_MOST_KEPT: Final = 2000
"""Of so many alerts: a rule that speaks more often needs no pictures to be seen through."""
_MOST_BOXES: Final = 32
"""In one picture: whom it is about first."""
_THOUSANDTHS: Final = 1000


class Sketches:
    """Looks on while rules are run over observations."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[float, frozenset[int], tuple[Track, ...]]] = {}

    def see(self, ran: Ran) -> None:
        """The next picture."""
        for alert in ran.said:
            if not isinstance(alert, Alert) or len(self._first) >= _MOST_KEPT:
                continue
            if alert.ended in (None, from_micros(ran.taken)):  # else it is about a picture that is gone
                about = frozenset(subject.track for subject in alert.subjects)
                self._first.setdefault(str(alert.id), (ran.wide, about, ran.tracks))

    def of(self, alert: str) -> dict[str, Any] | None:
        """As JSON: heights to the picture's width, and each box by its label's key, whether the alert is about it, and
        its sides in thousandths of the picture; None where no picture of it was seen.
        """
        if alert not in self._first:
            return None
        wide, about, tracks = self._first[alert]
        ordered = sorted(tracks, key=lambda track: (track.id not in about, track.id))[:_MOST_BOXES]
        return {"wide": round(wide, 4), "boxes": [_box(track, track.id in about) for track in ordered]}


def places(camera: Camera) -> dict[str, Any]:
    """Zones and lines by id, in fractions: where the rules whose alerts are sketched watch."""
    return {zone.id: zone.points for zone in camera.zones} | {line.id: (line.start, line.end) for line in camera.lines}


def _box(track: Track, about: bool) -> list[str | int]:
    return [KEY_OF.get(track.label, ""), int(about), *(round(side * _THOUSANDTHS) for side in track.box)]
