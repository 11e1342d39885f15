"""Where the disk is too full for evidence, the wall says so across its width and in the queue, in both languages."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import running_demo
import small_site
from shots import shoot

from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(170)]

PASSWORD = "placeholder of the tests"
SOON_MS = 30_000


def test_a_disk_without_room_for_evidence_is_a_banner_and_an_alert(
    tmp_path: Path, footage: Path, assets: Path, chromium: "Browser"
) -> None:
    del assets  # the detector comes from there
    clip = open_footage(footage / "pedestrian_survaillance.mp4", tmp_path / "cache")
    with SimulatorThread([SimulatedCamera("gate-1", clip)]) as simulator:
        config = small_site.write_site(tmp_path, {"gate-1": simulator.url("gate-1")}, fps=2)
        config.write_text(config.read_text() + "evidence: {min_free_gib: 900000}\n")  # more than any disk of today has
        with small_site.running(config) as site:
            site.until(lambda: site.camera("gate-1").get("taken"), 120, "live camera")
            said = running_demo.said_login(site.log())
            assert said is not None
            page = chromium.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN").new_page()
            page.goto(f"{said[0]}#login=admin:{said[1]}")
            page.get_by_test_id("login-submit").click()
            page.get_by_test_id("login-fresh").fill(PASSWORD)
            page.get_by_test_id("login-again").fill(PASSWORD)
            page.get_by_test_id("login-submit").click()
            page.get_by_test_id("banner-storage").get_by_text("存储空间不足：只剩").wait_for(timeout=SOON_MS)
            row = page.get_by_test_id("queue").locator(".row", has_text="存储")
            row.locator("button").click()
            zh = page.get_by_test_id("stage").inner_text()
            level = row.get_attribute("data-level")
            shoot(page, "storage.png")
            page.keyboard.press("l")
            page.get_by_test_id("banner-storage").get_by_text("The disk is nearly full").wait_for(timeout=SOON_MS)
            en = page.get_by_test_id("stage").inner_text()
            shoot(page, "storage-en.png")
            page.context.close()

    assert level == "3"
    assert "看门系统" in zh
    assert "没有画面" in zh
    assert "Kanmen" in en
    assert "there is no picture" in en
