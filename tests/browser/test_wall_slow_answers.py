"""A wall whose answers come late still shows what happened while they were under way."""

from typing import TYPE_CHECKING

import pytest
from neighbourhood import make_alert
from small_wall import SOON_MS, small_wall

from models.clock import utc_now

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]

# The server answers at once, the page gets it three seconds later.
LATE_ANSWERS = """(path) => {
    const once = window.fetch;
    window.asked = 0;
    window.fetch = async (address, ...rest) => {
        const answer = await once(address, ...rest);
        if (!String(address.url ?? address).endsWith(path)) return answer;
        window.asked += 1;
        await new Promise((done) => setTimeout(done, 3000));
        return answer;
    };
}"""

# What came by itself is not acted on before there was time to see it.
SEEN = """async () => {
    const { settled } = await import('/selection.js');
    while (!settled()) await new Promise((done) => setTimeout(done, 50));
}"""


def test_what_happens_while_the_wall_is_read_is_read_too(chromium: "Browser") -> None:
    now = utc_now()
    with small_wall(chromium, [make_alert(began=now, detected=now)], undo_s=60.0) as wall:
        page = wall.page
        page.get_by_test_id("queue").locator(".row button").click()
        page.evaluate(SEEN)
        page.evaluate(LATE_ANSWERS, "/wall")
        page.keyboard.press(" ")
        page.wait_for_function("() => window.asked > 0", timeout=SOON_MS)
        page.locator("[data-testid=dispatch]:enabled").click(timeout=SOON_MS)
        page.get_by_test_id("incidents").locator("li button").wait_for(timeout=SOON_MS)

        assert page.get_by_test_id("incidents").locator("li button").count() == 1


def test_whoever_is_called_back_before_the_click_was_answered_is_called_back(chromium: "Browser") -> None:
    now = utc_now()
    with small_wall(chromium, [make_alert(began=now, detected=now)], undo_s=60.0) as wall:
        page = wall.page
        page.get_by_test_id("queue").locator(".row button").click()
        page.evaluate(SEEN)
        page.evaluate(LATE_ANSWERS, "/dispatch")
        page.locator("[data-testid=dispatch]:enabled").click(timeout=SOON_MS)
        page.get_by_test_id("undo").wait_for(timeout=SOON_MS)  # the feed was faster than the answer
        page.keyboard.press("z")
        page.locator(".row[data-state=ACKED]").wait_for(timeout=SOON_MS)

        assert page.get_by_test_id("undo").is_hidden()


# From when it is seen first, it is never gone.
FORGOTTEN = """(action) => {
    window.known = window.forgotten = 0;
    const list = document.querySelector('[data-testid=timeline]');
    new MutationObserver(() => {
        const there = list.querySelector(`[data-action="${action}"]`) !== null;
        window.known += there;
        window.forgotten += window.known > 0 && !there;
    }).observe(list, { childList: true });
}"""


def test_what_happens_while_the_history_is_asked_for_comes_into_it_and_what_was_known_stays(
    chromium: "Browser",
) -> None:
    now = utc_now()
    alert = make_alert(began=now, detected=now)
    with small_wall(chromium, [alert], undo_s=60.0) as wall:
        page, other = wall.page, wall.sign_in("second", "operator")
        for one in (page, other):
            one.get_by_test_id("queue").locator(".row button").click()
            one.locator("[data-testid=dispatch]:enabled").wait_for(timeout=SOON_MS)
        page.evaluate(SEEN)
        page.evaluate(FORGOTTEN, "alert.acked")
        page.evaluate(LATE_ANSWERS, f"/alerts/{alert.id}")
        page.keyboard.press(" ")
        page.wait_for_function("() => window.asked > 0", timeout=SOON_MS)
        other.locator("[data-testid=dispatch]:enabled").click(timeout=SOON_MS)
        page.locator("[data-testid=timeline] [data-action='dispatch.pending']").wait_for(timeout=SOON_MS)

        assert page.evaluate("window.known") > 0
        assert page.evaluate("window.forgotten") == 0
