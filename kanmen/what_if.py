"""What other rules would have said of the same tracks: two rulebooks side by side, and what only the others follow."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from config.camera import Camera
from config.proposed import proposed
from config.site import Site
from detect.beside import Beside
from detect.watch import Looked, Watch
from kanmen.replay_files import as_replayed, no_photograph
from kanmen.replay_report import Replayed
from kanmen.unfollowed import unfollowed
from models.codes import CODES
from models.errors import FootageError
from models.frame import Frame


def other_rules(path: Path, site: Site, camera: Camera) -> tuple[Site, Camera]:
    """The site and its camera with the rules, zones or lines of a YAML file in place of its own.

    Raises:
        FootageError: the file cannot be read.
        ConfigError: it has mistakes: all of them, with file, line and remedy.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FootageError(f"--what-if {path}: cannot be read: {error.strerror}; name a YAML file") from error
    return proposed(data, path, site, camera)


class WhatIf:
    """Runs other rules beside a replay.

    Args:
        watch: Of the camera with the other rules; only its rules are asked.
        began: The first instant of the footage.
        site: With the models that look at it.
        own: The camera with its own rules, whose tracks come from the replay.

    Attributes:
        outcome: What the other rules said; `end` makes it whole.
    """

    def __init__(self, watch: Watch, began: datetime, site: Site, own: Camera) -> None:
        self._watch = watch
        self._beside = Beside(own, watch.camera, site.detector.confidence)
        self.outcome = Replayed(watch.camera, began)
        self.outcome.unfollowed = unfollowed(site, watch.camera, (own, watch.camera))

    def see(self, frame: Frame, looked: Looked) -> Looked:
        """A sample was looked at; gives what it led to with what the other rules follow and said of it as well."""
        tracks = (*looked.tracks, *self._beside.tracks(looked.found, frame.taken))
        alerts, flows = self._watch.see(tracks, frame.taken, frame.wide, no_photograph, self.outcome.spent)
        self.outcome.told(as_replayed(alert) for alert in alerts)
        self.outcome.counted(flows)
        return replace(looked, tracks=tracks, alerts=[*looked.alerts, *alerts])

    def end(self, beside: Replayed) -> Replayed:
        """The outcome, of the same footage as the replay that is over; what no rule says, of the camera, is its own."""
        self.outcome.counted(self._watch.untold())
        self.outcome.told(alert for alert in beside.alerts.values() if CODES[alert.code].capability == "V")
        self.outcome.frames, self.outcome.seconds = beside.frames, beside.seconds
        self.outcome.files, self.outcome.happened, self.outcome.pictures = (
            beside.files,
            beside.happened,
            beside.pictures,
        )
        return self.outcome
