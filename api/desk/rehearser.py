"""Hands rehearsals to the detector's side, one at a time, and writes down what they come to."""

import asyncio
import logging
from contextlib import suppress
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncEngine

from api import rehearsals
from api.books import Guard, writing
from models import keys
from models.clock import Monotonic, monotonic_now
from models.dialect import AWAY, why
from models.rehearsal import Word

log: Final = logging.getLogger("desk")

_LOOK_S: Final = 1.0
_SILENT_S: Final = 30.0
"""A process that is started again after some deaths is back by then."""
_SILENCE: Final = Word("interrupted", error="the detector's side does not answer; start it again when it does")
_ACTOR: Final = "desk"


class Rehearser:
    """Looks once a second; what was under way goes on under the next desk.

    Args:
        redis, engine, guard: As the desk has them.
        silent_s: So long the detector's side may say nothing.
    """

    def __init__(self, redis: Redis, engine: AsyncEngine, guard: Guard, silent_s: float = _SILENT_S) -> None:
        self._redis, self._engine, self._guard, self._silent_s = redis, engine, guard, silent_s
        self._wanted: str | None = None
        self._told = Word("running")
        self._heard = Monotonic(0.0)

    async def run(self, ending: asyncio.Event) -> None:
        """Look until told to end.

        Raises:
            LeaseLostError: another desk has taken the lease.
        """
        while not ending.is_set():
            try:
                await self._look()
            except (RedisError, OSError, *AWAY) as error:
                log.debug("rehearsals wait: %s", why(error))  # whoever is away is told of elsewhere
                self._heard = monotonic_now()
            with suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), _LOOK_S)

    async def _look(self) -> None:
        async with self._engine.connect() as connection:
            row = await rehearsals.due(connection)
        if row is None:
            if self._wanted is not None:
                await self._redis.delete(keys.REHEARSAL)
                self._wanted = None
            return
        if row.state == "queued":
            async with writing(self._engine, self._guard) as books:
                if not await rehearsals.begin(books, row.id):
                    return
        if row.id != self._wanted:
            self._wanted, self._told, self._heard = row.id, Word("running"), monotonic_now()
        await self._redis.set(keys.REHEARSAL, rehearsals.job_of(row).dumps(), ex=keys.REHEARSAL_LIFE_S)
        word = _read(await self._redis.get(keys.rehearsed(row.id)))
        if word is not None:
            self._heard = monotonic_now()
        elif monotonic_now() - self._heard > self._silent_s:
            word = _SILENCE
        if word is None or word == self._told:
            return
        async with writing(self._engine, self._guard) as books:
            if word.state == "running":
                await rehearsals.progress(books, row.id, word)
            else:
                await rehearsals.end(books, _ACTOR, row.id, word)
        self._told = word


def _read(raw: Any) -> Word | None:  # noqa: ANN401 (whatever Redis holds)
    try:
        return Word.loads(raw) if raw else None
    except ValueError:
        return Word("failed", error="the detector's side said what cannot be read; is it of another version?")
