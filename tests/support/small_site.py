"""A site of a few simulated cameras that tests run with `kanmen up`."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import redis

from config.read import read_site
from models import keys


def write_site(
    folder: Path,
    urls: Mapping[str, str],
    model: str = "yolo11n-int8",
    fps: float = 5.0,
    *,
    settings: Sequence[str] = (),
    of_camera: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Path:
    """A configuration with a zone across each camera's picture, met after a second.

    `settings` are further lines of the site, `of_camera` of single cameras.
    """
    lines = [
        "id: test",
        "name: {zh: 测试, en: Test}",
        "prefix: TEST",
        "data: data",
        f"detector: {{fps: {fps}, model: {model}}}",
        "wall: {port: 0}",
        *settings,
        "cameras:",
    ]
    for camera, url in urls.items():
        lines += [
            f"- id: {camera}",
            f"  name: {{zh: {camera}, en: {camera}}}",
            f"  entrance: {camera}",
            f"  url: {url}",
            "  grid: PLACEHOLDER-01",
            "  position: [0.5, 0.5]",
            "  zones: [{id: yard, name: {zh: 院, en: Yard}, points: [[0.1, 0.2], [0.9, 0.2], [0.9, 1], [0.1, 1]]}]",
            "  rules: [{rule: INTRUDE, zone: yard, labels: [person, vehicle], dwell_s: 1, cooldown_s: 2}]",
            *(f"  {line}" for line in of_camera.get(camera, ())),
        ]
    path = folder / "site.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


class RunningSite:
    """`kanmen up` on a configuration."""

    def __init__(self, config: Path, process: subprocess.Popen[bytes], log: Path) -> None:
        self.config, self.process, self._log = config, process, log
        self.site = read_site(config)

    def log(self) -> str:
        """What all its processes said."""
        return self._log.read_text(errors="replace")

    def status(self) -> dict[str, Any] | None:
        """What the watch says of itself."""
        try:
            with redis.Redis.from_url(self.site.redis_url, socket_timeout=2) as client:
                raw: Any = client.get(keys.STATUS)
        except redis.RedisError:
            return None
        return json.loads(raw) if raw else None

    def camera(self, camera: str) -> dict[str, Any]:
        """What it says of one camera; empty while it says nothing."""
        return ((self.status() or {}).get("cameras") or {}).get(camera) or {}

    def until(self, met: Callable[[], object], seconds: float, what: str) -> None:
        """Wait for it, or fail with what was said."""
        deadline = time.monotonic() + seconds
        while not met():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"no {what} within {seconds} s; {self.status()}\n{self.log()[-3000:]}")
            time.sleep(0.1)


@contextmanager
def running(config: Path) -> Iterator[RunningSite]:
    """`kanmen up` until the end of the block."""
    log = config.with_name("log.txt")
    with log.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "kanmen", "up", "--config", str(config)], stdout=sink, stderr=sink
        )
    try:
        yield RunningSite(config, process, log)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
