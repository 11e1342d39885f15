"""The page of rehearsals: other rules are tried out on the past, and what they would lose is shown."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from officer import JPEG
from rehearsing import BAGS, GRAVER, LEFT, rehearsing, seen, site_at
from shots import shoot_both
from small_wall import SOON_MS, SmallWall, small_wall

from models.evidence import FolderStore

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A rehearsal has only what nobody else wants of the processor.
pytestmark = [pytest.mark.browser, pytest.mark.alone, pytest.mark.timeout(240)]

REHEARSED_MS = 80_000


@pytest.fixture
def wall(chromium: "Browser") -> Iterator[SmallWall]:
    """A wall with a camera that has told of somebody twice, and the detector's side of rehearsals."""
    with TemporaryDirectory(prefix="km") as folder:
        site = site_at(Path(folder))
        live = [alert for alert in seen(site) if alert.revision == 1]
        for alert in live:
            assert alert.snapshot
            FolderStore(site.evidence_path).put(alert.snapshot, JPEG)
        with rehearsing(Path(folder) / "site.yaml"), small_wall(chromium, live, made=site) as it:
            yield it


def test_an_engineer_tries_rules_out_by_keyboard_and_sees_what_they_would_lose(wall: SmallWall) -> None:
    page = wall.sign_in("eng", "engineer", "rehearsals.html")
    rules = page.get_by_test_id("rehearse-rules")
    rules.fill("rules:\n- {rule: INTRUDE, zone: lawn}\n")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    trouble = page.get_by_test_id("trouble")
    trouble.get_by_text("rules.yaml:2").wait_for(timeout=SOON_MS)
    focused = page.evaluate("document.activeElement.dataset.testid")
    rules.fill(GRAVER)
    page.get_by_test_id("rehearse-hours").select_option("6")
    page.get_by_test_id("begin").press("Enter")
    page.get_by_test_id("outcome-lost").first.wait_for(timeout=REHEARSED_MS)
    refused = trouble.is_visible()
    state = page.get_by_test_id("rehearsal").first.locator("[data-column=state]").inner_text()
    lost = page.get_by_test_id("outcome-lost").count()
    row = page.get_by_test_id("outcome-rules").locator("tbody tr").all_inner_texts()
    shoot_both(page, "rehearsals")
    page.get_by_test_id("picture").first.press("Enter")
    page.get_by_test_id("reason-review").click()
    image = page.get_by_test_id("shown").locator("img")
    image.wait_for(timeout=SOON_MS)
    page.keyboard.press("Escape")
    page.get_by_test_id("asking").wait_for(state="detached", timeout=SOON_MS)
    page.get_by_test_id("language").click()
    en = page.locator("body").inner_text()

    assert focused == "rehearse-rules"
    assert (refused, state) == (False, "已完成")
    assert lost == 2
    assert [cells.split("\t") for cells in row] == [["INTRUDE 区域入侵 · 院", "0", "0", "2"]]
    assert "2 alerts by the rules in force, 0 by the proposed ones" in en
    assert [word for word in ("undefined", "NaN", "rehearsal.", "rehearsals.") if word in en] == []


def test_a_rule_whose_things_were_not_followed_is_said_to_be_unjudged(wall: SmallWall) -> None:
    page = wall.sign_in("eng", "engineer", "rehearsals.html")
    page.get_by_test_id("rehearse-rules").fill(BAGS)
    page.get_by_test_id("rehearse-hours").select_option("6")  # within the last one it depends on how fast we were
    page.get_by_test_id("begin").click()
    told = page.get_by_test_id("outcome-unfollowed")
    told.wait_for(timeout=REHEARSED_MS)
    zh = told.inner_text()
    page.get_by_test_id("language").click()
    en = told.inner_text()

    assert (zh.startswith("ABANDON 疑似遗留物 · 院：无法预演"), "“箱包”" in zh) == (True, True)
    assert "cannot be rehearsed" in en
    assert "No rule in force asks for bag" in en


def test_what_is_gained_and_has_no_picture_is_sketched(wall: SmallWall) -> None:
    page = wall.sign_in("eng", "engineer", "rehearsals.html")
    page.get_by_test_id("rehearse-rules").fill(LEFT)
    page.get_by_test_id("rehearse-hours").select_option("6")  # as above
    page.get_by_test_id("begin").click()
    gained = page.get_by_test_id("outcome-gained")
    gained.first.wait_for(timeout=REHEARSED_MS)
    sketch = gained.first.get_by_test_id("sketch")
    zone, person = (sketch.locator(part).bounding_box() for part in ("polygon", "rect.about"))
    whole = sketch.bounding_box()

    assert gained.count() == page.get_by_test_id("sketch").count() == 2
    assert (whole is None, zone is None, person is None) == (False, False, False)
    assert zone["x"] <= person["x"] < person["x"] + person["width"] <= zone["x"] + zone["width"]
    assert abs(whole["x"] - zone["x"]) < 4
    assert abs(person["height"] - 0.3 * whole["height"]) < 4
