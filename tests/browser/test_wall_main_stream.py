"""The stage shows a camera's main stream while that comes, and its sub-stream else; the tile never notices."""

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
import running_demo
import shots
import small_site

from scenes.camera import SimulatedCamera
from scenes.clip import Clip, read_clip
from scenes.encode import ClipWriter
from scenes.simulator import SimulatorThread
from scenes.sub import smaller

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PASSWORD = "placeholder of the tests"
PLAYING_MS = 60_000
"""A worker that lost a camera tries again within half of it."""
WIDTH, HEIGHT, SUB_HEIGHT = 1280, 720, 360

_MAIN = """([width, height, opacity]) => {
    const video = document.querySelector('[data-testid=stage-main]');
    if (!video || Number(getComputedStyle(video).opacity) !== opacity) return false;
    return opacity === 0 || (video.videoWidth === width && video.videoHeight === height);
}"""
_SHOWN = """(stream) => {
    const { seconds } = document.querySelector('[data-testid=age-gate-1]').dataset;
    const young = seconds !== '' && Number(seconds) < 2;
    return young && document.querySelector('.picture').dataset.stream === stream;
}"""
_TILE = """() => {
    const video = document.querySelector('[data-testid=tile-gate-1] video');
    return [video.videoWidth, video.videoHeight];
}"""


def _clip(path: Path) -> Clip:
    chance = np.random.default_rng(2)
    writer = ClipWriter(path, WIDTH, HEIGHT, Fraction(15), {"preset": "ultrafast", "crf": "30"})
    for number in range(30):
        image = np.full((HEIGHT, WIDTH, 3), (96, 112, 104), np.uint8)
        image[200:500, 100 + 20 * number : 260 + 20 * number] = (220, 210, 190)
        noise = chance.normal(0, 5, (HEIGHT, WIDTH, 1))
        writer.write(av.VideoFrame.from_ndarray((image + noise).clip(0, 255).astype(np.uint8)), number * 6000)
    writer.close()
    return read_clip(path)


def _sign_in(page: "Page", url: str, password: str) -> None:
    page.goto(f"{url}#login=admin:{password}")
    page.get_by_test_id("login-submit").click()
    page.get_by_test_id("login-fresh").fill(PASSWORD)
    page.get_by_test_id("login-again").fill(PASSWORD)
    page.get_by_test_id("login-submit").click()
    page.get_by_test_id("wall").wait_for(timeout=20_000)


def _shows(page: "Page", stream: str) -> Any:
    """Wait until the stage shows that stream beside a living tile; the size of the tile's picture."""
    page.wait_for_function(_SHOWN, arg=stream, timeout=PLAYING_MS)
    return page.evaluate(_TILE)


def test_the_stage_shows_the_main_stream_and_goes_back_to_the_sub_stream_while_that_is_down(
    tmp_path: Path, assets: Path, chromium: "Browser"
) -> None:
    del assets  # the detector comes from there
    large = _clip(tmp_path / "main.mp4")
    small = smaller(large, SUB_HEIGHT, tmp_path / "sub.mp4")
    clips = {"main": large, "sub": small, "other": small}
    with SimulatorThread([SimulatedCamera(name, clip) for name, clip in clips.items()]) as simulator:
        config = small_site.write_site(
            tmp_path, {"gate-1": simulator.url("sub"), "gate-2": simulator.url("other")}, fps=2
        )
        url = f"  url: {simulator.url('sub')}\n"
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace(url, f"{url}  main: {simulator.url('main')}\n", 1), encoding="utf-8")
        with small_site.running(config) as site:
            site.until(lambda: site.camera("gate-1").get("taken"), 120, "live camera")
            said = running_demo.said_login(site.log())
            assert said is not None
            page = chromium.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN").new_page()
            _sign_in(page, *said)
            page.get_by_test_id("tile-gate-1").click()
            tiles = [_shows(page, "main")]
            page.wait_for_function(_MAIN, arg=[WIDTH, HEIGHT, 1], timeout=PLAYING_MS)
            page.locator(".picture .caption").get_by_text("主码流").wait_for(timeout=PLAYING_MS)
            shots.shoot(page, "stage-main.png")
            simulator.fault("main", "down")
            simulator.drop("main")
            tiles.append(_shows(page, "sub"))
            page.wait_for_function(_MAIN, arg=[WIDTH, HEIGHT, 0], timeout=PLAYING_MS)
            simulator.fault("main", "down", "off")
            tiles.append(_shows(page, "main"))
            page.get_by_test_id("tile-gate-2").click()
            page.get_by_test_id("stage-main").wait_for(state="detached", timeout=PLAYING_MS)
            tiles.append(_shows(page, "sub"))
            page.context.close()

    assert tiles == [[SUB_HEIGHT * WIDTH // HEIGHT, SUB_HEIGHT]] * 4
