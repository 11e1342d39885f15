"""A running site whose camera sees a line that people cross, and what `kanmen replay` says of its sessions."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import small_site

from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread


@contextmanager
def crossed_site(folder: Path, clip: Path) -> Iterator[small_site.RunningSite]:
    """Until the end of the block; its camera wants a password."""
    shown = open_footage(clip, folder / "cache")
    with SimulatorThread([SimulatedCamera("gate-1", shown, ("gate", "secret-word"))]) as simulator:
        config = small_site.write_site(folder, {"gate-1": simulator.url("gate-1")})
        sill = "  lines: [{id: sill, name: {zh: 线, en: Sill}, start: [0.5, 1], end: [0.5, 0]}]"
        text = config.read_text().replace("  rules:", f"{sill}\n  rules:")
        config.write_text(text.replace("cooldown_s: 2}", "cooldown_s: 2}, {rule: LINE, line: sill, cooldown_s: 0.5}"))
        with small_site.running(config) as running:
            running.until(lambda: running.camera("gate-1").get("taken"), 60, "live camera")
            yield running


def kanmen(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """A command of Kanmen's, run in that folder to its end."""
    command = [sys.executable, "-m", "kanmen", *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=folder)


def outcome_of(folder: Path, *words: object) -> tuple[int, dict[str, Any]]:
    """(exit status, what it tells) of a replay."""
    done = kanmen(folder, "replay", *words, "--json", "-")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)
