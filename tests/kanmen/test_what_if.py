"""Other rules beside those that a camera has: what they would have gained and lost."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from walked_yard import began, noisy_clip, replayed, yard_site, yard_truth

from config.own_model import OwnModel
from config.site import Site
from detect.watch import Watch
from kanmen.replay_site import plain_site
from kanmen.what_if import WhatIf, other_rules
from models.errors import ConfigError, FootageError
from models.labels import FIRE, SUITCASE
from scenes.breaches import happened


@pytest.fixture
def site() -> Site:
    """INTRUDE in the zone `picture`, LINE on the line `middle`."""
    return plain_site()


def written(folder: Path, text: str) -> Path:
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def beside(site: Site, other: Site) -> WhatIf:
    """The rules of the other site beside those of this one."""
    return WhatIf(Watch(other, other.cameras[0], None, began(site)), began(site), site, site.cameras[0])


def test_what_the_file_leaves_out_stays_as_it_is(tmp_path: Path, site: Site) -> None:
    path = written(tmp_path, "rules: [{rule: INTRUDE, zone: picture, dwell_s: 9}]")
    other_site, other = other_rules(path, site, site.cameras[0])

    assert [(rule.rule, rule.place) for rule in other.rules] == [("INTRUDE", "picture")]
    assert (other.zones, other.lines) == (site.cameras[0].zones, site.cameras[0].lines)
    assert other_site.cameras == (other,)


_ZONE = "{id: gate, name: {zh: 门, en: Gate}, points: [[0, 0], [0.5, 0], [0.5, 1]]}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ":1: the file is empty; write `rules:`, `zones:` or `lines:`"),
        ("{}", ":1: says nothing; write `rules:`, `zones:` or `lines:`"),
        ("[1]", ":1: must be keys and values; begin with `rules: …`"),
        ("rules:\n- {rule: INTRUDE, zone: picture, dwell: 3}", ":2: rules.0.dwell: unknown key"),
        ("rules:\n- {rule: INTRUDE, zone: yard}", ":2: rules.0.zone: this camera has no such zone (it has picture)"),
        ("url: rtsp://u:open-sesame@h/", ":1: url: unknown key"),
        (f"zones:\n- {_ZONE}", "rules.0.zone: this camera has no such zone (it has gate)"),
        (f"zones:\n- {_ZONE.replace('0.5, 1', '0.5, 0')}\nrules: []", ":2: zones.0.points: "),
    ],
)
def test_a_mistake_is_told_with_file_line_and_remedy(tmp_path: Path, site: Site, text: str, says: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(ConfigError) as told:
        other_rules(path, site, site.cameras[0])

    assert str(told.value).startswith(f"{path}:")
    assert says in str(told.value)
    assert "open-sesame" not in str(told.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path, site: Site) -> None:
    with pytest.raises(FootageError, match=r"--what-if .*none\.yaml: cannot be read: No such file"):
        other_rules(tmp_path / "none.yaml", site, site.cameras[0])


def test_other_rules_say_beside_a_replay_what_they_say_in_one_of_their_own(tmp_path: Path) -> None:
    site, truth, clip = yard_site(), yard_truth(), noisy_clip(tmp_path / "clip.mp4", 35)
    rules = (
        "rules: [{rule: INTRUDE, zone: yard, dwell_s: 4, cooldown_s: 60}, {rule: FLOW, line: middle}, "
        "{rule: LINE, line: middle, cooldown_s: 1}]"
    )
    other_site, _ = other_rules(written(tmp_path, rules), site, site.cameras[0])
    what_if = beside(site, other_site)
    outcome = replayed([clip], site, truth, lambda chosen, looked: what_if.see(chosen.frame, looked))
    outcome.beside(happened(truth, site.cameras[0]))
    outcome.what_if = what_if.end(outcome)
    raw = outcome.as_json()
    alone = replayed([clip], other_site, truth).as_json()

    assert raw["what_if"]["alerts"] == alone["alerts"]
    assert raw["what_if"]["counts"] == alone["counts"] == {"middle": {"in": 2, "out": 2}}
    assert raw["what_if"]["rules"] == [
        {"camera": "replay", "code": "INTRUDE", "zone": "yard", "kept": 1, "gained": 0, "lost": 1},
        {"camera": "replay", "code": "LINE", "zone": "middle", "kept": 0, "gained": 4, "lost": 0},
    ]
    assert (raw["score"]["all"]["f1"], raw["what_if"]["score"]["all"]["false"]) == (1, 4)
    assert raw["what_if"]["lost"][0]["id"] in {alert["id"] for alert in raw["alerts"]}


def test_what_no_rule_says_is_neither_gained_nor_lost(tmp_path: Path) -> None:
    site, truth, clip = yard_site(), yard_truth(), noisy_clip(tmp_path / "clip.mp4")
    other_site, _ = other_rules(written(tmp_path, "rules: []"), site, site.cameras[0])
    what_if = beside(site, other_site)
    outcome = replayed([clip], site, truth, lambda chosen, looked: what_if.see(chosen.frame, looked))
    (first, *_) = outcome.alerts.values()
    outcome.told([replace(first, id=uuid4(), code="CAM_BLIND", rule="CAM_BLIND", place="")])
    outcome.what_if = what_if.end(outcome)
    rules = outcome.as_json()["what_if"]["rules"]

    assert [(rule["code"], rule["kept"], rule["lost"]) for rule in rules] == [("CAM_BLIND", 1, 0), ("INTRUDE", 0, 2)]


_BAG = "{rule: ABANDON, zone: yard, dwell_s: 4, beside_s: 1, reach: 0.2}"
_FIRE = "{rule: FIRE, zone: yard}"
_THINGS = {"ABANDON": (_BAG, SUITCASE), "FIRE": (_FIRE, FIRE)}


def with_fire(site: Site) -> Site:
    """A model that sees fire is named; what it sees is said by the detector of the test."""
    model = OwnModel(path=Path("fire.onnx"), sha256="0" * 64)
    return site.model_copy(update={"detector": site.detector.model_copy(update={"fire": model})})


@pytest.mark.parametrize("code", _THINGS)
def test_what_only_the_other_rules_ask_for_is_followed_for_them_and_changes_nothing_for_its_own(
    tmp_path: Path, code: str
) -> None:
    rule, label = _THINGS[code]
    site, truth, clip = with_fire(yard_site()), yard_truth(), noisy_clip(tmp_path / "clip.mp4", 30)
    other_site, _ = other_rules(written(tmp_path, f"rules: [{rule}]"), site, site.cameras[0])
    there = [(label, 0.9, (0.85, 0.6, 0.95, 0.8))]
    what_if, tracks = beside(site, other_site), dict[str, list[Any]](beside=[], plain=[])

    def heard(chosen: Any, looked: Any) -> None:
        tracks["beside"].append(looked.tracks)
        what_if.see(chosen.frame, looked)

    outcome = replayed([clip], site, truth, heard, there)
    outcome.what_if = what_if.end(outcome)
    raw = outcome.as_json()
    plain = replayed([clip], site, truth, lambda _, looked: tracks["plain"].append(looked.tracks), there).as_json()
    alone = replayed([clip], other_site, truth, always=there).as_json()

    assert [alert["code"] for alert in raw["what_if"]["gained"]] == [code]
    assert raw["what_if"]["alerts"] == alone["alerts"]
    assert raw["what_if"]["unfollowed"] == []
    assert {key: raw[key] for key in plain.keys() - {"sha256", "speed"}} == {
        key: plain[key] for key in plain.keys() - {"sha256", "speed"}
    }
    assert tracks["beside"] == tracks["plain"] != []


def test_a_rule_for_which_no_model_is_named_is_said_to_be_off_and_not_to_gain_nothing(tmp_path: Path) -> None:
    site, truth, clip = yard_site(), yard_truth(), noisy_clip(tmp_path / "clip.mp4", 5)
    other_site, _ = other_rules(written(tmp_path, f"rules: [{_FIRE}]"), site, site.cameras[0])
    what_if = beside(site, other_site)
    outcome = replayed([clip], site, truth, lambda chosen, looked: what_if.see(chosen.frame, looked))
    outcome.what_if = what_if.end(outcome)

    assert outcome.as_json()["what_if"]["unfollowed"] == [
        {"camera": "replay", "code": "FIRE", "zone": "yard", "label": "fire", "why": "no_model"}
    ]
    assert "replay FIRE yard: cannot be judged: no model is named for fire or smoke (detector.fire)" in outcome.lines()
