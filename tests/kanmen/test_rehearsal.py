"""A rehearsal compares two sets of rules on the same pictures, says little, and says why it was ended."""

import gzip
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from observed_camera import ObservedCamera
from rehearsing import BAGS, GRAVER, LEFT, seen, site_at

from config.proposed import proposed
from config.site import Site
from kanmen.rehearsals import _Running
from kanmen.rerun import hours_of, run_both
from models.clock import utc_now
from models.errors import FootageError
from models.rehearsal import Job

NAMED = Path("rules.yaml")

_gives_way = pytest.mark.alone  # what rehearses runs when nothing else wants to


def job(rules: str = GRAVER) -> Job:
    now = utc_now()
    return Job("a-rehearsal", "gate-1", now - timedelta(hours=2), now, rules)


def both(site: Site, between: Any) -> Any:
    """The rules in force twice over the log, with something that happens between the two."""
    camera = site.cameras[0]
    others = proposed(b"rules: [{rule: INTRUDE, zone: yard, dwell_s: 1, cooldown_s: 2}]", NAMED, site, camera)
    span = (job().since, job().until + timedelta(hours=1))
    hours = hours_of(site, camera, span)

    waiting = [between]

    def after_first(_: str, done: float, total: float) -> None:
        if done == total and waiting:  # the last of them has been read
            waiting.pop()(hours)

    return run_both((site, camera), others, hours, span, (after_first, lambda *_: None))


def test_what_is_seen_between_the_two_runs_is_in_neither(tmp_path: Path) -> None:
    site = site_at(tmp_path)
    seen(site)

    def goes_on(_: Any) -> None:
        camera = ObservedCamera(site, site.observations_path)
        for n in range(60):
            camera.look(utc_now() - timedelta(seconds=30 - 0.2 * n), [(0.3, 0.8)])
        camera.log.end(5)

    outcome = both(site, goes_on)

    assert outcome.frames == outcome.what_if.frames == 200
    assert outcome.as_json()["what_if"]["gained"] == []


def test_an_hour_that_is_packed_between_the_two_runs_is_read_all_the_same(tmp_path: Path) -> None:
    site = site_at(tmp_path)
    seen(site)

    def pack(hours: list[Path]) -> None:
        for path in hours:
            if path.suffix == ".obs":
                path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
                path.unlink()

    outcome = both(site, pack)

    assert outcome.what_if.frames == 200
    assert outcome.as_json()["what_if"]["lost"] == []


def test_nothing_is_compared_where_an_hour_was_removed_between_the_two_runs(tmp_path: Path) -> None:
    site = site_at(tmp_path)
    seen(site)

    with pytest.raises(FootageError):
        both(site, lambda hours: [path.unlink() for path in hours])


def rehearsed(folder: Path, rules: str) -> list[dict[str, Any]]:
    """The words of the process that rehearses these rules."""
    config = str(folder / "site.yaml")
    command = [sys.executable, "-m", "kanmen", "rehearse", "--config", config, "--of", config]
    done = subprocess.run(command, input=job(rules).dumps().encode(), capture_output=True, check=True, timeout=150)
    return [json.loads(line) for line in done.stdout.splitlines()]


@_gives_way
@pytest.mark.timeout(400)
def test_a_rule_whose_things_nobody_followed_is_told_of(tmp_path: Path) -> None:
    seen(site_at(tmp_path))
    (bags, people) = (rehearsed(tmp_path, rules)[-1]["result"] for rules in (BAGS, GRAVER))

    assert [(one["code"], one["label"], one["why"]) for one in bags["unfollowed"]] == [("ABANDON", "bag", "no_rule")]
    assert (bags["gained"], people["unfollowed"]) == ([], [])


@_gives_way
@pytest.mark.timeout(400)
def test_what_is_gained_has_the_boxes_of_the_picture_on_which_it_was_first_told(tmp_path: Path) -> None:
    seen(site_at(tmp_path))
    result = rehearsed(tmp_path, LEFT)[-1]["result"]
    (first, again) = result["gained"]

    assert result["places"]["left"] == [[0, 0.5], [0.5, 0.5], [0.5, 1], [0, 1]]
    assert first["sketch"] == again["sketch"] == {"wide": 1.0, "boxes": [["person", 1, 250, 500, 350, 800]]}
    assert not any("sketch" in alert for alert in result["lost"])


@_gives_way
@pytest.mark.timeout(400)
def test_it_speaks_once_an_hour_of_observations_and_not_once_a_picture(tmp_path: Path) -> None:
    site = site_at(tmp_path)
    seen(site)
    words = rehearsed(tmp_path, GRAVER)

    assert words[-1]["result"]["frames"] == 200
    assert len(words) <= 2 * (words[-2]["total"] / 2 + 1) + 1


@pytest.mark.parametrize(
    ("number", "state", "why"),
    [(signal.SIGXCPU, "failed", "a quarter of an hour of a processor"), (signal.SIGKILL, "interrupted", "again")],
)
def test_what_took_too_long_has_failed_and_what_was_killed_can_be_started_again(
    number: signal.Signals, state: str, why: str
) -> None:
    ends = f"import os, signal, sys; sys.stdin.read(); os.kill(os.getpid(), {int(number)})"
    running = _Running(replace(job(), rules="rules: []"), [sys.executable, "-c", ends])
    until = time.monotonic() + 20
    while (word := running.word()).state == "running" and time.monotonic() < until:
        time.sleep(0.05)

    assert word.state == state
    assert why in word.error
