"""A stuck, dead or unauthorised camera costs the others nothing."""

import time
from pathlib import Path

import pytest
import small_site
import told

from models.clock import utc_now
from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread

pytestmark = [pytest.mark.fault, pytest.mark.timeout(150)]

LOOK_S = 12.0
"""Frames are counted for so long, twice."""


def _analysed(site: small_site.RunningSite, cameras: list[str]) -> dict[str, int]:
    return {camera: site.camera(camera)["counts"]["analysed"] for camera in cameras}


def _frames_in(site: small_site.RunningSite, cameras: list[str]) -> dict[str, int]:
    before = _analysed(site, cameras)
    time.sleep(LOOK_S)
    after = _analysed(site, cameras)
    return {camera: after[camera] - before[camera] for camera in cameras}


@pytest.mark.alone
def test_a_stuck_a_dead_and_an_unauthorised_camera_cost_the_others_nothing(
    tmp_path: Path, footage: Path, assets: Path
) -> None:
    del assets  # the detector comes from there
    clip = open_footage(footage / "pedestrian_survaillance.mp4", tmp_path / "cache")
    healthy, troubled = ["gate-1", "gate-2"], {"gate-3": "stall", "gate-4": "down", "gate-5": "unauthorised"}
    names = [*healthy, *troubled]
    cameras = [SimulatedCamera(name, clip, ("gate", "secret-word")) for name in names]
    with SimulatorThread(cameras) as simulator:
        config = small_site.write_site(tmp_path, {name: simulator.url(name) for name in names}, fps=3)
        with small_site.running(config) as site:
            site.until(lambda: all(site.camera(name).get("taken") for name in names), 60, "live cameras")
            time.sleep(2)
            with_all = _frames_in(site, healthy)
            injected = utc_now()
            for name, fault in troubled.items():
                simulator.fault(name, fault)
            simulator.drop("gate-5")
            for name, state in (("gate-3", "stalled"), ("gate-4", "disconnected"), ("gate-5", "unauthorised")):
                site.until(lambda n=name, s=state: site.camera(n).get("state") == s, 20, f"{name} {state}")
            with_trouble = _frames_in(site, healthy)
            said = {name: site.camera(name) for name in troubled}
            log, spans = site.log(), [span for span in told.spans_of(site.site) if span.began > injected - told.NEAR]

    assert all(with_trouble[name] >= 0.9 * with_all[name] > 0 for name in healthy), (with_all, with_trouble)
    assert all(camera["blind_since"] is not None for camera in said.values())
    assert sorted((span.camera, span.reason) for span in spans) == [
        ("gate-3", "stalled"),
        ("gate-4", "disconnected"),
        ("gate-5", "unauthorised"),
    ]
    assert all(abs(span.began - injected) <= told.NEAR for span in spans)
    assert "secret-word" not in log + str(said)


def test_people_and_vehicles_of_real_clips_are_found_through_rtsp(tmp_path: Path, footage: Path, assets: Path) -> None:
    del assets  # the detector comes from there
    clips = {"people": footage / "pedestrian_survaillance.mp4", "cars": footage / "highway_cars.avi"}
    cameras = [SimulatedCamera(name, open_footage(path, tmp_path / "cache")) for name, path in clips.items()]
    with SimulatorThread(cameras) as simulator:
        config = small_site.write_site(tmp_path, {name: simulator.url(name) for name in clips}, fps=5)
        with small_site.running(config) as site:
            site.until(lambda: site.camera("people").get("seen", {}).get("person", 0) >= 2, 60, "two people")
            site.until(lambda: site.camera("cars").get("seen", {}).get("vehicle", 0) >= 1, 60, "a vehicle")
            site.until(lambda: "alert" in site.log(), 30, "alert")
