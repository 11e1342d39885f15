"""Whatever is killed while the line runs: the others go on, it comes back, and no alert is lost or doubled."""

import os
import signal
import subprocess
import sys
import time

import pytest
import run_again

pytestmark = [pytest.mark.fault, pytest.mark.timeout(420)]

PAUSE_S = 9.0
"""Between two blows: long enough to come back and to alert again."""


def _kill(demo, *words: str) -> int:
    pid = demo.pid_of(*words)
    assert pid is not None, f"no process {words} is running"
    os.kill(pid, signal.SIGKILL)
    return pid


def _analysed(demo) -> dict[str, int]:
    status = demo.status()
    return {name: camera["counts"]["analysed"] for name, camera in status["cameras"].items()} if status else {}


def test_kill_minus_nine_of_each_process_loses_nothing_and_doubles_nothing(start_demo, assets) -> None:
    del assets  # with YOLO11n INT8 each breach of the scenes is found, so each must have exactly one alert
    demo = start_demo("--seconds", "90", "--json")
    demo.until_live()

    killed = _kill(demo, "ingest", "gate-2")
    before = _analysed(demo)
    time.sleep(3)
    after = _analysed(demo)
    demo.until(lambda: demo.pid_of("ingest", "gate-2") not in (None, killed), 5, "ingest worker again")
    time.sleep(PAUSE_S)
    blows = (("detect",), ("desk",), ("wall-worker",))
    for words in blows:
        killed = _kill(demo, *words)
        demo.until(lambda w=words, k=killed: demo.pid_of(*w) not in (None, k), 5, f"{words[0]} again")
        time.sleep(PAUSE_S)
    os.kill(demo.redis_pid(), signal.SIGKILL)
    time.sleep(PAUSE_S)
    with demo.redis() as client:
        client.flushall()
    report = demo.report(150)
    audit = subprocess.run(
        [sys.executable, "-m", "kanmen", "audit", "--config", str(demo.run / "site.yaml")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert [name for name in before if name != "gate-2" and after[name] <= before[name]] == []
    assert (report["lost"], report["duplicated_where"], report["missed_where"]) == (0, [], [])
    assert report["miscounted"] == []
    assert report["alerts_in_database"] == report["alerts_detected"] > 8
    assert audit.returncode == 0, audit.stdout + audit.stderr
    live, again = run_again.live_and_again(demo)
    assert again == live


def test_an_undisturbed_run_finds_each_breach_once_and_keeps_its_picture(start_demo, assets) -> None:
    del assets  # found by YOLO11n INT8
    demo = start_demo("--seconds", "45", "--json")
    report = demo.report(250)

    assert (report["lost"], report["duplicated_where"], report["missed_where"]) == (0, [], [])
    assert report["miscounted"] == []
    assert report["cameras"] == 8
    assert report["snapshots"] >= report["alerts_in_database"] - report["troubles"] > 8
    assert demo.process.returncode == 0


def test_an_interrupted_demo_leaves_no_process_and_no_data_behind(start_demo, assets) -> None:
    del assets  # quickest to have
    demo = start_demo()
    demo.until_live(cameras=1)
    pids = demo.pids()
    demo.process.send_signal(signal.SIGINT)
    demo.process.communicate(timeout=40)

    assert len(pids) > 4
    assert [pid for pid in pids if demo.is_alive(pid)] == []
