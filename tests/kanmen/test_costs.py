"""What `kanmen check` says of masked cameras, of those looked at in tiles, of rules that are off, and of fixtures."""

import json
from datetime import timedelta
from pathlib import Path

import small_site
from typer.testing import CliRunner

from kanmen.commands import app
from models.clock import utc_now


def _masked(folder: Path) -> Path:
    path = small_site.write_site(folder, {"gate-1": "rtsp://127.0.0.1/a", "gate-2": "rtsp://127.0.0.1/b"})
    text = path.read_text(encoding="utf-8")
    marker = "  entrance: gate-2\n"
    path.write_text(text.replace(marker, f"{marker}  masks: [[[0, 0], [0.2, 0], [0, 0.2]]]\n"), encoding="utf-8")
    return path


def test_check_says_what_a_mask_costs_and_what_is_better(tmp_path: Path):
    result = CliRunner().invoke(app, ["check", "--config", str(_masked(tmp_path))])

    told = [line for line in result.stdout.splitlines() if line.startswith("gate-")]
    assert result.exit_code == 0
    assert len(told) == 1
    assert told[0].startswith("gate-2: 1 area masked here: shown live as JPEG")
    assert "Better mask it in the camera" in told[0]


def test_check_says_what_tiles_cost_of_all_that_is_asked_of_the_detector(tmp_path: Path):
    path = small_site.write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/a", "gate-2": "rtsp://127.0.0.1/b"}, fps=4)
    text = path.read_text(encoding="utf-8")
    marker = "  entrance: gate-2\n"
    path.write_text(text.replace(marker, f"{marker}  tiles: 2\n"), encoding="utf-8")
    (told,) = json.loads(CliRunner().invoke(app, ["check", "--json", "--config", str(path)]).stdout)["costs"]

    assert told.startswith("gate-2: looked at in 2 by 2 tiles, too: 5 looks of the detector a picture, 20 a second;")
    assert "all cameras together ask for 24 " in told


def test_check_says_it_to_machines(tmp_path: Path):
    result = CliRunner().invoke(app, ["check", "--json", "--config", str(_masked(tmp_path))])

    found = json.loads(result.stdout)
    assert [cost.split(":")[0] for cost in found["costs"]] == ["gate-2"]


def test_check_says_which_rules_are_off_for_want_of_a_model(tmp_path: Path):
    path = small_site.write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/a"})
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  rules: [", "  rules: [{rule: FIRE, zone: yard}, "), encoding="utf-8")
    people, machines = (CliRunner().invoke(app, ["check", *more, "--config", str(path)]) for more in ([], ["--json"]))

    says = "gate-1: FIRE:yard is off: there is no model for it; name one under detector.fire.path"
    assert people.exit_code == machines.exit_code == 0
    assert says in people.stdout.splitlines()
    assert json.loads(machines.stdout)["off"] == [says]


def test_check_says_which_fixtures_are_over_or_far_from_it(tmp_path: Path):
    days = [(utc_now() + timedelta(days=ahead)).date() for ahead in (-2, 30, 500)]
    fixtures = ", ".join(f"{{at: [0.5, 0.5], until: '{day}'}}" for day in days)
    path = small_site.write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/a"})
    rule = f"{{rule: ABANDON, zone: yard, fixtures: [{fixtures}]}}"
    path.write_text(path.read_text(encoding="utf-8").replace("  rules: [", f"  rules: [{rule}, "), encoding="utf-8")
    people, machines = (CliRunner().invoke(app, ["check", *more, "--config", str(path)]) for more in ([], ["--json"]))

    at = "gate-1: ABANDON:yard: the last day of a fixture, "
    says = [
        f"{at}{days[0]}, is over, and it is told of; remove it, or write a later day",
        f"{at}{days[2]}, is more than a year ahead; what belongs there for good leave out of the zone",
    ]

    assert people.exit_code == machines.exit_code == 0
    assert [line for line in people.stdout.splitlines() if line.startswith("gate-1: A")] == says
    assert json.loads(machines.stdout)["fixtures"] == says
