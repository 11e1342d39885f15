"""What cameras and Kanmen itself raise stands on the wall in words of both languages: what, where, why, how grave."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from neighbourhood import make_alert
from shots import shoot
from small_wall import SOON_MS, small_wall

from models.alert import Alert, Number
from models.clock import utc_now
from models.codes import CODES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]


@dataclass(frozen=True, slots=True)
class Raised:
    """The figures with which a trouble is raised."""

    observed: Mapping[str, Number]
    threshold: Mapping[str, Number]


TROUBLES: Final = {
    "CAM_OFFLINE": Raised({"lasting_s": 31.0, "cameras": 1}, {"lasting_s": 30.0, "cameras": 2}),
    "CAM_FROZEN": Raised({"lasting_s": 15.0}, {"lasting_s": 15.0}),
    "CAM_BLIND": Raised({"lasting_s": 10.0, "contrast_pct": 0.4}, {"lasting_s": 10.0, "contrast_pct": 2.0}),
    "CAM_MOVED": Raised({"lasting_s": 10.0, "in_place_pct": 8.0}, {"lasting_s": 10.0, "in_place_pct": 35.0}),
    "CAM_BLUR": Raised({"lasting_s": 60.0, "edge_width": 1.9}, {"lasting_s": 60.0, "edge_width": 1.6}),
    "SYS_DETECT": Raised({"lasting_s": 2.0, "silent_s": 12.0}, {"silent_s": 10.0}),
    "SYS_DELIVERY": Raised({"lasting_s": 2.0, "silent_s": 12.0}, {"silent_s": 10.0}),
    "SYS_CLOCK": Raised({"lasting_s": 1.0, "step_s": 7.0}, {"step_s": 2.0}),
    "STORAGE": Raised({"free_gib": 0.4, "used_gib": 120.0}, {"free_gib": 1.0, "used_gib": 200.0}),
}


def _alert(code: str, raised: Raised) -> Alert:
    now, camera = utc_now(), "gate-2" if code.startswith("CAM_") else ""
    figures = {"subjects": (), "place": "", "observed": raised.observed, "threshold": raised.threshold}
    return make_alert(code=code, camera=camera, rule=code, level=CODES[code].level, began=now, detected=now, **figures)


@pytest.fixture
def page(chromium: "Browser") -> Iterator["Page"]:
    """A wall with all of them, in Chinese."""
    with small_wall(chromium, [_alert(code, raised) for code, raised in TROUBLES.items()]) as wall:
        yield wall.page


def _told(page: "Page", name: str, code: str) -> str:
    """What the stage says of the alert of that name."""
    page.get_by_test_id("queue").locator(".row", has_text=name).locator("button").click()
    page.get_by_test_id("stage-title").get_by_text(name, exact=True).wait_for(timeout=SOON_MS)
    shoot(page, f"{code}.png")
    return page.get_by_test_id("stage").inner_text()


def test_each_says_what_where_how_grave_and_why_in_both_languages(page: "Page") -> None:
    zh = {code: _told(page, CODES[code].zh, code) for code in TROUBLES}
    rows = {c: page.get_by_test_id("queue").locator(".row", has_text=CODES[c].zh) for c in TROUBLES}
    levels = {code: row.get_attribute("data-level") for code, row in rows.items()}
    page.keyboard.press("l")
    en = {code: _told(page, CODES[code].en, f"{code}-en") for code in TROUBLES}
    where = {code: ("Gate 2", "看门系统" if code[:4] != "CAM_" else "Gate 2") for code in TROUBLES}
    words = "\n".join((*zh.values(), *en.values()))

    assert levels == {code: str(CODES[code].level) for code in TROUBLES}
    assert [code for code, told in zh.items() if where[code][1] not in told] == []
    assert [c for c, told in en.items() if ("Gate 2" if c.startswith("CAM_") else "Kanmen itself") not in told] == []
    assert re.findall(r"why\.\w+|stage\.\w+|\{\w+\}|undefined|null|NaN|CAM_\w+|SYS_\w+", words) == []
    assert [code for code, told in en.items() if re.search(r"[\u4e00-\u9fff]", told)] == []
