"""The detect process on real slots, sockets, disk and Redis; only the detector follows a script."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import detect
from config.site import Site
from detect.detector import Done
from detect.process import run
from detect.scripted import ScriptedDetector, detections
from models import keys
from models.alert import Alert
from models.clock import from_micros, to_micros, utc_now
from models.detection import Detections
from models.errors import JournalError, KanmenError
from models.evidence import Evidence, FolderStore
from models.frame import Frame
from models.journal import read_entries
from models.labels import PERSON
from models.link import Answer, Request
from models.wire import Entry, decode_alert, decode_blind, decode_evidence

_STEP_S = 0.1
_INSIDE = detections((PERSON, 0.9, (0.10, 0.4, 0.20, 0.8)))


class Yard:
    """A script that a test changes while it runs."""

    def __init__(self) -> None:
        self.now = Detections.none()
        self.delay_s = 0.0

    def __call__(self, frame: Frame) -> Detections:
        del frame
        time.sleep(self.delay_s)
        return self.now


@contextmanager
def running(site: Site, gates: Any, yard: Yard, detector: ScriptedDetector | None = None) -> Iterator[threading.Thread]:
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
        thread.join(2)
    assert not thread.is_alive(), "it did not end within two seconds"
    assert not failed, failed


def show_until(gate, wanted: Callable[[], bool], limit_s: float = 6.0) -> None:
    until = time.monotonic() + limit_s
    while not wanted():
        assert time.monotonic() < until, "it never came"
        gate.show()
        time.sleep(_STEP_S)


def alerts(site: Site) -> list[Alert]:
    if not site.journal_path.exists():
        return []
    return [decode_alert(row.entry.body) for row in read_entries(site.journal_path) if row.entry.kind == "alert"]


def intrusions(site: Site) -> list[Alert]:
    return [alert for alert in alerts(site) if alert.code == "INTRUDE"]


def test_somebody_walks_in_and_is_on_disk_in_the_stream_and_in_a_picture_within_a_second(
    site: Site, gate, server
) -> None:
    yard = Yard()
    with running(site, gate, yard):
        show_until(gate, lambda: gate.number > 5)
        yard.now = _INSIDE
        show_until(gate, lambda: bool(alerts(site)))
        on_disk = utc_now()
        with server.client() as client:
            until = time.monotonic() + 1
            while not (messages := client.xrange(keys.ALERTS)) and time.monotonic() < until:
                time.sleep(0.01)
    (alert,) = alerts(site)
    sent = [decode_alert(e.body) for e in (Entry.of(fields) for _, fields in messages) if e.kind == "alert"]

    assert (alert.code, alert.revision, alert.place, alert.ended) == ("INTRUDE", 1, "yard", None)
    assert alert.observed["dwell_s"] >= 1.0
    assert (on_disk - alert.detected).total_seconds() < 1.0
    assert sent == [alert]
    assert alert.snapshot is not None
    picture = FolderStore(site.evidence_path).get(alert.snapshot)
    assert picture is not None
    assert picture.startswith(b"\xff\xd8")


def test_a_restart_keeps_the_open_breach_and_its_end_belongs_to_the_same_alert(site: Site, gate) -> None:
    yard = Yard()
    with running(site, gate, yard):
        yard.now = _INSIDE
        show_until(gate, lambda: bool(alerts(site)))
    with running(site, gate, yard):
        began = gate.number
        show_until(gate, lambda: gate.number > began + 15)

        assert len(alerts(site)) == 1
        yard.now = Detections.none()
        show_until(gate, lambda: len(alerts(site)) == 2)
    first, last = alerts(site)

    assert (last.id, last.revision) == (first.id, 2)
    assert last.ended is not None
    assert last.snapshot == first.snapshot


def evidence(site: Site) -> list[Evidence]:
    return [decode_evidence(row.entry.body) for row in read_entries(site.journal_path) if row.entry.kind == "evidence"]


def test_evidence_is_owed_from_its_alert_on_across_a_restart_until_the_worker_has_answered(site: Site, gate) -> None:
    yard = Yard()
    with running(site, gate, yard):
        yard.now = _INSIDE
        show_until(gate, lambda: bool(alerts(site)))
        at_once = gate.requested()
    (alert,) = alerts(site)
    owed = evidence(site)
    with running(site, gate, yard):
        show_until(gate, lambda: len(again := gate.requested()) == 2 and again == at_once)
        clip = next(request for request in at_once if request.kind == "clip")
        gate.answer(Answer(clip.id, "ready", "", clip.first, clip.last, 5, "a" * 64))
        gate.answer(Answer(clip.id, "ready", "", clip.first, clip.last, 5, "a" * 64))
        show_until(gate, lambda: len(evidence(site)) == 3)
        gate.requested()
        repeated: list[Request] = []
        show_until(gate, lambda: bool(repeated.extend(gate.requested()) or repeated))
    last = evidence(site)[-1]

    assert {e.alert for e in owed} == {alert.id}
    assert {(e.kind, e.state, e.revision) for e in owed} == {("clip", "pending", 1), ("snapshot", "pending", 1)}
    assert (clip.at, clip.last - clip.first) == (to_micros(alert.detected), 30_000_000)
    assert (str(last.id), last.revision, last.state, last.sha256) == (clip.id, 2, "ready", "a" * 64)
    assert {request.kind for request in repeated} == {"snapshot"}
    assert len(evidence(site)) == 3


def test_a_full_disk_raises_storage_once_and_alerts_go_on_without_their_picture(make_site, gate, server) -> None:
    site = make_site(evidence={"min_free_gib": 1_000_000})
    yard = Yard()
    with running(site, gate, yard), server.client() as client:
        yard.now = _INSIDE
        show_until(gate, lambda: bool(intrusions(site)))
        show_until(gate, lambda: len(client.get(keys.STATUS) or "") > 0)
        status = json.loads(client.get(keys.STATUS))
    with running(site, gate, yard):
        show_until(gate, lambda: gate.number > 25)
    storage = [alert for alert in alerts(site) if alert.code == "STORAGE"]

    assert intrusions(site)[0].snapshot is None
    assert [(a.revision, a.place, a.ended) for a in storage] == [(1, "free", None)]
    assert status["storage"]["trouble"] == "free"


_DETECT = """
import json, sys, threading
from pathlib import Path
from config.site import Site
from detect.process import run
from detect.scripted import ScriptedDetector, detections
site = Site.model_validate_json(sys.argv[1])
found = detections((0, 0.9, (0.10, 0.4, 0.20, 0.8)))
run(site, {"gate-1": tuple(json.loads(sys.argv[2]))}, ScriptedDetector(lambda frame: found), threading.Event())
"""


@pytest.mark.fault
def test_killed_and_started_again_it_tells_one_breach_under_one_id(site: Site, gate) -> None:
    command = [sys.executable, "-c", _DETECT, site.model_dump_json(), json.dumps(gate.link)]
    for _ in range(3):
        with subprocess.Popen(command, pass_fds=gate.link, cwd=Path(detect.__file__).parents[1]) as process:
            began, before = time.monotonic(), gate.number
            gate.wanted()
            show_until(gate, lambda: bool(gate.wanted()))
            show_until(gate, lambda: bool(alerts(site)) and gate.number > before + 20)  # noqa: B023 (called at once)
            process.kill()

        assert time.monotonic() - began < 8
    seqs = [row.entry.seq for row in read_entries(site.journal_path)]

    assert len({alert.id for alert in alerts(site)}) == 1
    assert all(alert.ended is None for alert in alerts(site))
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_breach_outlives_a_new_epoch_of_its_camera(site: Site, gate) -> None:
    yard = Yard()
    with running(site, gate, yard):
        yard.now = _INSIDE
        show_until(gate, lambda: bool(alerts(site)))
        gate.epoch += 1
        began = gate.number
        show_until(gate, lambda: gate.number > began + 25)

    assert len({alert.id for alert in alerts(site)}) == 1
    assert all(alert.ended is None for alert in alerts(site))


def test_detection_goes_on_without_redis_and_delivers_when_it_is_back(site: Site, gate, server) -> None:
    yard = Yard()
    server.kill()
    with running(site, gate, yard):
        yard.now = _INSIDE
        show_until(gate, lambda: bool(alerts(site)))
        server.start()
        with server.client() as client:
            show_until(gate, lambda: client.xlen(keys.ALERTS) > 0)
            status = json.loads(client.get(keys.STATUS) or "{}") or None
            show_until(gate, lambda: client.get(keys.STATUS) is not None)
            status = json.loads(client.get(keys.STATUS))

    assert status["cameras"]["gate-1"]["counts"]["analysed"] > 5
    assert status["cameras"]["gate-1"]["seen"]["person"] == 1
    assert status["model"] == "scripted"


def test_boxes_are_drawn_while_somebody_watches(site: Site, gate, server) -> None:
    yard = Yard()
    yard.now = _INSIDE
    with running(site, gate, yard), server.client() as client, client.pubsub() as heard:
        heard.subscribe(keys.BOXES)
        client.set(keys.lease("gate-1", "jpeg"), "1", ex=keys.LEASE_LIFE_S)
        boxes: list[dict[str, object]] = []

        def drawn() -> bool:
            message = heard.get_message(ignore_subscribe_messages=True, timeout=0.0)
            boxes.extend([json.loads(message["data"])] if message else [])
            return bool(boxes and boxes[-1]["tracks"] and boxes[-1]["tracks"][0]["alert"])

        show_until(gate, drawn)

    assert boxes[-1]["camera"] == "gate-1"
    assert boxes[-1]["tracks"][0]["key"] == "person"


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


def test_without_a_journal_nothing_is_watched(site: Site, gate) -> None:
    site.journal_path.parent.mkdir()
    site.journal_path.write_bytes(b"x" * 5000)

    with pytest.raises(JournalError, match="it is no journal"):
        run(site, {gate.camera: gate.link}, ScriptedDetector(Yard()), threading.Event())


def test_a_picture_that_cannot_be_stored_does_not_hold_its_alert_back(site: Site, gate) -> None:
    site.data.mkdir()
    site.evidence_path.write_text("a file lies where the folder should be")
    yard = Yard()
    with running(site, gate, yard):
        yard.now = _INSIDE
        show_until(gate, lambda: bool(alerts(site)))

    assert alerts(site)[0].snapshot is None


def test_a_camera_that_is_no_longer_configured_leaves_nothing_open(site: Site, gate, make_gate) -> None:
    yard = Yard()
    with running(site, gate, yard):
        yard.now = _INSIDE
        show_until(gate, lambda: bool(alerts(site)))
    other = make_gate("gate-2")
    camera = site.cameras[0].model_copy(update={"id": "gate-2"})
    with running(site.model_copy(update={"cameras": (camera,)}), other, yard):
        time.sleep(0.3)
    first, last = alerts(site)

    assert (last.id, last.revision) == (first.id, 2)
    assert last.ended is not None
    assert last.ended <= from_micros(to_micros(utc_now()))


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
