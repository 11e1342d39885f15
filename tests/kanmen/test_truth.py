"""The truth of footage: read strictly, and a replay of footage is scored by it."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from walked_yard import began, noisy_clip, replayed, yard_site, yard_truth

from config.site import Site
from kanmen.replay_pictures import Pictures
from kanmen.truth import what_happened
from models.errors import ConfigError, FootageError
from models.score import Event, Happened, Ways
from scenes.breaches import happened
from scenes.truth import Truth, read_truth


@pytest.fixture
def site() -> Site:
    return yard_site()


@pytest.fixture
def truth() -> Truth:
    return yard_truth()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return noisy_clip(tmp_path / "clip.mp4")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "truth.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_truth_says_events_and_counts(tmp_path: Path, site: Site) -> None:
    path = written(
        tmp_path,
        "events:\n- {code: INTRUDE, from_s: 3, to_s: 4.5}\n"
        "- {code: INTRUDE, zone: yard, from_s: 9, to_s: 9, tolerance_s: 0, count: 2}\n"
        "counts: {middle: {in: 4, out: 0}}\n",
    )

    assert what_happened(path, site.cameras[0]) == Happened(
        (Event("INTRUDE", 3, 4.5), Event("INTRUDE", 9, 9, "yard", 0, 2)), {"middle": Ways(4, 0)}
    )


def test_silent_footage_has_no_event(tmp_path: Path, site: Site) -> None:
    assert what_happened(written(tmp_path, "silent: true"), site.cameras[0]) == Happened()


def test_a_truth_that_names_another_clip_is_refused_with_its_line(tmp_path: Path, site: Site) -> None:
    path = written(tmp_path, "silent: true\nclip: gate-1.mp4\n")

    assert what_happened(path, site.cameras[0], ["gate-1.mp4", "gate-2.mp4"]) == Happened()
    with pytest.raises(ConfigError) as told:
        what_happened(path, site.cameras[0], ["gate-2.mp4", "gate-1.mp4"])

    assert f"{path}:2: clip: what is scored begins with gate-2.mp4, so this is another one's truth; name" in str(
        told.value
    )


_GOOD = "events:\n- code: INTRUDE\n  from_s: 3\n  to_s: 4\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ":1: the file is empty; write `events:`, `counts:` or `silent: true`"),
        ("- INTRUDE", ":1: must be keys and values; begin with `events: …`"),
        ("events: []", ":1: says nothing; write `events:`"),
        ("events: [", ":1: not YAML: "),
        (_GOOD.replace("INTRUDE", "INTRUSION"), ":2: events.0.code: is no code of an alert; write one of INTRUDE, "),
        (_GOOD.replace("to_s: 4", "to_s: 2"), ":4: events.0.to_s: is before from_s"),
        (_GOOD.replace("to_s: 4", "to_s: .inf"), ":4: events.0.to_s: "),
        (_GOOD.replace("from_s: 3", "from_s: true"), ":3: events.0.from_s: must be a number, not true or false"),
        (_GOOD.replace("from_s: 3", "from: 3"), ":3: events.0.from: unknown key"),
        (_GOOD + "  zone: lawn\n", ":5: events.0.zone: replay has no such zone or line; there are: yard, middle"),
        (_GOOD + "  count: 0\n", ":5: events.0.count: must be at least 1"),
        (_GOOD + "silent: true\n", ":5: silent: events are listed, so it is not silent"),
        ("counts: {door: {in: 1, out: 1}}", ":1: counts.door: replay has no such line; there are: middle"),
        ("counts: {middle: {in: 1}}", ":1: counts.middle.out: this key is missing"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_remedy(tmp_path: Path, site: Site, text: str, says: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(ConfigError) as told:
        what_happened(path, site.cameras[0])

    assert f"{path}{says}" in str(told.value)


@pytest.mark.parametrize("text", ["nothing", "[]", '{"format": 1}', '{"format": 1, "seen": [{}]}'])
def test_a_file_that_is_no_scenes_truth_is_told_with_what_to_do(tmp_path: Path, text: str) -> None:
    path = tmp_path / "clip.truth.json"
    path.write_text(text)

    with pytest.raises(FootageError, match=r"clip\.truth\.json: is no truth of a scene; name the \.truth\.json"):
        read_truth(path)


@pytest.mark.parametrize("name", ["none.yaml", "none.truth.json"])
def test_a_truth_that_is_not_there_is_told(tmp_path: Path, site: Site, name: str) -> None:
    with pytest.raises(FootageError, match=rf"--truth .*{name}: cannot be read: No such file"):
        what_happened(tmp_path / name, site.cameras[0])


def test_a_composed_scene_is_scored_by_its_own_truth(tmp_path: Path, clip: Path, site: Site, truth: Truth) -> None:
    (tmp_path / "clip.truth.json").write_text(truth.dumps())
    outcome = replayed([clip], site, truth)
    outcome.beside(what_happened(tmp_path / "clip.truth.json", site.cameras[0]))
    scored = outcome.as_json()["score"]

    assert scored["codes"].keys() == {"INTRUDE"}
    assert {name: scored["all"][name] for name in ("events", "found", "false", "repeated", "f1")} == {
        "events": 2,
        "found": 2,
        "false": 0,
        "repeated": 0,
        "f1": 1,
    }
    assert all(pair["count"]["happened"] == pair["count"]["alerted"] == 1 for pair in scored["found"])
    assert scored["counts"] == {"middle": {way: {"happened": 2, "counted": 2} for way in ("in", "out")}}


def test_what_was_missed_and_what_was_false_has_a_picture_with_the_boxes_of_who_was_there(
    tmp_path: Path, clip: Path, site: Site, truth: Truth
) -> None:
    (first, second) = happened(truth, site.cameras[0]).events
    missed = replace(second, code="LOITER")
    real = Happened((first, missed, Event("LINE", 70, 70)), {"middle": Ways(2, 1)})
    pictures = Pictures(tmp_path / "out" / "pictures", site.cameras[0], began(site), real.events)
    outcome = replayed([clip], site, truth, lambda chosen, looked: pictures.see(chosen.frame, looked))
    outcome.pictures = pictures
    outcome.beside(real)
    scored = outcome.as_json()["score"]
    (lost, never), (false,) = scored["missed"], scored["false"]
    shown = {one["picture"]: cv2.imread(str(tmp_path / "out" / "pictures" / one["picture"])) for one in (lost, false)}
    words = "\n".join(outcome.lines())

    assert (lost["code"], lost["file"], false["code"], false["file"]) == ("LOITER", "clip.mp4", "INTRUDE", "clip.mp4")
    assert never["picture"] is None
    assert {one["picture"] for one in scored["found"]} <= {p.name for p in (tmp_path / "out" / "pictures").iterdir()}
    assert all(_is_red_somewhere(picture) for picture in shown.values())
    assert "truth: 1 events begin behind the end of the footage" in words
    assert f"missed: LOITER yard, {lost['from_s']:.1f} to {lost['to_s']:.1f} s, clip.mp4 ({lost['picture']})" in words
    assert f"false: INTRUDE yard, from {false['began_s']:.1f} s, clip.mp4 ({false['picture']})" in words
    assert "miscounted: middle: in 2 of 2, out 2 of 1" in words


def _is_red_somewhere(picture: np.ndarray) -> bool:
    blue, green, red = (picture[..., channel].astype(int) for channel in range(3))
    return bool(((red > 170) & (green < 120) & (blue < 120)).any())


def test_of_several_files_the_one_that_shows_it_is_named(tmp_path: Path, site: Site, truth: Truth) -> None:
    clips = [noisy_clip(tmp_path / f"{name}.mp4", seconds) for name, seconds in (("one", 20), ("two", 20))]
    outcome = replayed(clips, site, Truth("empty", 10, 400, ()))
    outcome.beside(happened(truth, site.cameras[0]))

    assert [event["file"] for event in outcome.as_json()["score"]["missed"]] == ["one.mp4", "two.mp4"]


def test_the_command_prints_the_table_and_writes_the_score(tmp_path: Path, footage: Path, assets: Path) -> None:
    assert assets
    path = written(
        tmp_path, "events: [{code: LINE, zone: middle, from_s: 1, to_s: 2}]\ncounts: {middle: {in: 3, out: 0}}"
    )
    words = ("--truth", path.name, "--pictures", "shown", "--json", "out.json")
    command = [sys.executable, "-m", "kanmen", "replay", str(footage / "mot15" / "TUD-Campus.mp4"), *words]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    told = json.loads((tmp_path / "out.json").read_text())

    assert done.returncode == 0, done.stderr
    assert "code  events  found  missed  false  repeated  precision  recall    F1" in done.stdout
    assert told["score"]["all"]["f1"] == 1
    assert {alert["picture"] for alert in told["alerts"]} < {p.name for p in (tmp_path / "shown").iterdir()}
