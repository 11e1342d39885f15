"""Which pictures the detect process asks for, looks at together, drops, and misses: each loss is written down."""

import json
import time
from typing import Any

import pytest
from detecting import Yard, running

from config.site import Site
from detect.detector import Done
from detect.scripted import ScriptedDetector
from models import keys
from models.clock import from_micros
from models.frame import Frame
from models.journal import read_entries
from models.wire import decode_blind

pytestmark = pytest.mark.alone  # which pictures are superseded is a matter of milliseconds


def test_samples_are_asked_for_each_second_in_the_size_the_detector_wants(site: Site, gate) -> None:
    with running(site, gate, Yard(), ScriptedDetector(Yard(), width=416, height=256)):
        time.sleep(2.3)
    asked = gate.wanted()

    assert 2 <= len(asked) <= 4
    assert (asked[0].width, asked[0].height, asked[0].fps) == (416, 256, site.detector.fps)


def test_pictures_that_come_too_late_are_dropped_and_counted(site: Site, gate, server) -> None:
    yard = Yard()
    with running(site, gate, yard), server.client() as client:
        newest = gate.show()
        time.sleep(0.3)
        gate.show(taken=newest.taken)
        gate.show(taken=newest.taken - 60_000_000)
        gate.show(frozen=True)
        gate.socket.send(b"nonsense")
        yard.delay_s = 0.5
        for _ in range(4):
            gate.show()
            time.sleep(0.02)
        time.sleep(2.2)
        counts = json.loads(client.get(keys.STATUS))["cameras"]["gate-1"]["counts"]

    assert counts["backdated"] == 2
    assert counts["frozen_skipped"] == 1
    assert counts["unreadable"] == 1
    assert counts["superseded"] == 2
    assert counts["analysed"] == 3


def test_silence_is_recorded_as_blind_time_once_and_closed_by_the_next_picture(make_site, gate) -> None:
    site = make_site(health={"blind_s": 0.6})
    with running(site, gate, Yard()):
        last = gate.show()
        gate.tell("disconnected")
        time.sleep(2.2)
        after = gate.show()
        time.sleep(0.4)
    spans = [decode_blind(row.entry.body) for row in read_entries(site.journal_path) if row.entry.kind == "blind"]
    spans = [span for span in spans if span.id == spans[0].id]

    assert [span.revision for span in spans] == [1, 2]
    assert {span.reason for span in spans} == {"disconnected"}
    assert spans[1].began == from_micros(last.taken)
    assert spans[1].ended == from_micros(after.taken)


def test_our_own_absence_is_recorded_from_the_last_heartbeat(make_site, gate) -> None:
    site = make_site(health={"blind_s": 0.6})
    with running(site, gate, Yard()):
        last = gate.show()
        time.sleep(0.3)
    time.sleep(1.0)
    with running(site, gate, Yard()):
        after = gate.show()
        time.sleep(0.4)
    spans = [decode_blind(row.entry.body) for row in read_entries(site.journal_path)]
    span = next(span for span in spans if span.began == from_micros(last.taken) and span.ended)

    assert span.reason == "process_down"
    assert (span.began, span.ended) == (from_micros(last.taken), from_micros(after.taken))


def _copies(site: Site, count: int) -> Site:
    """The same site with so many cameras."""
    cameras = [site.cameras[0].model_copy(update={"id": f"gate-{n}"}) for n in range(1, count + 1)]
    return site.model_copy(update={"cameras": tuple(cameras)})


class Batches(ScriptedDetector):
    """Remembers who was submitted together."""

    def __init__(self, **more: Any) -> None:
        super().__init__(Yard(), **more)
        self.seen: list[list[str]] = []

    def submit(self, frames: list[Frame], done: Done) -> None:
        self.seen.append([frame.camera for frame in frames])
        super().submit(frames, done)


def test_a_batch_waits_for_all_cameras_but_only_until_its_deadline(site: Site, make_gate) -> None:
    gates, detector = [make_gate(f"gate-{n}") for n in (1, 2, 3)], Batches(batch=3)
    settings = site.detector.model_copy(update={"batch_deadline_ms": 200.0})
    with running(_copies(site, 3).model_copy(update={"detector": settings}), gates, Yard(), detector):
        time.sleep(0.3)
        for gate in gates:
            gate.show()
        time.sleep(0.15)
        full = list(detector.seen)
        gates[0].show()
        gates[2].show()
        time.sleep(0.1)
        early = len(detector.seen)
        time.sleep(0.3)

    assert [sorted(some) for some in full] == [["gate-1", "gate-2", "gate-3"]]
    assert early == 1
    assert [sorted(some) for some in detector.seen[1:]] == [["gate-1", "gate-3"]]


def test_a_busy_camera_takes_nothing_from_the_others_when_the_detector_is_slow(site: Site, make_gate) -> None:
    gates, detector = [make_gate(f"gate-{n}") for n in (1, 2, 3)], Batches(takes_s=0.03)
    with running(_copies(site, 3), gates, Yard(), detector):
        for k in range(120):
            gates[0].show()
            if k % 6 == 0:
                gates[1].show()
                gates[2].show()
            time.sleep(0.015)
    looked = [sum(some == [gate.camera] for some in detector.seen) for gate in gates]

    assert looked[1] >= 18
    assert looked[2] >= 18
