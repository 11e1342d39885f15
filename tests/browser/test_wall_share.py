"""Evidence is shared by a signed link of a chosen life; who did it is audited, and a refusal is told plainly."""

import asyncio
import re
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from neighbourhood import DATA, make_alert, make_evidence, ready
from shots import shoot
from small_wall import SOON_MS, SmallWall, small_wall
from sqlalchemy import select, update

from models.clock import utc_now
from models.dialect import open_engine
from models.evidence import FolderStore
from models.tables import evidence
from models.tables_access import audit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def wall(chromium: "Browser") -> Iterator[SmallWall]:
    """An alert with a whole clip, and one whose clip is still being recorded."""
    now = utc_now()
    whole = make_alert(began=now, detected=now, level=2)
    other = make_alert(camera="gate-2", began=now, detected=now, level=4)
    with small_wall(chromium, [whole, make_evidence(whole), ready(whole), other, make_evidence(other)]) as it:
        FolderStore(it.site.evidence_path).put(ready(whole).key, DATA)
        yield it


def _apart(work: Coroutine[Any, Any, Any]) -> Any:
    """Playwright's loop has this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _linked(wall: SmallWall) -> list[tuple[str, str]]:
    async def read() -> list[tuple[str, str]]:
        engine = open_engine(wall.site.database_url)
        async with engine.connect() as connection:
            rows = await connection.execute(select(audit).where(audit.c.action.like("%.linked")))
            found = [(row.actor, row.detail) for row in rows]
        await engine.dispose()
        return found

    return _apart(read())


def _remove_all(wall: SmallWall) -> None:
    async def change() -> None:
        engine = open_engine(wall.site.database_url)
        async with engine.begin() as connection:
            await connection.execute(update(evidence).values(removed=utc_now()))
        await engine.dispose()

    _apart(change())


def test_a_link_of_a_chosen_life_is_made_copied_and_audited(wall: SmallWall) -> None:
    page = wall.page
    page.get_by_test_id("queue").locator(".row[data-level='2'] button").click()
    page.keyboard.press("s")
    page.get_by_test_id("sharing").wait_for(timeout=SOON_MS)
    asked = page.get_by_test_id("sharing").inner_text()
    shoot(page, "share-asked.png")
    with page.expect_response("**/link") as answer:
        page.keyboard.press("2")
    page.get_by_test_id("share-copied").get_by_text("已复制").wait_for(timeout=SOON_MS)
    url = page.get_by_test_id("share-url").inner_text()
    copied = page.evaluate("navigator.clipboard.readText()")
    page.locator("[data-testid=timeline] [data-action='clip.linked']").wait_for(timeout=SOON_MS)
    shoot(page, "share-made.png")
    page.keyboard.press("l")
    page.get_by_test_id("sharing").get_by_text("whoever has this link").wait_for(timeout=SOON_MS)
    page.get_by_test_id("share-copied").get_by_text("copied", exact=True).wait_for(timeout=SOON_MS)
    shoot(page, "share-made-en.png")
    page.keyboard.press("Escape")
    page.get_by_test_id("sharing").wait_for(state="hidden", timeout=SOON_MS)
    data = httpx.get(url, timeout=10, trust_env=False).content

    assert "录像" in asked
    assert re.search(r"1 小时.*8 小时.*24 小时", asked, re.DOTALL)
    assert (copied, data) == (url, DATA)
    assert (
        timedelta(hours=7.9) < datetime.fromisoformat(answer.value.json()["expires"]) - utc_now() < timedelta(hours=8)
    )
    assert [(actor, '"minutes":480' in detail.replace(" ", "")) for actor, detail in _linked(wall)] == [("op", True)]


def test_where_nothing_is_whole_or_the_server_refuses_the_page_says_so(wall: SmallWall) -> None:
    page = wall.page
    page.get_by_test_id("queue").locator(".row[data-level='4'] button").click()
    page.keyboard.press("s")
    page.get_by_test_id("notices").get_by_text("还没有完整的录像或快照").wait_for(timeout=SOON_MS)
    page.get_by_test_id("queue").locator(".row[data-level='2'] button").click()
    page.get_by_test_id("share").click()
    _remove_all(wall)
    page.get_by_test_id("share-1").click()
    page.get_by_test_id("notices").get_by_text("没有生成链接：没有这份证据，或已到期删除").wait_for(timeout=SOON_MS)

    assert page.get_by_test_id("sharing").is_hidden()
    assert _linked(wall) == []
