"""How Kanmen logs: one line each, UTC, to standard error."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def log_to_stderr() -> None:
    """Log lines like `2026-11-22T23:41:09Z WARNING ingest:gate-1 …`."""
    _log_to(logging.StreamHandler())


@contextmanager
def log_to_file(path: Path) -> Iterator[None]:
    """Log to a file instead, for a terminal that shows something else."""
    handler = logging.FileHandler(path, encoding="utf-8")
    _log_to(handler)
    yield
    logging.getLogger().removeHandler(handler)
    handler.close()


def _log_to(handler: logging.Handler) -> None:
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("alembic", "httpx", "httpcore", "unearth", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
