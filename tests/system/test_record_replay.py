"""A recorded session gives the alerts that were raised live, id for id, as often as it is replayed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import pytest
import small_site

from ingest.session import OPENED, decode_opened, decode_packet
from models.clock import from_iso, from_micros, to_iso
from models.journal import read_entries
from models.session import LOOKS, PACKETS, SessionReader, ended
from models.wire import decode_alert
from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread

pytestmark = pytest.mark.timeout(170)

_SECONDS = 14
"""Almost two rounds of the clip: each has three people who cross the line."""

_BESIDE = timedelta(seconds=0.2 + 0.2)
"""One sample, and what a clip's own grid may differ by."""


def kanmen(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kanmen", *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=folder)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, footage: Path, assets: Path) -> Iterator[small_site.RunningSite]:
    """A running site whose camera sees a line that people cross."""
    assert assets  # the detector comes from there
    folder = tmp_path_factory.mktemp("recorded")
    clip = open_footage(footage / "pedestrian_survaillance.mp4", folder / "cache")
    with SimulatorThread([SimulatedCamera("gate-1", clip, ("gate", "secret-word"))]) as simulator:
        config = small_site.write_site(folder, {"gate-1": simulator.url("gate-1")})
        sill = "  lines: [{id: sill, name: {zh: 线, en: Sill}, start: [0.5, 1], end: [0.5, 0]}]"
        text = config.read_text().replace("  rules:", f"{sill}\n  rules:")
        config.write_text(text.replace("cooldown_s: 2}", "cooldown_s: 2}, {rule: LINE, line: sill, cooldown_s: 0.5}"))
        with small_site.running(config) as running:
            running.until(lambda: running.camera("gate-1").get("taken"), 60, "live camera")
            yield running


@pytest.fixture(scope="module")
def session(site: small_site.RunningSite) -> Path:
    """A recording of its camera."""
    folder = site.config.parent
    words = ("--config", site.config, "--camera", "gate-1", "--seconds", _SECONDS, "--out", folder / "session")
    done = kanmen(folder, "record", *words)
    assert done.returncode == 0, done.stderr + site.log()[-2000:]
    return folder / "session"


def outcome_of(folder: Path, *words: object) -> tuple[int, dict[str, Any]]:
    done = kanmen(folder, "replay", *words, "--json", "-")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_session_gives_the_live_alerts_id_for_id_three_times_with_the_same_bytes(
    site: small_site.RunningSite, session: Path, tmp_path: Path
) -> None:
    runs = []
    for _ in range(3):
        done = kanmen(tmp_path, "replay", session, "--json", "-")
        assert done.returncode == 0, done.stderr
        runs.append([line for line in done.stdout.splitlines() if '"speed"' not in line])
    told = json.loads(kanmen(tmp_path, "replay", session, "--json", "-").stdout)
    first, last = first_and_last(session)
    live = {
        str(alert.id): alert
        for row in read_entries(site.site.journal_path)
        if row.entry.kind == "alert" and first <= row.taken <= last
        for alert in [decode_alert(row.entry.body)]
    }
    mine = {alert["id"]: alert for alert in told["alerts"]}

    assert runs[0] == runs[1] == runs[2]
    assert told["live"] == {"same": True, "missing": [], "extra": [], "changed": []}
    assert sum(alert.code == "LINE" for alert in live.values()) >= 3
    assert mine.keys() == live.keys()
    assert {i: (a["code"], a["zone"], a["count"], a["revision"], a["observed"]) for i, a in mine.items()} == {
        i: (a.code, a.place, a.count, a.revision, dict(a.observed)) for i, a in live.items()
    }
    assert {alert["source"] for alert in mine.values()} == {"replay"}


def first_and_last(session: Path) -> tuple[int, int]:
    taken = [json.loads(body)["taken"] for kind, body in SessionReader(session / LOOKS) if kind == b"L"]
    return taken[0], taken[-1]


def test_the_bare_clip_gives_the_same_alerts_within_a_sample(
    site: small_site.RunningSite, session: Path, tmp_path: Path
) -> None:
    first = write_bare(session, tmp_path / "bare.mp4")
    words = ("--config", site.config, "--at", to_iso(from_micros(first)))
    _, bare = outcome_of(tmp_path, tmp_path / "bare.mp4", *words)
    _, told = outcome_of(tmp_path, session)
    both = [
        [
            (a["code"], a["zone"], a["count"], timedelta(seconds=a["began_s"]))
            for a in outcome["alerts"]
            if a["code"] == "LINE" and 2 < a["began_s"] < _SECONDS - 2  # within what both have seen from its beginning
        ]
        for outcome in (bare, told)
    ]

    assert [alert[:3] for alert in both[0]] == [alert[:3] for alert in both[1]]
    assert len(both[0]) >= 2
    assert all(abs(mine[3] - its[3]) <= _BESIDE for mine, its in zip(*both, strict=True))


def write_bare(session: Path, path: Path) -> int:
    """The packets as a clip that knows nothing of the session; returns `taken` of its first picture."""
    opened, first = None, None
    with av.open(str(path), "w") as container:
        for kind, body in SessionReader(session / PACKETS):
            if kind == OPENED:
                opened = decode_opened(body)
                stream = container.add_stream(opened.codec)
                stream.width, stream.height, stream.time_base = opened.width, opened.height, opened.time_base
                stream.codec_context.extradata = opened.extradata
                continue
            assert opened is not None
            coded = decode_packet(body, opened)
            first = coded.stamp.taken if first is None else first
            coded.packet.stream = stream
            coded.packet.dts = coded.packet.pts if coded.packet.dts is None else coded.packet.dts
            container.mux(coded.packet)
    assert first is not None
    return first


def test_other_rules_show_what_they_would_have_told(
    site: small_site.RunningSite, session: Path, tmp_path: Path
) -> None:
    config = tmp_path / "other.yaml"
    config.write_text(site.config.read_text().replace("rule: LINE, line: sill", "rule: LINE, line: sill, level: 2"))
    code, told = outcome_of(tmp_path, session, "--config", config)

    assert code == 0
    assert not told["live"]["same"]
    assert not told["live"]["missing"]
    assert {alert["level"] for alert in told["alerts"] if alert["code"] == "LINE" and alert["began_s"] > 2} == {2}


@pytest.mark.parametrize("name", [PACKETS, LOOKS])
def test_a_torn_session_is_replayed_as_far_as_it_goes_and_says_so(session: Path, tmp_path: Path, name: str) -> None:
    torn = tmp_path / "torn"
    torn.mkdir()
    for file in session.iterdir():
        data = file.read_bytes()
        (torn / file.name).write_bytes(data[: len(data) * 3 // 5] if file.name == name else data)
    code, told = outcome_of(tmp_path, torn)
    _, whole = outcome_of(tmp_path, session)

    assert code == 0
    assert 0 < told["frames"] < whole["frames"]
    assert told["live"]["same"]
    assert not told["files"][0]["complete"]
    assert any("its end is missing" in said for said in told["said"])


def test_a_session_tells_no_password_and_names_what_it_was_made_with(
    site: small_site.RunningSite, session: Path
) -> None:
    facts = json.loads((session / "session.json").read_text())

    assert all(b"secret-word" not in file.read_bytes() for file in session.iterdir())
    assert "secret-word" in site.config.read_text()
    assert (facts["camera"], facts["model"]) == ("gate-1", "yolo11n-int8")
    assert facts["looks_ended"] == "nobody asked for more"
    assert len(facts["config_sha256"]) == len(facts["model_sha256"]) == 64
    assert from_iso(facts["recorded"])


def test_what_cannot_be_recorded_is_said(site: small_site.RunningSite, session: Path, tmp_path: Path) -> None:
    words = ("record", "--config", site.config, "--seconds", 1)
    unknown = kanmen(tmp_path, *words, "--camera", "gate-9", "--out", tmp_path / "x")
    there = kanmen(tmp_path, *words, "--camera", "gate-1", "--out", session)
    twice = kanmen(tmp_path, "replay", session, session)
    at = kanmen(tmp_path, "replay", session, "--at", "2026-01-01")

    assert "there is no such camera; there are gate-1" in unknown.stderr
    assert "is there already" in there.stderr
    assert "a recorded session is replayed alone" in twice.stderr
    assert "has its own instants" in at.stderr
    assert {done.returncode for done in (unknown, there, twice, at)} == {1}


@pytest.mark.fault
@pytest.mark.parametrize("victim", ["record", "ingest", "detect"])
def test_whoever_is_killed_leaves_a_session_that_is_replayed_as_far_as_it_goes(
    site: small_site.RunningSite, tmp_path: Path, victim: str
) -> None:
    words = ("--config", str(site.config), "--camera", "gate-1", "--seconds", "60", "--out", str(tmp_path / "s"))
    process = subprocess.Popen([sys.executable, "-m", "kanmen", "record", *words], stdout=-1, stderr=-1, cwd=tmp_path)
    sessions = site.site.sessions_path
    site.until(lambda: list(sessions.glob(f"*/{LOOKS}")), 40, "recording")
    (folder,) = {path.parent for path in sessions.glob(f"*/{LOOKS}")}
    time.sleep(5)
    if victim == "record":
        process.kill()
        process.communicate(timeout=10)
        site.until(lambda: ended(folder / LOOKS) and ended(folder / PACKETS), 20, "end of the recording")
        folder = folder.rename(tmp_path / "s")
    else:
        os.kill(pid_of(site, victim), signal.SIGKILL)
        told = process.communicate(timeout=60)
        assert process.returncode == 0, told
    code, told = outcome_of(tmp_path, tmp_path / "s")
    site.until(lambda: site.camera("gate-1").get("analysed_fps", 0) > 2, 40, "live camera")

    assert code == 0
    assert told["frames"] >= 15
    assert told["live"]["same"]


def pid_of(site: small_site.RunningSite, role: str) -> int:
    """The process of that role among the site's children."""
    for children in Path(f"/proc/{site.process.pid}/task").glob("*/children"):
        for pid in children.read_text().split():
            if role in Path(f"/proc/{pid}/cmdline").read_text().split("\0")[3:4]:
                return int(pid)
    raise AssertionError(f"no {role} runs")
