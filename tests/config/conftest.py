"""A small, good configuration that each test spoils in one place."""

from collections.abc import Callable
from pathlib import Path

import pytest

GOOD = """\
id: corner
name: {zh: 街角, en: Corner}
prefix: CRN
timezone: Asia/Shanghai
cameras:
  - id: gate-1
    name: {zh: 一号门, en: Gate 1}
    entrance: 1号出入口
    url: rtsp://viewer:open-sesame@127.0.0.1:8554/gate-1
    grid: G-01
    position: [0.2, 0.3]
    zones:
      - id: yard
        name: {zh: 院子, en: Yard}
        points: [[0.1, 0.5], [0.9, 0.5], [0.9, 0.9], [0.1, 0.9]]
    lines:
      - id: door
        name: {zh: 门, en: Door}
        start: [0.4, 0.6]
        end: [0.6, 0.6]
        direction: in
    rules:
      - rule: INTRUDE
        zone: yard
        dwell_s: 3
      - rule: LINE
        line: door
  - id: gate-2
    name: {zh: 二号门, en: Gate 2}
    entrance: 2号出入口
    url: rtsp://127.0.0.1:8554/gate-2
    grid: G-02
    position: [0.7, 0.3]
detector:
  fps: 5
health:
  stall_s: 3
wall:
  host: 127.0.0.1
  port: 8780
grids:
  - code: G-01
    name: {zh: 一网格, en: Grid 1}
    beside: [G-02]
  - code: G-02
    name: {zh: 二网格, en: Grid 2}
people:
  - id: officer-1
    name: {zh: 甲, en: A}
    grids: [G-01]
  - id: officer-2
    name: {zh: 乙, en: B}
    grids: [G-02]
"""
"""A site with all that the reader checks; its first camera's password is `open-sesame`."""

Spoil = Callable[..., Path]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """The good configuration as a file."""
    path = tmp_path / "site.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def spoil(tmp_path: Path) -> Spoil:
    """Writes the good configuration with pieces replaced, each exactly once; returns the file."""

    def write(*pairs: tuple[str, str]) -> Path:
        text = GOOD
        for old, new in pairs:
            if text.count(old) != 1:
                pytest.fail(f"{old!r} stands {text.count(old)} times in the good configuration")
            text = text.replace(old, new)
        path = tmp_path / "site.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
