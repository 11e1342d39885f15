"""A site whose own model is swapped, lost or changed for one that cannot be used watches on, and says what is wrong."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import small_site
from made_models import red_quarters
from misread import line_of
from processes import pid_of

from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread

pytestmark = [pytest.mark.fault, pytest.mark.timeout(400)]

_OFF = ["FIRE:yard"]


@contextmanager
def _watched(folder: Path, clip: Path) -> Iterator[tuple[small_site.RunningSite, str]]:
    """A site with one camera and a good model of fires, and the model's sha256."""
    sha256 = red_quarters(folder / "fire.onnx")
    with SimulatorThread([SimulatedCamera("gate-1", open_footage(clip, folder / "cache"))]) as simulator:
        config = small_site.write_site(folder, {"gate-1": simulator.url("gate-1")}, fps=2)
        named = f'detector: {{\n  fire: {{\n  path: fire.onnx,\n  columns: [0],\n  sha256: "{sha256}"}}, '
        text = config.read_text(encoding="utf-8").replace("detector: {", named)
        config.write_text(text.replace("rules: [", "rules: [{rule: FIRE, zone: yard}, "), encoding="utf-8")
        with small_site.running(config) as site:
            site.until(lambda: site.camera("gate-1").get("analysed_fps", 0) > 0.2, 60, "gate-1 live")
            yield site, sha256


def _reload(config: Path) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "kanmen", "reload", "--json", "--config", str(config)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    return done.returncode, json.loads(done.stdout)


def _killed(site: small_site.RunningSite) -> None:
    """Detect is killed, and its successor analyses pictures."""
    old = pid_of(site.config.parent, "detect")
    assert old is not None
    os.kill(old, signal.SIGKILL)
    site.until(lambda: pid_of(site.config.parent, "detect") not in (None, old), 20, "a new detect")
    begun = site.camera("gate-1").get("taken") or 0
    site.until(lambda: (site.camera("gate-1").get("taken") or 0) > begun, 60, "a look of the new detect")
    site.until(lambda: site.camera("gate-1").get("analysed_fps", 0) > 0.2, 60, "gate-1 live")


def test_a_detect_that_starts_beside_another_file_or_none_watches_on_and_says_that_fire_is_off(
    tmp_path: Path, footage: Path, assets: Path
) -> None:
    del assets  # the detector comes from there
    with _watched(tmp_path, footage / "pedestrian_survaillance.mp4") as (site, sha256):
        told = [site.camera("gate-1")["modelless"]]
        for spoil in (lambda file: file.write_bytes(b"swapped"), Path.unlink):
            spoil(tmp_path / "fire.onnx")
            _killed(site)
            told.append(site.camera("gate-1")["modelless"])
        red_quarters(tmp_path / "fire.onnx")
        text = site.config.read_text(encoding="utf-8")
        site.config.write_text(text.replace("[0.1, 0.2], [0.9, 0.2]", "[0.2, 0.3], [0.8, 0.3]"), encoding="utf-8")
        code, said = _reload(site.config)
        site.until(lambda: (site.status() or {}).get("revision") == 2, 20, "revision 2")
        told.append(site.camera("gate-1")["modelless"])
        log = site.log()

    assert (code, said["roles"], said["watches"]) == (0, [], ["gate-1"])
    assert told == [[], _OFF, _OFF, _OFF]
    assert f"FIRE is off: put the file of sha256 {sha256} back" in log
    assert f"{tmp_path / 'fire.onnx'} hashes to" in log
    assert f"{tmp_path / 'fire.onnx'} cannot be read" in log


def test_a_model_that_cannot_be_used_is_refused_by_reload_with_its_line_and_the_old_one_goes_on(
    tmp_path: Path, footage: Path, assets: Path
) -> None:
    del assets  # the detector comes from there
    (tmp_path / "none.onnx").write_bytes(b"no network")
    with _watched(tmp_path, footage / "pedestrian_survaillance.mp4") as (site, sha256):
        detect, good = pid_of(tmp_path, "detect"), site.config.read_text(encoding="utf-8")
        none = good.replace("fire.onnx", "none.onnx").replace(sha256, hashlib.sha256(b"no network").hexdigest())
        lines = [line_of(site.config, "path: fire.onnx"), line_of(site.config, "columns: [0]")]
        refused = []
        for text in (none, good.replace("columns: [0]", "columns: [0, 1]")):
            site.config.write_text(text, encoding="utf-8")
            refused.append(_reload(site.config))
        site.config.write_text(good.replace("columns: [0]", "columns: [0], score: 0.7"), encoding="utf-8")
        analysed = site.camera("gate-1")["taken"]
        site.until(lambda: site.camera("gate-1")["taken"] > analysed, 20, "a look")
        after, modelless = pid_of(tmp_path, "detect"), site.camera("gate-1")["modelless"]
        accepted = _reload(site.config)

    mistakes = [said["mistakes"][0] for _, said in refused]
    assert [code for code, _ in refused] == [1, 1]
    assert [(m["where"], m["line"]) for m in mistakes] == [
        ("detector.fire.path", lines[0]),
        ("detector.fire.columns", lines[1]),
    ]
    assert "cannot be read as ONNX" in mistakes[0]["what"]
    assert "column 1 is asked for; name only column 0" in mistakes[1]["what"]
    assert (after, modelless) == (detect, [])
    assert (accepted[0], accepted[1]["revision"], accepted[1]["roles"]) == (0, 2, ["detect"])
