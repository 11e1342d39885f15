"""A site that is configured anew while somebody looks at its wall: the page follows by itself."""

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import running_demo
import small_site

from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ZONE = "import('/state.js').then((m) => m.state.session.cameras[0].zones[0].points[0])"


SHOWN = """import('/screen.js').then(({ screenOf }) => {
    const { form, why, video } = screenOf('gate-1');
    return [form, why, video.hasAttribute('src')];
})"""


def _reload(config: Path) -> None:
    command = [sys.executable, "-m", "kanmen", "reload", "--config", str(config)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def _sign_in(page: "Page", url: str, password: str) -> None:
    page.goto(f"{url}#login=admin:{password}")
    page.get_by_test_id("login-submit").click()
    page.get_by_test_id("login-fresh").fill("placeholder of the tests")
    page.get_by_test_id("login-again").fill("placeholder of the tests")
    page.get_by_test_id("login-submit").click()
    page.get_by_test_id("wall").wait_for(timeout=20_000)


def _until(page: "Page", expression: str, wanted: Any) -> Any:
    for _ in range(400):
        if (seen := page.evaluate(expression)) == wanted:
            break
        page.wait_for_timeout(100)
    return seen


def test_a_moved_zone_is_drawn_without_a_page_load_and_a_new_camera_gets_its_tile(
    tmp_path: Path, footage: Path, assets: Path, chromium: "Browser"
) -> None:
    del assets  # the detector comes from there
    clip = open_footage(footage / "pedestrian_survaillance.mp4", tmp_path / "cache")
    with SimulatorThread([SimulatedCamera(name, clip) for name in ("gate-1", "gate-2")]) as simulator:
        urls = {name: simulator.url(name) for name in ("gate-1", "gate-2")}
        config = small_site.write_site(tmp_path, {"gate-1": urls["gate-1"]}, fps=2)
        with small_site.running(config) as site:
            site.until(lambda: running_demo.said_login(site.log()), 120, "address")
            site.until(lambda: site.camera("gate-1").get("taken"), 120, "live camera")
            url, password = running_demo.said_login(site.log()) or ("", "")
            page = chromium.new_context(viewport={"width": 1920, "height": 1080}).new_page()
            _sign_in(page, url, password)
            before = page.evaluate(ZONE)
            page.evaluate("window.untouched = true")

            config.write_text(re.sub(r"\[0\.1, 0\.2\]", "[0.3, 0.4]", config.read_text(), count=1))
            _reload(config)
            moved = _until(page, ZONE, [0.3, 0.4])
            untouched = page.evaluate("window.untouched")

            small_site.write_site(tmp_path, urls, fps=2)
            _reload(config)
            page.get_by_test_id("tile-gate-2").wait_for(timeout=40_000)
            page.context.close()

    assert (before, moved, untouched) == ([0.1, 0.2], [0.3, 0.4], True)


def test_an_open_page_lets_go_of_the_picture_that_it_had_before_a_mask(
    tmp_path: Path, footage: Path, assets: Path, chromium: "Browser"
) -> None:
    del assets  # the detector comes from there
    clip = open_footage(footage / "pedestrian_survaillance.mp4", tmp_path / "cache")
    with SimulatorThread([SimulatedCamera("gate-1", clip)]) as simulator:
        config = small_site.write_site(tmp_path, {"gate-1": simulator.url("gate-1")}, fps=2)
        good = config.read_text()
        with small_site.running(config) as site:
            site.until(lambda: site.camera("gate-1").get("taken"), 120, "live camera")
            url, password = running_demo.said_login(site.log()) or ("", "")
            page = chromium.new_context(viewport={"width": 1920, "height": 1080}).new_page()
            _sign_in(page, url, password)
            before = _until(page, SHOWN, ["mp4", None, True])
            config.write_text(good.replace("  position:", "  masks: [[[0, 0], [0.3, 0], [0.3, 1]]]\n  position:"))
            _reload(config)
            masked = _until(page, SHOWN, ["jpeg", "masked", False])
            config.write_text(good)
            _reload(config)
            again = _until(page, SHOWN, ["mp4", None, True])
            page.context.close()

    assert (before, masked, again) == (["mp4", None, True], ["jpeg", "masked", False], ["mp4", None, True])
