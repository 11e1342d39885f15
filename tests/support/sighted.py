"""What was found in a script's footage, kept as a file: to film it and to look at it takes long, rules are soon run."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from acted import Sighting

from detect.detector import Detector, Done
from models.alert import Alert
from models.clock import from_micros, to_micros
from models.detection import Detections
from models.frame import Frame
from models.wire import decode_alert, encode_alert


@dataclass
class Sighted:
    """What was found.

    Attributes:
        pictures: In the order in which they were taken.
        troubles: What the camera's own checks said of them then.
    """

    pictures: list[Sighting] = field(default_factory=list)
    troubles: list[Alert] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        found = [one for _, _, one in self.pictures]
        with part.open("wb") as file:
            np.savez_compressed(
                file,
                taken=np.array([to_micros(at) for at, _, _ in self.pictures], np.int64),
                wide=np.array([wide for _, wide, _ in self.pictures], np.float64),
                many=np.array([len(one) for one in found], np.int64),
                xyxy=np.concatenate([one.xyxy for one in (*found, Detections.none())]),
                score=np.concatenate([one.score for one in (*found, Detections.none())]),
                label=np.concatenate([one.label for one in (*found, Detections.none())]),
                troubles=np.array(json.dumps([encode_alert(alert) for alert in self.troubles])),
            )
        part.replace(path)

    @staticmethod
    def load(path: Path) -> "Sighted":
        """What `save` wrote."""
        with np.load(path) as kept:
            ends = np.cumsum(kept["many"])[:-1]
            parts = zip(*(np.split(kept[name], ends) for name in ("xyxy", "score", "label")), strict=True)
            pictures = [
                (from_micros(int(at)), float(wide), Detections(*part))
                for at, wide, part in zip(kept["taken"], kept["wide"], parts, strict=True)
            ]
            return Sighted(pictures, [decode_alert(text) for text in json.loads(str(kept["troubles"]))])


class Noted:
    """A detector whose results are noted beside; it is in all else the one that it is given."""

    def __init__(self, detector: Detector) -> None:
        self._detector, self.found = detector, list[Sighting]()
        self.name, self.width, self.height, self.batch = detector.name, detector.width, detector.height, detector.batch

    def ready(self) -> bool:
        """As `Detector.ready`."""
        return self._detector.ready()

    def submit(self, frames: list[Frame], done: Done) -> None:
        """As `Detector.submit`."""

        def noted(frame: Frame, found: Detections) -> None:
            self.found.append((frame.taken, frame.wide, found))
            done(frame, found)

        self._detector.submit(frames, noted)

    def detect(self, frames: list[Frame]) -> list[Detections]:
        """As `Detector.detect`."""
        return self._detector.detect(frames)

    def close(self) -> None:
        """Left open: its owner closes it."""

    def pictures(self) -> list[Sighting]:
        """What was found, in the order in which the pictures were taken."""
        return sorted(self.found, key=lambda one: one[0])
