"""A quiet day stays quiet: a detector's errors alone alert nobody, and nothing grows with the hours."""

import gc
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
import quiet_day
from figures import code_sha256

from detect.tracker import Tracker
from detect.watch import Watch
from models.journal import Checkpoint
from scenes.noise import observed
from scenes.stage import SHAPE

_AN_HOUR: Final = 6
"""Spans."""

_PART: Final = 6 * _AN_HOUR
"""A day is run in parts, each as after a restart: one that was cut off goes on with the next part."""

_SIZE: Final = 20_000
"""Characters of a checkpoint: what rules and tracker remember on a quiet day, with room."""

_DAYS: Final = 2
"""Of each camera: what is mended because of a day is tried on another one, of other people."""

_GROWN_MIB: Final = 3.0
"""By so much a process may be larger at the end of a part's last hour than of its first."""


@pytest.mark.parametrize("camera", range(_DAYS * quiet_day.CAMERAS))
def test_a_quiet_day_alerts_nobody_and_nothing_grows(camera: int, kept: Path | None, gates: dict[str, Any]) -> None:
    """Without a folder for figures an hour of the first: of each camera one of another part of the day."""
    if kept is None and camera >= quiet_day.CAMERAS:
        pytest.skip("long: make accuracy")
    parts = _day(camera, kept) if kept else [_through(camera, range(camera * 18, camera * 18 + _AN_HOUR), {})]

    said = [line for part in parts for line in part["alerts"]]

    assert len(said) <= (gates["quiet_day"]["alerts_a_camera_day"] if kept else 0), said
    assert sum(part["pictures"] for part in parts) == (432_000 if kept else 18_000)
    assert max(size for part in parts for size in part["sizes"]) < _SIZE
    assert max(part["mib"][-1] - part["mib"][0] for part in parts) < _GROWN_MIB


def _day(camera: int, kept: Path) -> list[dict[str, Any]]:
    """All parts of a camera's day; what is kept of the same code is not run again."""
    parts: list[dict[str, Any]] = []
    for part in range(quiet_day.SPANS // _PART):
        file = kept / "quiet-day" / code_sha256() / f"{camera + 1}-{part + 1}.json"
        if not file.is_file():
            after = parts[-1]["after"] if parts else {}
            told = _through(camera, range(part * _PART, (part + 1) * _PART), after)
            file.parent.mkdir(parents=True, exist_ok=True)
            whole = file.with_suffix(".part")
            whole.write_text(json.dumps(told), encoding="utf-8")
            whole.replace(file)
        parts.append(json.loads(file.read_text(encoding="utf-8")))
    return parts


def _through(camera: int, spans: Iterable[int], before: dict[str, Any]) -> dict[str, Any]:
    """Run these spans of a camera's day, one after the other, through tracker and rules.

    Args:
        camera: Its number; from eight on it is the same camera on another day.
        spans: Their numbers.
        before: What was remembered `after` the part before; empty: nothing.

    Returns:
        alerts (in words), pictures, tracks (of all pictures), cpu_s, by the hour and at the end sizes (characters of
        the checkpoint) and mib (this process' own), and what is remembered after.
    """
    site = quiet_day.site()
    told: dict[str, Any] = {"alerts": {}, "pictures": 0, "tracks": 0, "sizes": [], "mib": []}
    began = process_time()
    tracker, watch = Tracker(site.detector.confidence), None
    if before:
        tracker = Tracker.of(before["tracker"], site.detector.confidence, restarted=True)
    for number in spans:
        script, noise = quiet_day.span(camera, number)
        begins = datetime.fromisoformat(script.begins).replace(tzinfo=ZoneInfo(site.timezone))
        watch = watch or Watch(
            site, site.cameras[camera % quiet_day.CAMERAS], Checkpoint(**before["rules"]) if before else None, begins
        )
        for picture, found in enumerate(observed(script, noise)):
            taken = begins + timedelta(seconds=picture / script.fps)
            tracks = tracker.update(found, taken)
            alerts, _ = watch.see(tracks, taken, SHAPE, lambda _: None, lambda *_: None)
            told["alerts"] |= {str(one.id): f"{one.code} {one.place} {one.began} {one.observed}" for one in alerts}
            told["pictures"] += 1
            told["tracks"] += len(tracks)
        if number % _AN_HOUR == 0:
            _measure(told, watch)
    assert watch is not None
    _measure(told, watch)
    last = watch.checkpoint()
    remembered = {"tracker": tracker.state(), "rules": {"heartbeat": last.heartbeat, "body": last.body}}
    return {**told, "alerts": list(told["alerts"].values()), "cpu_s": process_time() - began, "after": remembered}


def _measure(told: dict[str, Any], watch: Watch) -> None:
    gc.collect()
    told["sizes"].append(len(watch.checkpoint().body))
    rollup = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    told["mib"] += [int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Anonymous:")]
