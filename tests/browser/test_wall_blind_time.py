"""Blind time is on the wall with its reasons, and alerts about cameras and the system stand in the queue in words."""

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

sys.path.append(str(Path(__file__).parents[1] / "api"))  # the desk and the wall as their own tests start them
from neighbourhood import Server, desk_thread, entry_of, make_alert, make_site, publish, settled, wait_for
from wall_client import PASSWORD, serving

from api.accounts import add
from models.alert import Alert, BlindSpan
from models.clock import utc_now

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SOON_MS = 20_000


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
    with TemporaryDirectory(prefix="km") as folder:
        (Path(folder) / "redis").mkdir()
        server, site = Server(Path(folder) / "redis"), make_site(Path(folder))
        server.start()
        entries = [entry_of(one, n) for n, one in enumerate(_troubles(), 1)]
        ready, over, said = Event(), Event(), list[str]()

        async def serve() -> None:
            async with serving(site) as wall:
                said.extend([wall.url, await add(site, "op", "operator")])
                ready.set()
                await asyncio.to_thread(over.wait)

        with desk_thread(site), server.client() as client:
            publish(client, entries)
            wait_for(lambda: len(settled(server)) == len(entries), "all are settled")
            serving_thread = Thread(target=lambda: asyncio.run(serve()))
            serving_thread.start()
            assert ready.wait(20)
            context = chromium.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
            page = context.new_page()
            page.goto(f"{said[0]}/#login=op:{said[1]}")
            page.get_by_test_id("login-submit").click()
            page.get_by_test_id("login-fresh").fill(PASSWORD)
            page.get_by_test_id("login-again").fill(PASSWORD)
            page.get_by_test_id("login-submit").click()
            page.get_by_test_id("wall").wait_for(timeout=SOON_MS)
            yield page
            context.close()
            over.set()
            serving_thread.join(20)
        server.kill()


def _shoot(page: "Page", name: str) -> None:
    if os.environ.get("KANMEN_SHOTS"):
        page.screenshot(path=Path(os.environ["KANMEN_SHOTS"]) / name)


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
    _shoot(page, "blind.png")
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
    _shoot(page, "detection-down.png")
    page.keyboard.press(" ")
    queue.locator(".row[data-state=ACKED]", has_text="检测中断").wait_for(timeout=SOON_MS)

    assert "镜头被遮挡" in why
    assert "看门系统" in told
    assert "没有画面" in told
    assert page.get_by_test_id("snapshot").is_hidden()
