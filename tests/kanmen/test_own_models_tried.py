"""A model of the site's own that cannot be used is a mistake of the configuration, told before anything starts."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from made_models import red_picture
from misread import line_of
from small_site import write_site

_COLUMNS = "detector.fight.columns"
_PATH = "detector.fire.path"


def _kanmen(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kanmen", *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A site with a file of fires that is no ONNX, and a model of fights with two scores."""
    (tmp_path / "fire.onnx").write_bytes(b"no network")
    own = [
        "detector:",
        "  model: yolo11n-int8",
        "  fire:",
        "    path: fire.onnx",
        f'    sha256: "{hashlib.sha256(b"no network").hexdigest()}"',
        "  fight:",
        "    path: fight.onnx",
        f'    sha256: "{red_picture(tmp_path / "fight.onnx")}"',
        "    columns: [1, 2]",
    ]
    path = write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/1"})
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("detector: {fps: 5.0, model: yolo11n-int8}", "\n".join(own)), encoding="utf-8")
    return path


def test_check_tells_what_is_no_model_and_a_column_that_there_is_not_with_line_and_remedy(config: Path) -> None:
    done = _kanmen("check", "--config", str(config), "--json")
    said = json.loads(done.stdout)["mistakes"]
    people = _kanmen("check", "--config", str(config))

    assert (done.returncode, people.returncode) == (1, 1)
    assert [(m["where"], m["line"]) for m in said] == [
        (_PATH, line_of(config, "path: fire.onnx")),
        (_COLUMNS, line_of(config, "columns: [1, 2]")),
    ]
    assert "cannot be read as ONNX" in said[0]["what"]
    assert "name a model that can be used, or write null" in said[0]["what"]
    assert "column 2 is asked for; name columns from 0 to 1" in said[1]["what"]
    assert people.stderr.splitlines() == [f"{config}:{m['line']}: {m['where']}: {m['what']}" for m in said]


def test_a_site_with_them_does_not_start(config: Path) -> None:
    done = _kanmen("up", "--config", str(config))

    assert done.returncode == 1
    assert [where for where in (_PATH, _COLUMNS) if f": {where}: " not in done.stderr] == []
    assert not (config.parent / "data").exists()


def test_what_can_be_used_is_good(config: Path) -> None:
    sha256 = red_picture(config.parent / "fire.onnx")
    text = config.read_text(encoding="utf-8").replace(hashlib.sha256(b"no network").hexdigest(), sha256)
    config.write_text(text.replace("columns: [1, 2]", "columns: [0, 1]"), encoding="utf-8")
    done = _kanmen("check", "--config", str(config))

    assert (done.returncode, done.stderr) == (0, "")
