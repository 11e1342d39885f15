"""SQLite's write-ahead log, switched on by whoever comes first."""

import sqlite3
import time
from typing import Final

from models.clock import Monotonic, monotonic_now

_AGAIN_S: Final = 0.01


def write_ahead(db: sqlite3.Connection, busy_s: float) -> None:
    """Let readers and one writer share the file; it stays so for good.

    Where two switch a new file at once, each waits for the other to let go, and SQLite tells one of them at once that
    the file is locked, whatever its time-out. So it is asked again until the other is through.

    Args:
        db: Not within a transaction.
        busy_s: How long others may hold the file.

    Raises:
        sqlite3.Error: they hold it for longer, or it cannot be written.
    """
    until = Monotonic(monotonic_now() + busy_s)
    while True:
        try:
            db.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic_now() >= until:
                raise
            time.sleep(_AGAIN_S)
        else:
            return
