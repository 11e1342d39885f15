"""A confirmed incident is handed to the police, waits for their receipt in plain sight, and the liaison gives it."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from neighbourhood import DATA, make_alert, make_evidence, ready
from police_station import Station, open_station, police
from shots import shoot, shoot_both
from small_wall import SOON_MS, SmallWall, small_wall
from sqlalchemy import update

from models.clock import utc_now
from models.dialect import open_engine
from models.evidence import FolderStore
from models.tables import person

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]


@pytest.fixture
def station() -> Iterator[Station]:
    with open_station(Station()) as it:
        yield it


@pytest.fixture
def wall(database: str | None, chromium: "Browser", station: Station) -> Iterator[SmallWall]:
    """Two open alerts, one of them with its clip; the receiver answers 503 to the first call."""
    now = utc_now()
    one = make_alert(began=now, detected=now, level=2)
    other = make_alert(camera="gate-2", began=now, detected=now, level=4)
    station.answers = [503]
    subjects = [one, make_evidence(one), ready(one), other]
    target = station.target(test=True)
    # None is sent on their way before it is handed over, and a second try can be read of before it is made.
    with small_wall(
        chromium, subjects, undo_s=60.0, database=database, police=police(target), schedule=(10.0, 30.0)
    ) as it:
        FolderStore(it.site.evidence_path).put(ready(one).key, DATA)
        yield it


def _choose(page: "Page", level: int) -> None:
    page.get_by_test_id("queue").locator(f".row[data-level='{level}'] button").click()


def test_confirmed_pushed_received_and_the_count_ends(wall: SmallWall, station: Station) -> None:
    page = wall.page
    _choose(page, 2)
    page.keyboard.press("p")
    page.get_by_test_id("notices").get_by_text("先受理（一键调度），再推送公安").wait_for(timeout=SOON_MS)
    page.get_by_test_id("dispatch").click()  # waits until somebody is proposed
    page.get_by_test_id("push").wait_for(timeout=SOON_MS)
    _choose(page, 4)
    _choose(page, 2)  # looked up again: it stays
    page.keyboard.press("p")
    asked = page.get_by_test_id("push-question").inner_text()
    shoot(page, "push-asked.png")
    before = len(station.calls)
    page.keyboard.press("Enter")
    line = page.get_by_test_id("pushed-station")
    line.get_by_text(re.compile(r"第 1 次未送达：对方答复 503，\d+ s 后再试")).wait_for(timeout=SOON_MS)
    waiting = page.get_by_test_id("push-sign").inner_text()
    page.get_by_test_id("incident-unsigned").get_by_text("公安未签收").wait_for(timeout=SOON_MS)
    page.get_by_test_id("figure-police").get_by_text(re.compile(r"^1 · \d:\d\d$")).wait_for(timeout=SOON_MS)
    shoot(page, "push-again.png")
    line.get_by_text("已送达").wait_for(timeout=SOON_MS)
    shoot(page, "push-delivered.png")

    liaison = wall.sign_in("liaison", "liaison", "liaison.html")
    liaison.get_by_test_id("liaison-list").get_by_text("公安未签收").wait_for(timeout=SOON_MS)
    listed = liaison.get_by_test_id("liaison-list").locator("li").count()
    shoot_both(liaison, "liaison-waiting")
    liaison.keyboard.press("c")
    liaison.get_by_test_id("liaison-proof").locator("video").wait_for(timeout=SOON_MS)
    liaison.get_by_test_id("liaison-note").fill("<b>收到</b>")
    liaison.get_by_test_id("liaison-case-no").fill("PLACEHOLDER-1")
    liaison.keyboard.press("Escape")
    liaison.keyboard.press("r")
    liaison.get_by_test_id("notices").get_by_text("已签收").wait_for(timeout=SOON_MS)
    liaison.get_by_test_id("liaison-sign").get_by_text("已签收 · liaison").wait_for(timeout=SOON_MS)
    liaison.keyboard.press("3")
    liaison.get_by_test_id("liaison-said").get_by_text("已出警").wait_for(timeout=SOON_MS)
    shoot_both(liaison, "liaison-signed")

    _choose(page, 2)  # whoever looks on for half a minute is shown what waits
    page.get_by_test_id("push-sign").get_by_text("已出警 · liaison").wait_for(timeout=SOON_MS)
    page.get_by_test_id("figure-police").wait_for(state="hidden", timeout=SOON_MS)
    shoot_both(page, "push-signed")
    page.get_by_test_id("timeline").get_by_text(re.compile("公安回执.*已出警")).wait_for(timeout=SOON_MS)
    steps = page.get_by_test_id("timeline").locator("li").all_inner_texts()

    assert "占位派出所【测试】" in asked
    assert "不能代替打电话" in asked
    assert before == 0
    assert re.fullmatch(r"公安未签收 \d+:\d\d", waiting)
    assert listed == 1
    assert page.get_by_test_id("incident-unsigned").is_hidden()
    assert any("推送公安" in step and "op" in step for step in steps)
    assert [(call.genuine, call.answer) for call in station.calls] == [(True, 503), (True, 204)]


def _send_all_home(wall: SmallWall) -> None:
    async def change() -> None:
        engine = open_engine(wall.site.database_url)
        async with engine.begin() as connection:
            await connection.execute(update(person).values(on_duty=False))
        await engine.dispose()

    with ThreadPoolExecutor(1) as pool:  # Playwright's loop has this thread
        pool.submit(asyncio.run, change()).result()


@pytest.mark.database("sqlite")
def test_with_nobody_on_duty_they_are_told_and_what_they_will_not_take_is_handed_over_again(
    wall: SmallWall, station: Station
) -> None:
    station.answers = [410]
    page = wall.page
    _send_all_home(wall)
    page.reload()
    _choose(page, 4)
    page.keyboard.press("l")
    page.get_by_test_id("accept").wait_for(timeout=SOON_MS)
    shoot(page, "push-accept-en.png")
    page.keyboard.press("p")
    page.get_by_test_id("push").wait_for(timeout=SOON_MS)
    page.get_by_test_id("push").click()
    page.get_by_test_id("push-cancel").click()
    page.get_by_test_id("push").click()
    page.get_by_test_id("push-confirm").click()
    line = page.get_by_test_id("pushed-station")
    line.get_by_text("Not delivered, given up: they answered 410. Telephone").wait_for(timeout=SOON_MS)
    page.get_by_test_id("figure-police").locator("xpath=self::*[@data-kind='bad']").wait_for(timeout=SOON_MS)
    shoot(page, "push-dead-en.png")
    page.get_by_test_id("push-again").click()
    line.get_by_text(re.compile(r"^delivered \d")).wait_for(timeout=SOON_MS)

    assert [call.answer for call in station.calls] == [410, 204]


def test_where_no_target_is_configured_the_stage_says_so(chromium: "Browser") -> None:
    now = utc_now()
    with small_wall(chromium, [make_alert(began=now, detected=now)]) as wall:
        page = wall.page
        _choose(page, 3)
        page.get_by_test_id("dispatch").click()  # waits until somebody is proposed
        page.get_by_test_id("push-no-target").get_by_text("未配置公安推送目标，请打电话").wait_for(timeout=SOON_MS)
        _choose(page, 3)
        page.keyboard.press("p")
        page.get_by_test_id("notices").get_by_text("未配置公安推送目标").wait_for(timeout=SOON_MS)

        assert page.get_by_test_id("push").is_hidden()
        assert page.get_by_test_id("figure-police").is_hidden()


def _hand_over(page: "Page", level: int) -> None:
    _choose(page, level)
    page.get_by_test_id("dispatch").click()  # waits until somebody is proposed
    page.get_by_test_id("push").wait_for(timeout=SOON_MS)
    page.keyboard.press("p")
    page.get_by_test_id("push-question").wait_for(timeout=SOON_MS)
    page.keyboard.press("Enter")
    page.get_by_test_id("pushed-station").wait_for(timeout=SOON_MS)


@pytest.mark.database("sqlite")
def test_a_liaisons_words_stay_with_the_incident_that_they_were_typed_for(wall: SmallWall) -> None:
    for level in (2, 4):
        _hand_over(wall.page, level)
    liaison = wall.sign_in("liaison", "liaison", "liaison.html")
    rows = liaison.get_by_test_id("liaison-list").locator("li button")
    rows.nth(1).wait_for(timeout=SOON_MS)
    one, other = (rows.nth(n).get_attribute("data-testid") or "" for n in (0, 1))
    note, case_no = liaison.get_by_test_id("liaison-note"), liaison.get_by_test_id("liaison-case-no")
    held = list["Route"]()

    def hold(route: "Route") -> None:
        held.append(route)

    liaison.route("**/receipts", hold)
    note.fill("for one")
    case_no.fill("PLACEHOLDER-1")
    liaison.get_by_test_id(other).click()
    fresh = (note.input_value(), case_no.input_value())
    note.fill("for the other")
    liaison.get_by_test_id(one).click()
    kept = (note.input_value(), case_no.input_value())
    liaison.get_by_test_id("give-RECEIVED").click()
    note.fill("typed meanwhile")
    liaison.get_by_test_id(other).click()
    case_no.fill("PLACEHOLDER-2")
    while not held:
        liaison.wait_for_timeout(20)
    held[0].continue_()
    liaison.get_by_test_id("notices").get_by_text("已签收").wait_for(timeout=SOON_MS)
    others = (note.input_value(), case_no.input_value())
    liaison.get_by_test_id(one).click()
    given = liaison.get_by_test_id("liaison-said").get_by_text("PLACEHOLDER-1 · for one")
    given.wait_for(timeout=SOON_MS)

    assert (fresh, kept) == (("", ""), ("for one", "PLACEHOLDER-1"))
    assert others == ("for the other", "PLACEHOLDER-2")
    assert (note.input_value(), case_no.input_value()) == ("typed meanwhile", "")


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("waits", [False, True], ids=["at once", "once answered"])
def test_a_liaison_signs_for_one_after_the_other_by_keys(wall: SmallWall, *, waits: bool) -> None:
    for level in (2, 4):
        _hand_over(wall.page, level)
    liaison = wall.sign_in("liaison", "liaison", "liaison.html")
    rows = liaison.get_by_test_id("liaison-list").locator("li button")
    rows.nth(1).wait_for(timeout=SOON_MS)
    left = liaison.get_by_test_id("liaison-waiting")
    liaison.keyboard.press("r")
    if waits:  # what is signed for goes down the list
        left.get_by_text("1 件").wait_for(timeout=SOON_MS)
    liaison.keyboard.press("ArrowDown")
    liaison.keyboard.press("r")
    left.get_by_text("0 件").wait_for(timeout=SOON_MS)
