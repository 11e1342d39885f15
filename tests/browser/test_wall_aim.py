"""What an operator does reaches what it was aimed at, whatever others do meanwhile, however quick the hand is."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from neighbourhood import make_alert
from small_wall import SOON_MS, SmallWall, small_wall

from models.alert import Alert
from models.clock import utc_now

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]

AFTER_MS = 700
"""What would follow from a click has followed by then."""
GRAVE, LESS = 2, 3


@pytest.fixture
def alerts() -> list[Alert]:
    """Two, the graver one first."""
    now = utc_now()
    grave = make_alert(began=now, detected=now, level=GRAVE)
    return [grave, replace(make_alert(camera="gate-2", began=now, detected=now), level=LESS)]


@pytest.fixture
def wall(chromium: "Browser", alerts: list[Alert]) -> Iterator[SmallWall]:
    with small_wall(chromium, alerts, undo_s=60.0) as it:
        yield it


def _ready(page: "Page") -> "Page":
    """The graver alert is on the stage, and somebody could be sent."""
    page.get_by_test_id("queue").locator(f".row[data-level='{GRAVE}'] button").click(timeout=SOON_MS)
    page.locator("[data-testid=dispatch]:enabled").wait_for(timeout=SOON_MS)
    return page


def _other(wall: SmallWall) -> "Page":
    """A second operator, who looks at the same alert."""
    return _ready(wall.sign_in("other", "operator"))


def _aim(page: "Page", testid: str, down: float = 0.5) -> tuple[float, float]:
    """The middle of it, or so far down."""
    box = page.get_by_test_id(testid).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * down


def _state(page: "Page", level: int) -> str | None:
    return page.get_by_test_id("queue").locator(f".row[data-level='{level}']").get_attribute("data-state")


def test_a_button_that_goes_down_to_send_somebody_calls_nobody_back(wall: SmallWall) -> None:
    page, other = _ready(wall.page), _other(wall)
    other.mouse.move(*_aim(other, "dispatch", 0.9))  # where it still is once what was done stands above it
    other.mouse.down()
    page.get_by_test_id("dispatch").click()
    other.get_by_test_id("undo").wait_for(timeout=SOON_MS)
    other.mouse.up()
    other.wait_for_timeout(AFTER_MS)
    held = _state(page, GRAVE)
    other.locator("[data-testid=undo]:enabled").click(timeout=SOON_MS)
    page.locator(".row[data-state=ACKED]").wait_for(timeout=SOON_MS)

    assert held == "CONFIRMED"


def test_the_second_of_two_quick_clicks_does_nothing_that_the_first_has_put_there(wall: SmallWall) -> None:
    page = _ready(wall.page)
    page.mouse.dblclick(*_aim(page, "dismiss", 0.85))
    page.get_by_test_id("reason-false_alarm").wait_for(timeout=SOON_MS)
    page.wait_for_timeout(AFTER_MS)
    undecided = _state(page, GRAVE)
    page.keyboard.press("Escape")
    page.locator("[data-testid=dispatch]:enabled").wait_for(timeout=SOON_MS)
    page.mouse.dblclick(*_aim(page, "dispatch", 0.9))
    page.locator(".row[data-state=CONFIRMED]").wait_for(timeout=SOON_MS)
    page.wait_for_timeout(AFTER_MS)

    assert undecided == "RAISED"
    assert _state(page, GRAVE) == "CONFIRMED"


def test_a_press_that_is_held_while_the_stage_goes_on_sends_nobody_to_the_next_alert(wall: SmallWall) -> None:
    page, other = _ready(wall.page), _other(wall)
    page.mouse.move(*_aim(page, "dispatch"))
    page.mouse.down()
    other.keyboard.press("f")
    other.keyboard.press("1")
    page.locator(f"[data-testid=stage][data-level='{LESS}']").wait_for(timeout=SOON_MS)
    page.locator("[data-testid=dispatch]:enabled").wait_for(timeout=SOON_MS)
    page.mouse.up()
    page.wait_for_timeout(AFTER_MS)

    assert _state(page, LESS) == "RAISED"


def test_words_that_are_being_written_stay_words_also_where_their_field_goes(wall: SmallWall) -> None:
    page, other = _ready(wall.page), _other(wall)
    for one in (page, other):
        one.get_by_test_id("queue").locator(f".row[data-level='{LESS}'] button").click()
    page.get_by_test_id("shelve").click()
    page.get_by_test_id("shelve-60").click()
    page.get_by_text("请填写搁置理由").wait_for(timeout=SOON_MS)
    page.keyboard.type("dengguang")
    words = page.get_by_test_id("shelve-reason").input_value()
    other.locator("[data-testid=dispatch]:enabled").click(timeout=SOON_MS)
    while page.get_by_test_id("shelving").is_visible():
        page.keyboard.press("z")
    page.keyboard.type("zoud")
    page.wait_for_timeout(AFTER_MS)

    assert words == "dengguang"
    assert _state(page, LESS) == "CONFIRMED"


def test_two_keys_one_right_after_the_other_are_both_obeyed(wall: SmallWall) -> None:
    page = _ready(wall.page)
    held = list["Route"]()

    def hold(route: "Route") -> None:
        held.append(route)

    page.route("**/ack", hold)
    page.keyboard.press(" ")
    page.keyboard.press("d")
    while not held:
        page.wait_for_timeout(20)
    page.wait_for_timeout(AFTER_MS)
    held[0].continue_()
    page.locator(".row[data-state=CONFIRMED]").wait_for(timeout=SOON_MS)


def test_a_menu_that_somebody_else_has_made_void_holds_no_other_alert_up(wall: SmallWall) -> None:
    page, other = _ready(wall.page), _other(wall)
    page.keyboard.press("f")
    page.get_by_test_id("menu").wait_for(timeout=SOON_MS)
    other.keyboard.press("f")
    other.keyboard.press("1")

    page.locator(f"[data-testid=stage][data-level='{LESS}']").wait_for(timeout=SOON_MS)


def test_whoever_goes_by_the_keyboard_keeps_their_place_while_the_queue_is_sorted_anew(
    wall: SmallWall, alerts: list[Alert]
) -> None:
    page, other = _ready(wall.page), _other(wall)
    here = f"alert-{alerts[1].id}"
    page.get_by_test_id(here).focus()
    other.keyboard.press("f")
    other.keyboard.press("1")
    page.locator(".row[data-state=DISMISSED]").wait_for(timeout=SOON_MS)

    assert page.evaluate("document.activeElement.dataset.testid") == here


def test_of_the_queue_only_what_was_decided_moves(wall: SmallWall, alerts: list[Alert]) -> None:
    """Whatever is moved appears as new, and glows."""
    page, other = _ready(wall.page), _other(wall)
    page.evaluate("""() => {
        window.moved = new Set();
        const note = ({ addedNodes }) => addedNodes.forEach((row) => window.moved.add(row.firstChild.dataset.testid));
        const list = document.querySelector('[data-testid=queue]');
        new MutationObserver((all) => all.forEach(note)).observe(list, { childList: true });
    }""")
    other.keyboard.press("f")
    other.keyboard.press("1")
    page.locator(
        f"[data-testid=queue] .row[data-state=DISMISSED]:last-child [data-testid='alert-{alerts[0].id}']"
    ).wait_for(timeout=SOON_MS)

    assert page.evaluate("[...window.moved]") == [f"alert-{alerts[0].id}"]


def test_what_a_camera_told_last_stands_still_under_a_slow_hand(wall: SmallWall) -> None:
    page = _ready(wall.page)
    page.keyboard.press("1")
    row = page.locator(".latest button").first
    row.wait_for(timeout=SOON_MS)
    box = row.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.wait_for_timeout(2500)  # the status has come twice
    page.mouse.up()

    page.locator(f"[data-testid=stage][data-level='{GRAVE}']").wait_for(timeout=SOON_MS)
