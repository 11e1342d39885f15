"""The gates are figures that can be missed, of rules that there are."""

from pathlib import Path
from typing import Any

from figures import measured

from detect.health.rules import CODES as TROUBLES
from scenes.repertoire import HAPPENS


def test_every_rule_has_a_gate_on_observations_and_with_each_of_the_weights(gates: dict[str, Any]) -> None:
    assert gates["rules"].keys() == {"observations", *gates["detection"]}
    for way, rules in gates["rules"].items():
        assert rules.keys() == HAPPENS.keys(), way
        assert all(0 <= gate["f1"] <= 1 and gate["false_alerts"] >= 0 for gate in rules.values()), way


def test_where_nothing_is_found_what_only_looks_like_it_is_still_told_to_nobody(gates: dict[str, Any]) -> None:
    """A gate of F1 0 says that these weights don't see it, and can be missed by its look-alikes alone."""
    blind = [gate for rules in gates["rules"].values() for gate in rules.values() if gate["f1"] == 0]

    assert blind
    assert all(gate["false_alerts"] == 0 for gate in blind)


def test_every_trouble_of_a_camera_has_a_gate(gates: dict[str, Any]) -> None:
    assert gates["cameras"].keys() == set(TROUBLES)
    assert all(0 < gate["f1"] <= 1 for gate in gates["cameras"].values())


def test_a_figure_is_forgotten_with_any_rule_or_script_and_kept_with_the_wall() -> None:
    files = set(measured())
    root = Path(__file__).parents[2]

    assert {*root.glob("detect/rules/*.py"), *root.glob("scenes/repertoire/*.py"), root / "detect/tracker.py"} <= files
    assert not {path for path in files if (root / "api") in path.parents}
