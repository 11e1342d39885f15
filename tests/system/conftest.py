"""The whole product, started as its users start it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import running_demo


@pytest.fixture
def start_demo(tmp_path: Path, demo_cache: Path) -> Iterator[Callable[..., running_demo.RunningDemo]]:
    """Starts `kanmen demo` with these words; ends it after the test."""
    started: list[running_demo.RunningDemo] = []

    def start(*words: str) -> running_demo.RunningDemo:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(running_demo.start_demo(folder, demo_cache, *words))
        return started[-1]

    yield start
    for demo in started:
        demo.end()
