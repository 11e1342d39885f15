"""What a demo's configuration has of its own."""

from pathlib import Path

import pytest

from config.read import read_site
from kanmen.demo import write_config


def test_a_camera_whose_scene_is_still_being_composed_is_not_told_as_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANMEN_DEMO_PORT", "8554")
    monkeypatch.setenv("KANMEN_DEMO_PASSWORD", "a-placeholder")
    site = read_site(write_config(tmp_path, 0, 3.0))

    assert site.health.offline_s == 180.0
    assert site.detector.fps == 3.0
