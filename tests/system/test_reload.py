"""A site is changed while it runs: what changed notices, nobody else does, and a wrong change is refused."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import small_site

from config.revisions import Revisions
from kanmen.memory import descendants
from models.journal import read_entries
from models.wire import decode_blind
from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread

pytestmark = [pytest.mark.fault, pytest.mark.timeout(400)]

DROPS = ("superseded", "overwritten", "stale", "backdated", "corrupt", "decode_overflow", "link_full", "held")
"""Every way in which a picture of a camera can get lost on its way to the detector."""


class Changing:
    """A site that runs, of which cameras come and go."""

    def __init__(self, site: small_site.RunningSite, urls: dict[str, str]) -> None:
        self.site, self.urls = site, urls

    def write(self, *cameras: str) -> None:
        small_site.write_site(self.site.config.parent, {camera: self.urls[camera] for camera in cameras}, fps=2)

    def reload(self) -> tuple[int, dict[str, Any]]:
        command = [sys.executable, "-m", "kanmen", "reload", "--json", "--config", str(self.site.config)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        return done.returncode, json.loads(done.stdout)

    def processes(self) -> dict[str, int]:
        """Pid of each process by its job."""
        found = {}
        for pid in descendants(self.site.process.pid):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            except OSError:  # it has just ended
                continue
            if "kanmen" in words and pid != self.site.process.pid:
                role = words[words.index("kanmen") + 1]
                found[f"{role}:{words[words.index('--camera') + 1]}" if "--camera" in words else role] = pid
        return found

    def drops(self, camera: str) -> dict[str, int]:
        counts = self.site.camera(camera)["counts"]
        return {name: counts.get(name, 0) for name in DROPS}

    def blind(self, camera: str) -> list[str]:
        spans = [row.entry for row in read_entries(self.site.site.journal_path) if row.entry.kind == "blind"]
        return [span.reason for entry in spans if (span := decode_blind(entry.body)).camera == camera]

    def until_live(self, *cameras: str) -> None:
        def live() -> bool:
            return all(self.site.camera(camera).get("analysed_fps", 0) > 0.2 for camera in cameras)

        self.site.until(live, 60, f"{cameras} live")


@contextmanager
def changing(folder: Path, clip: Path) -> Iterator[Changing]:
    names = ["gate-1", "gate-2", "gate-3"]
    shown = open_footage(clip, folder / "cache")
    with SimulatorThread([SimulatedCamera(name, shown) for name in names]) as simulator:
        urls = {name: simulator.url(name) for name in names}
        config = small_site.write_site(folder, {name: urls[name] for name in names[:2]}, fps=2)
        with small_site.running(config) as site:
            yield Changing(site, urls)


@pytest.mark.alone
def test_one_camera_changes_comes_and_goes_and_the_other_loses_no_frame(
    tmp_path: Path, footage: Path, assets: Path
) -> None:
    del assets  # the detector comes from there
    with changing(tmp_path, footage / "pedestrian_survaillance.mp4") as it:
        it.until_live("gate-1", "gate-2")
        began, drops, blind = it.processes(), it.drops("gate-2"), it.blind("gate-2")

        it.write("gate-1", "gate-2")
        text = it.site.config.read_text().replace("[0.1, 0.2], [0.9, 0.2]", "[0.2, 0.3], [0.8, 0.3]", 1)
        it.site.config.write_text(text)
        moved = it.reload()
        time.sleep(3)
        with_moved = it.processes()

        it.write("gate-1", "gate-2", "gate-3")
        added = it.reload()
        it.until_live("gate-3")
        with_added = it.processes()

        it.write("gate-2", "gate-3")
        os.kill(it.site.process.pid, signal.SIGHUP)
        it.site.until(lambda: "gate-1: watched no more" in it.site.log(), 10, "gate-1's end")
        it.site.until(lambda: "ingest:gate-1" not in it.processes(), 10, "end of gate-1's worker")
        time.sleep(2)
        with_removed = it.processes()

        lost = {name: it.drops("gate-2")[name] - drops[name] for name in DROPS}
        newly_blind = it.blind("gate-2")[len(blind) :]
        os.kill(with_removed["detect"], signal.SIGKILL)
        it.site.until(lambda: it.processes().get("detect") not in (None, with_removed["detect"]), 20, "a new detect")
        it.until_live("gate-2", "gate-3")
        cameras = set((it.site.status() or {})["cameras"])

    assert (moved[0], moved[1]["watches"], moved[1]["revision"]) == (0, ["gate-1"], 2)
    assert with_moved == began
    assert (added[0], added[1]["added"], added[1]["revision"]) == (0, ["gate-3"], 3)
    assert with_added == {**began, "ingest:gate-3": with_added["ingest:gate-3"]}
    assert with_removed == {job: pid for job, pid in with_added.items() if job != "ingest:gate-1"}
    assert lost == dict.fromkeys(DROPS, 0)
    assert newly_blind == []
    assert cameras == {"gate-2", "gate-3"}


def test_a_wrong_change_is_refused_with_its_mistakes_and_the_old_one_goes_on(
    tmp_path: Path, footage: Path, assets: Path
) -> None:
    del assets  # the detector comes from there
    with changing(tmp_path, footage / "pedestrian_survaillance.mp4") as it:
        it.until_live("gate-1", "gate-2")
        began, good = it.processes(), it.site.config.read_text()

        it.site.config.write_text(good.replace("prefix: TEST", "prefix: t").replace("id: gate-2", "id: gate-1"))
        wrong = it.reload()
        it.site.config.write_text(good.replace("port: 0", "port: 1"))
        fixed = it.reload()
        it.site.config.write_text("cameras: [")
        no_yaml = it.reload()
        it.site.config.write_text(good.replace("/gate-2", "/${file:gone}"))
        no_secret = it.reload()
        os.kill(began["ingest:gate-1"], signal.SIGKILL)
        it.site.until(lambda: it.processes().get("ingest:gate-1") not in (None, began["ingest:gate-1"]), 10, "a worker")
        it.until_live("gate-1", "gate-2")
        after = it.processes()
        number = Revisions(it.site.site.data).newest()

    refused = (wrong, fixed, no_yaml, no_secret)
    assert [(code, [m["where"] for m in said["mistakes"]]) for code, said in refused] == [
        (1, ["prefix", "cameras.1.id"]),
        (1, ["wall.port"]),
        (1, [""]),
        (1, ["cameras.1.url"]),
    ]
    assert {job: pid for job, pid in after.items() if job != "ingest:gate-1"} == {
        job: pid for job, pid in began.items() if job != "ingest:gate-1"
    }
    assert number is not None
    assert number.number == 1
    assert re.search(r"refused; what was in force goes on", it.site.log())


def test_whoever_is_killed_around_a_reload_the_newest_file_is_in_force_afterwards(
    tmp_path: Path, footage: Path, assets: Path
) -> None:
    del assets  # the detector comes from there
    with changing(tmp_path, footage / "pedestrian_survaillance.mp4") as it:
        it.until_live("gate-1", "gate-2")
        detect, secret = it.processes()["detect"], tmp_path / "secret"
        secret.write_text("gate-2")
        it.urls["gate-2"] = it.urls["gate-2"].replace("/gate-2", "/${file:secret}")
        os.kill(detect, signal.SIGSTOP)  # so that it dies between being handed the revision and taking it in
        it.write("gate-1", "gate-2", "gate-3")
        handed = it.reload()
        secret.unlink()  # and its successor finds one camera's password lost
        os.kill(detect, signal.SIGKILL)
        it.until_live("gate-1", "gate-2", "gate-3")
        refused, _ = it.reload()
        secret.write_text("gate-2")
        with_killed_detect = (it.site.status() or {})["revision"]

        command = [sys.executable, "-m", "kanmen", "reload", "--json", "--config", str(it.site.config)]
        it.write("gate-1", "gate-3")
        at_once = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
        it.write("gate-1", "gate-2", "gate-3")
        at_once.append(subprocess.Popen(command, stdout=subprocess.PIPE))
        codes = [process.wait(60) for process in at_once if process.communicate(timeout=60)]
        it.until_live("gate-1", "gate-2", "gate-3")

        it.write("gate-2")
        revisions, children = Revisions(it.site.site.data), it.processes()
        kept = revisions.newest()
        dying = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        it.site.until(lambda: revisions.newest() != kept, 20, "a revision that is kept and not yet in force")
        it.site.process.kill()
        it.site.process.wait(10)
        dying.wait(60)
        deadline = time.monotonic() + 15
        while any(_lives(pid) for pid in children.values()):
            assert time.monotonic() < deadline, it.site.log()[-2000:]
            time.sleep(0.1)
        with small_site.running(it.site.config) as again:
            # What was said before the blow lives on in Redis for a while.
            again.until(lambda: set((again.status() or {}).get("cameras", ())) == {"gate-2"}, 30, "gate-2 alone")
            again.until(lambda: again.camera("gate-2").get("analysed_fps", 0) > 0.2, 30, "gate-2 live")
            number = (again.status() or {})["revision"]
            newest = revisions.newest()

    assert (handed[0], refused) == (0, 1)
    assert with_killed_detect == handed[1]["revision"]
    assert codes == [0, 0, 0]
    assert newest is not None
    assert number == newest.number


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_where_nothing_runs_reload_says_so(tmp_path: Path) -> None:
    config = small_site.write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/1"})
    command = [sys.executable, "-m", "kanmen", "reload", "--config", str(config)]

    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)

    assert (done.returncode, "nothing runs on" in done.stderr) == (1, True)
