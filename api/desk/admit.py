"""What the stream carries is checked here, so that nothing malformed gets further than this door."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from config.hours import WindowText
from models.alert import Alert, BlindSpan, Number
from models.entry import Entry
from models.evidence import Evidence, EvidenceKind, EvidenceState, is_key
from models.flow import FlowCount
from models.in_force import InForce
from models.wire import decode_alert, decode_blind, decode_evidence, decode_flow, decode_in_force

_BODY_CHARS: Final = 65536
_KEPT_CHARS: Final = 2048
"""How much of each field of a malformed message is kept."""

_Count = Annotated[int, Field(ge=1, le=2**31 - 1)]
_Many = Annotated[int, Field(ge=0, le=2**31 - 1)]
_Name = Annotated[str, Field(min_length=1, max_length=64)]
_Figures = Annotated[dict[_Name, Annotated[Number, Field()]], Field(max_length=64)]
_Fraction = Annotated[float, Field(ge=-1, le=2)]  # a box may reach a little over the edge


def _key(text: str) -> str:
    if not is_key(text):
        raise ValueError("is no evidence key")
    return text


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, allow_inf_nan=False)


class _EntryShape(_Shape):
    origin: _Name
    seq: Annotated[int, Field(ge=1, le=2**53)]
    body: Annotated[str, Field(max_length=_BODY_CHARS)]


class _SubjectShape(_Shape):
    track: Annotated[int, Field(ge=0, le=2**53)]
    label: Annotated[int, Field(ge=0, le=2**15)]
    box: tuple[_Fraction, _Fraction, _Fraction, _Fraction]


class _AlertShape(_Shape):
    id: UUID
    revision: _Count
    code: _Name
    level: Literal[1, 2, 3, 4]
    camera: Annotated[str, Field(max_length=64)]  # empty where the system itself is in trouble
    rule: Annotated[str, Field(max_length=128)]
    place: Annotated[str, Field(max_length=64)]
    began: datetime
    detected: datetime
    ended: datetime | None
    count: _Count
    observed: _Figures
    threshold: _Figures
    subjects: Annotated[list[_SubjectShape], Field(max_length=256)]
    snapshot: Annotated[str, Field(max_length=256)] | None
    source: Literal["live", "replay"]


class _BlindShape(_Shape):
    id: UUID
    revision: _Count
    camera: _Name
    reason: _Name
    began: datetime
    ended: datetime | None


class _FlowShape(_Shape):
    id: UUID
    revision: _Count
    camera: _Name
    rule: Annotated[str, Field(max_length=128)]
    line: _Name
    minute: datetime
    into: _Many = Field(alias="in")
    out: _Many


class _EvidenceShape(_Shape):
    id: UUID
    revision: _Count
    alert: UUID
    camera: _Name
    kind: EvidenceKind
    state: EvidenceState
    reason: Annotated[str, Field(max_length=64)]
    at: datetime
    began: datetime | None
    ended: datetime | None
    key: Annotated[str, Field(max_length=256), AfterValidator(_key)]
    bytes: Annotated[int, Field(ge=0, le=2**62)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None


def _is_zone(text: str) -> str:
    if text not in available_timezones():
        raise ValueError("names no time zone")
    return text


class _InForceShape(_Shape):
    id: UUID
    number: _Count
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    since: datetime
    timezone: Annotated[_Name, AfterValidator(_is_zone)] = "UTC"
    armed: dict[_Name, list[list[WindowText]]] | None = None
    revision: Literal[1]


@dataclass(frozen=True, slots=True)
class Admitted:
    """A journal entry that can be stored."""

    entry: Entry
    subject: Alert | BlindSpan | FlowCount | Evidence | InForce

    @property
    def key(self) -> tuple[str, str, int]:
        """(kind, id, revision): what is stored once."""
        return (self.entry.kind, str(self.subject.id), self.subject.revision)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that cannot be stored.

    Attributes:
        digest: Identifies it, so that it is written down once however often it comes.
        reason: What is wrong with it.
        fields: As they came, shortened.
    """

    digest: str
    reason: str
    fields: Mapping[str, str]


def admit(fields: Mapping[bytes, bytes]) -> Admitted | Rejected:
    """The entry in a stream message, or why there is none; never raises, whatever the bytes are."""
    try:
        entry = Entry.of(fields)
        _EntryShape(origin=entry.origin, seq=entry.seq, body=entry.body)
        if entry.kind == "alert":
            _AlertShape.model_validate_json(entry.body)
            return Admitted(entry, decode_alert(entry.body))
        if entry.kind == "flow":
            _FlowShape.model_validate_json(entry.body)
            return Admitted(entry, decode_flow(entry.body))
        if entry.kind == "evidence":
            _EvidenceShape.model_validate_json(entry.body)
            return Admitted(entry, decode_evidence(entry.body))
        if entry.kind == "in_force":
            _InForceShape.model_validate_json(entry.body)
            return Admitted(entry, decode_in_force(entry.body))
        _BlindShape.model_validate_json(entry.body)
        return Admitted(entry, decode_blind(entry.body))
    except (ValueError, OverflowError, RecursionError) as error:
        return reject(fields, str(error))


def reject(fields: Mapping[bytes, bytes], reason: str) -> Rejected:
    """A message that must not be stored, written down for people."""
    digest = hashlib.sha256()
    kept = {}
    for name, value in sorted(fields.items()):
        digest.update(len(name).to_bytes(8, "big") + name + len(value).to_bytes(8, "big") + value)
        kept[_text(name)] = _text(value)
    return Rejected(digest.hexdigest(), reason[:_KEPT_CHARS], kept)


def raw(entry: Entry) -> dict[bytes, bytes]:
    """The fields of the message that carried this entry."""
    return {name.encode(): value.encode() for name, value in entry.fields().items()}


def _text(data: bytes) -> str:
    return data[:_KEPT_CHARS].decode(errors="backslashreplace").replace("\0", "\\0")
