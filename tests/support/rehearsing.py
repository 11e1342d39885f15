"""A camera that has seen something, and the detector's side of rehearsals as a process of its own."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from observed_camera import ObservedCamera
from small_site import write_site

from config.read import read_site
from config.site import Site
from kanmen.rehearsals import beside
from models.alert import Alert
from models.clock import utc_now

GRAVER = "rules: [{rule: INTRUDE, zone: yard, labels: [person, vehicle], dwell_s: 60}]"
"""Nobody stays so long."""

BAGS = "rules: [{rule: ABANDON, zone: yard}]"
"""Nobody's bags are followed there."""

LEFT = """
zones: [{id: left, name: {zh: 左, en: Left}, points: [[0, 0.5], [0.5, 0.5], [0.5, 1], [0, 1]]}]
rules: [{rule: INTRUDE, zone: left, dwell_s: 2, cooldown_s: 2}]
"""
"""Somebody stands there, and nobody was told of it."""


def write_rehearsed(folder: Path) -> Path:
    """The configuration of a site with one camera, which has a yard."""
    return write_site(folder, {"gate-1": "rtsp://127.0.0.1:1/1"})


def seen(site: Site) -> list[Alert]:
    """An hour ago somebody stood in the yard for eight seconds, and again; the alerts that were told of it live."""
    camera = ObservedCamera(site, site.observations_path)
    began = utc_now() - timedelta(hours=1)
    for n in range(200):
        camera.look(began + timedelta(seconds=0.2 * n), [(0.3, 0.8)] if n % 100 < 40 else [])
    camera.log.end(5)
    return [said for said in camera.said if isinstance(said, Alert)]


@contextmanager
def rehearsing(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process with nothing but the thread that detect has for rehearsals."""
    process = subprocess.Popen([sys.executable, __file__, str(config)])
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def held(parent: int) -> int:
    """The rehearsal that this process has under way, stopped before it can end: its pid."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for thread in Path(f"/proc/{parent}/task").glob("*/children"):
            for child in thread.read_text().split():
                os.kill(int(child), signal.SIGSTOP)
                return int(child)
        time.sleep(0.005)
    raise AssertionError("no rehearsal was begun within 60 s")


def site_at(folder: Path) -> Site:
    """The site in a folder, with its data folder."""
    site = read_site(write_rehearsed(folder))
    site.data.mkdir(mode=0o700)
    (site.data / "redis").mkdir()
    return site


if __name__ == "__main__":
    ends = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ends.set())
    file = Path(sys.argv[1])
    with beside(read_site(file).redis_url, file, file):
        ends.wait()
