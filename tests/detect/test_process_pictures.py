"""Which pictures the detect process asks for, looks at together, drops, and misses: each loss is written down."""

import json
import time
from typing import Any

import pytest
from detecting import Yard, running
from redis import Redis
from waiting import until

from config.site import Site
from detect.detector import Done
from detect.scripted import ScriptedDetector
from models import keys
from models.alert import BlindSpan
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


def counted(client: Redis) -> dict[str, int]:
    """What became of the pictures, as detect says it once a second; nothing before its first word."""
    said = client.get(keys.STATUS)
    return json.loads(said)["cameras"]["gate-1"]["counts"] if said else {}


def test_pictures_that_come_too_late_are_dropped_and_counted(site: Site, gate, server) -> None:
    yard = Yard()
    with running(site, gate, yard), server.client() as client:
        newest = gate.show()
        until(lambda: counted(client).get("analysed") == 1, 20.0)
        gate.show(taken=newest.taken)
        gate.show(taken=newest.taken - 60_000_000)
        gate.show(frozen=True)
        gate.socket.send(b"nonsense")
        yard.delay_s = 1.0
        gate.show()
        until(lambda: yard.looked == 2)  # it is under way, while the others come
        for _ in range(3):
            gate.show()
        until(lambda: counted(client).get("analysed") == 3, 20.0)
        counts = counted(client)

    assert counts["backdated"] == 2
    assert counts["frozen_skipped"] == 1
    assert counts["unreadable"] == 1
    assert counts["superseded"] == 2


def spans_of(site: Site) -> list[BlindSpan]:
    """Those in the journal, revision by revision."""
    return [decode_blind(row.entry.body) for row in read_entries(site.journal_path) if row.entry.kind == "blind"]


def test_silence_is_recorded_as_blind_time_once_and_closed_by_the_next_picture(make_site, gate) -> None:
    site = make_site(health={"blind_s": 0.6})
    with running(site, gate, Yard()):
        last = gate.show()
        gate.tell("disconnected")
        time.sleep(2.2)
        until(lambda: spans_of(site))
        after = gate.show()
        until(lambda: spans_of(site)[-1].ended)
    spans = [span for span in spans_of(site) if span.id == spans_of(site)[0].id]

    assert [span.revision for span in spans] == [1, 2]
    assert {span.reason for span in spans} == {"disconnected"}
    assert spans[1].began == from_micros(last.taken)
    assert spans[1].ended == from_micros(after.taken)


def test_our_own_absence_is_recorded_from_the_last_heartbeat(make_site, gate) -> None:
    site = make_site(health={"blind_s": 0.6})
    yard = Yard()
    with running(site, gate, yard):
        last = gate.show()
        until(lambda: yard.looked)
    time.sleep(1.0)
    with running(site, gate, yard):
        after = gate.show()
        until(lambda: any(span.ended for span in spans_of(site)))
    span = next(span for span in spans_of(site) if span.began == from_micros(last.taken) and span.ended)

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
    settings = site.detector.model_copy(update={"batch_deadline_ms": 2000.0})
    with running(_copies(site, 3).model_copy(update={"detector": settings}), gates, Yard(), detector):
        until(gates[-1].wanted)  # it is there
        shown = time.monotonic()
        for gate in gates:
            gate.show()
        until(lambda: detector.seen)
        waited, full = time.monotonic() - shown, list(detector.seen)
        gates[0].show()
        gates[2].show()
        time.sleep(0.5)
        early = len(detector.seen)
        until(lambda: len(detector.seen) == 2)

    assert waited < 2
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
