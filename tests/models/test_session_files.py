"""A session's files: whole, or as far as they go; a slow disk ends a recording and never holds a camera up."""

import os
import time
from pathlib import Path

import pytest

from models.errors import FootageError
from models.session import SessionReader, SessionWriter, ended, is_session_name


def written(path: Path, records: int = 5, reason: str = "it was long enough") -> bytes:
    writer = SessionWriter(path.open("xb"))
    for number in range(records):
        writer.write(b"L", f"record {number}".encode())
    writer.end(reason)
    writer.wait(5)
    return path.read_bytes()


def test_what_was_written_is_read_and_so_is_why_it_ended(tmp_path: Path) -> None:
    written(tmp_path / "looks")
    reader = SessionReader(tmp_path / "looks")
    records = list(reader)

    assert records == [(b"L", f"record {number}".encode()) for number in range(5)]
    assert reader.ended == ended(tmp_path / "looks") == "it was long enough"


def test_a_file_cut_anywhere_is_read_as_far_as_it_is_whole_and_has_no_end(tmp_path: Path) -> None:
    path = tmp_path / "looks"
    data = written(path)
    counts = []
    for size in range(17, len(data)):
        path.write_bytes(data[:size])
        reader = SessionReader(path)
        counts.append(len(list(reader)))
        assert reader.ended is None
        assert ended(path) is None

    assert counts == sorted(counts)
    assert counts[-1] == 5


def test_a_bit_that_fell_over_ends_the_reading_before_it(tmp_path: Path) -> None:
    path = tmp_path / "looks"
    data = bytearray(written(path))
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    reader = SessionReader(path)

    assert 0 < len(list(reader)) < 5
    assert reader.ended is None


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "looks"
    path.write_bytes(b"something else entirely")

    with pytest.raises(FootageError, match="no file of a session"):
        list(SessionReader(path))


def test_a_disk_that_hangs_ends_the_recording_and_writing_never_waits() -> None:
    theirs, ours = os.pipe()  # it takes 64 KiB and then no more, as a disk that hangs
    writer = SessionWriter(os.fdopen(ours, "wb"))
    began = time.monotonic()
    for _ in range(2000):
        writer.write(b"P", bytes(1000))
    took_s = time.monotonic() - began
    told = writer.ended
    os.close(theirs)
    writer.wait(5)

    assert told == "the disk is too slow for this camera"
    assert took_s < 2


def test_a_full_disk_is_said() -> None:
    writer = SessionWriter(os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb"))
    writer.write(b"P", bytes(100_000))
    writer.wait(5)

    assert writer.ended == "the disk refuses: No space left on device"


@pytest.mark.parametrize("name", ["", "..", "a/b", "/etc", "A", "x" * 65, "-a", "a b"])
def test_a_name_from_redis_leads_to_no_other_folder(name: str) -> None:
    assert not is_session_name(name)
    assert is_session_name("session-43c66e9fb635")
