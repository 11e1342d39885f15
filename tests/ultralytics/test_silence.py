"""The backends talk to nobody: no packet leaves while they start, detect and export, although a way out is there."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

OVERHEARD = Path(__file__).parents[1] / "support" / "overheard.py"

ASKING = """
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"who is there?", ("198.51.100.7", 53))
"""

DETECTING = """
import sys, time
from pathlib import Path
import numpy as np
from detect.export import describe, export
from detect.openvino import OpenVinoDetector
from detect.ultralytics import UltralyticsDetector
from models.clock import utc_now
from models.frame import Frame
pt, folder = map(Path, sys.argv[1:])
frames = [Frame("gate-1", 0, 0, utc_now(), np.full((576, 704, 3), 90, np.uint8))]
weights = export(pt, folder, "openvino", dynamic=False)
ir = folder / weights.asset.files[0].path
onnx = export(pt, folder, "onnx", dynamic=False)
for made in (
    UltralyticsDetector(pt, describe(pt), 0.35),
    UltralyticsDetector(ir, weights, 0.35),
    UltralyticsDetector(folder / onnx.asset.files[0].path, onnx, 0.35),
    OpenVinoDetector(ir, weights, 0.35),
):
    made.detect(frames)
    made.close()
time.sleep(12)  # ONNX Runtime, when nobody stops it, reports within ten seconds
"""


def _overheard(*command: str) -> dict[str, Any]:
    """Run Python in a network of its own; whoever is not root becomes root of a user namespace for it."""
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    ran = subprocess.run(
        [*alone, sys.executable, str(OVERHEARD), sys.executable, *command],
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
        # The libraries are silent where they believe to be tested: they must not believe it here.
        env={name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ},
    )
    assert ran.returncode == 0, f"no network of its own to be had here (needs iproute2 and namespaces): {ran.stderr}"
    heard: dict[str, Any] = json.loads(ran.stdout)
    return heard | {"said": ran.stderr}


def test_who_speaks_to_the_world_is_overheard() -> None:
    heard = _overheard("-c", ASKING)

    assert heard["rc"] == 0, heard["said"]
    assert heard["packets"] > 0


@pytest.mark.timeout(240)
def test_the_backends_send_no_packet(seeded: Path, tmp_path: Path) -> None:
    heard = _overheard("-c", DETECTING, str(seeded), str(tmp_path))

    assert heard["rc"] == 0, heard["said"]
    assert heard["packets"] == 0
