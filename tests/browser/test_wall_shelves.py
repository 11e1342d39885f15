"""A rule is set aside from an alert's panel: its alerts ring nobody, and the wall says so in plain sight meanwhile."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import redis
from neighbourhood import entry_of, make_alert, publish
from shots import shoot, shoot_both
from small_wall import LISTEN, SOON_MS, SmallWall, small_wall

from models.alert import Alert
from models.clock import utc_now

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]

_ON_TOP = """(node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2) === node;
}"""
_GRAVEST_HZ = 1319


def say(wall: SmallWall, words: Sequence[Alert], first: int) -> None:
    """Further words of the watch, as they come over the stream."""
    with redis.Redis.from_url(wall.site.redis_url) as client:
        publish(client, [entry_of(word, first + n) for n, word in enumerate(words)])


def row(wall: SmallWall, one: Alert, state: str) -> "Locator":
    """The alert's row, once it stands so."""
    known = wall.page.get_by_test_id(f"alert-{one.id}")
    found = wall.page.locator(f".row[data-state={state}]", has=known)
    found.wait_for(timeout=SOON_MS)
    return found


def test_the_longest_name_of_an_alert_leaves_room_for_the_button(chromium: "Browser") -> None:
    began = utc_now() - timedelta(hours=3)
    alert = make_alert(code="TW_IN", rule="TW_IN:yard", began=began, detected=began)
    with small_wall(chromium, [alert]) as wall:
        page = wall.page
        page.keyboard.press("l")
        row(wall, alert, "RAISED").locator("button").click()
        page.get_by_test_id("stage-title").get_by_text("Two-wheeler in doorway").wait_for(timeout=SOON_MS)
        page.get_by_test_id("shelve").wait_for(timeout=SOON_MS)
        over = []
        for width, height in ((1280, 720), (1440, 900), (1920, 1080), (3840, 2160)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(f"() => innerWidth === {width}", timeout=SOON_MS)
            shoot(page, f"long-name-{width}.png")
            over.append(page.locator(".stage .heading").evaluate("(one) => one.scrollWidth > one.clientWidth + 1"))

    assert over == [False] * 4


def test_a_rule_is_set_aside_in_plain_sight_and_taken_up_again(chromium: "Browser") -> None:
    now = utc_now()
    lasting, later = (make_alert(began=now, detected=now) for _ in range(2))
    fire = make_alert(code="FIRE", rule="FIRE:yard", level=1, began=now, detected=now)
    with small_wall(chromium, [lasting]) as wall:
        page = wall.page
        row(wall, lasting, "RAISED").locator("button").click()
        page.wait_for_timeout(600)  # a key pressed sooner was meant for what stood there before
        page.evaluate(LISTEN)
        page.get_by_test_id("shelve").click()
        page.get_by_test_id("shelve-60").click()
        page.get_by_text("请填写搁置理由").wait_for(timeout=SOON_MS)
        page.get_by_test_id("shelve-reason").fill("道路施工 1 天")
        shoot_both(page, "shelving")
        page.get_by_test_id("shelve-60").click()
        row(wall, lasting, "SHELVED")
        page.get_by_test_id("shelves").get_by_text("1 条报警").wait_for(timeout=SOON_MS)
        say(wall, [later], 2)
        row(wall, later, "SHELVED")
        page.get_by_test_id("shelves").get_by_text("2 条报警").wait_for(timeout=SOON_MS)
        silent = page.evaluate("window.heard")
        tile = page.get_by_test_id("aside-gate-1").inner_text()
        on_top = page.get_by_test_id("aside-gate-1").evaluate(_ON_TOP)
        other = page.get_by_test_id("aside-gate-2").inner_text()
        summed = page.get_by_test_id("shelves").inner_text()
        say(wall, [fire], 3)
        page.wait_for_function(f"() => window.heard.includes({_GRAVEST_HZ})", timeout=SOON_MS)
        page.get_by_test_id("shelves").click()
        listed = page.get_by_test_id("shelf-list").inner_text()
        shoot_both(page, "shelves")
        page.get_by_test_id("shelf-list").get_by_role("button").click()
        row(wall, lasting, "RAISED")
        row(wall, later, "RAISED")
        page.get_by_test_id("shelves").wait_for(state="hidden", timeout=SOON_MS)
        after = page.get_by_test_id("aside-gate-1").inner_text()

    assert silent == []
    assert re.fullmatch(r"搁置 1，至 \d\d:\d\d", tile)
    assert re.fullmatch(r"搁置 1 条规则 · 2 条报警 · 至 \d\d:\d\d", summed)
    assert all(words in listed for words in ("Gate 1", "区域入侵", "op", "道路施工 1 天"))
    assert on_top
    assert (other, after) == ("", "")
