"""The journal: every alert, blind span, count and piece of evidence of one origin, on disk before anybody hears."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from threading import RLock
from typing import Final, cast

from models.clock import to_micros, utc_now
from models.entry import Entry, Kind
from models.errors import JournalError
from models.journal_rows import BUSY_S, Checkpoint, Draft, Latency, Row, latencies, read_entries, remedy
from models.wal import write_ahead

__all__ = ["Checkpoint", "Draft", "Journal", "Latency", "Row", "latencies", "read_entries"]

KEPT: Final = timedelta(days=30)
"""Rows stay this long after they were settled."""

_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL, subject_id TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL,
  taken INTEGER NOT NULL, written INTEGER NOT NULL,
  sent INTEGER, resent INTEGER, tries INTEGER NOT NULL DEFAULT 0, settled INTEGER
);
CREATE INDEX entries_unsettled ON entries (seq) WHERE settled IS NULL;
CREATE TABLE checkpoints (camera TEXT PRIMARY KEY, heartbeat INTEGER, body TEXT NOT NULL) WITHOUT ROWID;
"""


class Journal:
    """The journal's file, opened; an instance is used by one thread at a time, and the others wait.

    Args:
        path: The file; it and its folder are made when missing.
        durable: Whether each transaction is on the disk when it returns. Marks alone may do without: a lost mark
            only means that a row is sent again.
        writer: Begins the origin of a journal that is made.

    Raises:
        JournalError: the file cannot be opened, written, or is of another version; each method raises it too.
    """

    def __init__(self, path: Path, *, durable: bool = True, writer: str = "watch") -> None:
        self._path = path
        self._one = RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise JournalError(
                f"{path}: the journal's folder cannot be made: {error.strerror}; free the way"
            ) from error
        with self._plainly():
            self._db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        with self._plainly():
            write_ahead(self._db, BUSY_S)
            self._db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self.origin = self._opened(writer)

    def append(self, drafts: Sequence[Draft], checkpoints: Mapping[str, Checkpoint]) -> list[Entry]:
        """Write rows and checkpoints (by camera) in one transaction: after a crash there are all or none of them."""
        now = to_micros(utc_now())
        entries = []
        with self._transaction():
            for d in drafts:
                cursor = self._db.execute(
                    "INSERT INTO entries (kind, subject_id, revision, body, taken, written) VALUES (?, ?, ?, ?, ?, ?)",
                    (d.kind, d.subject_id, d.revision, d.body, d.taken, now),
                )
                entries.append(Entry(self.origin, cast("int", cursor.lastrowid), d.kind, d.body))
            self._db.executemany(
                "INSERT OR REPLACE INTO checkpoints (camera, heartbeat, body) VALUES (?, ?, ?)",
                [(camera, c.heartbeat, c.body) for camera, c in checkpoints.items()],
            )
        return entries

    def checkpoints(self) -> dict[str, Checkpoint]:
        """The newest checkpoint of each camera."""
        with self._plainly():
            rows = self._db.execute("SELECT camera, heartbeat, body FROM checkpoints").fetchall()
        return {camera: Checkpoint(heartbeat, body) for camera, heartbeat, body in rows}

    def newest(self, kind: Kind) -> list[str]:
        """The newest body of each subject of a kind, oldest subject first."""
        query = "SELECT body, MAX(revision) FROM entries WHERE kind = ? GROUP BY subject_id ORDER BY MIN(seq)"
        with self._plainly():
            return [body for body, _ in self._db.execute(query, (kind,))]

    def unsent(self, limit: int) -> list[Entry]:
        """The oldest rows that have never been sent."""
        return self._entries("sent IS NULL AND settled IS NULL ORDER BY seq LIMIT ?", (limit,))

    def overdue(self, after_s: float, limit: int) -> list[Entry]:
        """The oldest rows that were sent so long ago and are not settled; the wait doubles with each try, up to 16."""
        now = to_micros(utc_now())
        return self._entries(
            "settled IS NULL AND sent IS NOT NULL AND ? - resent >= ? * (1 << MIN(tries - 1, 4)) ORDER BY seq LIMIT ?",
            (now, round(after_s * 1e6), limit),
        )

    def unsettled(self) -> int:
        """How many rows are not known to be safe in the database."""
        with self._plainly():
            return int(self._db.execute("SELECT COUNT(*) FROM entries WHERE settled IS NULL").fetchone()[0])

    def mark_sent(self, seqs: Sequence[int]) -> None:
        """These rows are on the stream."""
        now = to_micros(utc_now())
        with self._transaction():
            self._db.executemany(
                "UPDATE entries SET sent = COALESCE(sent, ?), resent = ?, tries = tries + 1 WHERE seq = ?",
                [(now, now, seq) for seq in seqs],
            )

    def mark_settled(self, seqs: Sequence[int]) -> None:
        """These rows are in the database; numbers that are not ours are passed over."""
        now = to_micros(utc_now())
        with self._transaction():
            self._db.executemany(
                "UPDATE entries SET settled = ? WHERE seq = ? AND settled IS NULL", [(now, seq) for seq in seqs]
            )

    def send_all_again(self) -> int:
        """The stream was lost: what is not settled counts as overdue; returns how many rows that are."""
        with self._transaction():
            return self._db.execute(
                "UPDATE entries SET resent = 0, tries = 1 WHERE settled IS NULL AND sent IS NOT NULL"
            ).rowcount

    def prune(self) -> int:
        """Remove rows settled longer than KEPT ago; returns how many."""
        limit = to_micros(utc_now() - KEPT)
        with self._transaction():
            return self._db.execute("DELETE FROM entries WHERE settled < ?", (limit,)).rowcount

    def close(self) -> None:
        """Let go of the file, once nobody is at work on it: closed under somebody's hands SQLite crashes."""
        with self._one:
            self._db.close()

    def _entries(self, where: str, values: tuple[int, ...]) -> list[Entry]:
        with self._plainly():
            rows = self._db.execute(f"SELECT seq, kind, body FROM entries WHERE {where}", values)  # noqa: S608 (ours)
            return [Entry(self.origin, seq, kind, body) for seq, kind, body in rows]

    def _opened(self, writer: str) -> str:
        """Make the tables where there are none; returns the origin."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in _SCHEMA.split(";\n"):
                    self._db.execute(statement)
                self._db.execute("INSERT INTO meta VALUES ('origin', ?)", (f"{writer}-{token_hex(4)}",))
                self._db.execute(f"PRAGMA user_version={_VERSION}")
        except sqlite3.Error:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        if version not in (0, _VERSION):
            raise JournalError(f"{self._path}: the journal is of version {version}; this Kanmen reads {_VERSION}")
        return str(self._db.execute("SELECT value FROM meta WHERE key = 'origin'").fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._plainly():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """SQLite's errors as ours."""
        try:
            with self._one:
                yield
        except sqlite3.Error as error:
            raise JournalError(f"{self._path}: the journal cannot be used: {error}; {remedy(error)}") from error
