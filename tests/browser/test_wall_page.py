"""The wall in a real browser: tiles play, alerts arrive, one click sends somebody, and it can be taken back."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.timeout(180, func_only=True),
]  # not of the demo's start

PLAYING_MS = 60_000
ALERT_MS = 60_000
SOON_MS = 30_000
TILES = 8
WAITING = ".row[data-state=RAISED]"

Window = Callable[..., "Page"]


def _all_play(page: "Page") -> None:
    """Waits until each tile shows a video that moves and is younger than 2 s."""
    page.wait_for_function(
        """() => {
            const before = (window.seenTimes ??= new Map());
            const tiles = [...document.querySelectorAll('.tile')];
            return tiles.length === 8 && tiles.every((tile) => {
                const video = tile.querySelector('video');
                const moved = before.has(tile) && video.currentTime > before.get(tile);
                before.set(tile, video.currentTime);
                const age = tile.querySelector('.age').dataset.seconds;
                return moved && video.videoWidth > 0 && age !== '' && Number(age) < 2;
            });
        }""",
        polling=500,
        timeout=PLAYING_MS,
    )


def _choose_waiting(page: "Page", rows: str = WAITING) -> str:
    """Puts an alert that waits for a decision on the stage; returns its id."""
    row = page.get_by_test_id("queue").locator(rows).first
    row.wait_for(timeout=ALERT_MS)
    testid = row.locator("button").get_attribute("data-testid") or ""
    page.get_by_test_id(testid).click()
    alert = testid.removeprefix("alert-")
    page.locator(f"[data-testid=stage][data-alert='{alert}']").wait_for(timeout=SOON_MS)
    page.locator("[data-testid=dispatch]:enabled").wait_for(timeout=SOON_MS)
    return alert


def _stands(page: "Page", alert: str, state: str) -> None:
    """Waits until the queue says so."""
    page.locator(f".row[data-state={state}] [data-testid='alert-{alert}']").wait_for(timeout=SOON_MS)


def test_the_first_login_replaces_the_one_time_password(first_login, running_wall):
    assert first_login.prefilled == running_wall.login_name
    assert first_login.was_asked


def test_the_password_leaves_the_address_bar_at_once(first_login, running_wall):
    assert "#" not in first_login.address
    assert running_wall.one_time_password not in first_login.address


def test_a_wrong_password_is_told_in_plain_words(chromium, running_wall):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(running_wall.url)
    page.get_by_test_id("login-name").fill("nobody")
    page.get_by_test_id("login-password").fill("not the password")
    page.get_by_test_id("login-submit").click()
    trouble = page.get_by_test_id("login-trouble")
    trouble.wait_for(timeout=SOON_MS)
    told = trouble.inner_text()
    context.close()

    assert told == "用户名或口令不对"


def test_the_demo_names_an_officer_who_can_begin_on_the_other_page(chromium, running_wall):
    context = chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(running_wall.officer)
    page.get_by_test_id("login-submit").tap(timeout=SOON_MS)
    page.get_by_test_id("login-fresh").fill("placeholder of an officer")
    page.get_by_test_id("login-again").fill("placeholder of an officer")
    page.get_by_test_id("login-submit").tap()
    page.get_by_test_id("tasks").wait_for(state="attached", timeout=SOON_MS)
    who = page.get_by_test_id("who").inner_text()
    context.close()

    assert who == "jia"


def test_eight_tiles_play_and_are_younger_than_two_seconds(open_wall: Window, running_wall):
    page = open_wall()
    page.keyboard.press("Escape")
    _all_play(page)
    page.screenshot(path=running_wall.shots / "wall.png")

    assert page.locator(".tile").count() == TILES
    page.get_by_test_id("figure-cameras").locator("b").get_by_text("8 / 8", exact=True).wait_for(timeout=SOON_MS)


def test_the_wall_says_that_it_is_mute_until_the_first_key(open_wall: Window):
    page = open_wall(untouched=True)
    banner = page.get_by_test_id("banner-sound")
    banner.wait_for(timeout=SOON_MS)
    page.keyboard.press("Escape")
    banner.wait_for(state="detached", timeout=SOON_MS)
    page.wait_for_function("() => !document.querySelector('[data-testid=banners] p')", timeout=SOON_MS)


def test_a_camera_is_enlarged_by_its_number(open_wall: Window):
    page = open_wall()
    page.keyboard.press("3")
    page.locator("[data-testid=tile-gate-3].chosen, .tile.chosen").first.wait_for(timeout=SOON_MS)

    assert page.get_by_test_id("stage-live").is_visible()


def test_an_alert_comes_from_detection_and_shows_the_frame_that_fired(open_wall: Window, running_wall):
    page = open_wall()
    _choose_waiting(page, f"{WAITING}:has(img)")  # a camera that came up late raises an alert without a picture
    page.wait_for_function("() => document.querySelector('[data-testid=snapshot]').naturalWidth > 0", timeout=SOON_MS)
    page.screenshot(path=running_wall.shots / "alert.png")

    assert page.get_by_test_id("snapshot-box").count() > 0
    assert re.search(r"\d", page.get_by_test_id("why").inner_text())


def test_one_click_dispatches_and_undo_takes_it_back(open_wall: Window, running_wall):
    page = open_wall()
    alert = _choose_waiting(page)
    page.get_by_test_id("dispatch").click()
    page.get_by_test_id("undo").wait_for(timeout=SOON_MS)
    page.keyboard.press("z")  # at once: a person has five seconds
    _stands(page, alert, "ACKED")
    page.locator("[data-testid=dispatch]:enabled").wait_for(timeout=SOON_MS)
    page.get_by_test_id("other-person").click(timeout=SOON_MS)
    page.get_by_test_id("person-yi").click(timeout=SOON_MS)  # whom the demo gives no account
    told = page.get_by_test_id("not-notified").inner_text(timeout=SOON_MS)
    _stands(page, alert, "CONFIRMED")
    page.screenshot(path=running_wall.shots / "dispatched.png")

    assert told == "未通知：未配置通道"


def test_a_second_browser_follows_live(open_wall: Window):
    first, second = open_wall(), open_wall()
    alert = _choose_waiting(first)
    second.get_by_test_id(f"alert-{alert}").wait_for(timeout=SOON_MS)
    first.locator("[data-testid=dispatch]:enabled").wait_for(timeout=SOON_MS)
    first.keyboard.press("d")
    row = second.locator(f".row[data-state=CONFIRMED]:has([data-testid='alert-{alert}']) small")
    row.get_by_text("已派遣", exact=True).wait_for(timeout=SOON_MS)


def test_two_keys_dismiss_with_a_reason(open_wall: Window):
    page = open_wall()
    alert = _choose_waiting(page)
    page.keyboard.press("f")
    page.get_by_test_id("menu").wait_for(timeout=SOON_MS)
    page.keyboard.press("1")
    page.locator(".notice.good").first.wait_for(timeout=SOON_MS)
    _stands(page, alert, "DISMISSED")
    page.get_by_test_id(f"alert-{alert}").click()
    outcome = page.get_by_test_id("outcome")
    outcome.wait_for(timeout=SOON_MS)

    assert "误报" in outcome.inner_text()


def test_the_language_is_switched_and_remembered(open_wall: Window, running_wall):
    page = open_wall()
    page.keyboard.press("l")
    page.get_by_text("Entrances and grids").wait_for(timeout=SOON_MS)
    page.reload()
    page.get_by_text("Entrances and grids").wait_for(timeout=SOON_MS)
    page.keyboard.press("Escape")
    _all_play(page)
    page.screenshot(path=running_wall.shots / "wall-en.png")
    left = page.evaluate("document.querySelector('.wall').innerText.match(/[\\u4e00-\\u9fff]{3,}/g) ?? []")

    assert page.locator("html").get_attribute("lang") == "en"
    assert "报警" not in left


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1920, 1080), (3840, 2160)])
def test_nothing_overflows(open_wall: Window, running_wall, width, height):
    page = open_wall(width, height)
    page.get_by_test_id("queue").locator(".row").first.wait_for(timeout=ALERT_MS)
    page.screenshot(path=running_wall.shots / f"wall-{width}.png")
    over = page.evaluate(
        """() => {
            const root = document.documentElement;
            const parts = [...document.querySelectorAll('.head, .figure, .foot, .go, .acts button, .heading')];
            return [root.scrollWidth > innerWidth, root.scrollHeight > innerHeight,
                    parts.filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.className)];
        }"""
    )

    assert over == [False, False, []]


def test_people_who_cross_a_counted_line_are_on_the_wall_in_both_languages(open_wall):
    page = open_wall()
    row = page.get_by_test_id("flow-gate-2-lane")
    row.get_by_text(re.compile(r"^进 [1-9]")).wait_for(timeout=ALERT_MS)
    windows = [row.locator("rect.in").count()]
    page.get_by_test_id("flow-window").click()
    page.wait_for_function("() => document.querySelectorAll('.flow rect.in').length === 24", timeout=SOON_MS)
    page.get_by_test_id("language").click()
    page.get_by_text("60 min a bar").wait_for(timeout=SOON_MS)
    told = row.inner_text()
    page.get_by_test_id("language").click()

    assert windows == [48]
    assert re.search(r"South lane · Lane line\s+in [1-9]\d*\s+out \d+", told)
