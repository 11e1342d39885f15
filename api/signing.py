"""Standard Webhooks: what is sent is signed over its id, its time and its very bytes, and so is what comes."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(minutes=5)
"""A message that is older or newer than this was recorded and sent again, or a clock is wrong."""
_VERSION: Final = "v1"


@dataclass(frozen=True, slots=True)
class Signature:
    """The three headers.

    Attributes:
        id: webhook-id: the same for each attempt at the same message.
        timestamp: webhook-timestamp: seconds since 1970 UTC, of the attempt.
        signatures: webhook-signature: one or more of `v1,BASE64`, a blank between them.
    """

    id: str
    timestamp: str
    signatures: str

    @property
    def headers(self) -> dict[str, str]:
        """As they are sent."""
        return {
            "webhook-id": self.id,
            "webhook-timestamp": self.timestamp,
            "webhook-signature": self.signatures,
        }


def signed(key: bytes, message_id: str, at: datetime, body: bytes) -> Signature:
    """The headers of a message that is sent at this instant."""
    timestamp = str(int(at.timestamp()))
    return Signature(message_id, timestamp, f"{_VERSION},{_text(_digest(key, message_id, timestamp, body))}")


def holds(key: bytes, signature: Signature, body: bytes, now: datetime) -> bool:
    """Whether this key signed it, not long ago; takes the same time whichever byte is wrong."""
    if not key or not _is_near(signature.timestamp, now):
        return False
    expected = _digest(key, signature.id, signature.timestamp, body)
    return any([hmac.compare_digest(expected, given) for given in _given(signature.signatures)])  # noqa: C419 (all of them, always)


def _is_near(timestamp: str, now: datetime) -> bool:
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:  # noqa: PLR2004 (far beyond any date)
        return False
    return abs(now.timestamp() - int(timestamp)) <= WINDOW.total_seconds()


def _given(signatures: str) -> list[bytes]:
    given = []
    for one in signatures.split(" "):
        version, _, text = one.partition(",")
        if version == _VERSION:
            try:
                given.append(base64.b64decode(text, validate=True))
            except (binascii.Error, ValueError):
                continue
    return given


def _digest(key: bytes, message_id: str, timestamp: str, body: bytes) -> bytes:
    return hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)


def _text(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
