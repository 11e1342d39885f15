"""`kanmen check` says what is wrong, to people and to machines, and ends with a code that says so too."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from small_site import write_site


def _check(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kanmen", "check", "--config", str(config), *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_site(tmp_path, {"gate-1": "rtsp://u:open-sesame@127.0.0.1:8554/1", "gate-2": "rtsp://127.0.0.1/2"})


def test_a_good_file_is_said_to_be_good(config: Path) -> None:
    done = _check(config)

    assert (done.returncode, done.stdout) == (0, f"{config}: good: 2 cameras, 2 rules, 0 people\n")


def test_machines_are_told_the_same_as_people(config: Path) -> None:
    config.write_text(config.read_text().replace("prefix: TEST", "prefix: t").replace("id: gate-2", "id: gate-1"))

    people, machines = _check(config), _check(config, "--json")

    said = json.loads(machines.stdout)
    assert (people.returncode, machines.returncode) == (1, 1)
    assert said["good"] is False
    assert [(m["line"], m["where"]) for m in said["mistakes"]] == [(3, "prefix"), (16, "cameras.1.id")]
    assert people.stderr.splitlines() == [f"{config}:{m['line']}: {m['where']}: {m['what']}" for m in said["mistakes"]]
    assert "open-sesame" not in people.stderr + machines.stdout + machines.stderr


def test_machines_are_told_what_is_in_a_good_file(config: Path) -> None:
    said = json.loads(_check(config, "--json").stdout)

    counted = {"cameras": 2, "rules": 2, "people": 0, "costs": [], "ending": [], "fixtures": [], "off": []}

    assert said == {"file": str(config), "good": True, "mistakes": [], **counted}


def test_a_file_that_is_not_there_is_a_mistake_without_a_line(tmp_path: Path) -> None:
    said = json.loads(_check(tmp_path / "none.yaml", "--json").stdout)

    assert [(m["line"], m["where"]) for m in said["mistakes"]] == [(None, "")]
