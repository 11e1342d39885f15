"""The clip of an alert in a real browser: one key plays it, it begins before the alert, and can be searched."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.alone,
    pytest.mark.timeout(180, func_only=True),
]  # not of the demo's start

ALERT_MS = 60_000
WHOLE_MS = 60_000
GOP_S = 1.2
"""Of the demo's cameras, and a picture's length."""

_WHOLE = """async () => {
    const ids = [...document.querySelectorAll('[data-testid^=alert-]')].map((row) => row.dataset.testid.slice(6));
    for (const id of ids) {
        const alert = await (await fetch(`/api/v1/alerts/${id}`)).json();
        if (alert.evidence.clip?.state === 'ready') return alert;
    }
    return null;
}"""
_READY = """async (id) => {
    const { state } = await import('/state.js');
    return state.alerts.get(id)?.evidence?.clip?.state === 'ready';
}"""
_HASH = """async (url) => {
    const data = await (await fetch(url)).arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
    return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}"""
_PLAYS = """() => {
    const video = document.querySelector('[data-testid=clip]');
    return video.videoWidth > 0 && video.currentTime > 0.5 && !video.error;
}"""


def _first_whole(page: "Page") -> dict[str, Any]:
    """An alert whose clip is whole."""
    until = time.monotonic() + WHOLE_MS / 1000
    while (found := page.evaluate(_WHOLE)) is None:
        assert time.monotonic() < until, "no clip became whole"
        page.wait_for_timeout(1000)
    return dict(found)


def _seconds(later: str, earlier: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def test_a_clip_is_played_with_one_key_while_it_is_still_being_recorded(
    open_wall: Callable[..., "Page"], running_wall: Any
) -> None:
    page = open_wall()
    row = page.get_by_test_id("queue").locator(".row[data-state=RAISED]").first
    row.wait_for(timeout=ALERT_MS)
    row.locator("button").click()
    page.keyboard.press("c")
    page.wait_for_function(_PLAYS, timeout=WHOLE_MS)
    page.screenshot(path=running_wall.shots / "clip.png")

    assert page.get_by_test_id("show-clip").get_attribute("aria-pressed") == "true"
    assert re.fullmatch(r"报警[前后] \d+ 秒", page.get_by_test_id("clip-place").inner_text())


def test_a_whole_clip_begins_ten_seconds_before_its_alert_and_can_be_searched(
    open_wall: Callable[..., "Page"], running_wall: Any
) -> None:
    page = open_wall()
    alert = _first_whole(page)
    clip = alert["evidence"]["clip"]
    page.wait_for_function(_READY, arg=alert["id"], timeout=WHOLE_MS)
    page.get_by_test_id(f"alert-{alert['id']}").click()
    page.keyboard.press("c")
    page.wait_for_function(_PLAYS, timeout=WHOLE_MS)
    length = page.evaluate("document.querySelector('[data-testid=clip]').duration")
    page.evaluate("document.querySelector('[data-testid=clip]').currentTime = 15")
    page.wait_for_function(
        "() => { const v = document.querySelector('[data-testid=clip]'); return !v.seeking && v.currentTime >= 15; }"
    )
    page.get_by_test_id("clip-place").get_by_text("报警后").wait_for(timeout=WHOLE_MS)
    page.screenshot(path=running_wall.shots / "clip-whole.png")

    assert 10.0 <= _seconds(alert["detected"], clip["began"]) <= 10.0 + GOP_S
    assert abs(_seconds(clip["ended"], alert["detected"]) - 20.0) <= 0.2
    assert abs(length - _seconds(clip["ended"], clip["began"])) < 0.2
    assert page.evaluate(_HASH, clip["url"]) == clip["sha256"]
    assert not page.get_by_test_id("clip-state").is_visible()
