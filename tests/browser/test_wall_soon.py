"""How long an alert takes from the picture in which its rule is met to the screen: told, not judged."""

import json
import os
import statistics
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import RunningWall
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(240)]

FEWEST = int(os.environ.get("KANMEN_DRAWN", "8"))
"""Alerts to wait for; some 25 a minute are raised."""

WAIT_MS = 120_000

# The clock is read after the frame that draws the row has been laid out.
NOTE_ROWS = """() => {
    window.drawn = {};
    const note = () => {
        const now = Date.now();
        for (const row of document.querySelectorAll('[data-testid=queue] [data-testid^="alert-"]')) {
            window.drawn[row.dataset.testid.slice(6)] ??= now;
        }
    };
    note();
    window.there = Object.keys(window.drawn);
    new MutationObserver(() => requestAnimationFrame(() => setTimeout(note)))
        .observe(document.querySelector('[data-testid=queue]'), { childList: true });
}"""

TAKEN = """async () => {
    const { state } = await import('/state.js');
    const late = [];
    for (const [id, at] of Object.entries(window.drawn)) {
        const alert = state.alerts.get(id);
        if (!window.there.includes(id) && alert) late.push([alert.code, at - Date.parse(alert.detected)]);
    }
    return late;
}"""


def test_alerts_come_to_the_screen_and_how_soon_is_told(open_wall: Callable[..., "Page"], running_wall: "RunningWall"):
    page = open_wall()
    page.wait_for_selector("[data-testid=queue]")
    page.evaluate(NOTE_ROWS)
    page.wait_for_function(f"() => Object.keys(window.drawn).length >= window.there.length + {FEWEST}", timeout=WAIT_MS)
    late = sorted(ms for code, ms in page.evaluate(TAKEN) if not code.startswith(("CAM_", "SYS_")))
    cuts = statistics.quantiles(late, n=100, method="inclusive")
    told = {"alerts": len(late), **{f"p{at}_ms": round(cuts[at - 1]) for at in (50, 95, 99)}}
    (running_wall.shots / "on_screen.json").write_text(json.dumps(told))
    print(f"rule met to on screen: {json.dumps(told)}")  # noqa: T201 (a figure to be read)

    assert len(late) >= FEWEST // 2
    assert late[0] > 0
