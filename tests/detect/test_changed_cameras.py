"""A camera is changed, added or removed while detect runs: that camera alone notices."""

import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from config.handover import Handover, hand_over
from config.revisions import Revision, Revisions
from config.site import Site
from detect.process import run
from detect.scripted import ScriptedDetector, detections
from models.alert import Alert
from models.detection import Detections
from models.errors import KanmenError
from models.frame import Frame
from models.journal import read_entries
from models.labels import PERSON
from models.wire import decode_alert, decode_in_force

pytestmark = pytest.mark.alone  # no camera loses a frame to a change, while the machine is free

_STEP_S = 0.2
"""As a camera is looked at by default."""

_STANDS = detections((PERSON, 0.9, (0.10, 0.4, 0.20, 0.8)))
"""Its feet are in the yard, the lower half of the picture."""

_CAMERA = """
- id: {id}
  name: {{zh: 门, en: gate}}
  entrance: '1'
  url: rtsp://127.0.0.1/{id}
  grid: g1
  position: [0.5, 0.5]
  tiles: {tiles}
  zones: [{{id: {zone}, name: {{zh: 院, en: yard}}, points: {points}}}]
  rules: [{{rule: INTRUDE, zone: {zone}, dwell_s: 1, cooldown_s: 10}}]
"""
_LOWER = "[[0, 0.5], [1, 0.5], [1, 1], [0, 1]]"
_LEFT = "[[0, 0.6], [0.5, 0.6], [0.5, 1], [0, 1]]"
_RIGHT = "[[0.5, 0.5], [1, 0.5], [1, 1], [0.5, 1]]"


class Running:
    """Detect on a configuration, with cameras that show a picture now and then; knows what was looked at."""

    def __init__(self, folder: Path, redis: str, make_gate: Callable[[str], Any]) -> None:
        self.looked: dict[str, list[int]] = defaultdict(list)
        self.tiles: dict[str, int] = {}
        self.cut: dict[str, list[int]] = defaultdict(list)
        self.gates: dict[str, Any] = {}
        self.site: Site
        self._folder, self._redis, self.make_gate = folder, redis, make_gate
        self._config = folder / "site.yaml"
        self._ours, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._stop = threading.Event()
        self._failed: list[KanmenError] = []

    def _revise(self, **zones: tuple[str, str]) -> Revision:
        cameras = "".join(
            _CAMERA.format(id=id_.replace("_", "-"), zone=z, points=p, tiles=self.tiles.get(id_, 1))
            for id_, (z, p) in zones.items()
        )
        head = f"id: gsdt\nname: {{zh: 门, en: gate}}\nprefix: GSDT\nredis: {self._redis}\ndata: data\ncameras:"
        return Revisions(self._folder / "data").keep((head + cameras).encode())

    def begin(self, **zones: tuple[str, str]) -> None:
        from config.read import read_site  # the name is the method's own

        revision = self._revise(**zones)
        self.site = read_site(revision.path, self._config)
        for camera in self.site.cameras:
            self.gates[camera.id] = self.make_gate(camera.id)
        links = {camera: gate.link for camera, gate in self.gates.items()}
        handover = Handover(self._theirs.fileno(), self._config, revision)

        def work() -> None:
            try:
                run(self.site, links, ScriptedDetector(self._see), self._stop, handover)
            except KanmenError as error:
                self._failed.append(error)
            handover.close()

        self._thread = threading.Thread(target=work, name="test:detect")
        self._thread.start()

    def change(self, **zones: tuple[str, str]) -> None:
        revision = self._revise(**zones)
        added = {id_.replace("_", "-") for id_ in zones} - self.gates.keys()
        for camera in added:
            self.gates[camera] = self.make_gate(camera)
        hand_over(self._ours, revision, {camera: self.gates[camera].link for camera in added})

    def show(self, seconds: float) -> None:
        """All cameras show a picture every now and then."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for gate in self.gates.values():
                gate.show()
            time.sleep(_STEP_S)

    def end(self) -> None:
        time.sleep(0.3)
        self._stop.set()
        self._thread.join(5)
        self._ours.close()
        self._theirs.close()
        assert not self._thread.is_alive()
        assert self._failed == []

    def alerts(self, camera: str) -> list[Alert]:
        rows = [row.entry for row in read_entries(self.site.journal_path) if row.entry.kind == "alert"]
        return [alert for entry in rows if (alert := decode_alert(entry.body)).camera == camera]

    def _see(self, frame: Frame) -> Detections:
        self.looked[frame.camera].append(frame.number)
        self.cut[frame.camera].append(frame.tiles)
        return _STANDS


@pytest.fixture
def detect(tmp_path: Path, server: Any, make_gate: Callable[[str], Any]) -> Iterator[Running]:
    return Running(tmp_path, server.url, make_gate)


@contextmanager
def watching(detect: Running, **zones: tuple[str, str]) -> Iterator[None]:
    detect.begin(**zones)
    try:
        detect.show(0.6)
        yield
    finally:
        detect.end()


def _lost(detect: Running, *cameras: str) -> dict[str, list[int]]:
    """Frames that were shown and never looked at, but for the first ones, which came while detect was starting."""
    lost = {}
    for camera in cameras:
        looked = detect.looked[camera]
        lost[camera] = sorted(set(range(looked[0], detect.gates[camera].number + 1)) - set(looked))
    return lost


def test_a_moved_zone_costs_no_camera_a_frame_and_what_lasts_in_it_goes_on(detect: Running) -> None:
    both = {"gate_1": ("yard", _LOWER), "gate_2": ("yard", _LOWER)}
    with watching(detect, **both):
        detect.show(1.2)
        detect.change(**{**both, "gate_2": ("yard", _LEFT)})
        detect.show(1.0)

    assert _lost(detect, "gate-1", "gate-2") == {"gate-1": [], "gate-2": []}
    assert [(alert.revision, alert.ended) for alert in detect.alerts("gate-2")] == [(1, None)]


def test_a_camera_that_is_looked_at_in_tiles_from_now_on_is_asked_for_larger_pictures_and_loses_none(
    detect: Running,
) -> None:
    both = {"gate_1": ("yard", _LOWER), "gate_2": ("yard", _LOWER)}
    asked = []
    with watching(detect, **both):
        asked.append([{want.width for want in gate.wanted()} for gate in detect.gates.values()])
        detect.tiles["gate_2"] = 2
        detect.change(**both)
        detect.show(1.6)
        asked.append([{want.width for want in gate.wanted()} for gate in detect.gates.values()])

    assert asked[0] == [{640}, {640}]
    assert asked[1][0] == {640}
    assert max(asked[1][1]) == 1067
    assert (set(detect.cut["gate-1"]), set(detect.cut["gate-2"])) == ({1}, {1, 2})
    assert _lost(detect, "gate-1", "gate-2") == {"gate-1": [], "gate-2": []}
    assert [alert.revision for alert in detect.alerts("gate-2")] == [1]


def test_a_zone_that_is_moved_away_ends_its_alert(detect: Running) -> None:
    with watching(detect, gate_1=("yard", _LOWER)):
        detect.show(1.2)
        detect.change(gate_1=("yard", _RIGHT))
        detect.show(1.8)
    first, last = detect.alerts("gate-1")

    assert (last.id, last.revision) == (first.id, 2)
    assert last.ended is not None


def test_a_zone_of_another_name_ends_the_alert_of_the_old_one_and_has_its_own(detect: Running) -> None:
    with watching(detect, gate_1=("yard", _LOWER)):
        detect.show(1.2)
        detect.change(gate_1=("court", _LOWER))
        detect.show(1.5)
    old = [alert for alert in detect.alerts("gate-1") if alert.place == "yard"]
    new = [alert for alert in detect.alerts("gate-1") if alert.place == "court"]

    assert [alert.ended is None for alert in old] == [True, False]
    assert [alert.ended is None for alert in new] == [True]


def test_an_added_camera_is_watched_and_costs_the_others_no_frame(detect: Running) -> None:
    with watching(detect, gate_1=("yard", _LOWER)):
        detect.change(gate_1=("yard", _LOWER), gate_2=("yard", _LOWER))
        detect.show(2.0)

    assert _lost(detect, "gate-1", "gate-2") == {"gate-1": [], "gate-2": []}
    assert len(detect.alerts("gate-2")) == 1


def test_a_removed_camera_leaves_nothing_open_and_costs_the_others_no_frame(detect: Running) -> None:
    both = {"gate_1": ("yard", _LOWER), "gate_2": ("yard", _LOWER)}
    with watching(detect, **both):
        detect.show(1.2)
        detect.change(gate_1=("yard", _LOWER))
        time.sleep(0.4)
        gone = detect.gates.pop("gate-2").number
        detect.show(1.0)

    assert _lost(detect, "gate-1") == {"gate-1": []}
    assert detect.looked["gate-2"][-1] == gone
    assert [alert.ended is None for alert in detect.alerts("gate-2")] == [True, False]


def test_a_camera_that_comes_back_is_watched_anew_by_its_new_link(detect: Running) -> None:
    both = {"gate_1": ("yard", _LOWER), "gate_2": ("yard", _LOWER)}
    with watching(detect, **both):
        detect.show(1.2)
        detect.change(gate_1=("yard", _LOWER))
        del detect.gates["gate-2"]
        detect.change(**both)
        detect.show(2.0)

    assert len({alert.id for alert in detect.alerts("gate-2")}) == 2
    assert _lost(detect, "gate-1") == {"gate-1": []}


def test_each_revision_is_told_once_by_number_and_sha256_also_after_a_restart(detect: Running) -> None:
    with watching(detect, gate_1=("yard", _LOWER)):
        detect.change(gate_1=("yard", _LEFT))
        time.sleep(0.5)
    told = [row.entry for row in read_entries(detect.site.journal_path) if row.entry.kind == "in_force"]
    words = [decode_in_force(entry.body) for entry in told]
    kept = [Revision.at(path) for path in sorted((detect.site.data / "revisions").iterdir())]
    again = Running(detect.site.data.parent, detect.site.redis_url, detect.make_gate)
    with watching(again, gate_1=("yard", _LEFT)):
        pass
    rows = [row.entry for row in read_entries(detect.site.journal_path) if row.entry.kind == "in_force"]

    assert [(word.number, word.sha256) for word in words] == [(one.number, one.sha256) for one in kept]
    assert [word.number for word in words] == [1, 2]
    assert [word.armed for word in words] == [detect.site.armed] * 2
    assert rows == told
