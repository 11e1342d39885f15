"""A real Chromium before a running demo: one person who signs in for the first time, a fresh window for each test."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import running_demo

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIGN_IN_MS = 20_000
NEW_PASSWORD = "placeholder of the tests"


@dataclass(frozen=True)
class RunningWall:
    """Where the wall is and how to get in; `shots` is where screenshots go (KANMEN_SHOTS, or a temporary folder).

    `officer` is the officers' page with a first login, as the demo prints it.
    """

    url: str
    login_name: str
    one_time_password: str
    officer: str
    shots: Path


@dataclass(frozen=True, slots=True)
class FirstLogin:
    """How the first login went.

    Attributes:
        address: What stood in the address bar once the page was there.
        prefilled: Name that the form held by itself.
        was_asked: Whether a new password was asked for.
        cookies: Storage state of the signed-in browser.
    """

    address: str
    prefilled: str
    was_asked: bool
    cookies: Any


def said_officer(text: str) -> str:
    """The officers' page as the demo prints it."""
    found = re.search(r"http://127\.0\.0\.1:\d+/#login=jia:\S+", text)
    assert found, text
    return found[0]


@pytest.fixture(scope="session")
def running_wall(tmp_path_factory: pytest.TempPathFactory, demo_cache: Path) -> Iterator[RunningWall]:
    """A demo whose eight cameras are live; it leaves the browser its share of a small machine."""
    demo = running_demo.start_demo(tmp_path_factory.mktemp("wall"), demo_cache, "--fps", "3")
    try:
        demo.until((demo.run / "site.yaml").exists, 90, "configuration")
        demo.until_live()
        said = running_demo.said_login(demo.errors.read_text())
        if said is None:
            pytest.fail(f"the demo printed no login:\n{demo.errors.read_text()}")
        shots = Path(os.environ.get("KANMEN_SHOTS") or tmp_path_factory.mktemp("shots"))
        shots.mkdir(parents=True, exist_ok=True)
        yield RunningWall(said[0], "admin", said[1], said_officer(demo.errors.read_text()), shots)
    finally:
        demo.end()


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """A headless Chromium: KANMEN_CHROMIUM, the system's, or the one that Playwright installed."""
    from playwright.sync_api import sync_playwright

    known = [os.environ.get("KANMEN_CHROMIUM", ""), "/usr/bin/chromium", "/usr/bin/chromium-browser"]
    path = next((p for p in known if p and Path(p).exists()), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--autoplay-policy=document-user-activation-required"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def first_login(chromium: "Browser", running_wall: RunningWall) -> FirstLogin:
    """Signs in with the one-time password and chooses a new one."""
    context = chromium.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.goto(f"{running_wall.url.rstrip('/')}/#login={running_wall.login_name}:{running_wall.one_time_password}")
    page.get_by_test_id("login-submit").wait_for(timeout=SIGN_IN_MS)
    address = page.url
    prefilled = page.get_by_test_id("login-name").input_value()
    page.screenshot(path=running_wall.shots / "login.png")
    page.get_by_test_id("login-submit").click()
    page.get_by_test_id("login-fresh").wait_for(timeout=SIGN_IN_MS)
    was_asked = page.get_by_test_id("login-choose").is_visible()
    page.screenshot(path=running_wall.shots / "login-new-password.png")
    page.get_by_test_id("login-fresh").fill(NEW_PASSWORD)
    page.get_by_test_id("login-again").fill(NEW_PASSWORD)
    page.get_by_test_id("login-submit").click()
    page.get_by_test_id("wall").wait_for(timeout=SIGN_IN_MS)
    cookies = context.storage_state()
    context.close()
    return FirstLogin(address, prefilled, was_asked, cookies)


@pytest.fixture
def open_wall(
    chromium: "Browser", first_login: FirstLogin, running_wall: RunningWall
) -> Iterator[Callable[..., "Page"]]:
    """Opens windows of the signed-in person: `open_wall()`, or `open_wall(3840, 2160)`; none may log an error.

    `untouched`: nothing was asked of the page yet. Playwright asks as if by a gesture, and that allows sound.
    """
    contexts = []
    wrong: list[str] = []

    def window(width: int = 1920, height: int = 1080, *, untouched: bool = False) -> "Page":
        context = chromium.new_context(
            viewport={"width": width, "height": height}, storage_state=first_login.cookies, locale="zh-CN"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: _note(wrong, message.type, message.text))
        # Following the feed is the last thing that a page does to be a wall.
        with page.expect_request("**/api/v1/feed**", timeout=SIGN_IN_MS):
            page.goto(running_wall.url)
        if not untouched:
            page.get_by_test_id("wall").wait_for(timeout=SIGN_IN_MS)
        return page

    yield window
    for context in contexts:
        context.close()

    assert wrong == []


def _note(wrong: list[str], kind: str, text: str) -> None:
    if kind == "error" and not re.search(r"status of (409|422)", text):
        wrong.append(text)
