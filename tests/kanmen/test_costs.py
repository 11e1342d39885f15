"""What `kanmen check` says of a masked camera."""

import json
from pathlib import Path

import small_site
from typer.testing import CliRunner

from kanmen.commands import app


def _masked(folder: Path) -> Path:
    path = small_site.write_site(folder, {"gate-1": "rtsp://127.0.0.1/a", "gate-2": "rtsp://127.0.0.1/b"})
    text = path.read_text(encoding="utf-8")
    marker = "  entrance: gate-2\n"
    path.write_text(text.replace(marker, f"{marker}  masks: [[[0, 0], [0.2, 0], [0, 0.2]]]\n"), encoding="utf-8")
    return path


def test_check_says_what_a_mask_costs_and_what_is_better(tmp_path: Path):
    result = CliRunner().invoke(app, ["check", "--config", str(_masked(tmp_path))])

    told = [line for line in result.stdout.splitlines() if line.startswith("gate-")]
    assert result.exit_code == 0
    assert len(told) == 1
    assert told[0].startswith("gate-2: 1 area masked here: shown live as JPEG")
    assert "Better mask it in the camera" in told[0]


def test_check_says_it_to_machines(tmp_path: Path):
    result = CliRunner().invoke(app, ["check", "--json", "--config", str(_masked(tmp_path))])

    found = json.loads(result.stdout)
    assert [cost.split(":")[0] for cost in found["costs"]] == ["gate-2"]
