"""What only other rules ask for: followed beside a camera, so that its own tracks stay as they are."""

from dataclasses import replace
from datetime import datetime
from typing import Final

import numpy as np

from config.site import Camera
from detect.tracker import Tracker
from detect.watch import followed
from models.detection import Detections
from models.track import Track

_BEYOND: Final = 1_000_000_000
"""Ids begin behind it: no camera's own get so far."""


class Beside:
    """Follows what only the other rules ask for, which is of another kind than all that the camera follows itself.

    Args:
        own: The camera with its rules.
        other: The same with the other rules.
        high: As `detect.tracker.Tracker` takes it.
    """

    def __init__(self, own: Camera, other: Camera, high: float) -> None:
        self._labels = np.setdiff1d(followed(other), followed(own))
        self._tracker = Tracker(high)
        self._taken: datetime | None = None

    def tracks(self, found: Detections, taken: datetime) -> tuple[Track, ...]:
        """Those in a picture.

        Args:
            found: In it, of all labels.
            taken: Of the picture; not later than that of the last where our clock was set back.
        """
        if not len(self._labels):
            return ()
        if self._taken is not None and taken <= self._taken:
            self._tracker.reset()
        self._taken = taken
        tracks = self._tracker.update(found.of(self._labels), taken)
        return tuple(replace(track, id=_BEYOND + track.id) for track in tracks)
