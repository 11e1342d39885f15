"""Looks once a second how the watch, the desk and Redis are, for every wall of this worker."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.sight import Sight
from api.web.bell import Bell
from models import keys
from models.clock import to_iso, utc_now

_BEAT_S: Final = 1.0
_PATIENCE_S: Final = 0.8
"""The walls want to hear each second also that Redis hangs."""


class Pulse:
    """`text` is the newest status event as JSON; `number` counts them.

    What concerns single cameras is told to those alone who may see them (`seen`).

    `revision` is the number of the configuration that this worker serves: a page that knows another one asks anew.
    """

    def __init__(self, redis: Redis, bell: Bell) -> None:
        self._redis = redis
        self._bell = bell
        self.number = 0
        self.revision = 0
        self.text = "{}"
        self._words: dict[str, Any] = {}
        self._parts: dict[frozenset[str], str] = {}

    async def run(self) -> None:
        """Beat until cancelled; each beat rings, so that the feed goes on while Redis is away."""
        while True:
            watch, desk, answered = None, None, False
            with suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(_PATIENCE_S):
                    values = await self._redis.mget(keys.STATUS, keys.DESK)
                watch, desk, answered = _parsed(values[0]), _parsed(values[1]), True
            words = {
                "now": to_iso(utc_now()),
                "watch": watch,
                "desk": desk,
                "redis": answered,
                "revision": self.revision,
            }
            self.text, self._words = _json(words), words
            self._parts.clear()
            self.number += 1
            self._bell.ring()
            await asyncio.sleep(_BEAT_S)

    def seen(self, sight: Sight) -> str:
        """The newest status event as an account with this sight is told it."""
        if sight is None:
            return self.text
        if sight not in self._parts:
            watch = self._words.get("watch")
            if watch is not None:
                cameras = watch.get("cameras") or {}
                watch = {**watch, "cameras": {camera: said for camera, said in cameras.items() if camera in sight}}
            self._parts[sight] = _json({**self._words, "watch": watch})
        return self._parts[sight]


def _json(words: Mapping[str, Any]) -> str:
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"))


def _parsed(value: Any) -> dict[str, Any] | None:  # noqa: ANN401 (whatever Redis holds)
    try:
        words = json.loads(value) if value else None
    except ValueError:
        return None
    return words if isinstance(words, dict) else None
