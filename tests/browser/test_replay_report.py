"""The page of a replay in a real browser: from a file, without a network, whatever stands in names."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from shots import shoot, shoot_both

from kanmen.assets import fetch
from scenes.compose import compose

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240, func_only=True)]

SOON_MS = 20_000
HOSTILE = "<img src=x onerror=pwned=1>.mp4"

_SITE = """
id: test
name: {zh: 测试, en: Test}
prefix: TEST
data: data
detector: {fps: 2.5}
cameras:
- id: gate-1
  name: {zh: 西门, en: West gate}
  entrance: 1号出入口
  url: rtsp://127.0.0.1/1
  grid: ""
  position: [0.5, 0.5]
  zones:
  - id: forecourt
    name: {zh: 门前禁停区, en: "</script><b>Forecourt"}
    points: [[0.242, 0.612], [0.559, 0.612], [0.584, 0.781], [0.137, 0.781]]
  lines: [{id: threshold, name: {zh: 西门线, en: Gate line}, start: [0.741, 0.534], end: [0.259, 0.534], direction: in}]
  rules:
  - {rule: INTRUDE, zone: forecourt, dwell_s: 1, cooldown_s: 2}
  - {rule: LINE, line: threshold, cooldown_s: 2}
"""
_TRUTH = """
events:
- {code: INTRUDE, zone: forecourt, from_s: 2, to_s: 3, tolerance_s: 3}  # the first to come in: found
- {code: LOITER, from_s: 25, to_s: 28, tolerance_s: 2}                  # no rule watches for it: missed
counts: {threshold: {in: 1, out: 1}}
"""
_RULES = """
rules:
- {rule: LOITER, zone: forecourt, dwell_s: 4}
- {rule: LINE, line: threshold, cooldown_s: 2}
"""


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages of the same footage; `difference` is of its own rules and the other ones."""

    scored: Path
    unscored: Path
    difference: Path


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, demo_cache: Path) -> Pages:
    """The west gate of the demo, in a file of a hostile name: who comes in second is false by this truth."""
    folder = tmp_path_factory.mktemp("replay")
    photo = fetch("street-photo", demo_cache, lambda *_: None)
    (scene,) = compose(photo, demo_cache / "scenes", ["gate-1"])
    shutil.copy(scene.video, folder / HOSTILE)
    (folder / "site.yaml").write_text(_SITE, encoding="utf-8")
    (folder / "truth.yaml").write_text(_TRUTH, encoding="utf-8")
    (folder / "rules.yaml").write_text(_RULES, encoding="utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "models").symlink_to(demo_cache)
    kept = ["--json", "old.json", "--pictures", "."]
    of_footage = [HOSTILE, "-c", "site.yaml", "--html"]
    for words in (
        [*of_footage, "scored.html", "--truth", "truth.yaml", "--what-if", "rules.yaml", *kept],
        [*of_footage, "unscored.html"],
        ["--diff", "old.json", "new.json", "--html", "difference.html"],
    ):
        command = [sys.executable, "-m", "kanmen", "replay", *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=200, cwd=folder)
        assert done.returncode == 0, done.stderr
        raw = json.loads((folder / "old.json").read_text())
        (folder / "new.json").write_text(json.dumps({**raw, "alerts": raw["what_if"]["alerts"]}))
    return Pages(folder / "scored.html", folder / "unscored.html", folder / "difference.html")


@pytest.fixture
def open_page(chromium: "Browser") -> Iterator[Callable[[Path], "Page"]]:
    """Opens a page as a file, with no network; it may ask for nothing else and log no error."""
    context = chromium.new_context(viewport={"width": 1600, "height": 900}, locale="zh-CN", offline=True)
    wrong: list[str] = []
    asked: list[str] = []

    def opened(path: Path) -> "Page":
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.get_by_test_id("report").wait_for(timeout=SOON_MS)
        return page

    yield opened
    context.close()

    assert wrong == []
    assert [url for url in asked if not url.startswith(("data:image/jpeg;base64,", "file:///"))] == []
    assert sum(url.startswith("file:") for url in asked) == 1


def _cards(page: "Page") -> dict[str, int]:
    return {
        verdict: page.get_by_test_id(f"card-{verdict}").count()
        for verdict in ("found", "missed", "false", "repeated", "gained", "unscored")
    }


def _pictured(page: "Page") -> int:
    """How many pictures the cards have, once each has been decoded: they are loaded when they are looked at."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('.card img')].every((one) => one.complete && one.naturalWidth >= 320)",
        timeout=SOON_MS,
    )
    return page.locator(".card img").count()


def test_truth_and_alerts_stand_beside_each_other_with_a_picture_of_each(
    open_page: Callable[[Path], "Page"], pages: Pages
) -> None:
    page = open_page(pages.scored)
    cards = _cards(page)
    _pictured(page)
    shown = {name: page.get_by_test_id(f"sum-{name}").locator("strong").inner_text() for name in ("missed", "false")}
    rows = page.get_by_test_id("rules").locator("tbody tr").all_inner_texts()
    bars = {kind: page.locator(f".board .bar.{kind}").count() for kind in ("truth", "alert", "missed", "false")}
    shoot_both(page, "replay-report")

    assert cards["found"] == cards["missed"] == 1
    assert cards["false"] >= 1
    assert shown == {"missed": str(cards["missed"]), "false": str(cards["false"])}
    assert [row.split("\t")[0] for row in rows] == ["INTRUDE 区域入侵", "LINE 越界", "LOITER 徘徊逗留", "合计"]
    assert bars["truth"] == 2
    assert bars["alert"] == sum(cards.values()) - cards["missed"]
    assert (bars["missed"], bars["false"]) == (1, cards["false"])
    assert page.get_by_test_id("no-truth").count() == 0


def test_a_click_on_a_picture_or_on_the_time_line_shows_that_instant_with_its_tracks(
    open_page: Callable[[Path], "Page"], pages: Pages
) -> None:
    page = open_page(pages.scored)
    at = page.get_by_test_id("at")
    page.get_by_test_id("card-found").locator("button").click()
    of_alert = at.inner_text()
    lit = page.get_by_test_id("player").locator(".box.lit").count()
    trails = page.get_by_test_id("player").locator(".trail").count()
    page.keyboard.press("ArrowRight")
    stepped = at.inner_text()
    page.locator(".board .bar.truth.missed").dispatch_event("click")
    of_event = at.inner_text()
    page.get_by_test_id("play").click()
    page.wait_for_function("was => document.querySelector('[data-testid=at]').textContent !== was", arg=of_event)
    page.get_by_test_id("play").click()

    assert 2.0 <= _seconds(of_alert) <= 5.0
    assert lit >= 1
    assert trails >= 1
    assert _seconds(stepped) > _seconds(of_alert)
    assert 26.0 <= _seconds(of_event) <= 27.0


def _seconds(told: str) -> float:
    minutes, _, seconds = told.partition(" ")[0].partition(":")
    return 60 * int(minutes) + float(seconds)


def test_what_other_rules_gain_and_lose_is_shown_beside_it(open_page: Callable[[Path], "Page"], pages: Pages) -> None:
    page = open_page(pages.scored)
    rows = [row.split("\t") for row in page.get_by_test_id("change").locator("tbody tr").all_inner_texts()]
    change = {row[0].partition(" ")[0]: [int(number) for number in row[1:]] for row in rows}
    gone = page.locator(".board .bar.alert.gone").count()
    page.get_by_test_id("card-gained").first.locator("button").click()
    lit = page.get_by_test_id("player").locator(".box.lit").count()

    assert change["INTRUDE"][0] == 0
    assert change["INTRUDE"][2] == gone >= 1
    assert change["LINE"][1:] == [0, 0]
    assert change["LOITER"][1] == _cards(page)["gained"] >= 1
    assert lit >= 1


def test_the_cards_can_be_narrowed_to_what_was_missed(open_page: Callable[[Path], "Page"], pages: Pages) -> None:
    page = open_page(pages.scored)
    page.get_by_test_id("only-missed").click()
    missed = _cards(page)
    page.get_by_test_id("only-all").click()

    assert missed == {"found": 0, "missed": 1, "false": 0, "repeated": 0, "gained": 0, "unscored": 0}
    assert _cards(page)["found"] == 1


def test_the_page_speaks_both_languages_and_names_stay_text(open_page: Callable[[Path], "Page"], pages: Pages) -> None:
    page = open_page(pages.scored)
    zh = page.locator("body").inner_text()
    page.get_by_test_id("language").click()
    en = page.locator("body").inner_text()

    assert "回放报告 · 西门" in zh
    assert "Replay report · West gate" in en
    assert HOSTILE in zh
    assert "</script><b>Forecourt" in en
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x], b").count() == 0
    for text in (zh, en):
        assert [
            word for word in ("undefined", "null", "NaN", "verdict.", "rules.", "sum.", "speed.") if word in text
        ] == []


def test_without_a_truth_the_alerts_stand_alone_and_the_page_says_so(
    open_page: Callable[[Path], "Page"], pages: Pages
) -> None:
    page = open_page(pages.unscored)
    cards = _cards(page)
    said = page.get_by_test_id("no-truth").inner_text()
    heads = page.get_by_test_id("rules").locator("th").all_inner_texts()
    shoot(page, "replay-report-unscored.png")

    assert "没有给出真值" in said
    assert cards["unscored"] >= 2
    assert sum(cards.values()) == cards["unscored"]
    assert heads == ["报警类型", "报警数", "起始到报警（中位）", "报警 / 镜头小时"]
    assert page.locator(".bar.truth").count() == 0


def test_two_results_stand_side_by_side_with_a_picture_of_each_alert_that_differs(
    open_page: Callable[[Path], "Page"], pages: Pages
) -> None:
    page = open_page(pages.difference)
    rows = [row.split("\t") for row in page.get_by_test_id("change").locator("tbody tr").all_inner_texts()]
    change = {row[0].partition(" ")[0]: [int(number) for number in row[1:]] for row in rows}
    sums = {what: int(page.get_by_test_id(f"sum-{what}").locator("strong").inner_text()) for what in _DIFFERS}
    cards = {what: page.get_by_test_id(f"card-{what}").count() for what in _DIFFERS}
    pictures = _pictured(page)
    page.get_by_test_id("card-gained").first.locator("button").click()
    shown = page.get_by_test_id("at").inner_text()
    zh = page.locator("body").inner_text()
    shoot_both(page, "replay-difference")
    page.get_by_test_id("language").click()
    en = page.locator("body").inner_text()

    assert change["INTRUDE"][0] == 0
    assert cards["lost"] == sums["lost"] == change["INTRUDE"][2] >= 1
    assert cards["gained"] == sums["gained"] == change["LOITER"][1] >= 1
    assert pictures == sum(cards.values())
    assert _seconds(shown) > 0
    assert "两次结果对比" in zh
    assert "Two results side by side" in en
    for text in (zh, en):
        assert [word for word in ("undefined", "null", "NaN", "diff.", "verdict.", "cards.") if word in text] == []


_DIFFERS = ("gained", "lost", "changed")
