"""Are journals and database the same? Compared as sets, origin by origin; each missing or extra entry is named."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Column, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.audit import ChainReport, verify
from api.blind import blind_day
from api.reading import blind_between
from api.views_time import BlindDay, BlindView
from config.site import Site
from models.alert import Alert, BlindSpan
from models.clock import utc_now
from models.dialect import absent, has_tables, open_engine, unmoved, why
from models.entry import Entry
from models.errors import KanmenError
from models.journal import read_entries
from models.tables import alert, alert_history, blind_span, configuration, evidence, flow, inbox, rejected
from models.wire import decode_alert

Result = TypeVar("Result")

_NONE_YET: Final = "there is no database yet: the desk makes it when it starts for the first time"


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """One entry by its names.

    Attributes:
        origin, seq: Where it stands in its journal; empty and 0 where no inbox row knows it.
        kind, id, revision: What it is.
    """

    origin: str
    seq: int
    kind: str
    id: str
    revision: int


@dataclass(frozen=True, slots=True)
class Report:
    """What the comparison found.

    Attributes:
        entries: Rows of all journals.
        missing: In a journal, not in the database.
        unsettled: Those of `missing` that the journal itself still sends: under way, not lost.
        extra: In the database, but not in the journal of their origin (rows that a journal has let go by age are not).
        changed: In both, with different content.
        unaudited: Rows in the database by origin whose journal was not given.
        rejected: Stream messages that could not be stored.
        alerts_in_database: Alerts by id.
        spans_in_database: Blind spans by id.
        evidence_in_database: Clips and full snapshots by id.
    """

    entries: int
    missing: tuple[Named, ...]
    unsettled: tuple[Named, ...]
    extra: tuple[Named, ...]
    changed: tuple[Named, ...]
    unaudited: Mapping[str, int]
    rejected: int
    alerts_in_database: int
    spans_in_database: int
    evidence_in_database: int

    @property
    def clean(self) -> bool:
        """Nothing is missing, extra or changed."""
        return not (self.missing or self.extra or self.changed)


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything the database holds, newest revisions, oldest first."""

    alerts: tuple[Alert, ...]
    spans: tuple[BlindSpan, ...]


def reconcile(journals: Iterable[Path], database_url: str) -> Report:
    """Compare the journals with the database.

    Raises:
        JournalError: a journal cannot be read.
        KanmenError: there is no database, or it cannot be read.
    """
    written: dict[Named, str] = {}
    unsettled: set[Named] = set()
    for path in journals:
        for row in read_entries(path):
            name = _named(row.entry, row.subject_id, row.revision)
            written[name] = row.entry.body
            if row.settled is None:
                unsettled.add(name)
    return _ask(database_url, lambda connection: _compare(connection, written, unsettled))


def verify_chain(database_url: str, kept: str = "") -> ChainReport:
    """Whether the audit chain is whole, and still has the row whose hash was kept elsewhere.

    Raises:
        KanmenError: there is no database, or it cannot be read.
    """
    return _ask(database_url, partial(verify, kept=kept))


def stored(database_url: str) -> Stored:
    """All alerts and blind spans of the database.

    Raises:
        KanmenError: there is no database, or it cannot be read.
    """
    return _ask(database_url, _stored)


def blind_time(site: Site, day: date | None) -> tuple[BlindDay, list[BlindView]]:
    """The blind time of a local day (today where None) by camera and hour, and its spans.

    Raises:
        KanmenError: there is no database, or it cannot be read.
    """
    now = utc_now()
    day = day or now.astimezone(site.zone).date()

    async def asked(connection: AsyncConnection) -> tuple[BlindDay, list[BlindView]]:
        by_camera = await blind_day(connection, site, day, now)
        return by_camera, await blind_between(connection, by_camera.first, by_camera.until)

    return _ask(site.database_url, asked)


def _ask(database_url: str, question: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
    async def asked() -> Result:
        engine = open_engine(database_url, patient=True)
        try:
            async with unmoved(engine).connect() as connection:
                if not await connection.run_sync(has_tables):
                    raise KanmenError(_NONE_YET)
                return await question(connection)
        except DBAPIError as error:
            raise KanmenError(f"the database cannot be read: {why(error)}") from error
        finally:
            await engine.dispose()

    if absent(database_url):
        raise KanmenError(_NONE_YET)
    return asyncio.run(asked())


async def _compare(connection: AsyncConnection, written: Mapping[Named, str], unsettled: set[Named]) -> Report:
    noted = {
        Named(row.origin, row.seq, row.kind, row.subject_id, row.revision)
        for row in (await connection.execute(select(inbox))).all()
    }
    bodies = {(row.alert_id, row.revision): row.body for row in (await connection.execute(select(alert_history))).all()}
    spans = {row.id: row.revision for row in (await connection.execute(select(blind_span))).all()}
    counts = {row.id: row.revision for row in (await connection.execute(select(flow.c.id, flow.c.revision))).all()}
    proofs = {row.id: row for row in (await connection.execute(select(evidence))).all()}
    bodies |= {(row.id, row.revision): row.body for row in proofs.values()}
    kept_evidence = {row.id: row.revision for row in proofs.values()}
    configurations = (await connection.execute(select(configuration.c.id))).scalars().all()
    newest = {
        "blind": spans,
        "flow": counts,
        "evidence": kept_evidence,
        "in_force": dict.fromkeys(configurations, 1),
    }

    def is_kept(name: Named) -> bool:
        if name.kind == "alert":
            return (name.id, name.revision) in bodies
        return bool(newest[name.kind].get(name.id, 0) >= name.revision)

    oldest: dict[str, int] = {}
    for name in written:
        oldest[name.origin] = min(name.seq, oldest.get(name.origin, name.seq))
    kept = {name for name in noted if is_kept(name)}
    known = {(name.id, name.revision) for name in noted if name.kind == "alert"}
    stray = {
        Named("", 0, "alert", alert_id, revision)
        for alert_id, revision in bodies.keys() - known
        if alert_id not in proofs
    }
    unaudited: dict[str, int] = {}
    for name in noted:
        if name.origin not in oldest:
            unaudited[name.origin] = unaudited.get(name.origin, 0) + 1
    missing = written.keys() - kept
    return Report(
        entries=len(written),
        missing=tuple(sorted(missing)),
        unsettled=tuple(sorted(missing & unsettled)),
        extra=tuple(sorted(_extra(noted, written, oldest) | stray)),
        changed=tuple(sorted(name for name in written.keys() & kept if _differs(name, written[name], bodies))),
        unaudited=unaudited,
        rejected=await _count(connection, rejected.c.digest),
        alerts_in_database=await _count(connection, alert.c.id),
        spans_in_database=len(spans),
        evidence_in_database=len(proofs),
    )


def _extra(noted: set[Named], written: Mapping[Named, str], oldest: Mapping[str, int]) -> set[Named]:
    return {name for name in noted - written.keys() if name.origin in oldest and name.seq >= oldest[name.origin]}


def _differs(name: Named, body: str, bodies: Mapping[tuple[str, int], str]) -> bool:
    return bodies.get((name.id, name.revision), body) != body


async def _stored(connection: AsyncConnection) -> Stored:
    newest = (
        select(alert_history.c.body)
        .join(alert, (alert.c.id == alert_history.c.alert_id) & (alert.c.revision == alert_history.c.revision))
        .order_by(alert.c.detected, alert.c.id)
    )
    bodies: Sequence[str] = (await connection.execute(newest)).scalars().all()
    spans = (await connection.execute(select(blind_span).order_by(blind_span.c.began, blind_span.c.id))).all()
    return Stored(
        tuple(decode_alert(body) for body in bodies),
        tuple(BlindSpan(UUID(row.id), row.revision, row.camera, row.reason, row.began, row.ended) for row in spans),
    )


async def _count(connection: AsyncConnection, column: Column[Any]) -> int:
    return int((await connection.execute(select(func.count(column)))).scalar_one())


def _named(entry: Entry, subject_id: str, revision: int) -> Named:
    return Named(entry.origin, entry.seq, entry.kind, subject_id, revision)
