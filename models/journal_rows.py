"""What stands in a journal, and how an audit reads it beside the process that writes it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.alert import Alert, BlindSpan
from models.clock import to_micros
from models.entry import Entry, Kind
from models.errors import JournalError
from models.evidence import Evidence
from models.flow import FlowCount
from models.in_force import InForce
from models.wire import encode_alert, encode_blind, encode_evidence, encode_flow, encode_in_force

BUSY_S: Final = 5.0
"""Another thread or process holds the file for milliseconds; longer than this is a fault."""

_REMEDIES: Final = {
    "NOTADB": "it is no journal: move it away, a new one is made",
    "CORRUPT": "it is damaged: move it away and keep it, a new one is made",
    "FULL": "the disk is full: free some space",
    "READONLY": "give this user the right to write it and its folder",
    "CANTOPEN": "give this user the right to write it and its folder",
    "PERM": "give this user the right to write it and its folder",
    "BUSY": "another process holds it: is Kanmen running twice on this data folder?",
    "LOCKED": "another process holds it: is Kanmen running twice on this data folder?",
    "IOERR": "the disk reports errors",
}
"""What to do, by part of SQLite's name of the error."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is about to be written.

    Attributes:
        kind, subject_id, revision, body: As in models.wire; the subject is the alert, span, count or evidence.
        taken: µs since 1970 UTC of the picture (or the moment) that caused it.
    """

    kind: Kind
    subject_id: str
    revision: int
    body: str
    taken: int

    @staticmethod
    def of_alert(alert: Alert, taken: int) -> "Draft":
        """A revision of an alert that the picture taken then caused."""
        return Draft("alert", str(alert.id), alert.revision, encode_alert(alert), taken)

    @staticmethod
    def of_blind(span: BlindSpan) -> "Draft":
        """A blind span that opens or closes."""
        return Draft("blind", str(span.id), span.revision, encode_blind(span), to_micros(span.ended or span.began))

    @staticmethod
    def of_flow(count: FlowCount, taken: int) -> "Draft":
        """A revision of a count that the picture taken then caused."""
        return Draft("flow", str(count.id), count.revision, encode_flow(count), taken)

    @staticmethod
    def of_evidence(evidence: Evidence) -> "Draft":
        """Evidence that is asked for, or has come to its end."""
        body = encode_evidence(evidence)
        return Draft("evidence", str(evidence.id), evidence.revision, body, to_micros(evidence.at))

    @staticmethod
    def of_in_force(word: InForce) -> "Draft":
        """A configuration came into force."""
        return Draft("in_force", str(word.id), word.revision, encode_in_force(word), to_micros(word.since))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a camera must remember.

    Attributes:
        heartbeat: µs since 1970 UTC of the newest picture that was analysed; None before the first.
        body: JSON; its meaning is the writer's own.
    """

    heartbeat: int | None
    body: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row as an audit sees it; instants in µs since 1970 UTC.

    Attributes:
        entry: As it goes over the wire.
        subject_id, revision: Of the alert, span, count or evidence.
        taken: The picture that caused it; written: on disk; sent: first time on the stream; settled: in the database.
    """

    entry: Entry
    subject_id: str
    revision: int
    taken: int
    written: int
    sent: int | None
    settled: int | None


def read_entries(path: Path) -> Iterator[Row]:
    """All rows by their number, read only, also while another process writes.

    Raises:
        JournalError: there is no journal, or it cannot be read.
    """
    if not path.is_file():
        raise JournalError(f"{path}: there is no journal")
    columns = "kind, body, seq, subject_id, revision, taken, written, sent, settled"
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", timeout=BUSY_S, uri=True)) as db:
            if db.execute("PRAGMA user_version").fetchone()[0] == 0:
                return  # its writer is just making it
            origin = str(db.execute("SELECT value FROM meta WHERE key = 'origin'").fetchone()[0])
            for kind, body, seq, *rest in db.execute(f"SELECT {columns} FROM entries ORDER BY seq"):  # noqa: S608 (ours)
                yield Row(Entry(origin, seq, kind, body), *rest)
    except sqlite3.Error as error:
        raise JournalError(f"{path}: the journal cannot be read: {error}; {remedy(error)}") from error


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one revision of an alert took, milliseconds since its picture was taken.

    Attributes:
        subject_id, revision: Which.
        written_ms: Until it was on disk.
        sent_ms: Until it was in Redis; None while it is not.
    """

    subject_id: str
    revision: int
    written_ms: float
    sent_ms: float | None


def latencies(path: Path) -> list[Latency]:
    """Of every alert's revision in a journal, oldest first.

    Raises:
        JournalError: there is no journal, or it cannot be read.
    """
    return [
        Latency(
            row.subject_id,
            row.revision,
            (row.written - row.taken) / 1000,
            None if row.sent is None else (row.sent - row.taken) / 1000,
        )
        for row in read_entries(path)
        if row.entry.kind == "alert"
    ]


def remedy(error: sqlite3.Error) -> str:
    """What to do about an error of SQLite."""
    name = getattr(error, "sqlite_errorname", "")
    for part, advice in _REMEDIES.items():
        if part in name:
            return advice
    return "without it no alert would be safe, so nothing is watched until it can be"
