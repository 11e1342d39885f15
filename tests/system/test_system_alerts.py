"""What is wrong with cameras and with Kanmen itself is one alert each, whoever is killed meanwhile, and ends."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import processes
import pytest
import redis
import small_site
import told
from street import street

from models.clock import utc_now
from scenes.camera import SimulatedCamera
from scenes.simulator import SimulatorThread

pytestmark = [pytest.mark.alone, pytest.mark.fault, pytest.mark.timeout(240)]

_SETTINGS = (
    "health: {offline_s: 5, silent_s: 4, clear_s: 2, cooldown_s: 60, freeze_s: 60}",
    "evidence: {clip_before_s: 1, clip_after_s: 2, min_free_gib: 0}",
)
_CAMERAS = ("gate-1", "gate-2", "gate-3")


@contextmanager
def _running(folder: Path, footage: Path) -> Iterator[tuple[small_site.RunningSite, SimulatorThread]]:
    clip = street(footage, folder, 192)
    with SimulatorThread([SimulatedCamera(name, clip) for name in _CAMERAS]) as simulator:
        urls = {name: simulator.url(name) for name in _CAMERAS}
        config = small_site.write_site(folder, urls, fps=2, settings=_SETTINGS)
        with small_site.running(config) as site:
            site.until(lambda: all(site.camera(name).get("taken") for name in _CAMERAS), 60, "live cameras")
            yield site, simulator


def test_each_trouble_is_one_alert_on_the_feed_whoever_is_killed_and_comes_to_its_end(
    tmp_path: Path, footage: Path, assets: Path
) -> None:
    del assets  # the detector comes from there
    with _running(tmp_path, footage) as (site, simulator):
        _cameras_go_dark(site, simulator)
        hangs = utc_now()
        _redis_hangs(site)
        blind_meanwhile = [span for span in told.spans_of(site.site) if span.began > hangs]
        _detect_dies_again_and_again(site)
        on_feed = _on_feed(site)
        audit = subprocess.run(
            [sys.executable, "-m", "kanmen", "audit", "--config", str(site.config)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    newest = {alert["id"]: alert for alert in on_feed}

    assert sorted((a["code"], a["camera"], a["level"]) for a in newest.values()) == [
        ("CAM_OFFLINE", "gate-1", 2),
        ("CAM_OFFLINE", "gate-2", 2),
        ("SYS_DELIVERY", "", 2),
        ("SYS_DETECT", "", 2),
    ]
    assert [a for a in newest.values() if a["ended"] is None] == []
    assert blind_meanwhile == []
    assert audit.returncode == 0, audit.stdout + audit.stderr


def _cameras_go_dark(site: small_site.RunningSite, simulator: SimulatorThread) -> None:
    for name in ("gate-1", "gate-2"):
        simulator.fault(name, "down")
    site.until(lambda: _lasts(site, "CAM_OFFLINE") == 2, 20, "CAM_OFFLINE of two cameras")
    _killed(site, "desk")
    _killed(site, "detect")
    for name in ("gate-1", "gate-2"):
        simulator.fault(name, "down", "off")
    site.until(lambda: not _lasts(site, "CAM_OFFLINE"), 60, "the end of CAM_OFFLINE")


def _redis_hangs(site: small_site.RunningSite) -> None:
    with redis.Redis.from_url(site.site.redis_url) as client:
        pid = int(client.info("server")["process_id"])
    os.kill(pid, signal.SIGSTOP)
    try:
        site.until(lambda: _lasts(site, "SYS_DELIVERY"), 20, "SYS_DELIVERY")
        _killed(site, "desk")
    finally:
        os.kill(pid, signal.SIGCONT)
    site.until(lambda: not _lasts(site, "SYS_DELIVERY"), 30, "the end of SYS_DELIVERY")


def _detect_dies_again_and_again(site: small_site.RunningSite) -> None:
    def still_dying() -> bool:
        if pid := processes.pid_of(site.config.parent, "detect"):
            os.kill(pid, signal.SIGKILL)
        return bool(_lasts(site, "SYS_DETECT"))

    site.until(still_dying, 40, "SYS_DETECT")
    _killed(site, "desk")
    site.until(lambda: not _lasts(site, "SYS_DETECT"), 60, "the end of SYS_DETECT")


def _killed(site: small_site.RunningSite, role: str) -> None:
    pid = processes.pid_of(site.config.parent, role)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    site.until(lambda: processes.pid_of(site.config.parent, role) not in (None, pid), 15, f"{role} again")


def _on_feed(site: small_site.RunningSite) -> list[dict[str, Any]]:
    """The alerts on the feed that no rule raised, in the order in which walls are told of them."""
    path = site.site.data / "kanmen.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        bodies = [json.loads(body) for (body,) in db.execute("SELECT body FROM feed WHERE kind = 'alert' ORDER BY id")]
    return [body for body in bodies if body["code"].startswith(("CAM_", "SYS_"))]


def _lasts(site: small_site.RunningSite, code: str) -> int:
    newest = {alert["id"]: alert for alert in _on_feed(site) if alert["code"] == code}
    return sum(alert["ended"] is None for alert in newest.values())
