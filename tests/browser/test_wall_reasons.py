"""Evidence of an open alert is a key away for who handles it; everybody else, and later everybody, says why."""

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from neighbourhood import DATA, make_alert, ready
from shots import shoot_both
from small_wall import SOON_MS, SmallWall, small_wall

from models.clock import utc_now
from models.evidence import FolderStore

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

KEY = "gate-1/snapshot.jpg"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""Browsers look at what a picture is, not at what it is called."""


@pytest.fixture(scope="module")
def wall(chromium: "Browser") -> Iterator[SmallWall]:
    """An alert with a snapshot and a whole clip."""
    now = utc_now()
    alert = make_alert(began=now, detected=now, level=2, snapshot=KEY)
    with small_wall(chromium, [alert, ready(alert)]) as it:
        store = FolderStore(it.site.evidence_path)
        store.put(KEY, PIXEL)
        store.put(ready(alert).key, DATA)
        yield it


def test_an_operator_reaches_the_clip_of_an_open_alert_by_one_key_and_is_asked_nothing(wall: SmallWall) -> None:
    page = wall.page
    page.reload()  # the files came after the page
    page.get_by_test_id("snapshot").wait_for(timeout=SOON_MS)
    with page.expect_response("**/evidence/clip*") as answer:
        page.keyboard.press("c")

    assert answer.value.status in {200, 206}
    assert page.get_by_test_id("reasoning").is_hidden()


def test_an_auditor_says_why_once_and_then_sees_it(wall: SmallWall) -> None:
    page = wall.sign_in("auditor", "auditor")
    page.get_by_test_id("reasoning").get_by_text("您不处置报警").wait_for(timeout=SOON_MS)
    hidden = page.get_by_test_id("snapshot").is_hidden()
    shoot_both(page, "reason")
    page.get_by_test_id("reason-other").click()
    page.get_by_test_id("notices").get_by_text("请先填写说明").wait_for(timeout=SOON_MS)
    page.get_by_test_id("reason-words").fill("占位：抽查")
    page.get_by_test_id("reason-other").click()
    page.get_by_test_id("snapshot").wait_for(timeout=SOON_MS)
    page.reload()
    page.get_by_test_id("snapshot").wait_for(timeout=SOON_MS)

    assert hidden
    assert page.get_by_test_id("share").is_hidden()


def test_at_its_end_an_operator_says_why_too(wall: SmallWall) -> None:
    page = wall.sign_in("other-op", "operator")
    page.get_by_test_id("queue").locator(".row button").click()
    page.wait_for_timeout(600)  # sooner, a click is taken as meant for what stood there before
    page.get_by_test_id("dismiss").click()
    page.get_by_test_id("reason-false_alarm").click()
    page.get_by_test_id("queue").locator(".row[data-state=DISMISSED] button").click(timeout=SOON_MS)
    page.get_by_test_id("reasoning").get_by_text("此报警已办结").wait_for(timeout=SOON_MS)
    page.get_by_test_id("reason-review").click()
    page.get_by_test_id("snapshot").wait_for(timeout=SOON_MS)
