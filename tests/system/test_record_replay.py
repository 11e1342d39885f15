"""A recorded session gives the alerts that were raised live, id for id, as often as it is replayed."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import av
import pytest
import small_site
from crossed_site import crossed_site, kanmen, outcome_of
from made_models import red_quarters

from ingest.session import OPENED, decode_opened, decode_packet
from models.clock import from_iso, from_micros, to_iso
from models.journal import read_entries
from models.session import LOOKS, PACKETS, SessionReader, SessionWriter
from models.wire import decode_alert

pytestmark = [pytest.mark.alone, pytest.mark.timeout(170)]

_SECONDS = 14
"""Almost two rounds of the clip: each has three people who cross the line."""

_BESIDE = timedelta(seconds=0.2 + 0.2)
"""One sample, and what a clip's own grid may differ by."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, footage: Path, assets: Path) -> Iterator[small_site.RunningSite]:
    """Its camera is recorded."""
    assert assets  # the detector comes from there
    with crossed_site(tmp_path_factory.mktemp("recorded"), footage / "pedestrian_survaillance.mp4") as running:
        yield running


@pytest.fixture(scope="module")
def session(site: small_site.RunningSite) -> Path:
    """A recording of its camera."""
    folder = site.config.parent
    words = ("--config", site.config, "--camera", "gate-1", "--seconds", _SECONDS, "--out", folder / "session")
    done = kanmen(folder, "record", *words)
    assert done.returncode == 0, done.stderr + site.log()[-2000:]
    return folder / "session"


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


def test_what_other_rules_gain_and_lose_is_told_beside_the_live_alerts(
    site: small_site.RunningSite, session: Path, tmp_path: Path
) -> None:
    own = [rule.model_dump(mode="json") for rule in site.site.camera("gate-1").rules]
    told = []
    for name, rules in (("own", own), ("none", [rule for rule in own if rule["rule"] != "LINE"])):
        path = tmp_path / f"{name}.yaml"
        path.write_text(json.dumps({"rules": rules}))
        code, outcome = outcome_of(tmp_path, session, "--what-if", path)
        told.append(outcome["what_if"])
        assert (code, outcome["live"]["same"]) == (0, True)
    same, without = told

    assert (same["gained"], same["lost"], same["changed"]) == ([], [], [])
    assert without["gained"] == []
    assert {alert["code"] for alert in without["lost"]} == {"LINE"}


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


def _with_a_model_of_fires(session: Path, folder: Path, sha256: str, *, asked: bool) -> Path:
    """The session as one of a site that names a model which lies elsewhere, with a rule for it or without."""
    shutil.copytree(session, folder)
    reader = SessionReader(folder / LOOKS)
    (kind, body), *records = reader
    begun = json.loads(body)
    begun["site"]["detector"]["fire"] |= {"path": "/nowhere/fire.onnx", "sha256": sha256, "score": 0.99}
    if asked:
        begun["site"]["cameras"][0]["rules"].append({"rule": "FIRE", "zone": "yard"})
    (folder / LOOKS).unlink()
    writer = SessionWriter((folder / LOOKS).open("xb"))
    for record in ((kind, json.dumps(begun).encode()), *records):
        writer.write(*record)
    writer.end(reader.ended or "")
    writer.wait(10)
    return folder


def test_the_models_of_a_site_are_wanted_only_for_rules_of_the_camera_and_found_by_their_sha256(
    session: Path, tmp_path: Path
) -> None:
    sha256 = red_quarters(tmp_path / "red.onnx")
    spare = _with_a_model_of_fires(session, tmp_path / "spare", sha256, asked=False)
    asked = _with_a_model_of_fires(session, tmp_path / "asked", sha256, asked=True)
    unasked_for = outcome_of(tmp_path, spare)
    missing = kanmen(tmp_path, "replay", asked)
    weights = tmp_path / "var" / "models"
    (tmp_path / "red.onnx").rename(weights / "red.onnx")
    found = outcome_of(tmp_path, asked)

    assert [(code, told["live"]["same"]) for code, told in (unasked_for, found)] == [(0, True), (0, True)]
    assert missing.returncode == 1
    assert f"the file of sha256 {sha256} is neither /nowhere/fire.onnx nor among the weights in" in missing.stderr
    assert str(weights) in missing.stderr


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
