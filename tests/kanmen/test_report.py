"""The page of a replay is one file: it loads nothing, runs nothing but its own script, and stays small."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanmen.report.film import Thinned
from kanmen.report.write import page, write_page
from models.errors import FootageError

_HOSTILE = "</script><script>alert(1)</script><!--&\u2028\udcff"


def replay(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kanmen", "replay", *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=folder)


def told_on(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="told">(.*?)</script>', text, re.DOTALL)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


@given(st.integers(1, 40), st.integers(0, 500))
def test_of_however_many_things_so_many_are_kept_evenly_apart_from_the_first_on(most: int, number: int) -> None:
    thinned: Thinned[int] = Thinned(most)
    for thing in range(number):
        if thinned.wants():
            thinned.keep(thing)
    apart = {after - before for before, after in zip(thinned.kept, thinned.kept[1:], strict=False)}

    assert len(thinned.kept) <= most
    assert len(apart) <= 1
    assert thinned.kept[:1] == list(range(number))[:1]
    assert len(thinned.kept) >= min(number, most) // 2


def test_what_stands_in_a_name_neither_ends_its_place_nor_is_lost() -> None:
    text = page({"files": [{"name": _HOSTILE}]})

    assert told_on(text) == {"files": [{"name": _HOSTILE}]}
    assert text.count("<script") == text.count("</script>") == 2
    assert text.encode("utf-8")


def test_only_the_page_s_own_script_and_style_may_run_and_nothing_may_be_loaded() -> None:
    text = page({})
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    (script,) = re.findall(r'<script type="module">(.*?)</script>', text, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)

    def known(part: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'"

    assert policy.split("; ")[:4] == [
        "default-src 'none'",
        "img-src data:",
        f"style-src {known(style)}",
        f"script-src {known(script)}",
    ]
    assert set(re.findall(r"https?://[\w./]+", text)) == {"http://www.w3.org/2000/svg"}
    assert re.findall(r"^(import|export)\b", script, re.MULTILINE) == []


def test_a_page_that_cannot_be_written_leaves_the_one_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()

    with pytest.raises(FootageError, match=r"--html .*page\.html: cannot be written: "):
        write_page(tmp_path / "page.html", {})

    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_folder_that_is_not_there_is_told_before_the_work(tmp_path: Path) -> None:
    done = replay(tmp_path, "nothing.mp4", "--html", "missing/page.html")

    assert done.returncode == 1
    assert "--html missing/page.html: cannot be written: name a file in a folder that is there" in done.stderr
    assert "Detector" not in done.stderr


def test_the_page_holds_a_picture_and_the_tracks_of_each_alert_and_of_each_event(
    tmp_path: Path, footage: Path, assets: Path
) -> None:
    """The clip's name holds a byte that is no character."""
    assert assets
    clip = os.fsencode(tmp_path) + b"/b\xff<b>.mp4"
    shutil.copy(footage / "mot15" / "TUD-Campus.mp4", clip)
    (tmp_path / "truth.yaml").write_text(
        "events: [{code: LINE, zone: middle, from_s: 1, to_s: 2}, {code: LOITER, from_s: 1.5, to_s: 2.5}]"
    )
    words = ("--html", "page.html", "--json", "out.json", "--truth", "truth.yaml")
    done = replay(tmp_path, os.fsdecode(clip), *words)
    assert done.returncode == 0, done.stderr
    outcome = json.loads((tmp_path / "out.json").read_text())
    told = told_on((tmp_path / "page.html").read_text())
    by_instant = {still["at"]: still for still in told["stills"]}
    (alert,) = told["alerts"]
    shown = by_instant[alert["detected_s"]]
    picture = cv2.imdecode(np.frombuffer(base64.b64decode(shown["jpeg"]), np.uint8), cv2.IMREAD_COLOR)

    assert outcome["files"][0]["name"] == "b?<b>.mp4"
    assert (alert["id"], alert["verdict"]) == (outcome["alerts"][0]["id"], "found")
    assert set(alert["subjects"]) & {track[0] for track in shown["tracks"]}
    assert picture.shape[1] == 640
    assert [(e["code"], e["verdict"]) for e in told["truth"]["events"]] == [("LINE", "found"), ("LOITER", "missed")]
    assert any(0 <= at - 2.0 <= 0.21 for at in by_instant)
    assert len(told["samples"]) <= len(told["stills"]) == outcome["frames"]
    assert sum(told["took"][stage] for stage in ("wait", "track", "rules", "health", "page")) <= told["wall_s"]
