"""Alert, one click, and the officer's phone: takes, arrives, handles with a photo; the wall follows by itself."""

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from neighbourhood import make_alert
from shots import shoot
from small_wall import SOON_MS, SmallWall, small_wall

from models.alert import Alert
from models.clock import utc_now
from models.evidence import FolderStore

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LINK_MS = 30_000


def _picture(words: str, width: int, height: int) -> bytes:
    """A placeholder of a scene: ground, a gate, a word."""
    picture = np.full((height, width, 3), 190, np.uint8)
    cv2.rectangle(picture, (0, height * 6 // 10), (width, height), (120, 130, 135), -1)
    cv2.rectangle(picture, (width // 3, height // 4), (width * 2 // 3, height * 7 // 10), (60, 70, 90), -1)
    at = (width // 20, height // 7)
    cv2.putText(picture, words, at, cv2.FONT_HERSHEY_SIMPLEX, width / 700, (20, 20, 20), max(1, width // 350))
    return bytes(cv2.imencode(".jpg", picture)[1])


def _alert() -> Alert:
    return make_alert(began=utc_now(), detected=utc_now(), snapshot="gate.jpg")


def _begin(wall: SmallWall) -> "Page":
    """One click at the wall, once the phone is there; returns the phone with the task on it."""
    FolderStore(wall.site.evidence_path).put("gate.jpg", _picture("placeholder", 704, 576))
    wall.page.reload()
    phone = wall.on_phone("li", "officer-1")
    phone.get_by_test_id("empty").wait_for(timeout=SOON_MS)
    wall.page.locator("[data-testid=dispatch]:enabled").click(timeout=SOON_MS)
    phone.get_by_test_id("main").wait_for(timeout=SOON_MS)
    return phone


def _done(page: "Page", step: str) -> None:
    """Waits until the wall's stage says so."""
    page.locator(f"[data-testid=course] [data-step={step}][data-done=yes]").wait_for(timeout=LINK_MS)


def _stands(phone: "Page", state: str) -> None:
    phone.locator(f"[data-testid=task][data-state={state}]").wait_for(timeout=SOON_MS)


def _report(phone: "Page") -> None:
    photo = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": _picture("on site", 3000, 2000)}
    before = phone.get_by_test_id("quick-cleared").bounding_box()
    phone.get_by_test_id("photo").set_input_files(photo)
    phone.locator("[data-testid=photos].done").wait_for(timeout=SOON_MS)
    assert phone.get_by_test_id("quick-cleared").bounding_box() == before  # nothing moves away under a thumb
    phone.get_by_test_id("quick-cleared").tap()
    phone.locator("[data-testid=main]:enabled").tap(timeout=SOON_MS)


def _both(page: "Page", name: str, *, phone: bool = False) -> None:
    """Pictures in both languages."""
    shoot(page, f"{name}-zh.png")
    switch = page.get_by_test_id("language")
    (switch.tap if phone else switch.click)()
    shoot(page, f"{name}-en.png")
    (switch.tap if phone else switch.click)()


def test_the_wall_follows_the_officer_from_one_click_to_closed(chromium: "Browser", database: str | None):
    with small_wall(chromium, [_alert()], undo_s=1.0, database=database) as wall:
        page, phone = wall.page, _begin(wall)
        _done(page, "delivered")
        _both(phone, "phone-new", phone=True)
        phone.get_by_test_id("main").tap()
        _done(page, "taken")
        phone.get_by_test_id("main").tap()
        _done(page, "on_site")
        _stands(phone, "ON_SITE")
        _both(phone, "phone-on-site", phone=True)
        _report(phone)
        _done(page, "handled")
        width = page.wait_for_function(
            "() => document.querySelector('[data-testid=photos] img')?.naturalWidth || null", timeout=SOON_MS
        ).json_value()
        said = page.get_by_test_id("result").inner_text()
        _both(page, "wall-handled")
        _both(phone, "phone-handled", phone=True)
        page.keyboard.press("r")
        page.get_by_test_id("rework-not_solved").wait_for(timeout=SOON_MS)
        page.keyboard.press("1")
        page.get_by_test_id("close").wait_for(state="hidden", timeout=SOON_MS)
        phone.get_by_test_id("rework").wait_for(timeout=SOON_MS)
        again = phone.get_by_test_id("rework").inner_text()
        _both(phone, "phone-rework", phone=True)
        phone.get_by_test_id("main").tap()
        _stands(phone, "ON_SITE")
        _report(phone)
        page.locator("[data-testid=close]:visible").wait_for(timeout=SOON_MS)
        page.keyboard.press("e")
        _done(page, "closed")
        _both(page, "wall-closed")
        phone.get_by_test_id("understood").wait_for(timeout=SOON_MS)
        _both(phone, "phone-closed", phone=True)
        phone.get_by_test_id("understood").tap()
        phone.get_by_test_id("empty").wait_for(timeout=SOON_MS)

        assert (width, said) == (1600, "处置情况：已恢复通行")
        assert again == "请返工：问题仍在"


def test_what_an_officer_returns_is_sent_to_somebody_else(chromium: "Browser"):
    with small_wall(chromium, [_alert()], undo_s=1.0) as wall:
        page, phone = wall.page, _begin(wall)
        phone.get_by_test_id("return").tap()
        _both(phone, "phone-return", phone=True)
        phone.get_by_test_id("return-busy").tap()
        page.get_by_test_id("returned").wait_for(timeout=SOON_MS)
        why = page.get_by_test_id("returned").inner_text()
        page.locator("[data-testid=dispatch]:enabled").wait_for(timeout=SOON_MS)
        offered = page.get_by_test_id("dispatch").inner_text()
        _both(page, "wall-returned")
        page.keyboard.press("d")
        page.get_by_test_id("returned").wait_for(state="hidden", timeout=SOON_MS)
        _done(page, "at")
        phone.get_by_test_id("empty").wait_for(timeout=SOON_MS)

        assert why == "Officer 1 已退回：正在处置其他任务"
        assert "Officer 2" in offered


def test_two_operators_on_one_alert_are_told_who_was_faster(chromium: "Browser"):
    with small_wall(chromium, [_alert()], undo_s=30.0) as wall:
        other, held = wall.sign_in("op2", "operator"), list["Route"]()

        def hold(route: "Route") -> None:
            held.append(route)

        other.get_by_test_id("wall").wait_for(timeout=SOON_MS)
        wall.page.locator("[data-testid=dispatch]:enabled").wait_for(timeout=SOON_MS)
        other.route("**/dispatch", hold)
        other.locator("[data-testid=dispatch]:enabled").click(timeout=SOON_MS)
        while not held:
            other.wait_for_timeout(20)
        wall.page.locator("[data-testid=dispatch]:enabled").click(timeout=SOON_MS)
        wall.page.get_by_test_id("undo").wait_for(timeout=SOON_MS)
        with other.expect_response("**/dispatch") as answered:
            held[0].continue_()
        told = other.locator(".notice.look").inner_text(timeout=SOON_MS)
        shoot(other, "wall-conflict-zh.png")

        assert answered.value.status == 409
        assert told.startswith("已有人处理：op 于 ")
        assert told.endswith(" 已派遣 Officer 1")


def test_steps_without_a_link_are_kept_and_each_arrives_once(chromium: "Browser"):
    with small_wall(chromium, [_alert()], undo_s=1.0) as wall:
        page, phone = wall.page, _begin(wall)
        asked: list[str] = []

        def lose_the_answer(route: "Route") -> None:
            asked.append(route.request.url)
            if len(asked) > 1:
                route.continue_()
                return
            route.fetch()
            route.abort()

        phone.route("**/take", lose_the_answer)
        task = (phone.get_by_test_id("snapshot").get_attribute("src") or "").split("/")[4]
        phone.get_by_test_id("main").tap()
        _done(page, "taken")
        phone.context.set_offline(offline=True)
        phone.get_by_test_id("main").tap()
        _stands(phone, "ON_SITE")
        photo = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": _picture("on site", 640, 480)}
        phone.get_by_test_id("photo").set_input_files(photo)
        phone.get_by_test_id("banner-link").wait_for(timeout=LINK_MS)
        told = phone.get_by_test_id("banner-unsent").inner_text()
        shown = phone.get_by_test_id("banner-link").inner_text()
        _both(phone, "phone-no-link", phone=True)
        phone.route("**/tasks/**", lambda route: route.abort())
        phone.context.set_offline(offline=False)
        phone.reload()  # as a phone does that needs its memory for the camera
        phone.get_by_test_id(f"task-{task}").tap(timeout=SOON_MS)
        _stands(phone, "ON_SITE")
        phone.locator("[data-testid=photos].done").wait_for(timeout=SOON_MS)
        phone.unroute("**/tasks/**")
        _done(page, "on_site")
        page.locator("[data-testid=photos] img").wait_for(timeout=LINK_MS)
        phone.get_by_test_id("banner-unsent").wait_for(state="hidden", timeout=SOON_MS)
        page.locator("[data-testid=timeline] [data-action='dispatch.on_site']").first.wait_for(timeout=SOON_MS)
        counts = [
            page.locator(f"[data-testid=timeline] [data-action='dispatch.{s}']").count() for s in ("taken", "on_site")
        ]

        assert len(asked) > 1
        assert "项未发送，正在重试" in told
        assert shown.startswith("没有网络 ")
        assert counts == [1, 1]


def test_what_is_called_back_goes_from_the_phone_and_says_so(chromium: "Browser"):
    urgent = make_alert(began=utc_now(), detected=utc_now(), level=1)
    with small_wall(chromium, [urgent], undo_s=30.0) as wall:
        phone = _begin(wall)  # at once: level 1 waits for nothing
        wall.page.get_by_test_id("undo").click(timeout=SOON_MS)
        phone.get_by_test_id("understood").wait_for(timeout=SOON_MS)
        told = phone.get_by_test_id("stand").inner_text()
        _both(phone, "phone-called-back", phone=True)

        assert told == "此任务已被值班员撤回"
