"""The gates are figures that can be missed, of rules that there are."""

from pathlib import Path
from typing import Any

from figures import measured

from config.rules import PLACE_KEYS
from detect.health.rules import CODES as TROUBLES


def test_every_gate_of_a_rule_can_be_missed(gates: dict[str, Any]) -> None:
    for way, rules in gates["rules"].items():
        assert rules.keys() <= PLACE_KEYS.keys(), way
        assert all(0 < gate["f1"] <= 1 and gate["false_alerts"] >= 0 for gate in rules.values()), way


def test_every_trouble_of_a_camera_that_its_pictures_show_has_a_gate(gates: dict[str, Any]) -> None:
    assert gates["cameras"].keys() == set(TROUBLES) - {"CAM_OFFLINE"}
    assert all(0 < gate["f1"] <= 1 for gate in gates["cameras"].values())


def test_a_figure_is_forgotten_with_any_rule_or_script_and_kept_with_the_wall() -> None:
    files = set(measured())
    root = Path(__file__).parents[2]

    assert {*root.glob("detect/rules/*.py"), *root.glob("scenes/repertoire/*.py"), root / "detect/tracker.py"} <= files
    assert not {path for path in files if (root / "api") in path.parents}
