"""One demo for all browser tests: real cameras, real detection, a real page."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import running_demo


@dataclass(frozen=True)
class RunningWall:
    """Where the wall is and how to get in; `shots` is where screenshots go (KANMEN_SHOTS, or a temporary folder)."""

    url: str
    login_name: str
    one_time_password: str
    shots: Path


@pytest.fixture(scope="session")
def running_wall(tmp_path_factory: pytest.TempPathFactory, demo_cache: Path) -> Iterator[RunningWall]:
    """A demo whose eight cameras are live."""
    demo = running_demo.start_demo(tmp_path_factory.mktemp("wall"), demo_cache)
    try:
        demo.until_live()
        said = running_demo.said_login(demo.errors.read_text())
        if said is None:
            pytest.fail(f"the demo printed no login:\n{demo.errors.read_text()}")
        shots = Path(os.environ.get("KANMEN_SHOTS") or tmp_path_factory.mktemp("shots"))
        shots.mkdir(parents=True, exist_ok=True)
        yield RunningWall(said[0], "admin", said[1], shots)
    finally:
        demo.end()
