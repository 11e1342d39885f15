"""The wall says of what it only suspects that it does, and why, in both languages."""

from typing import TYPE_CHECKING

import pytest
from neighbourhood import make_alert
from shots import shoot
from small_wall import SOON_MS, small_wall

from models.clock import utc_now

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]


def test_a_suspicion_is_called_one_in_the_queue_and_on_the_stage(chromium: "Browser") -> None:
    now = utc_now()
    figures = {"observed": {"dwell_s": 10.2, "persons": 1}, "threshold": {"dwell_s": 10.0, "persons": 1}}
    alert = make_alert(code="FALL", level=2, rule="FALL:yard", began=now, detected=now, **figures)
    with small_wall(chromium, [alert]) as wall:
        stage, title = (wall.page.get_by_test_id(name) for name in ("stage", "stage-title"))
        wall.page.get_by_test_id("queue").locator(".row", has_text="疑似人员倒地").locator("button").click()
        title.get_by_text("疑似人员倒地", exact=True).wait_for(timeout=SOON_MS)
        shoot(wall.page, "suspected-zh.png")
        zh = stage.inner_text()
        wall.page.keyboard.press("l")
        title.get_by_text("Suspected: person down", exact=True).wait_for(timeout=SOON_MS)
        shoot(wall.page, "suspected-en.png")
        en, told = stage.inner_text(), title.get_attribute("title")

    assert "疑似有人倒地" in zh
    assert "仅为疑似：只是外形相像，请看画面核实" in zh
    assert "Suspected person down" in en
    assert "Only suspected: it looks like it, the picture must show it" in en
    assert told == "Only suspected: it looks like it, the picture must show it"
