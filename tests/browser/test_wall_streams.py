"""What the page does with cameras whose own stream it cannot or may not show: it falls back by itself and says why."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
import running_demo
import small_site

from scenes.camera import SimulatedCamera
from scenes.clip import Clip, read_clip
from scenes.encode import ClipWriter
from scenes.nal import H264, H265, Coding
from scenes.simulator import SimulatorThread

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PLAYING_MS = 60_000
PASSWORD = "placeholder of the tests"


def _clip(path: Path, coding: Coding) -> Clip:
    chance = np.random.default_rng(2)
    writer = ClipWriter(path, 704, 576, Fraction(25), {"preset": "ultrafast", "crf": "28"}, coding=coding)
    for number in range(50):
        image = np.full((576, 704, 3), (96, 112, 104), np.uint8)
        image[:, :240] = (170, 90, 150)
        image[200:400, 260 + 6 * number : 330 + 6 * number] = (220, 210, 190)
        noise = chance.normal(0, 5, (576, 704, 1))
        writer.write(av.VideoFrame.from_ndarray((image + noise).clip(0, 255).astype(np.uint8)), number * 3600)
    writer.close()
    return read_clip(path)


@pytest.fixture
def page(chromium: "Browser", tmp_path: Path, assets: Path) -> Iterator["Page"]:
    """The wall of a site with a plain, a masked and an H.265 camera."""
    del assets  # the detector comes from there
    plain, h265 = _clip(tmp_path / "plain.mp4", H264), _clip(tmp_path / "h265.mp4", H265)
    clips = {"plain": plain, "masked": plain, "h265": h265}
    with SimulatorThread([SimulatedCamera(name, clip) for name, clip in clips.items()]) as simulator:
        config = small_site.write_site(tmp_path, {name: simulator.url(name) for name in clips}, fps=2)
        text = config.read_text(encoding="utf-8")
        masks = "  masks: [[[0, 0], [0.36, 0], [0.36, 1], [0, 1]]]\n"
        marker = "  entrance: masked\n"
        config.write_text(text.replace(marker, marker + masks), encoding="utf-8")
        with small_site.running(config) as site:
            site.until(lambda: all(site.camera(name).get("taken") for name in clips), 120, "live cameras")
            said = running_demo.said_login(site.log())
            assert said is not None
            context = chromium.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
            window = context.new_page()
            window.goto(f"{said[0].rstrip('/')}/#login=admin:{said[1]}")
            window.get_by_test_id("login-submit").click()
            window.get_by_test_id("login-fresh").fill(PASSWORD)
            window.get_by_test_id("login-again").fill(PASSWORD)
            window.get_by_test_id("login-submit").click()
            window.get_by_test_id("wall").wait_for(timeout=20_000)
            yield window
            context.close()


def _young(page: "Page", camera: str) -> None:
    page.wait_for_function(
        """(camera) => {
            const { seconds } = document.querySelector(`[data-testid=age-${camera}]`).dataset;
            return seconds !== '' && Number(seconds) < 2;
        }""",
        arg=camera,
        timeout=PLAYING_MS,
    )


def test_masked_and_h265_cameras_come_as_jpeg_and_the_page_says_why(page: "Page", tmp_path: Path):
    said = {}
    for camera in ("plain", "masked", "h265"):
        _young(page, camera)
        page.get_by_test_id(f"tile-{camera}").click()
        page.get_by_test_id("stage").get_by_text("镜头时钟").wait_for(timeout=PLAYING_MS)
        said[camera] = page.get_by_test_id("stage").inner_text()
        page.screenshot(path=tmp_path / f"{camera}.png")
    badges = {camera: page.get_by_test_id(f"form-{camera}").inner_text() for camera in said}
    titles = {camera: page.get_by_test_id(f"form-{camera}").get_attribute("title") for camera in said}
    forms = page.evaluate(
        """async () => {
            const { allScreens } = await import('/screen.js');
            return Object.fromEntries([...allScreens()].map((s) => [s.camera.id, s.form]));
        }"""
    )

    assert forms == {"plain": "mp4", "masked": "jpeg", "h265": "jpeg"}
    assert badges == {"plain": "", "masked": "JPEG", "h265": "JPEG"}
    assert "隐私遮挡" in said["masked"]
    assert "HEVC" in (titles["h265"] or "")
    assert "遮挡" in (titles["masked"] or "")
    assert all("镜头时钟" in text for text in said.values())
    assert "显示方式" not in said["plain"]
