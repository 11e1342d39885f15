"""The live picture survives what networks and cameras do: holes, restarts, browsers without a decoder, lost links."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from officer import JPEG

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.timeout(180, func_only=True),
]  # not of the demo's start

PLAYING_MS = 60_000
SOON_MS = 30_000
YOUNG_S = 2

Window = Callable[..., "Page"]


def _plays(page: "Page", number: int = 0) -> None:
    """Waits until the tile's picture is young and goes on."""
    page.wait_for_function(
        """([number, young]) => {
            const tile = document.querySelectorAll('.tile')[number];
            const age = tile.querySelector('.age').dataset.seconds;
            const now = [tile.querySelector('video').currentTime, tile.querySelector('img').src].join();
            const moved = window.before !== undefined && window.before !== now;
            window.before = now;
            return moved && age !== '' && Number(age) < young;
        }""",
        arg=[number, YOUNG_S],
        polling=700,
        timeout=PLAYING_MS,
    )


def _screen(page: "Page", script: str) -> object:
    """Runs a script on the screen of the first tile; `screen` is bound."""
    return page.evaluate(
        f"""async () => {{
            const [{{ allScreens }}] = await Promise.all([import('/screen.js')]);
            const screen = [...allScreens()][0];
            {script}
        }}"""
    )


def test_a_hole_is_left_behind_at_the_next_key(open_wall: Window):
    page = open_wall()
    _plays(page)
    _screen(
        page,
        """const take = screen.take.bind(screen);
        let dropped = 0;
        screen.take = (fragment) => {
            if (fragment.kind === 'delta' && dropped < 9) dropped += 1;
            else take(fragment);
        };
        window.holes = () => dropped;""",
    )
    page.wait_for_function("() => window.holes() === 9", timeout=SOON_MS)
    page.evaluate("delete window.before")
    _plays(page)

    assert _screen(page, "return screen.form") == "mp4"


def test_a_decoder_that_fails_is_made_anew(open_wall: Window):
    page = open_wall()
    _plays(page)
    _screen(
        page,
        """while (screen.player.buffer?.updating ?? true) await new Promise((done) => setTimeout(done));
        screen.player.media.endOfStream('decode');""",
    )
    page.evaluate("delete window.before")
    _plays(page)

    assert _screen(page, "return screen.form") == "mp4"


def test_pictures_come_as_jpeg_where_the_browser_has_no_decoder(open_wall: Window):
    page = open_wall()
    _plays(page)
    _screen(page, "screen.player.giveUp('not played here');")
    page.evaluate("delete window.before")
    _plays(page)
    # The next picture may be on its way into the element just now.
    page.wait_for_function("() => document.querySelector('.tile img').naturalWidth > 0", timeout=SOON_MS)

    assert _screen(page, "return screen.form") == "jpeg"


def test_a_lost_link_is_told_across_the_wall_and_heals(open_wall: Window):
    page = open_wall()
    _plays(page)
    page.evaluate(
        """async () => {
            const { state } = await import('/state.js');
            const whole = state.statusAt;
            window.silence = setInterval(() => { state.statusAt = performance.now() - 4000; }, 20);
        }"""
    )
    page.get_by_test_id("banner-link").wait_for(timeout=SOON_MS)
    page.evaluate("clearInterval(window.silence)")
    page.wait_for_timeout(1000)  # the page looks at the silence twice a second: it may be told once more
    page.locator("[data-testid=figure-desk][data-kind=good]").wait_for(timeout=SOON_MS)
    page.get_by_test_id("banner-link").wait_for(state="detached", timeout=SOON_MS)


def test_somebody_who_was_slower_is_told_who_was_faster(open_wall: Window):
    slow, fast = open_wall(), open_wall()
    row = slow.get_by_test_id("queue").locator(".row[data-state=RAISED]").first
    row.wait_for(timeout=PLAYING_MS)
    testid = row.locator("button").get_attribute("data-testid") or ""
    seen = slow.evaluate(
        """async (id) => (await import('/state.js')).state.alerts.get(id)""", testid.removeprefix("alert-")
    )
    fast.get_by_test_id(testid).click()
    fast.locator("[data-testid=dispatch]:enabled").wait_for(timeout=SOON_MS)
    fast.keyboard.press("f")
    fast.keyboard.press("2")
    slow.locator(f".row[data-state=DISMISSED] [data-testid='{testid}']").wait_for(timeout=SOON_MS)
    # At once: whatever the server says in between would tell the page how the alert stands. So would the picture of
    # what has ended, which asks first why one looks.
    slow.route(re.compile(r"/(snapshot|evidence)"), lambda route: route.fulfill(content_type="image/jpeg", body=JPEG))
    slow.evaluate(
        """async (seen) => {
            const [{ state }, { selectAlert }] = await Promise.all([import('/state.js'), import('/selection.js')]);
            state.alerts.set(seen.id, seen);
            selectAlert(seen.id);
            document.dispatchEvent(new KeyboardEvent('keydown', { key: ' ' }));
        }""",
        seen,
    )
    told = slow.get_by_test_id("notices").locator("p").first.inner_text(timeout=SOON_MS)

    assert re.search(r"已有人处理：admin 于 .* 不予受理（重复）", told)
