"""A child that dies comes back, and no child outlives its parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from kanmen.children import Child
from kanmen.guard import guarded
from models.clock import Monotonic, monotonic_now

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _until(met, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if met():
            return True
        time.sleep(0.02)
    return False


def test_a_killed_child_is_started_again_at_once() -> None:
    child = Child("sleeper", SLEEPER)
    child.start()
    first = child.process.pid
    os.kill(first, signal.SIGKILL)

    def back() -> bool:
        child.mind()
        return child.process is not None and child.process.pid != first

    came_back = _until(back, 2.0)
    child.end()
    child.wait(Monotonic(monotonic_now() + 5))

    assert came_back
    assert child.restarts == 1


def test_a_child_that_dies_again_and_again_is_made_to_wait() -> None:
    child = Child("failing", ["false"])
    child.start()

    def three_times() -> bool:
        child.mind()
        return child.restarts >= 3

    at_once = _until(three_times)
    deadline = time.monotonic() + 2.5
    while time.monotonic() < deadline:
        child.mind()
        time.sleep(0.02)
    child.end()
    child.wait(Monotonic(monotonic_now() + 5))

    assert at_once
    assert child.restarts <= 5


def test_what_a_child_left_in_its_group_is_reaped_with_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = (
        "import subprocess, sys, pathlib;"
        f"p = subprocess.Popen({SLEEPER!r}); pathlib.Path({str(note)!r}).write_text(str(p.pid)); sys.exit(0)"
    )
    child = Child("untidy", [sys.executable, "-c", script])
    child.start()
    child.process.wait(20)
    grandchild = int(note.read_text())
    child.mind()
    gone = _until(lambda: not _alive(grandchild))
    child.end()
    child.wait(Monotonic(monotonic_now() + 5))

    assert gone


def test_a_guarded_programme_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    inner = f"import os, time, pathlib; pathlib.Path({str(note)!r}).write_text(str(os.getpid())); time.sleep(60)"
    command = guarded([sys.executable, "-c", inner])
    script = (
        "import subprocess, time; from kanmen.guard import parent_environment;"
        f"subprocess.Popen({command!r}, env=parent_environment()); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script]) as parent:
        started = _until(lambda: note.exists() and note.read_text() != "", 30)
        parent.kill()

    assert started
    assert _until(lambda: not _alive(int(note.read_text())))
