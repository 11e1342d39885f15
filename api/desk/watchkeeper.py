"""Keeps the desk's vigil: looks once a second, writes its alerts into a journal of its own, and takes them over."""

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import Guard, writing
from api.desk.admit import admit, raw
from api.desk.inbox import Inbox
from api.desk.intake import take_over
from api.desk.vigil import Reading, Vigil
from config.site import Site
from models import keys
from models.clock import Monotonic, monotonic_now, to_micros, utc_now
from models.dialect import AWAY, why
from models.errors import JournalError
from models.journal import Checkpoint, Draft, Journal
from models.trouble import Trouble

log: Final = logging.getLogger("desk")

_LOOK_S: Final = 1.0
_PATIENCE_S: Final = 0.8
"""Redis answers within milliseconds; one that hangs must not hold the next look up."""
_AT_ONCE: Final = 100
_PRUNE_S: Final = 3600.0
_NAME: Final = "vigil"
_TROUBLES: Final = TypeAdapter(dict[str, Trouble])


class Watchkeeper:
    """The desk's own origin of alerts: they need no Redis to reach the database.

    Args:
        site, redis, engine, guard: As the desk has them.
        inbox: Whose progress is watched.
    """

    def __init__(self, site: Site, redis: Redis, engine: AsyncEngine, guard: Guard, inbox: Inbox) -> None:
        self._site, self._redis, self._engine, self._guard, self._inbox = site, redis, engine, guard, inbox
        self._journal: Journal | None = None
        self._vigil: Vigil | None = None
        self._prune_at = Monotonic(0.0)

    async def run(self, ending: asyncio.Event) -> None:
        """Look until told to end. What is written and not yet taken over is taken over after the next start.

        Raises:
            LeaseLostError: another desk has taken the lease.
        """
        lost = False
        try:
            while not ending.is_set():
                try:
                    await self._look()
                    lost = False
                except (JournalError, *AWAY) as error:
                    if not lost:
                        log.warning("the desk's own alerts wait: %s", why(error))
                    lost = True
                with suppress(TimeoutError):
                    await asyncio.wait_for(ending.wait(), _LOOK_S)
        finally:
            if self._journal is not None:
                self._journal.close()

    async def _look(self) -> None:
        seen = await self._reading()
        if self._journal is None:
            self._journal = await asyncio.to_thread(Journal, self._site.desk_journal_path, writer="desk")
        if self._vigil is None:
            self._vigil = Vigil(self._site.id, self._site.health, _remembered(self._journal), seen)
            return
        before = dict(self._vigil.troubles)
        alerts = self._vigil.look(seen)
        if alerts or before != self._vigil.troubles:
            checkpoint = Checkpoint(seen.now, json.dumps(_plain(self._vigil.troubles)))
            drafts = [Draft.of_alert(alert, seen.now) for alert in alerts]
            try:
                await asyncio.to_thread(self._journal.append, drafts, {_NAME: checkpoint})
            except JournalError:
                self._vigil.troubles = before  # it is told again when it can be written down
                raise
        await self._take_over(self._journal)
        if monotonic_now() >= self._prune_at:
            await asyncio.to_thread(self._journal.prune)
            self._prune_at = Monotonic(monotonic_now() + _PRUNE_S)

    async def _reading(self) -> Reading:
        answered, status = False, None
        with suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                status = _parsed(await self._redis.get(keys.STATUS))
            answered = True
        at, unsettled = (status or {}).get("at"), (status or {}).get("unsettled")
        return Reading(
            now=to_micros(utc_now()),
            monotonic=monotonic_now(),
            redis=answered,
            said=at if isinstance(at, int) else None,
            unsettled=unsettled if isinstance(unsettled, int) else 0,
            taken=self._inbox.taken,
        )

    async def _take_over(self, journal: Journal) -> None:
        """Into the database, in the same way as what comes over the stream: each row exactly once."""
        entries = await asyncio.to_thread(journal.unsent, _AT_ONCE)
        if not entries:
            return
        async with writing(self._engine, self._guard) as books:
            settled = await take_over(books, [admit(raw(entry)) for entry in entries])
        await asyncio.to_thread(journal.mark_settled, settled.get(journal.origin, []))
        for entry in entries:
            log.warning("%s", entry.body)
        with suppress(RedisError, OSError, TimeoutError):  # only the wake-up is lost; walls look by themselves
            async with asyncio.timeout(_PATIENCE_S):
                await self._redis.publish(keys.WAKE, str(books.feed_id))


def _remembered(journal: Journal) -> dict[str, Trouble]:
    checkpoint = journal.checkpoints().get(_NAME)
    if checkpoint is None:
        return {}
    try:
        return _TROUBLES.validate_python(json.loads(checkpoint.body))
    except (ValueError, ValidationError) as error:
        log.warning("what the desk remembered of troubles cannot be used, it begins anew: %s", error)
        return {}


def _plain(troubles: dict[str, Trouble]) -> Any:  # noqa: ANN401 (JSON values)
    return json.loads(json.dumps({code: asdict(trouble) for code, trouble in troubles.items()}, default=_text))


def _text(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot stand in a checkpoint")


def _parsed(value: Any) -> dict[str, Any] | None:  # noqa: ANN401 (whatever Redis holds)
    try:
        words = json.loads(value) if value else None
    except ValueError:
        return None
    return words if isinstance(words, dict) else None
