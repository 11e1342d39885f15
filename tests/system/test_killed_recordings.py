"""Whoever is killed leaves a session that is replayed as far as it goes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import processes
import pytest
import small_site
from crossed_site import crossed_site, outcome_of

from models.errors import FootageError
from models.session import LOOKS, PACKETS, SessionReader, ended

pytestmark = [pytest.mark.fault, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, footage: Path, assets: Path) -> Iterator[small_site.RunningSite]:
    """Its camera is recorded."""
    assert assets  # the detector comes from there
    with crossed_site(tmp_path_factory.mktemp("killed"), footage / "pedestrian_survaillance.mp4") as running:
        yield running


@pytest.mark.parametrize("victim", ["record", "ingest", "detect"])
def test_whoever_is_killed_leaves_a_session_that_is_replayed_as_far_as_it_goes(
    site: small_site.RunningSite, tmp_path: Path, victim: str
) -> None:
    words = ("--config", str(site.config), "--camera", "gate-1", "--seconds", "60", "--out", str(tmp_path / "s"))
    process = subprocess.Popen([sys.executable, "-m", "kanmen", "record", *words], stdout=-1, stderr=-1, cwd=tmp_path)
    sessions = site.site.sessions_path
    site.until(lambda: list(sessions.glob(f"*/{LOOKS}")), 40, "recording")
    (folder,) = {path.parent for path in sessions.glob(f"*/{LOOKS}")}
    site.until(lambda: _looks(folder) >= 20, 40, "some pictures in it")
    if victim == "record":
        process.kill()
        process.communicate(timeout=10)
        site.until(lambda: ended(folder / LOOKS) and ended(folder / PACKETS), 20, "end of the recording")
        folder = folder.rename(tmp_path / "s")
    else:
        pid = processes.pid_of(site.config.parent, victim)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        told = process.communicate(timeout=90)
        assert process.returncode == 0, told
    code, told = outcome_of(tmp_path, tmp_path / "s")
    site.until(lambda: site.camera("gate-1").get("analysed_fps", 0) > 0.2, 40, "live camera")

    assert code == 0
    assert told["frames"] >= 15
    assert told["live"]["same"]


def _looks(session: Path) -> int:
    """How many pictures it has so far."""
    with suppress(FootageError):  # not even its first line is written yet
        return sum(kind == b"L" for kind, _ in SessionReader(session / LOOKS))
    return 0
