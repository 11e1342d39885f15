"""What an officer's phone cannot send: it is told, it takes nothing else along, and written words are not lost."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import cv2
import numpy as np
import pytest
from neighbourhood import make_alert
from officer import click, does, latest, photographs, signed
from small_wall import SOON_MS, SmallWall, small_wall
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import writing
from api.course import Step
from api.photos import MOST
from api.verdicts import Verdict, give
from models.alert import Alert
from models.clock import utc_now
from models.dialect import open_engine

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.database("sqlite")]

T = TypeVar("T")

OFFICER = signed("li", "officer-1")
WORDS = "占位：已处置"
PHOTO = bytes(cv2.imencode(".jpg", np.full((480, 640, 3), 190, np.uint8))[1])


@dataclass(frozen=True, slots=True)
class Beat:
    """An officer's phone, and what is done beside it; `alerts` has one for each task."""

    wall: SmallWall
    phone: "Page"
    alerts: list[Alert]

    def do(self, work: Callable[[AsyncEngine], Awaitable[T]]) -> T:
        """Beside the phone, as if by somebody else."""

        async def run() -> T:
            engine = open_engine(self.wall.site.database_url)
            try:
                return await work(engine)
            finally:
                await engine.dispose()

        with ThreadPoolExecutor(1) as pool:  # Playwright's loop has this thread
            return pool.submit(asyncio.run, run()).result()

    def row(self, n: int = 0) -> Row[Any]:
        return self.do(lambda engine: latest(engine, self.alerts[n]))

    def step(self, step: Step, words: str = "") -> None:
        """The first task's."""
        row = self.row()
        self.do(lambda engine: does(engine, row, step, OFFICER, words))

    def photograph(self) -> None:
        """The first task's."""
        row = self.row()
        self.do(lambda engine: photographs(engine, self.wall.site, row, OFFICER))

    def open(self, n: int = 0) -> None:
        card, back = f"task-{self.row(n).id}", self.phone.get_by_test_id("back")
        self.phone.locator(f"[data-testid={card}]:visible, [data-testid=back]:visible").wait_for(timeout=SOON_MS)
        if back.is_visible():  # a new task has opened itself
            back.tap()
        self.phone.get_by_test_id(card).tap(timeout=SOON_MS)
        self.phone.get_by_test_id("task").wait_for(timeout=SOON_MS)

    def stands(self, state: str, n: int = 0) -> None:
        """Waits until the server has it so; routes of the phone are served meanwhile."""
        for _ in range(SOON_MS // 100):
            if self.row(n).state == state:
                return
            self.phone.wait_for_timeout(100)
        pytest.fail(f"it is still {self.row(n).state}")

    def add_photo(self, expected: str) -> None:
        photo = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": PHOTO}
        self.phone.get_by_test_id("photo").set_input_files(photo)
        self.phone.get_by_test_id("photos").get_by_text(expected).wait_for(timeout=SOON_MS)

    def report(self) -> None:
        self.phone.get_by_test_id("words").fill(WORDS)
        self.phone.locator("[data-testid=main]:enabled").tap(timeout=SOON_MS)
        self.phone.locator("[data-testid=task][data-state=HANDLED]").wait_for(timeout=SOON_MS)

    def told(self, words: str) -> str:
        self.phone.get_by_test_id("told").get_by_text(words).wait_for(timeout=SOON_MS)
        return self.phone.get_by_test_id("told").inner_text()


@contextmanager
def _on_site(chromium: "Browser", *cameras: str) -> Iterator[Beat]:
    """An officer who has a task at each camera, and has arrived at the first."""
    alerts = [make_alert(camera=camera, began=utc_now(), detected=utc_now()) for camera in cameras]
    with small_wall(chromium, alerts) as wall:
        beat = Beat(wall, wall.on_phone("li", "officer-1"), alerts)
        for alert in alerts:
            beat.do(lambda engine, alert=alert: click(engine, wall.site, alert, 1, "officer-1"))
        beat.step("take")
        beat.step("arrive")
        beat.phone.reload()
        beat.open()
        beat.phone.locator("[data-testid=task][data-state=ON_SITE]").wait_for(timeout=SOON_MS)
        yield beat


def test_a_photo_too_many_goes_alone_and_the_report_behind_it_is_sent(chromium: "Browser") -> None:
    with _on_site(chromium, "gate-1") as beat:
        for _ in range(MOST):
            beat.photograph()
        beat.phone.get_by_test_id("photos").get_by_text(f"照片 {MOST} 张").wait_for(timeout=SOON_MS)
        beat.phone.context.set_offline(offline=True)
        beat.add_photo(f"照片 {MOST + 1} 张，1 张未发送")
        beat.report()
        beat.phone.context.set_offline(offline=False)
        beat.stands("HANDLED")
        told = beat.told("未被接收")

        assert told == "有一张照片未被接收：照片已够多"
        assert beat.row().result == WORDS


def test_a_photo_that_was_sent_counts_before_the_inbox_tells_of_it_and_though_an_older_answer_does_not(
    chromium: "Browser",
) -> None:
    """Else the button goes dead for a moment, right under the thumb that is on its way to it."""
    with _on_site(chromium, "gate-1") as beat:
        held = list[tuple["Route", "APIResponse"]]()
        beat.phone.route("**/inbox", lambda route: held.append((route, route.fetch())))
        for _ in range(SOON_MS // 100):
            beat.phone.wait_for_timeout(100)
            if held:
                break
        beat.phone.get_by_test_id("words").fill(WORDS)
        beat.add_photo("照片 1 张")
        beat.phone.evaluate("""() => {
            window.dead = 0;
            const main = document.querySelector("[data-testid=main]");
            new MutationObserver(() => { window.dead += main.disabled; }).observe(main, { attributes: true });
        }""")
        beat.add_photo("照片 2 张，已发送")
        (route, old), *_ = held
        route.fulfill(response=old)
        overtaken = len(held)
        while len(held) == overtaken:  # it has been asked for anew: the old one was read
            beat.phone.wait_for_timeout(50)
        said = beat.phone.get_by_test_id("photos").inner_text()

        assert said == "照片 2 张，已发送"
        assert beat.phone.evaluate("window.dead") == 0


def test_words_of_a_report_that_is_refused_stand_in_it_again(chromium: "Browser") -> None:
    with _on_site(chromium, "gate-1") as beat:
        held = list["Route"]()

        def hold(route: "Route") -> None:
            held.append(route)

        beat.phone.route("**/photos/**", hold)
        beat.add_photo("照片 1 张，1 张未发送")
        beat.report()
        while not held:
            beat.phone.wait_for_timeout(20)
        held[0].fulfill(status=422, json={"error": "not_jpeg", "detail": "照片不是可用的 JPEG / no JPEG"})
        told = beat.told("请先拍照")
        again = beat.phone.get_by_test_id("words").input_value()
        beat.phone.reload()
        beat.open()
        kept = beat.phone.get_by_test_id("words").input_value()
        beat.phone.unroute("**/photos/**")
        beat.add_photo("照片 1 张，已发送")
        beat.phone.locator("[data-testid=main]:enabled").tap(timeout=SOON_MS)
        beat.stands("HANDLED")

        assert told == "有一张照片未被接收：照片不是可用的 JPEG 没有成功：请先拍照，再报处置"
        assert (again, kept, beat.row().result) == (WORDS, WORDS, WORDS)


def test_whoever_is_overtaken_is_told_what_they_had_written(chromium: "Browser") -> None:
    with _on_site(chromium, "gate-1") as beat:
        beat.photograph()
        beat.phone.get_by_test_id("photos").get_by_text("照片 1 张").wait_for(timeout=SOON_MS)
        beat.phone.context.set_offline(offline=True)
        beat.report()
        beat.step("handle", "said on another phone")
        row, lead = beat.row(), signed("lead", role="shift_lead")

        async def judge(engine: AsyncEngine) -> None:
            async with writing(engine) as books:
                await give(books, Verdict(row.id, row.version, "not_solved", lead))

        beat.do(judge)
        beat.phone.context.set_offline(offline=False)
        told = beat.told(WORDS)

        assert told == f"没有成功：任务现在是「已接单」 您写的是：{WORDS}"


def test_a_photo_that_does_not_get_through_holds_no_other_task_up(chromium: "Browser") -> None:
    with _on_site(chromium, "gate-1", "gate-2") as beat:
        asked, full = list["Route"](), {"error": "storage", "detail": "placeholder"}

        def hold_the_first(route: "Route") -> None:
            asked.append(route)
            if len(asked) > 1:
                route.fulfill(status=507, json=full)

        beat.phone.route("**/photos/**", hold_the_first)
        beat.add_photo("照片 1 张，1 张未发送")
        beat.open(1)
        beat.phone.get_by_test_id("main").tap()
        beat.stands("TAKEN", 1)  # while the photo crawls
        asked[0].fulfill(status=507, json=full)
        beat.phone.get_by_test_id("banner-unsent").wait_for(timeout=SOON_MS)
        beat.phone.get_by_test_id("main").tap()
        beat.stands("ON_SITE", 1)  # while the server has no room for it
        while len(asked) == 1:
            beat.phone.wait_for_timeout(50)
        beat.phone.unroute("**/photos/**")
        beat.phone.get_by_test_id("banner-unsent").wait_for(state="hidden", timeout=2 * SOON_MS)

        assert (beat.row(0).state, beat.row(1).state) == ("ON_SITE", "ON_SITE")


def test_an_own_reason_to_return_is_of_its_task_alone(chromium: "Browser") -> None:
    with _on_site(chromium, "gate-1", "gate-2", "gate-3") as beat:
        beat.open(1)
        beat.phone.get_by_test_id("return").tap()
        beat.phone.get_by_test_id("return-own").fill("占位：脚踝扭伤")
        beat.phone.get_by_test_id("return-send").tap()
        beat.stands("RETURNED", 1)
        beat.open(2)
        beat.phone.get_by_test_id("return").tap()
        left = beat.phone.get_by_test_id("return-own").input_value()

    assert left == ""


def test_the_reasons_to_return_do_not_stay_for_the_next_task(chromium: "Browser") -> None:
    with _on_site(chromium, "gate-1", "gate-2", "gate-3") as beat:
        beat.open(1)
        beat.phone.get_by_test_id("return").tap()
        beat.phone.get_by_test_id("return-busy").wait_for(timeout=SOON_MS)
        row = beat.row(1)
        beat.do(lambda engine: does(engine, row, "return", OFFICER, "busy"))  # on another phone
        beat.phone.get_by_test_id("tasks").wait_for(timeout=SOON_MS)
        beat.open(2)
        beat.phone.get_by_test_id("main").wait_for(timeout=SOON_MS)

        assert beat.phone.get_by_test_id("return-busy").is_hidden()


def test_whatever_was_done_without_a_link_arrives_up_to_the_report(chromium: "Browser") -> None:
    with _on_site(chromium, "gate-1", "gate-2") as beat:
        beat.open(1)
        beat.phone.context.set_offline(offline=True)
        for state in ("TAKEN", "ON_SITE"):
            beat.phone.get_by_test_id("main").tap()
            beat.phone.locator(f"[data-testid=task][data-state={state}]").wait_for(timeout=SOON_MS)
        beat.add_photo("照片 1 张，1 张未发送")
        beat.report()
        beat.phone.context.set_offline(offline=False)
        beat.stands("HANDLED", 1)

        assert beat.row(1).result == WORDS
