"""Two kinds of time: UTC instants, which are stored, and monotonic seconds, which are only waited on."""

import time
from datetime import UTC, datetime, timedelta
from typing import NewType

Monotonic = NewType("Monotonic", float)
"""Seconds of the machine's monotonic clock: for waiting and latency, never stored."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 (this is the one place)


def monotonic_now() -> Monotonic:
    """The monotonic clock in seconds."""
    return Monotonic(time.monotonic())


def to_micros(at: datetime) -> int:
    """Whole microseconds since 1970-01-01T00:00:00Z of an aware instant."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The UTC instant that many microseconds after 1970-01-01T00:00:00Z."""
    return _EPOCH + timedelta(microseconds=micros)


def to_iso(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds, as it stands on the wire and in journals."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """The aware UTC instant of an RFC 3339 text.

    Raises:
        ValueError: the text is no instant or names no offset.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} names no offset from UTC")
    return at.astimezone(UTC)
