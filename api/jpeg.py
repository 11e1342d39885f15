"""Looks through a JPEG that somebody sent: keeps what makes the picture, drops what tells of the one who took it."""

from typing import Final

MOST_BYTES: Final = 4 * 1024 * 1024
"""A photo as the phone page makes it has a few hundred KB."""
_MOST_SIDE: Final = 4096
_START: Final = b"\xff\xd8"
_END: Final = b"\xff\xd9"
_FRAMES: Final = (0xC0, 0xC1, 0xC2)
"""Baseline, extended and progressive: what every browser shows."""
_TABLES: Final = (0xC4, 0xDB, 0xDD)
"""Huffman, quantisation, restart interval."""
_SCAN: Final = 0xDA
_APP: Final = range(0xE0, 0xF0)
_COMMENT: Final = 0xFE
_JFIF: Final = b"JFIF\0"
_JFIF_BYTES: Final = 14
"""Without a thumbnail, which would show what the picture may not."""


class JpegError(Exception):
    """It is no JPEG that can be shown; the text says where it ceases to be one."""


def stripped(data: bytes) -> bytes:
    """The same picture without EXIF, XMP, colour profiles, comments, thumbnails, and whatever stands after its end.

    Raises:
        JpegError: it is no JPEG, is cut short, or is larger than 4096 to a side.
    """
    if not data.startswith(_START):
        raise JpegError("it does not begin as a JPEG")
    kept, at, framed, scans = [_START], 2, False, 0
    while True:
        marker, at = _marker(data, at)
        if marker == _END[1]:
            break
        body, end = _segment(data, at)
        whole = data[at - 2 : end]
        if marker in _FRAMES:
            _check_frame(body)
            framed = True
        elif marker == _SCAN:
            end = _after_scan(data, end)
            whole = data[at - 2 : end]
            scans += 1
        elif marker not in _TABLES and marker not in _APP and marker != _COMMENT:
            raise JpegError(f"it has a segment {marker:#x} that no photo needs")
        if marker in (*_FRAMES, *_TABLES, _SCAN) or _is_plain_jfif(marker, body):
            kept.append(whole)
        at = end
    if not framed or not scans:
        raise JpegError("there is no picture in it")
    return b"".join((*kept, _END))


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker that must stand here, and the first byte after it; fill bytes may stand before it."""
    if data[at : at + 1] != b"\xff":
        raise JpegError(f"no segment begins at byte {at}")
    while data[at + 1 : at + 2] == b"\xff":
        at += 1
    if at + 1 >= len(data):
        raise JpegError("it is cut short")
    return data[at + 1], at + 2


def _segment(data: bytes, at: int) -> tuple[bytes, int]:
    """The body of a segment whose length stands here, and the first byte after it."""
    length = int.from_bytes(data[at : at + 2])
    if length < 2 or at + length > len(data):  # noqa: PLR2004 (the length counts itself)
        raise JpegError("it is cut short")
    return data[at + 2 : at + length], at + length


def _after_scan(data: bytes, at: int) -> int:
    """Where the next marker stands behind entropy-coded data."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise JpegError("it is cut short")
        after = data[at + 1]
        if after == 0 or 0xD0 <= after <= 0xD7:  # noqa: PLR2004 (a stuffed byte, or a restart)
            at += 2
        elif after == 0xFF:  # noqa: PLR2004 (fill)
            at += 1
        else:
            return at


def _check_frame(body: bytes) -> None:
    height, width, components = int.from_bytes(body[1:3]), int.from_bytes(body[3:5]), body[5:6]
    if body[:1] != b"\x08" or components not in (b"\x01", b"\x03"):
        raise JpegError("it is neither grey nor in colours of 8 bits")
    if not (0 < height <= _MOST_SIDE and 0 < width <= _MOST_SIDE):
        raise JpegError(f"it is {width} by {height}; {_MOST_SIDE} to a side is the most")


def _is_plain_jfif(marker: int, body: bytes) -> bool:
    return marker == _APP[0] and body.startswith(_JFIF) and len(body) == _JFIF_BYTES
