"""`kanmen replay` of what a model of the site's own sees: beside the real detector, the same at every run."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
from made_models import red_quarters
from small_site import write_site


def test_a_fire_that_only_its_model_sees_is_told_once_and_the_same_each_time(tmp_path: Path, assets: Path) -> None:
    assert assets
    sha256 = red_quarters(tmp_path / "fire.onnx")
    config = write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/1"})
    text = config.read_text(encoding="utf-8").replace("rules: [", "rules: [{rule: FIRE, zone: yard}, ")
    named = f'detector: {{fire: {{path: fire.onnx, sha256: "{sha256}"}}, '
    config.write_text(text.replace("detector: {", named), encoding="utf-8")
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    burning = np.full((288, 352, 3), 60, np.uint8)
    burning[144:, 176:, 2] = 240
    for number in range(60):
        cv2.imwrite(str(pictures / f"{number:03}.png"), burning)
    told = []
    for run in ("a.json", "b.json"):
        command = [sys.executable, "-m", "kanmen", "replay", str(pictures), "-c", str(config), "--json", run]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        told.append(json.loads((tmp_path / run).read_text())["alerts"])

    assert [(alert["code"], alert["zone"], alert["level"]) for alert in told[0]] == [("FIRE", "yard", 1)]
    assert told[0] == told[1]
