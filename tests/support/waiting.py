"""Waiting for what must come, and no longer."""

import time
from collections.abc import Callable


def until(met: Callable[[], object], limit_s: float = 10.0) -> None:
    """Return once it is met.

    Raises:
        AssertionError: It was not within so many seconds.
    """
    end = time.monotonic() + limit_s
    while not met():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
