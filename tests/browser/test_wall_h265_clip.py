"""A clip that this browser cannot play is said to be so, with the file to take away; a lost file is another matter."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from neighbourhood import make_alert, make_evidence, ready
from shots import shoot
from small_wall import SOON_MS, SmallWall, small_wall

from models.clock import utc_now
from models.evidence import FolderStore
from scenes.encode import ClipWriter
from scenes.nal import H265

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

_PLAYS_H265 = """() => document.createElement("video").canPlayType('video/mp4; codecs="hev1.1.6.L93.B0"') !== ''"""


def _h265(path: Path) -> bytes:
    writer = ClipWriter(path, 320, 240, Fraction(25), {"preset": "ultrafast"}, coding=H265)
    for number in range(25):
        image = np.full((240, 320, 3), 4 * number, np.uint8)
        writer.write(av.VideoFrame.from_ndarray(image), number * 3600)
    writer.close()
    return path.read_bytes()


@pytest.fixture
def wall(chromium: "Browser", tmp_path: Path) -> Iterator[SmallWall]:
    """Two alerts with whole clips: of one the file is there and H.265, of the other it is lost."""
    now, data = utc_now(), _h265(tmp_path / "h265.mp4")
    there, lost = (make_alert(began=now, detected=now, level=level) for level in (2, 4))
    with small_wall(chromium, [there, ready(there, data), lost, make_evidence(lost), ready(lost)]) as it:
        FolderStore(it.site.evidence_path).put(ready(there, data).key, data)
        yield it


def test_a_clip_in_h265_is_said_not_to_play_here_and_can_be_taken_away(wall: SmallWall) -> None:
    page = wall.page
    if page.evaluate(_PLAYS_H265):
        pytest.skip("this browser plays H.265")
    page.get_by_test_id("queue").locator(".row[data-level='2'] button").click()
    page.keyboard.press("c")
    state = page.get_by_test_id("clip-state")
    state.get_by_text("H.265").wait_for(timeout=SOON_MS)
    zh = state.inner_text()
    shoot(page, "clip-h265.png")
    with page.expect_download(timeout=SOON_MS) as download:
        page.get_by_test_id("clip-file").click()
    taken = av.open(str(download.value.path()))
    codec = taken.streams.video[0].codec_context.name
    taken.close()
    page.keyboard.press("l")
    state.get_by_text("This browser cannot play").wait_for(timeout=SOON_MS)
    page.get_by_test_id("queue").locator(".row[data-level='4'] button").click()
    page.keyboard.press("c")
    state.get_by_text("The file of the clip cannot be had").wait_for(timeout=SOON_MS)

    assert "本浏览器不能播放" in zh
    assert codec == "hevc"
    assert page.get_by_test_id("clip-file").is_hidden()
