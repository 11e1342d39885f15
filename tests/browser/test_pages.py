"""The pages beside the wall: each role lands where its work is, and finds what it may open."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from shots import shoot, shoot_both
from small_wall import SOON_MS, SmallWall, sign_in, small_wall
from wall_client import PASSWORD

from api.accounts import add
from api.record_export import check_export
from config.site import Name, Person

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def wall(chromium: "Browser") -> Iterator[SmallWall]:
    with small_wall(chromium, []) as it:
        yield it


def _led_to(page: "Page") -> list[str]:
    return page.get_by_test_id("navigation").locator("a").all_inner_texts()


def test_whoever_may_watch_lands_at_the_wall_and_finds_the_way_to_the_pages_and_back(wall: SmallWall) -> None:
    page = wall.sign_in("boss", "admin")
    page.get_by_test_id("wall").wait_for(timeout=SOON_MS)
    shoot_both(page, "wall-small")
    page.get_by_test_id("operator").focus()
    page.keyboard.press("Enter")
    page.get_by_test_id("page-profile").wait_for(timeout=SOON_MS)
    ways = _led_to(page)
    page.get_by_test_id("to-wall").click()
    page.get_by_test_id("wall").wait_for(timeout=SOON_MS)

    assert ways == ["值班大屏", "操作记录", "规则预演", "用户"]


def test_an_officer_is_told_that_the_phone_is_the_place(wall: SmallWall) -> None:
    page = wall.sign_in("officer", "officer")
    page.get_by_test_id("login-trouble").get_by_text("请用手机").wait_for(timeout=SOON_MS)
    shoot(page, "login-officer.png")
    page.get_by_test_id("language").click()
    page.get_by_test_id("login-trouble").get_by_text("on your phone").wait_for(timeout=SOON_MS)


def test_a_page_that_is_not_for_ones_role_leads_home(wall: SmallWall) -> None:
    page = wall.sign_in("plain", "operator", "users.html")
    page.get_by_test_id("wall").wait_for(timeout=SOON_MS)

    assert page.get_by_test_id("to-users").count() == 0


def test_a_keeper_makes_an_account_changes_it_and_puts_it_out_of_use(wall: SmallWall) -> None:
    page = wall.sign_in("keeper", "admin", "users.html")
    page.get_by_test_id("add-user").click()
    page.get_by_test_id("user-name").fill("<b>placeholder</b>")
    page.get_by_test_id("user-role").select_option("officer")
    page.get_by_test_id("user-person").select_option("officer-2")
    page.get_by_test_id("user-unit").fill("占位街道办")
    page.get_by_test_id("cameras-some").check()
    page.get_by_test_id("camera-gate-2").check()
    shoot_both(page, "users-add")
    page.get_by_test_id("do").click()
    password = page.get_by_test_id("password").inner_text()
    shoot_both(page, "users-password")
    page.get_by_test_id("noted").click()
    row = page.get_by_test_id("user-<b>placeholder</b>")
    row.wait_for(timeout=SOON_MS)
    made = row.locator("td").all_inner_texts()[:6]
    row.get_by_text("修改").click()
    page.get_by_test_id("user-role").select_option("shift_lead")
    page.get_by_test_id("cameras-all").check()
    page.get_by_test_id("do").click()
    row.get_by_text("值班长").wait_for(timeout=SOON_MS)
    shoot_both(page, "users")
    row.get_by_text("停用").click()
    page.get_by_test_id("do").click()
    row.get_by_text("已停用").wait_for(timeout=SOON_MS)
    own = page.get_by_test_id("user-keeper")

    assert len(password) == len("xxxx-xxxx-xxxx-xxxx")
    assert made == ["<b>placeholder</b>", "网格员", "占位街道办", "Gate 2", "Officer 2", "一次性口令待更换"]
    assert own.get_by_text("停用").count() == 0


def test_nobody_is_added_before_it_is_known_as_what(wall: SmallWall) -> None:
    page, held = wall.sign_in("keeper4", "admin", "users.html"), list["Route"]()
    add_user = page.get_by_test_id("add-user")
    page.get_by_test_id("user-keeper4").wait_for(timeout=SOON_MS)

    def hold(route: "Route") -> None:
        held.append(route)

    page.route("**/api/v1/users", hold)
    page.reload()
    while not held:
        page.wait_for_timeout(20)
    early = add_user.is_enabled()
    held[0].continue_()
    add_user.click()
    page.get_by_test_id("user-role").select_option("officer")

    assert not early


def test_an_officer_who_left_the_roster_hands_no_account_to_anybody_else(wall: SmallWall) -> None:
    gone = Person(id="officer-9", name=Name(zh="Officer 9", en="Officer 9"), grids=("G1",))
    before = wall.site.model_copy(update={"people": (*wall.site.people, gone)})
    with ThreadPoolExecutor(1) as pool:  # Playwright's loop has this thread
        pool.submit(asyncio.run, add(before, "left", "officer", person=gone.id)).result()
    page = wall.sign_in("keeper3", "admin", "users.html")
    row = page.get_by_test_id("user-left")
    row.get_by_text("修改").click()
    person = page.get_by_test_id("user-person")
    shown = person.locator("option:checked").inner_text()
    page.get_by_test_id("user-unit").fill("占位街道办")
    page.get_by_test_id("do").click()
    page.get_by_test_id("trouble").get_by_text("网格员账号须对应名册中的一人").wait_for(timeout=SOON_MS)
    person.select_option("officer-3")
    page.get_by_test_id("do").click()
    row.get_by_text("Officer 3").wait_for(timeout=SOON_MS)
    page.get_by_test_id("add-user").click()
    page.get_by_test_id("user-role").select_option("officer")

    assert shown == "officer-9（已不在名册）"
    assert person.input_value() == ""


def test_what_the_server_refuses_is_told_in_the_form(wall: SmallWall) -> None:
    page = wall.sign_in("keeper2", "admin", "users.html")
    page.get_by_test_id("add-user").click()
    page.get_by_test_id("user-name").fill("keeper2")
    page.keyboard.press("Enter")
    page.get_by_test_id("trouble").get_by_text("已有同名账号").wait_for(timeout=SOON_MS)
    page.keyboard.press("Escape")
    page.get_by_test_id("asking").wait_for(state="detached", timeout=SOON_MS)


def test_one_changes_the_own_password_and_ends_the_other_sessions(wall: SmallWall) -> None:
    page = wall.sign_in("self", "operator", "profile.html")
    page.get_by_test_id("sessions").wait_for(timeout=SOON_MS)
    other = wall.window()
    sign_in(other, f"{wall.url}/profile.html", "self", PASSWORD)
    other.get_by_test_id("sessions").wait_for(timeout=SOON_MS)
    page.reload()
    page.get_by_test_id("end-session").wait_for(timeout=SOON_MS)
    listed = page.get_by_test_id("session").count()
    shoot_both(page, "profile")
    page.get_by_test_id("password-old").fill("not the old one")
    page.get_by_test_id("password-fresh").fill("another placeholder")
    page.get_by_test_id("password-again").fill("another placeholder")
    page.get_by_test_id("password-change").click()
    page.get_by_test_id("password-trouble").get_by_text("原口令不对").wait_for(timeout=SOON_MS)
    page.get_by_test_id("password-old").fill(PASSWORD)
    page.get_by_test_id("password-change").dblclick()  # the second one would be told that the old one is wrong
    page.get_by_test_id("end-session").wait_for(state="detached", timeout=SOON_MS)
    other.reload()
    other.get_by_test_id("login-name").wait_for(timeout=SOON_MS)

    assert listed == 2
    assert page.get_by_test_id("session").count() == 1
    assert page.get_by_test_id("password-trouble").is_hidden()


def test_an_auditor_reads_the_record_finds_in_it_and_takes_it_along(wall: SmallWall, tmp_path: Path) -> None:
    page = wall.sign_in("auditor", "auditor", "record.html")
    page.get_by_test_id("chain-told").get_by_text("记录完整").wait_for(timeout=SOON_MS)
    page.get_by_test_id("record-row").first.wait_for(timeout=SOON_MS)
    shoot_both(page, "record")
    page.get_by_test_id("filter-action").select_option("login")
    page.get_by_test_id("filter-actor").fill("auditor")
    page.get_by_test_id("find").click()
    page.locator("[data-testid=record]:not(:has([data-action]:not([data-action=login])))").wait_for(timeout=SOON_MS)
    found = page.get_by_test_id("record-row").locator("[data-column=deed]").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_test_id("export-ndjson").click()
    download.value.save_as(tmp_path / "record")
    page.get_by_test_id("filter-actor").fill("nobody of that name")
    page.get_by_test_id("find").click()
    page.get_by_test_id("record-none").wait_for(timeout=SOON_MS)
    report = check_export(tmp_path / "record")

    assert set(found) == {"登录"}
    assert (report.rows, report.broken) == (len(found), "")
