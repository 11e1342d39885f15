"""The demo that nobody disturbs: it finds what its scenes hold, and leaves no process behind."""

import signal

import pytest

pytestmark = [pytest.mark.alone, pytest.mark.fault, pytest.mark.timeout(300)]


def test_an_undisturbed_run_finds_each_breach_once_and_keeps_its_picture(start_demo, assets) -> None:
    del assets  # found by YOLO11n INT8
    demo = start_demo("--seconds", "45", "--json")
    report = demo.report(250)

    assert (report["lost"], report["duplicated_where"], report["missed_where"]) == (0, [], [])
    assert report["miscounted"] == []
    assert report["cameras"] == 8
    assert report["snapshots"] >= report["alerts_in_database"] - report["troubles"] > 8
    assert demo.process.returncode == 0


def test_an_interrupted_demo_leaves_no_process_behind(start_demo, assets) -> None:
    del assets  # quickest to have
    demo = start_demo()
    demo.until_live(cameras=1)
    pids = demo.pids()
    demo.process.send_signal(signal.SIGINT)
    demo.process.communicate(timeout=40)

    assert len(pids) > 4
    assert [pid for pid in pids if demo.is_alive(pid)] == []
