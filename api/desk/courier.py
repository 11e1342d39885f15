"""Brings what stands in the outbox to the police: in order, again and again, and until a person must look."""

import asyncio
import logging
import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased

from api.books import Books, Guard, writing
from api.desk.sending import Outcome, Sender
from api.links import Links
from api.push_message import Messages
from api.pushing import Outbox, noted
from config.site import Site
from models import keys
from models.clock import monotonic_now, utc_now
from models.dialect import AWAY, why
from models.errors import LeaseLostError
from models.tables import incident
from models.tables_police import push

log: Final = logging.getLogger("courier")

SCHEDULE: Final = (5.0, 30.0, 120.0, 600.0, 3600.0)
"""Seconds from each failed attempt to the next; after the last one a person must look."""
_LOOK_S: Final = 0.2
_IDLE_S: Final = 5.0
"""How often somebody without any target looks whether pushes of former ones are left."""
_REVISE_S: Final = 1.0
_AT_ONCE: Final = 4
"""Attempts under way to one target; the next ones wait, those to other targets do not."""
_FAULT_S: Final = 60.0
"""So long a push is left alone of which not even the outcome can be written down, or an incident of which no change."""
_REVISED_FOR: Final = timedelta(days=90)
"""An incident that was pushed longer ago is told of no more."""


class Courier:
    """The desk's way out.

    Args:
        site: Who may get something, and with which key.
        redis: Walls are woken by it.
        engine, guard: The database, and the desk's right to write it: who has lost it sends nothing.
        schedule: Seconds from each failed attempt to the next.
    """

    def __init__(
        self, site: Site, redis: Redis, engine: AsyncEngine, guard: Guard, schedule: Sequence[float] = SCHEDULE
    ) -> None:
        self._site, self._redis, self._engine, self._guard = site, redis, engine, guard
        self._schedule = tuple(schedule)
        self._outbox = Outbox(site, Messages(site, Links(site.links_path)))
        self._under_way: dict[str, str] = {}
        self._senders: dict[str, Sender] = {}
        self._left: dict[str, float] = {}

    async def run(self, ending: asyncio.Event) -> None:
        """Look after the outbox until told to end; what is under way then is sent again by the next desk.

        Raises:
            LeaseLostError: another desk has taken the lease.
        """
        trust = ssl.create_default_context()
        look_s = _LOOK_S if self._site.police.targets else _IDLE_S
        self._senders = {target.id: Sender(target, trust) for target in self._site.police.targets}
        revised = -_REVISE_S
        try:
            async with asyncio.TaskGroup() as attempts:
                started: set[asyncio.Task[None]] = set()
                while not ending.is_set():
                    try:
                        if monotonic_now() - revised >= _REVISE_S:
                            await self._revise()
                            revised = monotonic_now()
                        for row in await self._due():
                            task = attempts.create_task(self._attempt(row), name=f"courier:{row.target}:{row.id}")
                            started.add(task)
                            task.add_done_callback(started.discard)
                    except AWAY as error:
                        log.warning("the courier waits: %s", why(error))
                        await asyncio.sleep(1)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(ending.wait(), look_s)
                for task in started:
                    task.cancel()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None  # the lease is lost: that is all the desk has to know
        finally:
            for sender in self._senders.values():
                await sender.close()

    async def _due(self) -> list[Row[Any]]:
        """What may be tried now: nothing before an earlier revision of the same incident is through."""
        earlier = aliased(push)
        waits = select(earlier.c.id).where(
            earlier.c.target == push.c.target,
            earlier.c.incident_id == push.c.incident_id,
            earlier.c.revision < push.c.revision,
            earlier.c.state == "WAITING",
        )
        query: Select[Any] = (
            select(push.c.id, push.c.target, push.c.body, push.c.incident_id, push.c.revision)
            .where(push.c.state == "WAITING", push.c.due <= utc_now(), ~waits.exists())
            .order_by(push.c.due)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        taken: list[Row[Any]] = []
        for row in rows:
            busy = sum(target == row.target for target in self._under_way.values())
            if row.id not in self._under_way and busy < _AT_ONCE:
                self._under_way[row.id] = row.target
                taken.append(row)
        return taken

    async def _attempt(self, row: Row[Any]) -> None:
        """Written down before it is sent and after; whoever dies in between sends it again under the same id."""
        try:
            sender = self._senders.get(row.target)
            if sender is None:
                await self._note(row, Outcome("dead", "unconfigured"))
                return
            if await self._taken(row):
                await self._note(row, await _sent(sender, row))
        except AWAY as error:
            log.warning("push %s waits for the database: %s", row.id, why(error))
            await asyncio.sleep(1)
        except LeaseLostError:
            raise
        except Exception:  # one push must not end the desk, which writes the alerts: the next one would find it again
            log.exception("push %s cannot be written down", row.id)
            await asyncio.sleep(_FAULT_S)
        finally:
            self._under_way.pop(row.id, None)

    async def _taken(self, row: Row[Any]) -> bool:
        """Write the attempt down; False where the row is not due any more: it was read before another was through."""
        async with writing(self._engine, self._guard) as books:
            due = (push.c.id == row.id) & (push.c.state == "WAITING") & (push.c.due <= books.at)
            taken = await books.connection.execute(update(push).where(due).values(attempts=push.c.attempts + 1))
            return taken.rowcount == 1

    async def _note(self, row: Row[Any], outcome: Outcome) -> None:
        async with writing(self._engine, self._guard) as books:
            await self._conclude(books, row, outcome)
        if books.feed_id is None:
            return
        with suppress(RedisError, OSError):  # only the wake-up is lost; walls look by themselves once a second
            await self._redis.publish(keys.WAKE, str(books.feed_id))

    async def _conclude(self, books: Books, row: Row[Any], outcome: Outcome) -> None:
        stored = (await books.connection.execute(select(push.c.attempts).where(push.c.id == row.id))).scalar_one()
        wait_s = self._schedule[stored - 1] if 0 < stored <= len(self._schedule) else None
        values: dict[str, Any] = {"error": outcome.error}
        if outcome.kind == "delivered":
            values |= {"state": "DELIVERED", "delivered": books.at}
        elif outcome.kind == "dead" or wait_s is None:
            values |= {"state": "DEAD"}
        else:
            values |= {"due": books.at + timedelta(seconds=wait_s)}
        waits = (push.c.id == row.id) & (push.c.state == "WAITING")
        if (await books.connection.execute(update(push).where(waits).values(values))).rowcount == 0:
            log.info("push %s was concluded while an attempt was under way", row.id)
            return
        action = {"DELIVERED": "push.delivered", "DEAD": "push.dead"}.get(values.get("state", ""), "push.failed")
        detail = {"target": row.target, "revision": row.revision, "push": row.id, "attempt": stored}
        if outcome.error:
            detail["error"] = outcome.error
            log.warning("push %s to %s, attempt %d: %s", row.id, row.target, stored, outcome.error)
        await noted(books, row.incident_id, "desk", action, **detail)

    async def _revise(self) -> None:
        """What changed about a pushed incident is told to whoever was told of it."""
        async with self._engine.connect() as connection:
            changed = (await connection.execute(_changed())).all()
        for row in changed:
            target, left_until = self._site.police.target(row.target), self._left.get(row.incident_id, 0.0)
            if target is None or monotonic_now() < left_until:
                continue
            try:
                async with writing(self._engine, self._guard) as books:
                    await self._outbox.revise(books, target, row.incident_id)
            except (LeaseLostError, *AWAY):
                raise
            except Exception:  # as in `_attempt`
                log.exception("%s: what changed about it cannot be written for %s", row.incident_id, row.target)
                self._left[row.incident_id] = monotonic_now() + _FAULT_S


async def _sent(sender: Sender, row: Row[Any]) -> Outcome:
    """How the attempt went, whatever it met."""
    try:
        return await sender.send(row.id, row.body.encode())
    except Exception:  # as above; it counts as an attempt, so a person looks in the end
        log.exception("push %s to %s met what it should not", row.id, row.target)
        return Outcome("again", "fault")


def _changed() -> Select[Any]:
    """(target, incident) of which a target knows less than we do."""
    return (
        select(push.c.target, push.c.incident_id)
        .join(incident, incident.c.id == push.c.incident_id)
        .where(push.c.at > utc_now() - _REVISED_FOR)
        .group_by(push.c.target, push.c.incident_id, incident.c.version)
        .having(func.max(push.c.version) < incident.c.version)
    )
