"""The journal keeps what it was given, in order, and refuses in plain words."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Barrier, Event

import pytest

from models import journal as journal_module
from models.clock import to_micros, utc_now
from models.errors import JournalError
from models.journal import Checkpoint, Draft, Journal, latencies, read_entries

_WRITER = """
import json, sys
from pathlib import Path
from models.journal import Checkpoint, Draft, Journal
journal = Journal(Path(sys.argv[1]))
n = json.loads(journal.checkpoints()["gate-1"].body)["n"] if journal.checkpoints() else 0
print("ready", flush=True)
while True:
    n += 1
    drafts = [Draft("alert", f"a{n}", 1, "{}", n), Draft("blind", f"b{n}", 1, "{}", n)]
    journal.append(drafts, {"gate-1": Checkpoint(n, json.dumps({"n": n}))})
"""


def _draft(name: str, taken: int = 5) -> Draft:
    return Draft("alert", name, 1, "{}", taken)


def _seqs(path: Path) -> list[int]:
    return [row.entry.seq for row in read_entries(path)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.db"


def test_rows_are_numbered_from_one_without_gaps(path: Path) -> None:
    journal = Journal(path)
    first = journal.append([_draft("a"), _draft("b")], {})
    second = journal.append([_draft("c")], {})

    assert [e.seq for e in (*first, *second)] == [1, 2, 3]
    assert {e.origin for e in first} == {journal.origin}
    assert journal.origin.startswith("watch-")


def test_the_origin_and_the_checkpoint_outlive_the_process_that_wrote_them(path: Path) -> None:
    journal = Journal(path)
    journal.append([], {"gate-1": Checkpoint(7, '{"x":1}'), "gate-2": Checkpoint(None, "{}")})
    journal.append([], {"gate-1": Checkpoint(8, '{"x":2}')})
    origin = journal.origin
    journal.close()
    again = Journal(path)

    assert again.origin == origin
    assert again.checkpoints() == {"gate-1": Checkpoint(8, '{"x":2}'), "gate-2": Checkpoint(None, "{}")}


def test_many_who_open_a_new_journal_at_once_all_get_the_same_one(tmp_path: Path) -> None:
    """SQLite tells one of two who switch to its write-ahead log at once that the file is locked."""
    rounds, crowd = 100, 3
    gate = Barrier(crowd)

    def opened(path: Path) -> str:
        gate.wait(10)
        journal = Journal(path)
        journal.close()
        return journal.origin

    with ThreadPoolExecutor(crowd) as pool:
        origins = [set(pool.map(opened, [tmp_path / f"{n}.db"] * crowd)) for n in range(rounds)]

    assert [len(found) for found in origins] == [1] * rounds


def test_a_row_is_unsent_then_sent_then_settled(path: Path) -> None:
    journal = Journal(path)
    journal.append([_draft("a"), _draft("b")], {})

    assert [e.seq for e in journal.unsent(10)] == [1, 2]

    journal.mark_sent([1])

    assert [e.seq for e in journal.unsent(10)] == [2]
    assert journal.overdue(10.0, 10) == []
    assert [e.seq for e in journal.overdue(0.0, 10)] == [1]

    journal.mark_settled([1, 99])

    assert journal.unsettled() == 1
    assert journal.overdue(0.0, 10) == []


def test_a_lost_stream_makes_every_unsettled_row_due_again_at_once(path: Path) -> None:
    journal = Journal(path)
    journal.append([_draft("a"), _draft("b"), _draft("c")], {})
    journal.mark_sent([1, 2])
    journal.mark_settled([1])

    assert journal.send_all_again() == 1
    assert [e.seq for e in journal.overdue(10.0, 10)] == [2]


def test_only_rows_settled_long_ago_are_pruned_and_numbers_go_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(path)
    journal.append([_draft("a"), _draft("b")], {})
    journal.mark_settled([1, 2])
    monkeypatch.setattr(journal_module, "KEPT", timedelta(seconds=-1))

    assert journal.prune() == 2
    assert journal.append([_draft("c")], {})[0].seq == 3


def test_a_failed_transaction_leaves_neither_rows_nor_numbers_behind(path: Path) -> None:
    journal = Journal(path)
    journal.append([_draft("a")], {})
    with pytest.raises(JournalError):
        journal.append([_draft("b"), Draft("alert", "c", 1, None, 5)], {"gate-1": Checkpoint(1, "{}")})  # type: ignore[arg-type]

    assert journal.append([_draft("d")], {})[0].seq == 2
    assert journal.checkpoints() == {}


def test_an_audit_reads_while_the_writer_goes_on(path: Path) -> None:
    journal = Journal(path)
    journal.append([_draft("a"), _draft("b")], {})
    reading = read_entries(path)
    first = next(reading)
    journal.append([_draft("c")], {})

    assert [first.entry.seq, *(row.entry.seq for row in reading)] == [1, 2]
    assert _seqs(path) == [1, 2, 3]


def test_latency_counts_from_the_picture_to_the_disk_and_to_redis(path: Path) -> None:
    journal = Journal(path)
    taken = to_micros(utc_now()) - 250_000
    journal.append([_draft("a", taken), _draft("b", taken)], {})
    journal.mark_sent([1])
    first, second = latencies(path)

    assert 250 <= first.written_ms <= first.sent_ms < 5000
    assert second.sent_ms is None


def test_what_is_no_journal_is_refused_in_plain_words(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database, only some text that is long enough to be looked at" * 20)

    with pytest.raises(JournalError, match="it is no journal: move it away"):
        Journal(path)
    with pytest.raises(JournalError, match="it is no journal"):
        next(read_entries(path))


def test_a_folder_that_cannot_be_made_is_refused_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file lies here")

    with pytest.raises(JournalError, match="folder cannot be made"):
        Journal(tmp_path / "data" / "journal.db")


def test_a_journal_of_a_later_version_is_refused(path: Path) -> None:
    journal = Journal(path)
    journal._db.execute("PRAGMA user_version=99")
    journal.close()

    with pytest.raises(JournalError, match="version 99"):
        Journal(path)


def test_a_missing_journal_is_named(path: Path) -> None:
    with pytest.raises(JournalError, match="there is no journal"):
        next(read_entries(path))


def test_a_journal_that_is_just_being_made_has_no_rows(path: Path) -> None:
    path.parent.mkdir()
    path.touch()

    assert list(read_entries(path)) == []


@pytest.mark.fault
def test_a_writer_killed_at_any_moment_leaves_no_gap_and_a_checkpoint_of_its_last_row(path: Path) -> None:
    random = Random(7)
    for _ in range(20):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)],
            stdout=subprocess.PIPE,
            cwd=Path(journal_module.__file__).parents[1],
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(random.uniform(0.0, 0.05))
            os.kill(writer.pid, signal.SIGKILL)
        seqs = _seqs(path)
        rows = list(read_entries(path))

        assert seqs == list(range(1, len(seqs) + 1))
        journal = Journal(path)
        checkpoints = journal.checkpoints()
        journal.close()
        written = json.loads(checkpoints["gate-1"].body)["n"] if checkpoints else 0
        assert written == checkpoints["gate-1"].heartbeat if checkpoints else not rows
        assert [row.subject_id for row in rows[-2:]] == ([f"a{written}", f"b{written}"] if written else [])
    assert seqs


def test_who_closes_it_waits_for_whoever_is_writing_and_nobody_writes_afterwards(path: Path) -> None:
    journal, begun, go_on = Journal(path), Event(), Event()

    class Slow(list[Draft]):
        def __iter__(self) -> Iterator[Draft]:
            begun.set()
            go_on.wait(20)
            return super().__iter__()

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(journal.append, Slow([_draft("a")]), {})
        assert begun.wait(20)
        closing = pool.submit(journal.close)
        time.sleep(0.3)
        was_closed = closing.done()
        go_on.set()
        written = writing.result(20)
        closing.result(20)

    assert not was_closed
    assert [entry.seq for entry in written] == _seqs(path) == [1]
    with pytest.raises(JournalError, match="closed"):
        journal.append([_draft("b")], {})
