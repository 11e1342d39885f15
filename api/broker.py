"""The way to Redis: fails fast, so that nobody who could do something else waits for it."""

from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

PATIENCE_S: Final = 3.0
"""A server on the same machine or network that has not answered by then will not; longer than any BLOCK of ours."""


def connect(url: str) -> Redis:
    """A client that connects when it is first used, never tries twice, and gives up after PATIENCE_S."""
    return Redis.from_url(
        url, retry=Retry(NoBackoff(), 0), socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S
    )
