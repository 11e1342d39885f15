"""A camera as detect watches it, without pictures; what it sees is written down and can be run again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from config.site import Observations as Bounds
from config.site import Site
from detect.figures import Figures
from detect.observations import Observations
from detect.rerun import Ran
from detect.scripted import detections
from detect.watch import Watch
from models.alert import Alert
from models.clock import to_micros
from models.flow import FlowCount
from models.frame import Frame
from models.labels import PERSON
from models.wire import encode_alert, encode_flow

BEGIN: Final = datetime(2026, 11, 22, 3, 59, 30, tzinfo=UTC)
"""Half a minute before an hour ends."""

_IMAGE = np.zeros((4, 4, 3), np.uint8)


class ObservedCamera:
    """A camera as detect watches it, killed and started again at will; it writes down what it sees."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.log = site, Observations(folder, Bounds(), Figures(["gate-1"]))
        self.said: list[Alert | FlowCount] = []
        self.checkpoint = Watch(site, site.cameras[0], None, BEGIN).checkpoint()
        self.log.start()
        self.start()

    def start(self) -> None:
        kept = self.checkpoint if self.checkpoint.heartbeat is not None else None
        self.watch = Watch(self.site, self.site.cameras[0], kept, BEGIN)
        self.log._hours.clear()  # a new process

    def look(self, at: datetime, boxes: list[tuple[float, float]]) -> None:
        found = detections(*((PERSON, 0.9, (x - 0.05, y - 0.3, x + 0.05, y)) for x, y in boxes))
        taken = to_micros(at)
        if self.log.begins("gate-1", taken):
            self.log.begin("gate-1", taken, self.watch.checkpoint())
        frame = Frame("gate-1", 1, 1, at, _IMAGE)
        looked = self.watch.look(frame, found, at, lambda a: f"{a.id}", lambda *_: None)
        self.log.note("gate-1", taken, frame.wide, looked.tracks)
        own = {rule.id for rule in self.watch.camera.rules}  # the picture itself may be told of, too
        self.said += [*(alert for alert in looked.alerts if alert.rule in own), *looked.flows]
        if looked.alerts or looked.flows:
            self.checkpoint = self.watch.checkpoint()


def all_said(ran: Iterable[Ran]) -> list[Alert | FlowCount]:
    """What the rules said, revision by revision."""
    return [said for one in ran for said in one.said]


def as_sent(one: Alert | FlowCount) -> str:
    """As it stands in a journal, but for the snapshot."""
    return encode_alert(replace(one, snapshot=None)) if isinstance(one, Alert) else encode_flow(one)
