"""Which configuration came into force, and when: the watch machine says it, the database remembers it."""

from collections.abc import Mapping, Sequence
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
        timezone: On whose clock its hours are.
        armed: Camera to the armed hours of each of its rules, as the configuration writes them (e.g. `22:00-06:00`):
            who reads the ledger later must know when nobody was to be alerted. None in a word of an older journal.
        revision: Always 1: nothing about it changes afterwards.
    """

    id: UUID
    number: int
    sha256: str
    since: datetime
    timezone: str
    armed: Mapping[str, Sequence[Sequence[str]]] | None
    revision: int = 1


def in_force_id(origin: str, number: int, sha256: str) -> UUID:
    """The same configuration of the same origin has the same id."""
    return uuid5(_NAMESPACE, "\x1f".join((origin, str(number), sha256)))
