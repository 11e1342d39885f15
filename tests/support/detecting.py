"""The detect process in a thread, on a yard whose script a test writes as it runs, and what stands in its journal."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from config.site import Site
from detect.process import run
from detect.scripted import ScriptedDetector, detections
from models.alert import Alert
from models.detection import Detections
from models.errors import KanmenError
from models.evidence import Evidence
from models.frame import Frame
from models.journal import read_entries
from models.labels import PERSON
from models.wire import decode_alert, decode_evidence

_STEP_S = 0.1

INSIDE = detections((PERSON, 0.9, (0.10, 0.4, 0.20, 0.8)))


class Yard:
    """A script that a test changes while it runs; `looked` counts the pictures that it has begun to look at."""

    def __init__(self) -> None:
        self.now = Detections.none()
        self.delay_s = 0.0
        self.looked = 0

    def __call__(self, frame: Frame) -> Detections:
        del frame
        self.looked += 1
        time.sleep(self.delay_s)
        return self.now


@contextmanager
def running(
    site: Site, gates: Any, yard: Yard, detector: ScriptedDetector | None = None, *, ends_s: float = 10.0
) -> Iterator[threading.Thread]:
    """Detect in a thread that ends when told to, and without an error."""
    stop = threading.Event()
    failed: list[KanmenError] = []

    def work() -> None:
        try:
            links = {gate.camera: gate.link for gate in (gates if isinstance(gates, list) else [gates])}
            run(site, links, detector or ScriptedDetector(yard), stop)
        except KanmenError as error:
            failed.append(error)

    thread = threading.Thread(target=work, name="test:detect")
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(ends_s)
    assert not thread.is_alive(), f"it did not end within {ends_s} s"
    assert not failed, failed


def show_until(gate, wanted: Callable[[], bool], limit_s: float = 20.0) -> None:
    """Take a picture each tenth of a second until what is wanted has come."""
    until = time.monotonic() + limit_s
    while not wanted():
        assert time.monotonic() < until, "it never came"
        gate.show()
        time.sleep(_STEP_S)


def alerts(site: Site) -> list[Alert]:
    """Those in the journal, revision by revision."""
    if not site.journal_path.exists():
        return []
    return [decode_alert(row.entry.body) for row in read_entries(site.journal_path) if row.entry.kind == "alert"]


def intrusions(site: Site) -> list[Alert]:
    """Those of them that a person caused."""
    return [alert for alert in alerts(site) if alert.code == "INTRUDE"]


def evidence(site: Site) -> list[Evidence]:
    """What the journal says of clips and snapshots."""
    return [decode_evidence(row.entry.body) for row in read_entries(site.journal_path) if row.entry.kind == "evidence"]
