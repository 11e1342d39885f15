"""The detect process on real slots, sockets, disk and Redis; only the detector follows a script."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from detecting import INSIDE, Yard, alerts, evidence, intrusions, running, show_until
from waiting import until

import detect
from config.site import Site
from detect.process import run
from detect.scripted import ScriptedDetector
from models import keys
from models.clock import from_micros, to_micros, utc_now
from models.detection import Detections
from models.entry import Entry
from models.errors import JournalError
from models.evidence import FolderStore
from models.journal import read_entries
from models.link import Answer, Request
from models.wire import decode_alert

_UNCHECKED = {"covered_below": 0, "moved_below": 0, "blurred_from": 100}
"""Grey pictures are shown, which are told of after a while where they are checked."""


@pytest.mark.alone
def test_somebody_walks_in_and_is_on_disk_in_the_stream_and_in_a_picture_within_a_second(
    site: Site, gate, server
) -> None:
    yard = Yard()
    with running(site, gate, yard):
        show_until(gate, lambda: gate.number > 5)
        yard.now = INSIDE
        show_until(gate, lambda: bool(intrusions(site)))
        on_disk = utc_now()
        with server.client() as client:
            limit = time.monotonic() + 1
            while not (messages := client.xrange(keys.ALERTS)) and time.monotonic() < limit:
                time.sleep(0.01)
    (alert,) = intrusions(site)
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
        yard.now = INSIDE
        show_until(gate, lambda: bool(intrusions(site)))
    with running(site, gate, yard):
        began = gate.number
        show_until(gate, lambda: gate.number > began + 15)

        assert len(intrusions(site)) == 1
        yard.now = Detections.none()
        show_until(gate, lambda: len(intrusions(site)) == 2)
    first, last = intrusions(site)

    assert (last.id, last.revision) == (first.id, 2)
    assert last.ended is not None
    assert last.snapshot == first.snapshot


@pytest.mark.alone
def test_told_to_stop_it_ends_within_two_seconds(site: Site, gate) -> None:
    yard = Yard()
    with running(site, gate, yard, ends_s=2.0):
        show_until(gate, lambda: yard.looked > 5)


def _both_asked(gate) -> dict[str, Request]:
    """The requests for clip and snapshot, each of which may come more than once."""
    asked: dict[str, Request] = {}

    def both() -> bool:
        asked.update({request.kind: request for request in gate.requested()})
        return len(asked) == 2

    show_until(gate, both)
    return asked


def test_evidence_is_owed_from_its_alert_on_across_a_restart_until_the_worker_has_answered(make_site, gate) -> None:
    site = make_site(health=_UNCHECKED)
    yard = Yard()
    with running(site, gate, yard):
        yard.now = INSIDE
        show_until(gate, lambda: bool(intrusions(site)))
        at_once = _both_asked(gate)
    (alert,) = intrusions(site)
    owed = evidence(site)
    gate.requested()  # what was repeated before the restart
    with running(site, gate, yard):
        again = _both_asked(gate)
        clip = at_once["clip"]
        gate.answer(Answer(clip.id, "ready", "", clip.first, clip.last, 5, "a" * 64))
        gate.answer(Answer(clip.id, "ready", "", clip.first, clip.last, 5, "a" * 64))
        show_until(gate, lambda: len(evidence(site)) == 3)
        gate.requested()
        repeated: list[Request] = []
        show_until(gate, lambda: bool(repeated.extend(gate.requested()) or repeated))
    last = evidence(site)[-1]

    assert again == at_once
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
        yard.now = INSIDE
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
@pytest.mark.timeout(240)
def test_killed_and_started_again_it_tells_one_breach_under_one_id(site: Site, gate) -> None:
    command = [sys.executable, "-c", _DETECT, site.model_dump_json(), json.dumps(gate.link)]
    for _ in range(3):
        before = gate.number
        gate.wanted()
        with subprocess.Popen(command, pass_fds=gate.link, cwd=Path(detect.__file__).parents[1]) as process:
            try:
                until(gate.wanted, 30.0)  # it starts, and nobody takes a picture meanwhile
                show_until(gate, lambda: bool(intrusions(site)) and gate.number > before + 20, 30.0)  # noqa: B023 (called at once)
            finally:
                process.kill()
    seqs = [row.entry.seq for row in read_entries(site.journal_path)]

    assert len({alert.id for alert in intrusions(site)}) == 1
    assert all(alert.ended is None for alert in intrusions(site))
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_breach_outlives_a_new_epoch_of_its_camera(site: Site, gate) -> None:
    yard = Yard()
    with running(site, gate, yard):
        yard.now = INSIDE
        show_until(gate, lambda: bool(intrusions(site)))
        gate.epoch += 1
        began = gate.number
        show_until(gate, lambda: gate.number > began + 25)

    assert len({alert.id for alert in intrusions(site)}) == 1
    assert all(alert.ended is None for alert in intrusions(site))


def test_detection_goes_on_without_redis_and_delivers_when_it_is_back(site: Site, gate, server) -> None:
    yard = Yard()
    server.kill()
    with running(site, gate, yard):
        yard.now = INSIDE
        show_until(gate, lambda: bool(intrusions(site)))
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
    yard.now = INSIDE
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
        yard.now = INSIDE
        show_until(gate, lambda: bool(intrusions(site)))

    assert intrusions(site)[0].snapshot is None


def test_a_camera_that_is_no_longer_configured_leaves_nothing_open(site: Site, gate, make_gate) -> None:
    yard = Yard()
    with running(site, gate, yard):
        yard.now = INSIDE
        show_until(gate, lambda: bool(intrusions(site)))
    other = make_gate("gate-2")
    camera = site.cameras[0].model_copy(update={"id": "gate-2"})
    with running(site.model_copy(update={"cameras": (camera,)}), other, yard):
        time.sleep(0.3)
    first, last = intrusions(site)

    assert (last.id, last.revision) == (first.id, 2)
    assert last.ended is not None
    assert last.ended <= from_micros(to_micros(utc_now()))
