"""One row of a journal on its way: to Redis, to the desk, into the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

Kind = Literal["alert", "blind", "flow", "evidence", "in_force"]
_KINDS: Final[dict[str, Kind]] = {kind: kind for kind in get_args(Kind)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a journal, and one message of the stream `models.keys.ALERTS`.

    Attributes:
        origin: Which journal wrote it.
        seq: Its number there, from 1, without gaps.
        kind: What the body is.
        body: JSON, see `models.wire`.
    """

    origin: str
    seq: int
    kind: Kind
    body: str

    def fields(self) -> dict[str, str]:
        """The fields of the stream message."""
        return {"origin": self.origin, "seq": str(self.seq), "kind": self.kind, "body": self.body}

    @staticmethod
    def of(fields: Mapping[bytes, bytes]) -> "Entry":
        """The entry in a stream message.

        Raises:
            ValueError: the message is not one of ours.
        """
        try:
            kind = fields[b"kind"].decode()
            if kind not in _KINDS:
                raise ValueError(f"unknown kind {kind!r}")
            return Entry(fields[b"origin"].decode(), int(fields[b"seq"]), _KINDS[kind], fields[b"body"].decode())
        except KeyError as error:
            raise ValueError(f"the message has no field {error}") from error
