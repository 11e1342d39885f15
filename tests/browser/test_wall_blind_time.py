"""Blind time is on the wall with its reasons, and alerts about cameras and the system stand in the queue in words."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from neighbourhood import make_alert
from shots import shoot
from small_wall import SOON_MS, small_wall

from models.alert import Alert, BlindSpan
from models.clock import utc_now

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def _troubles() -> list[Alert | BlindSpan]:
    """Two hours ago a stalled minute at gate-1; gate-2 has been covered for five minutes, and detection is silent."""
    now = utc_now()
    past = now - timedelta(hours=2)
    covered, silent = now - timedelta(minutes=5), now - timedelta(minutes=1)
    figures = {"subjects": (), "place": "", "observed": {"lasting_s": 10.0}, "threshold": {"lasting_s": 10.0}}
    return [
        BlindSpan(UUID(int=1), 2, "gate-1", "stalled", past, past + timedelta(minutes=1)),
        BlindSpan(UUID(int=2), 1, "gate-2", "covered", covered),
        make_alert(code="CAM_BLIND", camera="gate-2", rule="CAM_BLIND", began=covered, detected=covered, **figures),
        make_alert(code="SYS_DETECT", level=2, camera="", rule="SYS_DETECT", began=silent, detected=silent, **figures),
    ]


@pytest.fixture
def page(chromium: "Browser") -> Iterator["Page"]:
    """Signed in at a wall with these troubles, in Chinese."""
    with small_wall(chromium, _troubles()) as wall:
        yield wall.page


def test_blind_time_is_on_the_wall_by_camera_and_hour_with_its_reasons(page: "Page") -> None:
    page.keyboard.press("b")
    page.get_by_test_id("blind-hours").wait_for(timeout=SOON_MS)
    row = page.get_by_test_id("blind-row-gate-2")
    covered = row.locator(".hour[data-kind=blind]").last
    covered.focus()
    line = page.get_by_test_id("blind-line").inner_text()
    cells = row.locator(".hour").count()
    total = row.locator(".sum").inner_text()
    page.keyboard.press("ArrowUp")
    above = page.get_by_test_id("blind-line").inner_text()
    shoot(page, "blind.png")
    page.keyboard.press("l")
    page.get_by_test_id("blind").get_by_text("Blind time", exact=True).wait_for(timeout=SOON_MS)
    page.keyboard.press("Escape")
    page.get_by_test_id("blind").wait_for(state="hidden", timeout=SOON_MS)
    page.get_by_test_id("figure-blind").click()
    page.get_by_test_id("blind-hours").wait_for(timeout=SOON_MS)

    assert cells == 24
    assert re.search(r"Gate 2 · .* · 盲区 .*镜头遮挡", line)
    assert "镜头遮挡" in total
    assert re.search(r"Gate 1 · .* · 盲区 .*进程中断", above)  # detection is silent: no ledger says so yet


def test_a_covered_camera_and_silent_detection_stand_in_the_queue_in_words(page: "Page") -> None:
    queue = page.get_by_test_id("queue")
    queue.locator(".row", has_text="镜头遮挡").locator("button").click()
    page.get_by_test_id("stage-title").get_by_text("镜头遮挡").wait_for(timeout=SOON_MS)
    why = page.get_by_test_id("why").inner_text()
    queue.locator(".row", has_text="检测中断").locator("button").click()
    page.get_by_test_id("stage-title").get_by_text("检测中断").wait_for(timeout=SOON_MS)
    told = page.get_by_test_id("stage").inner_text()
    shoot(page, "detection-down.png")
    page.keyboard.press(" ")
    queue.locator(".row[data-state=ACKED]", has_text="检测中断").wait_for(timeout=SOON_MS)

    assert "镜头被遮挡" in why
    assert "看门系统" in told
    assert "没有画面" in told
    assert page.get_by_test_id("snapshot").is_hidden()
