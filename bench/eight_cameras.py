"""Eight simulated sub-streams through the whole product: rates, CPU by process, latency and memory, as one JSON object.

KANMEN_ASSETS=… .venv/bin/python bench/eight_cameras.py --seconds 60 --fps 5 CLIP…
"""

import argparse
import hashlib
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import redis

from config.read import read_site
from config.site import Site
from kanmen.memory import descendants, proportional_mib
from models import keys
from models.journal import latencies
from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread

_STAGES = ("copy", "infer", "track", "rules", "snapshot", "journal")


def main() -> None:
    """Run, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--fps", type=float, default=5.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--model", default="best")
    parser.add_argument("--cache", type=Path, default=Path("var/bench"))
    words = parser.parse_args()
    clips = [open_footage(path, words.cache) for path in words.clips]
    cameras = [SimulatedCamera(f"gate-{n + 1}", clips[n % len(clips)], offset_s=1.7 * n) for n in range(words.cameras)]
    with SimulatorThread(cameras) as simulator, tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "site.yaml"
        config.write_text(_site(simulator, words.cameras, words.fps, words.model), encoding="utf-8")
        with (Path(folder) / "log.txt").open("w") as log:
            product = subprocess.Popen(
                [sys.executable, "-m", "kanmen", "up", "--config", str(config)], stdout=log, stderr=log
            )
            try:
                figures = _measure(read_site(config), product.pid, words.seconds)
            finally:
                product.send_signal(signal.SIGINT)
                product.wait(30)
    clips_named = [{"title": p.name, "sha256": hashlib.sha256(p.read_bytes()).hexdigest()} for p in words.clips]
    print(json.dumps({**_machine(), "offered_fps": words.fps, **figures, "footage": clips_named}, indent=1))  # noqa: T201


def _site(simulator: SimulatorThread, cameras: int, fps: float, model: str) -> str:
    """The configuration: on each camera a zone and a line across the picture."""
    lines = [
        "id: bench",
        "name: {zh: 测量, en: Bench}",
        "prefix: BENCH",
        "data: data",
        f"detector: {{fps: {fps}, model: {model}}}",
        "wall: {port: 0}",
        "cameras:",
    ]
    for number in range(1, cameras + 1):
        lines += [
            f"- id: gate-{number}",
            f"  name: {{zh: {number}号, en: Gate {number}}}",
            f"  entrance: {number}号出入口",
            f"  url: {simulator.url(f'gate-{number}')}",
            "  grid: PLACEHOLDER-01",
            "  position: [0.5, 0.5]",
            "  zones: [{id: yard, name: {zh: 院, en: Yard}, points: [[0.2, 0.3], [0.8, 0.3], [0.8, 1], [0.2, 1]]}]",
            "  lines: [{id: middle, name: {zh: 中线, en: Middle}, start: [0.5, 1], end: [0.5, 0]}]",
            "  rules:",
            "  - {rule: INTRUDE, zone: yard, labels: [person, vehicle], dwell_s: 1, cooldown_s: 2}",
            "  - {rule: LINE, line: middle, labels: [person, vehicle], cooldown_s: 2}",
        ]
    return "\n".join(lines) + "\n"


def _measure(site: Site, pid: int, seconds: float) -> dict[str, Any]:
    client = redis.Redis.from_url(site.redis_url, socket_timeout=2)
    before = _until_live(client, len(site.cameras))
    cpu_before = _cpu_s(pid)
    began = time.monotonic()
    oldest: list[float] = []
    while time.monotonic() - began < seconds:
        time.sleep(0.5)
        status = _status(client)
        if status:
            oldest.append(max((status["at"] - (c["taken"] or 0)) / 1e6 for c in status["cameras"].values()))
    took = time.monotonic() - began
    after = _status(client) or before
    cpu = {name: round(s - cpu_before.get(name, 0.0), 2) for name, s in _cpu_s(pid).items()}
    frames = _sum(after, "analysed") - _sum(before, "analysed")
    sent = [late.sent_ms for late in latencies(site.journal_path) if late.sent_ms is not None]
    wall_ms = {s: round((_sum(after, f"{s}_us") - _sum(before, f"{s}_us")) / max(frames, 1) / 1000, 3) for s in _STAGES}
    drops = {name: _sum(after, name) - _sum(before, name) for name in ("superseded", "stale", "overwritten")}
    return {
        "model": after["model"],
        "cameras": len(site.cameras),
        "camera_frames_per_s": round(frames / took, 2),
        "cpu_ms_per_camera_frame": {name: round(1000 * s / max(frames, 1), 2) for name, s in cpu.items()},
        "wall_ms_per_camera_frame": wall_ms,
        "dropped": drops,
        "newest_frame_age_s": {"p50": round(statistics.median(oldest), 2), "max": round(max(oldest), 2)},
        "taken_to_redis_ms": _percentiles(sent),
        "alerts_sent": len(sent),
        "seen": {key: sum(c["seen"].get(key, 0) for c in after["cameras"].values()) for key in ("person", "vehicle")},
        "memory_mib": round(proportional_mib(pid), 1),
    }


def _until_live(client: redis.Redis, cameras: int) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        status = _status(client)
        if status and sum(c["taken"] is not None for c in status["cameras"].values()) == cameras:
            return status
        time.sleep(0.2)
    raise SystemExit("the cameras did not come up within 60 s")


def _status(client: redis.Redis) -> dict[str, Any] | None:
    try:
        raw: Any = client.get(keys.STATUS)
    except redis.RedisError:
        return None
    status: dict[str, Any] | None = json.loads(raw) if raw else None
    return status


def _sum(status: dict[str, Any], name: str) -> int:
    return sum(c["counts"].get(name, 0) for c in status["cameras"].values())


def _cpu_s(pid: int) -> dict[str, float]:
    """CPU seconds so far by kind of process."""
    spent: dict[str, float] = {}
    for member in descendants(pid):
        try:
            line = Path(f"/proc/{member}/cmdline").read_bytes().decode().split("\0")
            fields = Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        kind = line[3] if line[1:3] == ["-m", "kanmen"] else Path(line[0]).name
        spent[kind] = spent.get(kind, 0.0) + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def _percentiles(values: list[float]) -> dict[str, float]:
    if len(values) < 2:  # noqa: PLR2004 (a percentile lies between two)
        return {}
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {f"p{at}": round(cuts[at - 1], 1) for at in (50, 95, 99)}


def _machine() -> dict[str, Any]:
    names = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    return {"processor": names[0] if names else platform.machine(), "cores": len(os.sched_getaffinity(0))}


if __name__ == "__main__":
    main()
