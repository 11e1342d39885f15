"""A page whose answers come late still shows what happened, and does what was wanted, while they were under way."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from neighbourhood import make_alert, make_site
from officer import click, does, latest, photographs, signed
from small_wall import SOON_MS, SmallWall, small_wall
from sqlalchemy.ext.asyncio import AsyncEngine

from config.rules import FlowRule
from models.clock import utc_now
from models.dialect import open_engine

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, Browser, Route

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
    while (!settled(performance.now())) await new Promise((done) => setTimeout(done, 50));
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
        other.locator(".row[data-state=ACKED]").wait_for(timeout=SOON_MS)
        other.locator("[data-testid=dispatch]:enabled").click(timeout=SOON_MS)
        page.locator("[data-testid=timeline] [data-action='dispatch.pending']").wait_for(timeout=SOON_MS)

        assert page.evaluate("window.known") > 0
        assert page.evaluate("window.forgotten") == 0


def _beside(wall: SmallWall, work: Callable[[AsyncEngine], Awaitable[object]]) -> None:
    async def run() -> None:
        engine = open_engine(wall.site.database_url)
        await work(engine)
        await engine.dispose()

    with ThreadPoolExecutor(1) as pool:  # Playwright's loop has this thread
        pool.submit(asyncio.run, run()).result()


GONE = """() => {
    window.gone = 0;
    const stage = document.querySelector('[data-testid=stage]');
    const look = () => { window.gone += !stage.querySelector('[data-testid=photos] img'); };
    new MutationObserver(look).observe(stage, { childList: true, subtree: true });
}"""


def test_an_answer_from_before_a_photo_does_not_take_it_back(chromium: "Browser") -> None:
    now = utc_now()
    alert, officer = make_alert(began=now, detected=now), signed("li", "officer-1")
    with small_wall(chromium, [alert]) as wall:

        async def arrive(engine: AsyncEngine) -> None:
            await does(engine, await click(engine, wall.site, alert, 1, officer.person), "take", officer)
            await does(engine, await latest(engine, alert), "arrive", officer)

        async def photograph(engine: AsyncEngine) -> None:
            await photographs(engine, wall.site, await latest(engine, alert), officer)

        page, held = wall.page, list[tuple["Route", "APIResponse"]]()
        wall.on_phone("li", "officer-1")
        _beside(wall, arrive)
        page.locator("[data-testid=course] [data-step=on_site][data-done=yes]").wait_for(timeout=SOON_MS)
        page.route("**/api/v1/wall", lambda route: held.append((route, route.fetch())))
        page.evaluate("import('/feed.js').then(({ refresh }) => { refresh(); })")
        while not held:
            page.wait_for_timeout(20)
        _beside(wall, photograph)
        page.locator("[data-testid=photos] img").wait_for(timeout=SOON_MS)
        page.evaluate(GONE)
        (old, before), *_ = held
        old.fulfill(response=before)
        while len(held) == 1:  # one is read after the other
            page.wait_for_timeout(20)

        assert page.evaluate("window.gone") == 0


@pytest.fixture
def counted(chromium: "Browser") -> Iterator[SmallWall]:
    """A wall whose first camera counts who passes its door."""
    with TemporaryDirectory(prefix="km") as folder:  # a socket's path must be short
        (Path(folder) / "redis").mkdir()
        site = make_site(Path(folder))
        first, *others = site.cameras
        counting = first.model_copy(update={"rules": (FlowRule(rule="FLOW", line="door"),)})
        with small_wall(chromium, [], made=site.model_copy(update={"cameras": (counting, *others)})) as wall:
            yield wall


def test_other_windows_that_are_wanted_while_the_flow_is_read_are_shown(counted: SmallWall) -> None:
    page, held = counted.page, list["Route"]()
    switch = page.get_by_test_id("flow-window")
    switch.get_by_text("15 分钟").wait_for(timeout=SOON_MS)

    def hold(route: "Route") -> None:
        held.append(route)

    page.route("**/api/v1/flow?minutes=15", hold)
    page.evaluate("import('/flow.js').then(({ refreshFlow }) => { refreshFlow(); })")
    while not held:
        page.wait_for_timeout(20)
    switch.click()
    page.wait_for_timeout(200)  # what is merged into that which is under way has been by then
    for route in held:
        route.continue_()
    switch.get_by_text("60 分钟").wait_for(timeout=SOON_MS)
