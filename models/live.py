"""The envelope of one live fragment on its way from an ingest worker to a browser."""

import struct
from dataclasses import dataclass
from typing import Final, Literal

_HEAD: Final = struct.Struct("<4sBBHIqq")
_MAGIC: Final = b"KML1"
HEAD_BYTES: Final = _HEAD.size

Kind = Literal["init", "key", "delta", "jpeg"]
_KINDS: Final[tuple[Kind, ...]] = ("init", "key", "delta", "jpeg")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of live picture.

    Attributes:
        kind: `init` (fMP4 ftyp+moov; payload begins with the codec string and a NUL), `key` and `delta`
            (one moof+mdat each; `delta` cannot be shown without all since the last `key`), or `jpeg`.
        epoch: Changes when the stream restarted: a player begins anew with the next `init`.
        number: Counts up by one per fragment within an epoch; a hole means: skip to the next `key`.
        taken: When the picture was taken, µs since 1970 UTC.
        media: Time of the picture on the fMP4 time line in µs; 0 for `init` and `jpeg`.
        payload: Bytes as the kind says.
        main: Of the camera's main stream; else of its sub-stream.
    """

    kind: Kind
    epoch: int
    number: int
    taken: int
    media: int
    payload: bytes
    main: bool = False

    def pack(self) -> bytes:
        """Header (28 bytes, little endian: magic, kind, main, epoch mod 65536, number, taken, media), payload."""
        head = _HEAD.pack(
            _MAGIC,
            _KINDS.index(self.kind),
            self.main,
            self.epoch % 65536,
            self.number % 2**32,
            self.taken,
            self.media,
        )
        return head + self.payload

    @staticmethod
    def unpack(data: bytes) -> "Fragment":
        """The fragment in these bytes.

        Raises:
            ValueError: they are no fragment of this version.
        """
        if len(data) < HEAD_BYTES:
            raise ValueError(f"{len(data)} bytes are no live fragment")
        magic, kind, main, epoch, number, taken, media = _HEAD.unpack_from(data)
        if magic != _MAGIC or kind >= len(_KINDS):
            raise ValueError("not a live fragment of this version")
        return Fragment(_KINDS[kind], epoch, number, taken, media, data[HEAD_BYTES:], bool(main))
