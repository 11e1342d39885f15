"""The demo's entrances and its configuration fit each other."""

from itertools import pairwise

import pytest

from config.read import read_site
from config.site import Camera, Site
from models.geometry import Box
from scenes.breaches import Breach, breaches, passages
from scenes.compose import _PLACES, SCENES
from scenes.demo import CONFIG
from scenes.scripts import FPS, FRAMES, LOOP_S, SCRIPTS, standings
from scenes.truth import Seen, Truth

_SEEN: Box = (0.0, 0.0, 1.0, 1.0)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("KANMEN_DEMO_PASSWORD", "a-secret")
    monkeypatch.setenv("KANMEN_DEMO_PORT", "8554")
    return read_site(CONFIG)


@pytest.fixture(scope="module")
def truths() -> dict[str, Truth]:
    """The truth of every scene from its script alone: whoever is within the picture is visible."""
    found = {}
    for scene in SCENES:
        view = _PLACES[scene]().stage.view
        seen = []
        for role in SCRIPTS[scene]:
            steps = list(standings(role))
            feet = tuple(view.fraction((standing.x, standing.z)) for _, standing in steps)
            boxes = tuple(_SEEN if -0.1 < x < 1.1 else None for x, _ in feet)
            seen.append(Seen(role.actor, "vehicle" if role.actor == "bus" else "person", steps[0][0], feet, boxes))
        found[scene] = Truth(scene, FPS, FRAMES, tuple(seen))
    return found


@pytest.fixture
def met(site: Site, truths: dict[str, Truth]) -> dict[str, list[Breach]]:
    return {camera.id: breaches(truths[camera.id], camera) for camera in site.cameras}


def test_there_is_a_scene_for_every_camera(site: Site):
    assert tuple(camera.id for camera in site.cameras) == SCENES
    assert all(camera.url.endswith(f"/{camera.id}") for camera in site.cameras)


def test_both_rules_are_met_soon_and_often(met: dict[str, list[Breach]]):
    intrusions = sorted(b.met_s for found in met.values() for b in found if b.code == "INTRUDE")
    crossings = sorted(b.met_s for found in met.values() for b in found if b.code == "LINE")

    assert min(b.met_s for b in met["gate-1"] if b.code == "INTRUDE") <= 8.0
    assert max(after - before for before, after in pairwise([*intrusions, intrusions[0] + LOOP_S])) <= 9.0
    assert len(crossings) >= 4
    assert crossings[0] <= 30.0


def test_one_entrance_sees_people_and_no_breach(met: dict[str, list[Breach]]):
    assert [scene for scene in SCENES if not met[scene]] == ["gate-6"]
    assert len(SCRIPTS["gate-6"]) >= 2


def test_a_vehicle_blocks_the_fire_lane(met: dict[str, list[Breach]]):
    assert [breach.place for breach in met["gate-5"]] == ["fire-lane"]


def test_somebody_lingers_on_the_footway_clear_of_its_thresholds(met: dict[str, list[Breach]], site: Site):
    (breach,) = [breach for found in met.values() for breach in found if breach.code == "LOITER"]
    (rule,) = [rule for rule in site.camera("gate-3").rules if rule.rule == "LOITER"]

    assert (breach.place, breach.count) == ("footway", 1)
    assert breach.ended_s - breach.began_s >= rule.dwell_s + 2.0
    assert rule.dwell_s == rule.night_dwell_s  # the truth does not know what time it is


def test_the_lane_is_walked_in_both_directions(site: Site, truths: dict[str, Truth]):
    found = {camera.id: passages(truths[camera.id], camera) for camera in site.cameras}

    assert [(scene, p.line, p.inwards) for scene, some in found.items() for p in some] == [
        ("gate-2", "lane", False),
        ("gate-2", "lane", True),
    ]


def _cooldown_s(camera: Camera, breach: Breach) -> float:
    for rule in camera.rules:
        if (rule.rule, rule.place) == (breach.code, breach.place):
            return rule.cooldown_s
    raise AssertionError(breach)


def test_breaches_of_one_place_are_well_apart_also_over_the_seam(site: Site, met: dict[str, list[Breach]]):
    for camera in site.cameras:
        for place in {breach.place for breach in met[camera.id]}:
            found = [breach for breach in met[camera.id] if breach.place == place]
            gaps = [after.began_s - before.ended_s for before, after in pairwise(found)]
            gaps.append(found[0].began_s + LOOP_S - found[-1].ended_s)

            assert min(gaps) >= _cooldown_s(camera, found[0]) + 3.0


def test_every_key_has_a_comment():
    """The first time a key stands there, the line above says what it is for."""
    told, lines = set(), CONFIG.read_text(encoding="utf-8").splitlines()
    for above, line in pairwise(lines):
        key = line.strip().removeprefix("- ").partition(":")[0]
        where = len(line) - len(line.lstrip("- "))
        if not line.strip() or line.strip().startswith("#") or (where, key) in told:
            continue
        told.add((where, key))
        if key in ("detector", "health", "wall"):
            continue  # its keys say it

        assert above.strip().startswith("#"), line


def test_nobody_real_is_named(site: Site):
    assert all(person.name.zh.startswith("占位-") for person in site.people)
    assert all(grid.code.startswith("PLACEHOLDER-") for grid in site.grids)
    assert {person.on_duty for person in site.people} == {True, False}
    assert {camera.grid for camera in site.cameras} <= {grid.code for grid in site.grids}
