"""An alert: a rule spoke."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from models.clock import to_micros
from models.codes import Level
from models.geometry import Box

Number = int | float | str

# The namespace of alert ids: uuid5(NAMESPACE_URL, "https://kanmen.invalid/alerts"), written out so that it never moves.
_NAMESPACE = UUID("c359fefe-b4ca-5971-9f77-391f5b00df61")


@dataclass(frozen=True, slots=True)
class Subject:
    """A track as it stood when the alert was revised: what to draw on the snapshot.

    Attributes:
        track: Id of the track.
        label: COCO-80 class number.
        box: Fractions of the picture.
    """

    track: int
    label: int
    box: Box


@dataclass(frozen=True, slots=True)
class Alert:
    """One revision of one breach; all revisions carry the id minted at onset.

    Attributes:
        id: Minted once, see `mint`.
        revision: 1 at the first word, then counted up; a higher revision replaces a lower one.
        code: One of `models.codes.CODES`.
        level: 1 (red) to 4 (blue).
        camera: Id of the camera; empty where the system itself is in trouble (SYS_…, STORAGE).
        rule: Id of the rule within its camera; the code itself for troubles of a camera or of the system.
        place: Id of the zone or line within its camera; empty where the camera itself is the place.
        began: When the breach began: `taken` of a picture, or an instant between two.
        detected: `taken` of the frame on which the rule was first met.
        ended: `taken` at which the breach ended; None while it lasts.
        count: How often it was met; repeats within the cool-down are counted here, not alerted again.
        observed: Measured figures by name, e.g. {"dwell_s": 3.2, "persons": 1}.
        threshold: The figures they stand against, by the same names.
        subjects: Who or what, as of this revision.
        snapshot: Key in the evidence store of the very frame that fired, None where none could be written.
        source: `replay` never notifies anybody.
    """

    id: UUID
    revision: int
    code: str
    level: Level
    camera: str
    rule: str
    place: str
    began: datetime
    detected: datetime
    ended: datetime | None
    count: int
    observed: Mapping[str, Number]
    threshold: Mapping[str, Number]
    subjects: tuple[Subject, ...] = ()
    snapshot: str | None = None
    source: Literal["live", "replay"] = "live"


@dataclass(frozen=True, slots=True)
class BlindSpan:
    """A span in which a camera could not have alerted, or not of everybody.

    Attributes:
        id: Minted once when the span opens.
        revision: 1 when it opens, 2 when it closes.
        camera: Id of the camera.
        reason: One of `BLIND_REASONS`.
        began: `taken` of the last analysed frame before it.
        ended: `taken` of the first analysed frame after it; None while it lasts.
    """

    id: UUID
    revision: int
    camera: str
    reason: str
    began: datetime
    ended: datetime | None = None


BLIND_REASONS: Mapping[str, tuple[str, str]] = {
    "disconnected": ("断线", "disconnected"),
    "unauthorised": ("口令被拒", "password refused"),
    "stalled": ("断流", "stalled"),
    "frozen": ("画面冻结", "picture frozen"),
    "detector_behind": ("检测滞后", "detector behind"),
    "sparse": ("检测过疏", "looked at too seldom"),
    "process_down": ("进程中断", "process down"),
    "covered": ("镜头遮挡", "camera covered"),
    "moved": ("镜头移位", "camera moved"),
    "starting": ("启动中", "starting"),
}
"""Why a camera was blind: key to (zh, en)."""


@dataclass(frozen=True, slots=True)
class Onset:
    """What identifies a breach when it begins; `ordinal` tells breaches of one frame apart."""

    site: str
    camera: str
    rule: str
    place: str
    taken: datetime
    ordinal: int = field(default=0)


def mint(onset: Onset) -> UUID:
    """The id of the alert that begins here: the same onset gives the same id on every machine."""
    parts = (
        onset.site,
        onset.camera,
        onset.rule,
        onset.place,
        str(to_micros(onset.taken)),
        str(onset.ordinal),
    )
    return uuid5(_NAMESPACE, "\x1f".join(parts))
