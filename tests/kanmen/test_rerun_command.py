"""`kanmen rerun`: a site's rules over what it has seen, without a detector; what it says where the log is damaged."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from observed_camera import BEGIN, ObservedCamera
from small_site import write_site

from config.read import read_site
from detect.observed import files
from models.alert import Alert

_LINE = "  lines: [{id: sill, name: {zh: 线, en: Sill}, start: [0.5, 1], end: [0.5, 0]}]\n"
_PICTURES = 300
"""A minute at five a second: half of it in the hour that ends, half in the next."""


def rerun(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kanmen", "rerun", "--config", str(config), *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def outcome_of(config: Path, *words: str) -> dict[str, Any]:
    done = rerun(config, "--json", "-", *words)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A camera whose yard is stood in and whose line is crossed."""
    path = write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/1"})
    rules = f"{_LINE}  rules: [{{rule: FLOW, line: sill}}, {{rule: LINE, line: sill, cooldown_s: 1}}, "
    path.write_text(path.read_text().replace("  rules: [", rules))
    return path


@pytest.fixture
def live(config: Path) -> ObservedCamera:
    """What it said live of people who stand for a while, cross, and are away for a while."""
    site = read_site(config)
    camera = ObservedCamera(site, site.observations_path)
    for n in range(_PICTURES):
        standing, crossing = n % 100 < 40, n % 100 in range(40, 70)
        x = 0.3 + 0.02 * (n % 100 - 40) if crossing else 0.3
        camera.look(BEGIN + timedelta(seconds=0.2 * n), [(x, 0.8)] if standing or crossing else [])
    camera.log.end(5)
    return camera


def test_it_gives_the_live_alerts_id_for_id_in_the_shape_of_replay(config: Path, live: ObservedCamera) -> None:
    told, again = outcome_of(config), outcome_of(config)
    alerts = {str(said.id): said for said in live.said if isinstance(said, Alert)}
    counts = {said.id: said for said in live.said if not isinstance(said, Alert)}
    mine = {alert["id"]: alert for alert in told["alerts"]}

    assert {alert.code for alert in alerts.values()} == {"INTRUDE", "LINE"}
    assert {i: (a["code"], a["zone"], a["count"], a["revision"], a["observed"]) for i, a in mine.items()} == {
        i: (a.code, a.place, a.count, a.revision, dict(a.observed)) for i, a in alerts.items()
    }
    assert all(mine[i]["began_s"] == (a.began - BEGIN).total_seconds() for i, a in alerts.items())
    assert told["counts"]["sill"]["in"] == sum(count.into for count in counts.values()) > 0
    assert {alert["source"] for alert in told["alerts"]} == {"replay"}
    assert told["frames"] == _PICTURES
    assert [file["complete"] for file in told["files"]] == [True, True]
    assert again["sha256"] == told["sha256"]


def test_a_span_has_what_was_said_of_its_pictures_with_what_was_remembered_before(
    config: Path, live: ObservedCamera
) -> None:
    since = BEGIN + timedelta(seconds=10)
    told = outcome_of(config, "--from", since.isoformat(), "--to", "2026-11-22T11:59:50")  # by the site's clock
    until = BEGIN + timedelta(seconds=20)
    before = {str(a.id) for a in live.said if isinstance(a, Alert) and a.began < since}
    within = {str(a.id) for a in live.said if isinstance(a, Alert) and since <= a.began <= until}

    assert told["frames"] == 51
    assert within <= {alert["id"] for alert in told["alerts"]} <= within | before
    assert [file["frames"] for file in told["files"]] == [101]


def test_who_crossed_right_before_the_end_is_counted(config: Path) -> None:
    """Live, a second crossing within seconds is told a while later."""
    site = read_site(config)
    camera = ObservedCamera(site, site.observations_path)
    for n in range(40):
        xs = [0.3 + 0.02 * (n - late) for late in (0, 12) if late <= n < late + 28]
        camera.look(BEGIN + timedelta(seconds=0.2 * n), [(x, 0.8 - 0.3 * k) for k, x in enumerate(xs)])
    camera.log.end(5)

    assert sum(said.into for said in camera.said if not isinstance(said, Alert)) == 1
    assert outcome_of(config)["counts"]["sill"]["in"] == 2


def test_other_rules_begin_anew_and_say_what_they_would_have_said(config: Path, live: ObservedCamera) -> None:
    config.write_text(config.read_text().replace("dwell_s: 1", "dwell_s: 6"))
    told = outcome_of(config, "--anew")

    assert live.said
    assert {a["threshold"]["dwell_s"] for a in told["alerts"] if a["code"] == "INTRUDE"} == {6.0}


def test_what_other_rules_gain_and_lose_is_told_of_the_log(config: Path, live: ObservedCamera, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    told = []
    for dwell_s in (1, 60):
        rules.write_text(
            "rules: [{rule: FLOW, line: sill}, {rule: LINE, line: sill, cooldown_s: 1}, "
            f"{{rule: INTRUDE, zone: yard, labels: [person, vehicle], dwell_s: {dwell_s}, cooldown_s: 2}}]"
        )
        told.append(outcome_of(config, "--what-if", str(rules))["what_if"])
    same, graver = told

    assert live.said
    assert (same["gained"], same["lost"], same["changed"]) == ([], [], [])
    assert graver["gained"] == []
    assert {alert["code"] for alert in graver["lost"]} == {"INTRUDE"}
    assert {alert["code"] for alert in graver["alerts"]} == {"LINE"}


def test_a_rule_whose_things_the_log_has_not_is_said_to_be_unjudged_and_not_to_gain_nothing(
    config: Path, live: ObservedCamera, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules: [{rule: ABANDON, zone: yard}, {rule: FIRE, zone: yard}, {rule: LOITER, zone: yard}]")
    told = outcome_of(config, "--what-if", str(rules))["what_if"]
    words = rerun(config, "--what-if", str(rules)).stdout

    assert live.said
    assert [(one["code"], one["zone"], one["label"], one["why"]) for one in told["unfollowed"]] == [
        ("ABANDON", "yard", "bag", "no_rule"),
        ("FIRE", "yard", "fire", "no_model"),
    ]
    assert "gate-1 ABANDON yard: cannot be judged: bag was not followed there, as no rule in force asks for it" in words
    assert "gate-1 FIRE yard: cannot be judged: no model is named for fire or smoke (detector.fire)" in words


def test_a_rule_whose_things_are_asked_for_already_is_judged(
    config: Path, live: ObservedCamera, tmp_path: Path
) -> None:
    config.write_text(config.read_text().replace("rules: [", "rules: [{rule: ABANDON, zone: yard}, ", 1))
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules: [{rule: ABANDON, zone: yard, dwell_s: 60}]")

    assert live.said
    assert outcome_of(config, "--what-if", str(rules))["what_if"]["unfollowed"] == []


@pytest.mark.parametrize("at", ["end", "middle"])
def test_a_torn_hour_is_named_and_the_next_one_is_run(config: Path, live: ObservedCamera, at: str) -> None:
    first, second = files(live.site.observations_path / "gate-1")
    data = first.read_bytes()
    cut = len(data) - 30 if at == "end" else len(data) // 2
    first.write_bytes(data[:cut] + (b"" if at == "end" else b"\0" * 40 + data[cut + 40 :]))
    told = outcome_of(config)
    hours = [file["complete"] for file in told["files"]]
    whole = [file["pictures"] for file in told["files"]]

    assert (first.suffix, second.suffix) == (".gz", ".obs")
    assert hours == [False, True]
    assert 0 < whole[0] < _PICTURES / 2
    assert whole[1] == _PICTURES / 2
    assert [said for said in told["said"] if first.name in said and "2026-11-22 11:00:00" in said]
    last = {str(a.id) for a in live.said if isinstance(a, Alert) and a.began > BEGIN + timedelta(seconds=31)}
    assert last <= {alert["id"] for alert in told["alerts"]}


def test_where_nothing_was_seen_it_says_what_there_is(config: Path, live: ObservedCamera) -> None:
    elsewhen = rerun(config, "--from", "2026-11-23T08:00:00")
    backwards = rerun(config, "--from", "2026-11-22T12:00:00", "--to", "2026-11-22T11:00:00")
    no_instant = rerun(config, "--to", "noon")
    for path in files(live.site.observations_path / "gate-1"):
        path.unlink()
    nothing = rerun(config)

    assert "no observations in that span; the first hour begins at 2026-11-22 11:00:00" in elsewhen.stderr
    assert "--to: is not after --from" in backwards.stderr
    assert "--to noon: is no instant; write e.g." in no_instant.stderr
    assert "gate-1: there are no observations in " in nothing.stderr
    assert {done.returncode for done in (elsewhen, backwards, no_instant, nothing)} == {1}
    assert not any(done.stdout for done in (elsewhen, backwards, no_instant, nothing))


_TRUTH = """
events:
- {code: INTRUDE, zone: yard, from_s: 30, to_s: 38, tolerance_s: 1}
- {code: INTRUDE, zone: yard, from_s: 50, to_s: 58, tolerance_s: 1}
- {code: LOITER, from_s: 80, to_s: 85, tolerance_s: 1}
"""


def test_the_log_is_scored_by_what_happened_from_an_instant_on(
    config: Path, live: ObservedCamera, tmp_path: Path
) -> None:
    """The first picture came half a minute after that instant."""
    truth = tmp_path / "truth.yaml"
    truth.write_text(_TRUTH)
    since = (BEGIN - timedelta(seconds=30)).isoformat()
    told = outcome_of(config, "--truth", str(truth), "--from", since)
    score = told["score"]
    began = {str(a.id): (a.began - BEGIN).total_seconds() + 30 for a in live.said if isinstance(a, Alert)}

    assert [event["from_s"] for event in score["found"]] == [30, 50]
    assert [(event["code"], event["from_s"]) for event in score["missed"]] == [("LOITER", 80)]
    assert {alert["began_s"] for alert in told["alerts"]} == set(began.values())
    assert [file["from_s"] for file in told["files"]] == [0, 60]
    assert {alert["file"] for alert in score["false"] if alert["began_s"] > 60} == {told["files"][1]["name"]}


def test_a_truth_without_an_instant_or_of_a_clip_is_refused(config: Path, live: ObservedCamera, tmp_path: Path) -> None:
    truth = tmp_path / "truth.yaml"
    truth.write_text(f"clip: gate-1.mp4\n{_TRUTH}")
    alone = rerun(config, "--truth", str(truth))
    of_clip = rerun(config, "--truth", str(truth), "--from", BEGIN.isoformat())

    assert live.said
    assert alone.stderr == "--truth: its seconds count from an instant; name that with --from\n"
    assert "truth.yaml:1: clip: observations are scored, no clip, so this is another one's truth; " in of_clip.stderr
    assert (alone.returncode, of_clip.returncode) == (1, 1)
