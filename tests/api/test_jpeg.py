"""A photo is made bare of what tells of its maker, and what is no photo is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from officer import EXIF, FRAME, JFIF, JPEG, QUANTISATION, SCAN

from api.jpeg import JpegError, stripped

START, END = b"\xff\xd8", b"\xff\xd9"


def test_a_bare_photo_stays_as_it_is() -> None:
    assert stripped(JPEG) == JPEG


@pytest.mark.parametrize(
    "told",
    [
        EXIF,
        b"\xff\xe2\x00\x0cICC_PROFIL",
        b"\xff\xed\x00\x07Photo",
        b"\xff\xfe\x00\x09comment",
        b"\xff\xe0\x00\x13JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01\x11\x22\x33",  # with a thumbnail
        b"\xff\xe0\x00\x0aJFXX\x00\x10\x00\x00",
    ],
)
def test_what_tells_of_its_maker_is_dropped_wherever_it_stands(told: bytes) -> None:
    first = START + told + JFIF + QUANTISATION + FRAME + SCAN + END
    late = START + JFIF + QUANTISATION + FRAME + told + SCAN + told + END + b"a zip file, perhaps"

    assert stripped(first) == JPEG
    assert stripped(late) == JPEG


def test_a_progressive_photo_keeps_each_of_its_scans() -> None:
    frame = b"\xff\xc2" + FRAME[2:]
    photo = START + QUANTISATION + frame + SCAN + b"\xff\xc4\x00\x03\x00" + SCAN + END

    assert stripped(photo) == photo


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        START + END,
        START + QUANTISATION + FRAME + END,
        START + SCAN + END,
        JPEG[:-2],
        JPEG[:-9],
        START + b"\xff\xc9" + FRAME[2:] + SCAN + END,  # arithmetic coding
        START + b"\xff\xc0\x00\x0b\x08\x20\x00\x00\x20\x01\x01\x11\x00" + SCAN + END,  # 8192 high
        START + b"\xff\xc0\x00\x0b\x08\x00\x00\x00\x20\x01\x01\x11\x00" + SCAN + END,
        START + b"\xff\xdb\x00\x01" + FRAME + SCAN + END,
        START + b"junk" + FRAME + SCAN + END,
    ],
)
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(JpegError):
        stripped(data)


@given(st.binary(max_size=400), st.integers(0, len(JPEG)))
def test_whatever_is_sent_is_either_refused_or_bare(junk: bytes, at: int) -> None:
    for data in (junk, START + junk, JPEG[:at] + junk + JPEG[at:]):
        try:
            bare = stripped(data)
        except JpegError:
            continue

        assert bare.startswith(START)
        assert bare.endswith(END)
        assert stripped(bare) == bare
        assert len(bare) <= len(data)
