"""The ring holds whole groups of pictures, as long as it must, and never more than it may."""

from fractions import Fraction

import av
from hypothesis import given
from hypothesis import strategies as st

from ingest.coded import Coded
from ingest.opened import Opened
from ingest.ring import Ring
from ingest.taken import Stamp

_OPENED = Opened("h264", 320, 240, Fraction(1, 90_000), b"")
_BEGAN = 1_700_000_000_000_000
SECOND = 1_000_000


def coded(number: int, *, key: bool, size: int = 100, fps: int = 10) -> Coded:
    """Picture `number` of a stream."""
    packet = av.Packet(size)
    packet.is_keyframe = key
    at = number * SECOND // fps
    return Coded(packet, at * 9 // 100, Stamp(1, _BEGAN + at, at, settled=True), _OPENED)


def filled(ring: Ring, pictures: int, gop: int, size: int = 100) -> int:
    """Fill the ring; how many pictures had to go for want of room."""
    return sum(ring.add(coded(n, key=n % gop == 0, size=size)) for n in range(pictures))


def test_it_begins_with_a_key_picture_and_reaches_back_as_far_as_asked() -> None:
    ring = Ring(5.0)
    filled(ring, 200, gop=20)
    start = ring.start(0)
    assert start is not None
    first, held = ring.since(start)

    assert first == start
    assert held[0].key
    assert 5 * SECOND <= held[-1].stamp.taken - held[0].stamp.taken <= 7 * SECOND


def test_a_clip_starts_at_the_last_key_picture_before_the_instant() -> None:
    ring = Ring(20.0)
    filled(ring, 100, gop=20)
    wanted = _BEGAN + round(5.5 * SECOND)
    start = ring.start(wanted)
    assert start is not None
    picture = ring.since(start)[1][0]

    assert picture.key
    assert wanted - 2 * SECOND < picture.stamp.taken <= wanted


def test_an_empty_ring_has_no_start_and_pictures_before_the_first_key_are_not_kept() -> None:
    ring = Ring(5.0)
    dropped = ring.add(coded(0, key=False))

    assert ring.start(_BEGAN) is None
    assert ring.newest() is None
    assert (dropped, ring.bytes) == (0, 0)


def test_who_was_too_slow_is_told_by_the_number() -> None:
    ring = Ring(2.0)
    filled(ring, 10, gop=10)
    start = ring.start(0)
    assert start is not None
    for n in range(10, 100):
        ring.add(coded(n, key=n % 10 == 0))
    first, held = ring.since(start)

    assert first > start
    assert held[0].key


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 5000)), max_size=300),
    st.floats(0.1, 20.0),
    st.integers(1000, 50_000),
)
def test_whatever_comes_it_never_holds_more_bytes_than_it_may_and_begins_with_a_key_picture(
    pictures: list[tuple[bool, int]], seconds: float, most: int
) -> None:
    ring = Ring(seconds, most)
    for number, (key, size) in enumerate(pictures):
        ring.add(coded(number, key=key, size=size))
        start = ring.start(0)
        held = ring.since(start)[1] if start is not None else []

        assert ring.bytes <= most
        assert ring.bytes == sum(picture.packet.size for picture in held)
        assert not held or held[0].key


def test_a_stream_without_key_pictures_fills_no_memory() -> None:
    ring = Ring(10.0, 10_000)
    ring.add(coded(0, key=True))
    dropped = sum(ring.add(coded(n, key=False, size=1000)) for n in range(1, 500))

    assert ring.bytes <= 10_000
    assert dropped > 0
