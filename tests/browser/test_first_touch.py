"""The first touch of a page allows it to sound, and does what it was aimed at: nothing moves away under it."""

from typing import TYPE_CHECKING

import pytest
from neighbourhood import make_alert
from small_wall import SOON_MS, small_wall

from models.clock import utc_now

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FloatRect, Locator

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]

HELD_MS = 500
"""A hand that takes its time; sound is allowed, and its banner gone, within a tenth of that."""


def _box(what: "Locator") -> "FloatRect":
    box = what.bounding_box()
    assert box is not None
    return box


def test_the_first_click_at_the_wall_sends_somebody_though_the_button_is_held_for_a_while(chromium: "Browser") -> None:
    now = utc_now()
    with small_wall(chromium, [make_alert(began=now, detected=now)], undo_s=60.0) as wall:
        page = wall.page
        with page.expect_request("**/api/v1/feed**"):  # asked any sooner, it would be taken for touched
            page.reload()
        banner, button = page.get_by_test_id("banner-sound"), page.get_by_test_id("dispatch")
        banner.wait_for(timeout=SOON_MS)
        page.locator("[data-testid=dispatch]:enabled").wait_for(timeout=SOON_MS)
        before = _box(button)
        page.mouse.move(before["x"] + before["width"] / 2, before["y"] + before["height"] - 4)
        page.mouse.down()
        page.wait_for_timeout(HELD_MS)
        held = _box(button)
        page.mouse.up()
        page.get_by_test_id("undo").wait_for(timeout=SOON_MS)
        banner.wait_for(state="detached", timeout=SOON_MS)

    assert held == before


def test_the_first_touch_of_a_phone_moves_nothing_and_the_words_are_gone_where_one_goes_next(
    chromium: "Browser",
) -> None:
    now = utc_now()
    with small_wall(chromium, [make_alert(began=now, detected=now)], undo_s=1.0) as wall:
        phone = wall.on_phone("li", "officer-1")
        wall.page.locator("[data-testid=dispatch]:enabled").click(timeout=SOON_MS)
        phone.get_by_test_id("main").wait_for(timeout=SOON_MS)
        phone.reload()
        words, back = phone.get_by_test_id("banner-sound"), phone.get_by_test_id("back")
        words.wait_for(timeout=SOON_MS)
        back.wait_for(timeout=SOON_MS)
        before = _box(back)
        phone.get_by_test_id("age").tap()
        phone.wait_for_function("import('/call.js').then(({ audible }) => audible())", timeout=SOON_MS)
        words.wait_for(state="hidden", timeout=SOON_MS)
        after = _box(back)
        back.tap()
        phone.get_by_test_id("tasks").wait_for(timeout=SOON_MS)
        room = words.bounding_box()

    assert after == before
    assert room is None
