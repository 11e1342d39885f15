"""Which configuration came into force, and when: the watch machine says it, the database remembers it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

# uuid5(NAMESPACE_URL, "https://kanmen.invalid/configurations"), written out so that it never moves.
_NAMESPACE: Final = UUID("517d11a5-0f70-5205-9f1a-c7f92f4c47c9")


@dataclass(frozen=True, slots=True)
class InForce:
    """A configuration that came into force; said once.

    Attributes:
        id: Minted from origin, number and sha256.
        number: From 1, rising; begins anew where a data folder was lost.
        sha256: Of the file's bytes, in hex.
        since: When it came into force for the first time.
        revision: Always 1: nothing about it changes afterwards.
    """

    id: UUID
    number: int
    sha256: str
    since: datetime
    revision: int = 1


def in_force(origin: str, number: int, sha256: str, since: datetime) -> InForce:
    """The word on a configuration; the same one of the same origin has the same id."""
    return InForce(uuid5(_NAMESPACE, "\x1f".join((origin, str(number), sha256))), number, sha256, since)
