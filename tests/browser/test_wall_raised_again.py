"""What flares up again, or grows graver, is heard and shown as new, also where it was dismissed or seen before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import redis
from neighbourhood import entry_of, make_alert, publish
from shots import shoot
from small_wall import LISTEN, SOON_MS, SmallWall, small_wall

from models.alert import Alert
from models.clock import utc_now

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]

REPEATED_MS = 2600
"""A sound of level 1 comes again within this."""
_LATE_FEED = """() => {
    window.told = 0;
    const real = EventSource.prototype.addEventListener;
    EventSource.prototype.addEventListener = function (kind, listener) {
        const late = (event) => setTimeout(() => { listener(event); window.told += 1; }, 10000);
        real.call(this, kind, kind === "alert" ? late : listener);
    };
}"""
_HEARD = "[window.heard.filter((one) => one === 698).length, window.told]"
_READ_UNTIL_KNOWN = """async (id) => {
    const [{ refresh }, { state }] = await Promise.all([import('/feed.js'), import('/state.js')]);
    while (!state.alerts.has(id)) await refresh();
}"""
_GRAVEST_HZ, _YELLOW_HZ = 1319, 698


def say(wall: SmallWall, words: Sequence[Alert], first: int) -> None:
    """Further words of the watch, as they come over the stream."""
    with redis.Redis.from_url(wall.site.redis_url) as client:
        publish(client, [entry_of(word, first + n) for n, word in enumerate(words)])


def forget(page: "Page") -> None:
    page.evaluate("() => { window.heard = []; }")


def hear(page: "Page", hertz: int) -> None:
    page.wait_for_function(f"() => window.heard.includes({hertz})", timeout=SOON_MS)


def test_a_fire_that_was_dismissed_rings_and_waits_again_and_so_does_what_grows_graver(chromium: "Browser") -> None:
    now = utc_now()
    fire = make_alert(code="FIRE", rule="FIRE:yard", level=1, began=now, detected=now)
    parked = make_alert(code="PARK", rule="PARK:yard", level=4, camera="gate-2", began=now, detected=now)
    over = replace(fire, revision=2, ended=now + timedelta(seconds=20))
    with small_wall(chromium, [fire, over, parked]) as wall:
        page, rows = wall.page, {one.code: wall.page.get_by_test_id(f"alert-{one.id}") for one in (fire, parked)}
        states = {code: page.locator(".row", has=row) for code, row in rows.items()}
        page.evaluate(LISTEN)
        rows["FIRE"].click()
        hear(page, _GRAVEST_HZ)
        page.wait_for_timeout(600)  # a key pressed sooner was meant for what stood there before
        page.keyboard.press("f")
        page.get_by_test_id("reason-false_alarm").click()
        page.locator(".row[data-state=DISMISSED]").wait_for(timeout=SOON_MS)
        rows["PARK"].click()
        page.wait_for_timeout(600)  # as above
        page.keyboard.press(" ")
        page.locator(".row[data-state=ACKED]").wait_for(timeout=SOON_MS)
        forget(page)
        page.wait_for_timeout(REPEATED_MS)
        silent = page.evaluate("window.heard")
        say(wall, [replace(fire, revision=3, count=2)], 4)
        hear(page, _GRAVEST_HZ)
        again = [states["FIRE"].get_attribute(name) for name in ("data-state", "class")]
        rows["FIRE"].click()
        page.get_by_test_id("timeline").get_by_text("再次发生").wait_for(timeout=SOON_MS)
        told = page.get_by_test_id("timeline").inner_text()
        shoot(page, "raised-again.png")
        say(wall, [replace(parked, revision=2, level=3)], 5)
        hear(page, _YELLOW_HZ)
        graver = [states["PARK"].get_attribute(name) for name in ("data-state", "data-level")]

    assert silent == []
    assert again[0] == "RAISED"
    assert "new" in again[1].split()
    assert "重新报警" in told
    assert graver == ["RAISED", "3"]


def test_an_alert_that_is_read_before_the_feed_tells_of_it_rings_and_rings_once(chromium: "Browser") -> None:
    now = utc_now()
    first, second = (make_alert(began=now, detected=now) for _ in range(2))
    with small_wall(chromium, [first]) as wall:
        page = wall.page
        page.add_init_script(f"({_LATE_FEED})()")
        page.reload()
        page.get_by_test_id(f"alert-{first.id}").wait_for(timeout=SOON_MS)
        page.evaluate(LISTEN)
        page.keyboard.press("Escape")  # a gesture, which allows sound
        page.wait_for_function("() => document.querySelector('[data-testid=banner-sound]') === null", timeout=SOON_MS)
        at_the_start = page.evaluate("window.heard")
        say(wall, [second], 2)
        page.evaluate(_READ_UNTIL_KNOWN, str(second.id))
        page.wait_for_timeout(200)
        by_reading, told = page.evaluate(_HEARD)
        page.wait_for_function("() => window.told === 1", timeout=SOON_MS)
        page.wait_for_timeout(200)
        in_all = page.evaluate(f"{_HEARD}[0]")

    assert at_the_start == []
    assert (by_reading, told) == (1, 0)
    assert in_all == 1
