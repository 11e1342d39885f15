"""A picture in a slot arrives whole or is said to be gone."""

import os
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from models.slots import SLOT_BYTES, SLOTS, SlotReader, SlotWriter, make_slots


@pytest.fixture
def fd() -> Iterator[int]:
    fd = make_slots("test")
    yield fd
    os.close(fd)


def _picture(value: int, height: int = 60, width: int = 80) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def test_a_picture_arrives_as_it_was_written(fd: int) -> None:
    writer, reader = SlotWriter(fd), SlotReader(fd)
    picture = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    slot, seq = writer.write(picture)
    out = np.empty_like(picture)

    assert reader.read(slot, seq, 48, 64, out)
    assert (out == picture).all()


def test_a_picture_that_was_overwritten_is_said_to_be_gone(fd: int) -> None:
    writer, reader = SlotWriter(fd), SlotReader(fd)
    slot, seq = writer.write(_picture(1))
    for value in range(SLOTS):
        writer.write(_picture(value))

    assert not reader.read(slot, seq, 60, 80, np.empty((60, 80, 3), np.uint8))


def test_a_restarted_writer_never_repeats_a_number(fd: int) -> None:
    slot, seq = SlotWriter(fd).write(_picture(1))
    again, later = SlotWriter(fd).write(_picture(2))

    assert (again, later) == (slot, seq + 2)


def test_a_writer_that_died_in_the_middle_leaves_an_odd_number_that_nobody_reads(fd: int) -> None:
    writer, reader = SlotWriter(fd), SlotReader(fd)
    slot, seq = writer.write(_picture(1))
    writer._seq[slot] = seq + 1

    assert not reader.read(slot, seq, 60, 80, np.empty((60, 80, 3), np.uint8))
    assert SlotWriter(fd).write(_picture(2)) == (slot, seq + 2)


@pytest.mark.parametrize(("slot", "height", "width"), [(-1, 60, 80), (SLOTS, 60, 80), (0, 5000, 5000)])
def test_a_sample_that_cannot_be_is_refused(fd: int, slot: int, height: int, width: int) -> None:
    out = np.empty((1, 1, 3), np.uint8)

    assert not SlotReader(fd).read(slot, 2, height, width, out)


def test_a_picture_larger_than_a_slot_is_refused(fd: int) -> None:
    side = int((SLOT_BYTES / 3) ** 0.5) + 2
    with pytest.raises(ValueError, match="does not fit"):
        SlotWriter(fd).write(np.broadcast_to(np.uint8(0), (side, side, 3)))


def test_a_reader_beside_a_writing_thread_never_gets_a_torn_picture(fd: int) -> None:
    reader, announced, stop = SlotReader(fd), [SlotWriter(fd).write(_picture(0))], threading.Event()

    def write() -> None:
        writer = SlotWriter(fd)
        value = 0
        while not stop.is_set():
            value = (value + 1) % 256
            announced[0] = writer.write(_picture(value))

    thread = threading.Thread(target=write, name="test:writer")
    thread.start()
    out, whole, torn, end = np.empty((60, 80, 3), np.uint8), 0, 0, time.monotonic() + 10
    while whole < 10_000 and time.monotonic() < end:  # how often it is too late is up to the scheduler
        if reader.read(*announced[0], 60, 80, out):
            whole += 1
            torn += int(out.min() != out.max())
    stop.set()
    thread.join()

    assert (whole, torn) == (10_000, 0)
