"""A log of observations whose process is killed as an hour turns, or whose disk is full: whole up to what was lost."""

import os
import random
import resource
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from waiting import until

import detect
from config.site import Observations as Bounds
from detect.figures import Figures
from detect.observations import Observations
from detect.observed import Seen, read
from models.clock import to_micros, utc_now
from models.journal import Checkpoint

_TURN = utc_now().replace(hour=4, minute=0, second=0, microsecond=0) - timedelta(days=1)
"""Of late: what is older than the bounds is removed."""

_WRITER = """
import sys, time
from pathlib import Path
from config.site import Observations as Bounds
from detect.figures import Figures
from detect.observations import Observations
from models.journal import Checkpoint
folder, turn = Path(sys.argv[1]), int(sys.argv[2])
log = Observations(folder, Bounds(), Figures(["gate-1"]))
log.start()
for number in range(10_000):
    at = turn + (number - 5000) * 1000
    while log._queue.qsize() > 50:
        time.sleep(0.001)
    if log.begins("gate-1", at):
        log.begin("gate-1", at, Checkpoint(None, "x" * 4000))
    log.note("gate-1", at, 1.6, ())
    print(number, flush=True)
log.end(10)
"""


@pytest.mark.fault
def test_whenever_detect_is_killed_around_the_full_hour_the_log_is_whole_up_to_the_blow(tmp_path: Path) -> None:
    chance = random.Random(5)
    found = []
    for run in range(8):
        folder = tmp_path / str(run)
        words = [sys.executable, "-c", _WRITER, str(folder), str(to_micros(_TURN))]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, cwd=Path(detect.__file__).parents[1])
        assert process.stdout is not None
        for _ in range(100 + chance.randrange(1200 * run, 1200 * (run + 1))):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        before = [one.taken for one in read(folder / "gate-1") if isinstance(one, Seen)]
        log = Observations(folder, Bounds(), Figures(["gate-1"]))
        log.start()
        later = to_micros(_TURN + timedelta(minutes=30))
        log.begin("gate-1", later, Checkpoint(None, ""))
        log.note("gate-1", later, 1.6, ())
        log.end(5)
        after = [one.taken for one in read(folder / "gate-1") if isinstance(one, Seen)]
        found.append((before, after, later))

    for before, after, later in found:
        assert before == list(range(to_micros(_TURN) - 5_000_000, to_micros(_TURN) + 5_000_000, 1000))[: len(before)]
        assert after == [*before, later]
    assert {len(before) > 5000 for before, _, _ in found} == {
        False,
        True,
    }  # some blows fell before the turn, some after


def test_a_full_disk_costs_what_it_does_not_take_and_no_whole_record(tmp_path: Path) -> None:
    figures = Figures(["gate-1"])
    log = Observations(tmp_path, Bounds(), figures)
    log.start()
    least, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, most))  # as a full disk: the last write is cut short
    try:
        for n in range(200):
            log.note("gate-1", to_micros(_TURN) + n, 1.6, ())
        until(lambda: len(_seen(tmp_path)) + figures.counts("gate-1")["observations_failed"] == 200)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))
    log.note("gate-1", to_micros(_TURN) + 1000, 1.6, ())
    log.end(5)
    taken = _seen(tmp_path)
    failed = figures.counts("gate-1")["observations_failed"]

    assert taken[:-1] == list(range(len(taken) - 1))
    assert taken[-1] == 1000
    assert len(taken) + failed == 201
    assert len(taken) > 80


def _seen(folder: Path) -> list[int]:
    """µs after the turn of each picture that is written down."""
    return [one.taken - to_micros(_TURN) for one in read(folder / "gate-1") if isinstance(one, Seen)]
