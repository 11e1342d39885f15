"""What a rule is to the rest of detect: a pure step from state, tracks and time to state and alerts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, Protocol

from config.hours import Hours
from config.site import Camera, Site
from detect.rules.measure import WIDE
from models.alert import Alert, Subject
from models.codes import Level
from models.flow import FlowCount
from models.labels import KEY_OF
from models.track import Track

REVISE_S: Final = 2.0
"""An alert is revised at most this often while it lasts: the wall is to be read."""

BRIDGED_S: Final = 30.0
"""A breach outlives a gap without pictures of this length (or of its cool-down, if that is longer)."""


GRAVER: Final[dict[Level, Level]] = {4: 3, 3: 2, 2: 1, 1: 1}
"""The level above."""


Said = Alert | FlowCount
"""What a rule may say: a revision of an alert, or of a count."""


_NO_NIGHT: Final = Hours()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule stands.

    Attributes:
        site: Id of the site; part of each alert's id.
        camera: With its zones and lines.
        hole_s: Without a picture for longer than this nobody knows what happened in between.
        zone: The site's time zone.
        night: Its night.
        wide: Heights to the width of the camera's picture, as it is shown.
    """

    site: str
    camera: Camera
    hole_s: float
    zone: tzinfo = UTC
    night: Hours = _NO_NIGHT
    wide: float = WIDE

    @staticmethod
    def of(site: Site, camera: Camera) -> "Place":
        """The place of a site's camera."""
        return Place(site.id, camera, site.health.blind_s, site.zone, site.night_hours)


class Rule(Protocol):
    """One rule of one camera. It keeps nothing itself: all it must remember is in its state.

    Attributes:
        id: Names it within its camera.
        state_type: Class of its state, a frozen dataclass of plain data, so that it can be written down.
    """

    id: str
    state_type: type[Any]

    def fresh(self) -> Any:  # noqa: ANN401 (each rule has a state of its own)
        """The state before the first picture."""
        ...

    def step(self, state: Any, tracks: Sequence[Track], taken: datetime) -> tuple[Any, Sequence[Said]]:  # noqa: ANN401
        """What follows from one picture; `taken` is later than at the last step.

        Returns:
            The next state, and the revisions that this picture caused. An alert with `ended` None, or ended at `taken`
            itself, is about this very picture.
        """
        ...

    def involved(self, state: Any) -> frozenset[int]:  # noqa: ANN401
        """Ids of the tracks that are part of an alert that lasts."""
        ...

    def end(self, state: Any) -> Sequence[Said]:  # noqa: ANN401
        """The last revision of an alert that lasts, and what has not been told yet, for a rule that begins anew."""
        ...


def of_labels(tracks: Sequence[Track], labels: Sequence[str]) -> list[Track]:
    """The tracks of these label keys."""
    return [track for track in tracks if KEY_OF.get(track.label) in labels]


def counted(labels: Sequence[str]) -> str:
    """What an alert calls the number of those of these label keys; things where they are of several."""
    return f"{labels[0]}s" if len(set(labels)) == 1 else "things"


def subjects(tracks: Sequence[Track]) -> tuple[Subject, ...]:
    """The tracks as an alert names them."""
    return tuple(Subject(track.id, track.label, track.box) for track in tracks)


def micros(seconds: float) -> int:
    """Whole microseconds: instants and spans are compared exactly."""
    return round(seconds * 1e6)
