"""How Kanmen logs: one line each, UTC, to standard error."""

import logging
import time


def log_to_stderr(level: int = logging.INFO) -> None:
    """Log lines like `2026-11-22T23:41:09Z WARNING ingest:gate-1 …`."""
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("alembic", "httpx", "httpcore", "unearth", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
