"""What an ingest worker and detect say to each other over their unix socket (SOCK_SEQPACKET, one JSON object each)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from models.evidence import EvidenceKind, EvidenceState

MESSAGE_BYTES: Final = 65536
"""No message is longer."""

CameraState = Literal["connecting", "live", "disconnected", "unauthorised", "stalled", "frozen"]


@dataclass(frozen=True, slots=True)
class Sample:
    """A frame lies in a slot.

    Attributes:
        slot, seq: Where, and the slot's sequence number when it was written (see models.slots).
        number, epoch: As in models.frame.Frame.
        taken: µs since 1970 UTC.
        width, height: Size in the slot, pixels.
        frozen: The picture has not changed for longer than the freeze limit: it proves nothing.
        pixel_aspect: As in models.frame.Frame.
    """

    slot: int
    seq: int
    number: int
    epoch: int
    taken: int
    width: int
    height: int
    frozen: bool = False
    pixel_aspect: float = 1.0


@dataclass(frozen=True, slots=True)
class Health:
    """How a camera is; sent once a second and at every change of state.

    Attributes:
        at: µs since 1970 UTC.
        state: What the worker sees.
        since: When this state began, µs since 1970 UTC.
        attempt: How often it tried to connect since it was last live; 0 while live.
        retry_at: When it tries again, µs since 1970 UTC; None while connected.
        detail: For people, without secrets; empty while live.
        codec, width, height, fps: Of the stream; empty and 0 before the first key frame.
        taken: `taken` of the newest decoded frame in µs, None before the first.
        recording: Name of the session that is being written, empty for none.
        recorded_from: `taken` of its first picture, µs; None for none.
        skew_s: Camera's own clock minus ours, seconds; None where it sends no report.
        counts: Counters since the worker started: packets, decoded, sampled, and every drop by name.
    """

    at: int
    state: CameraState
    since: int
    attempt: int = 0
    retry_at: int | None = None
    detail: str = ""
    codec: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    taken: int | None = None
    skew_s: float | None = None
    recording: str = ""
    recorded_from: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Want:
    """Detect asks for samples; repeated once a second, so that either end may restart. Unasked for 5 s: no samples.

    Attributes:
        width, height: The frame is scaled to fit into this, keeping its shape, pixels.
        fps: Samples a second on the PTS grid.
        record: Name of the session that the worker shall write packets of; empty for none.
    """

    width: int
    height: int
    fps: float
    record: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """Detect asks for evidence of an alert; repeated every few seconds until it is answered.

    Attributes:
        id: Of the evidence, a UUID as text.
        kind: `clip` or `snapshot`.
        key: Where in the evidence store it shall lie.
        at: `taken` of the picture that fired, µs since 1970 UTC.
        first, last: `taken` from and until which pictures are wanted, µs since 1970 UTC; a snapshot has `at` in both.
    """

    id: str
    kind: EvidenceKind
    key: str
    at: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The ingest worker says what became of a request; said again whenever the request is repeated.

    Attributes:
        id: As in the request.
        state: One of `models.evidence.FINAL`.
        reason: Key of `models.evidence.REASONS`; empty when ready.
        began, ended: `taken` of the first and the last picture in it, µs since 1970 UTC; None where it failed.
        bytes, sha256: Of the file; 0 and None where it failed.
    """

    id: str
    state: EvidenceState
    reason: str = ""
    began: int | None = None
    ended: int | None = None
    bytes: int = 0
    sha256: str | None = None


Message = Sample | Health | Want | Request | Answer
_TYPES: Final[dict[str, type[Message]]] = {
    "sample": Sample,
    "health": Health,
    "want": Want,
    "request": Request,
    "answer": Answer,
}


def encode(message: Message) -> bytes:
    """The message as one JSON object with its type under `t`."""
    body = {name: getattr(message, name) for name in message.__slots__}  # flat: `asdict` takes five times as long
    return json.dumps({"t": type(message).__name__.lower(), **body}, ensure_ascii=False).encode()


def decode(data: bytes) -> Message:
    """The message in one packet.

    Raises:
        ValueError: it is not one of ours.
    """
    try:
        raw: dict[str, Any] = json.loads(data)
        return _TYPES[raw.pop("t")](**raw)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a link message: {error!r}") from error
