"""A quarter of an hour of eight cameras, four quiet and four troubled, through the whole line: nobody is alerted."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import quiet_day
import small_site
import told
from cutouts import actors

from kanmen.assets import fetch
from kanmen.memory import proportional_mib
from models.clock import utc_now
from models.journal import read_entries
from scenes.camera import SimulatedCamera
from scenes.filming import film
from scenes.footage import open_footage
from scenes.repertoire import ALIKE, scripts
from scenes.script import Script
from scenes.simulator import SimulatorThread

pytestmark = pytest.mark.timeout(0)

_FPS: Final = 3.0
_BUSY: Final = (46, 50, 69, 106)
"""Spans of the quiet day, of four cameras: half past seven, a quarter past eight, before noon, after work."""

_TROUBLES: Final = ("headlights", "rain", "insects", "infra-red")
_WATCHED_S: Final = 900.0
_GROWN_MIB: Final = 24.0


def test_a_quiet_quarter_of_an_hour_alerts_nobody(
    tmp_path: Path, footage: Path, assets: Path, demo_cache: Path, kept: Path | None
) -> None:
    del assets  # the detector comes from there
    if kept is None:
        pytest.skip("long: make accuracy")
    shown = {f"gate-{number}": script for number, script in enumerate(_scripts(), 1)}
    cast, cameras = actors(fetch("street-photo", demo_cache, lambda *_: None), footage), []
    for camera, script in shown.items():
        film(script, cast, tmp_path / f"{camera}.mp4")
        cameras.append(SimulatedCamera(camera, open_footage(tmp_path / f"{camera}.mp4", tmp_path)))
    with SimulatorThread(cameras) as simulator:
        config = _site(tmp_path, {camera: (script, simulator.url(camera)) for camera, script in shown.items()})
        with small_site.running(config) as site:
            site.until(lambda: all(site.camera(name).get("taken") for name in shown), 120, "live cameras")
            time.sleep(60)  # caches fill
            looks = sum(site.camera(camera)["counts"]["analysed"] for camera in shown)
            mib = []
            for _ in range(30):
                time.sleep(_WATCHED_S / 30)
                mib.append(proportional_mib(site.process.pid))
            looks = sum(site.camera(camera)["counts"]["analysed"] for camera in shown) - looks
            spans = [
                f"{s.camera} {s.reason} {s.began} {s.ended}" for s in told.spans_of(site.site) if s.reason != "starting"
            ]
            said = [row.entry.body for row in read_entries(site.site.journal_path) if row.entry.kind == "alert"]
    print(json.dumps({"looks": looks, "mib": [round(one) for one in mib], "spans": spans}))  # noqa: T201 (figures to be kept)

    assert said == []
    assert spans == []
    assert looks > 0.6 * _FPS * _WATCHED_S * len(shown), "a machine that did something else meanwhile"
    assert max(mib[15:]) - max(mib[:5]) < _GROWN_MIB


def _scripts() -> Iterator[Script]:
    for camera, span in enumerate(_BUSY):
        yield replace(quiet_day.span(camera, span)[0], fps=_FPS)
    for kind in _TROUBLES:
        yield replace(next(scripts({kind: ALIKE["ALL"][kind]}, "ALL", 1)), fps=_FPS)


def _site(folder: Path, shown: dict[str, tuple[Script, str]]) -> Path:
    """Every rule armed, as by day: what is filmed by night is no night of the clock."""
    name = {"zh": "平静", "en": "Quiet"}
    night = utc_now() + timedelta(hours=10)
    site: dict[str, Any] = {
        "id": "quiet",
        "name": name,
        "prefix": "QUIET",
        "timezone": "UTC",
        "night": [f"{night:%H:%M}-{night + timedelta(hours=1):%H:%M}"],
        "data": "data",
        "detector": {"fps": _FPS, "model": "yolo11n-int8"},
        "wall": {"port": 0},
        "cameras": [
            {**script.camera(), "id": camera, "url": url, "name": {"zh": camera, "en": camera}}
            for camera, (script, url) in shown.items()
        ],
    }
    path = folder / "site.yaml"
    path.write_text(json.dumps(site, ensure_ascii=False), encoding="utf-8")
    return path
