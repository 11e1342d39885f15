"""Reads the stream, has each batch stored, and only then says that it is safe."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import Guard, writing
from api.desk.admit import Admitted, Rejected, admit, raw, reject
from api.desk.intake import take_over
from models import keys
from models.dialect import AWAY, why

log: Final = logging.getLogger("desk")

_BATCH: Final = 100
_BLOCK_MS: Final = 1000
_SETTLED_KEPT: Final = 10_000
_BACK_OFF_S: Final = (0.1, 0.2, 0.5, 1.0, 2.0)

Message = tuple[bytes | None, Mapping[bytes, bytes] | None]
"""(id, fields); 6.2 gives deleted messages as (None, None), others give them without fields."""


class Inbox:
    """The desk's end of the stream `models.keys.ALERTS`; `taken` counts the entries that it has made safe."""

    def __init__(self, redis: Redis, engine: AsyncEngine, consumer: str, guard: Guard) -> None:
        self._redis = redis
        # The client's own reading of the answer throws the cursor away.
        redis.set_response_callback("XAUTOCLAIM", _untouched)
        self._engine = engine
        self._consumer = consumer
        self._guard = guard
        self.taken = 0

    async def run(self, ending: asyncio.Event) -> None:
        """Take entries over until told to end; survives Redis and the database being away.

        Raises:
            LeaseLostError: another desk has taken the lease.
        """
        failures = 0
        while not ending.is_set():
            try:
                await self._recover()
                while not ending.is_set():
                    await self._take(await self._read(">"))
                    failures = 0
            except (RedisError, OSError, *AWAY) as error:
                wait = _BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)]
                if failures == 0:
                    log.warning("the inbox waits: %s", why(error))
                failures += 1
                await asyncio.sleep(wait)

    async def _recover(self) -> None:
        """Make the group where it is missing, claim what dead desks held, and take over all that is pending."""
        try:
            await self._redis.xgroup_create(keys.ALERTS, keys.DESK_GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise
        cursor: bytes | str = "0-0"
        while True:  # only ids: 6.2 would give deleted messages as (None, None) for ever
            answer: Any = await self._redis.xautoclaim(
                keys.ALERTS, keys.DESK_GROUP, self._consumer, 0, cast("str", cursor), _BATCH, justid=True
            )
            cursor = answer[0]
            if cursor == b"0-0":
                break
        last: bytes | str = "0"
        while messages := await self._read(last):
            await self._take(messages)
            last = messages[-1][0] or last

    async def _store(self, bodies: Sequence[Admitted | Rejected]) -> tuple[dict[str, list[int]], int | None]:
        """One transaction for the batch; where the database refuses it, one for each, so that none blocks others."""
        try:
            async with writing(self._engine, self._guard) as books:
                settled = await take_over(books, bodies)
        except AWAY:
            raise
        except SQLAlchemyError as error:
            if len(bodies) == 1 and isinstance(bodies[0], Rejected):
                raise
            settled = {}
            for body in bodies if len(bodies) > 1 else [_refused(body, error) for body in bodies]:
                alone, _ = await self._store([body])
                for origin, numbers in alone.items():
                    settled.setdefault(origin, []).extend(numbers)
            return settled, None
        return settled, books.feed_id

    async def _read(self, after: bytes | str) -> Sequence[Message]:
        answer: Any = await self._redis.xreadgroup(
            keys.DESK_GROUP,
            self._consumer,
            {keys.ALERTS: cast("str", after)},
            count=_BATCH,
            block=_BLOCK_MS if after == ">" else None,
        )
        return answer[0][1] if answer else []

    async def _take(self, messages: Sequence[Message]) -> None:
        """Store, then acknowledge: whoever dies in between finds the batch again, and it counts once."""
        if not messages:
            return
        bodies = [admit(fields) for _, fields in messages if fields]
        settled: dict[str, list[int]] = {}
        feed_id = None
        if bodies:
            settled, feed_id = await self._store(bodies)
            self.taken += sum(map(len, settled.values()))
        ids = [i for i, _ in messages if i is not None]
        async with self._redis.pipeline(transaction=True) as pipe:
            if ids:
                pipe.xack(keys.ALERTS, keys.DESK_GROUP, *ids)
                pipe.xdel(keys.ALERTS, *ids)
            for origin, numbers in settled.items():
                pipe.xadd(keys.settled(origin), {"seqs": json.dumps(numbers)}, maxlen=_SETTLED_KEPT, approximate=True)
            if feed_id is not None:
                pipe.publish(keys.WAKE, str(feed_id))
            await pipe.execute()


def _refused(body: Admitted | Rejected, error: SQLAlchemyError) -> Rejected:
    if isinstance(body, Rejected):
        return body
    return reject(raw(body.entry), f"the database refuses it: {why(error)}")


def _untouched(response: Any, **kwargs: Any) -> Any:  # noqa: ANN401, ARG001 (the client's own protocol)
    return response
