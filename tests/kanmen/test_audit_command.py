"""`kanmen audit` answers a day that there is not in a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest
from small_site import write_site


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "9999-12-31", "0001-01-01"])
def test_a_day_on_which_there_was_no_site_is_refused_with_how_to_write_one(tmp_path: Path, day: str) -> None:
    config = write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1:1/1"})
    command = [sys.executable, "-m", "kanmen", "audit", "--blind", "--day", day, "--config", str(config)]

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 2
    assert "is no day; write it as 2026-11-22" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
