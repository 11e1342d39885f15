"""What the wall and other systems are shown: the shapes of the HTTP contract."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, PlainSerializer, WithJsonSchema

from models.alert import Number
from models.clock import to_iso

Stamp = Annotated[
    datetime,
    PlainSerializer(to_iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An instant, RFC 3339 in UTC."""


class Bilingual(BaseModel):
    """Words in both languages."""

    zh: str
    en: str


class Reason(Bilingual):
    """Why somebody was chosen."""

    key: str


class SubjectView(BaseModel):
    """Who or what; box in fractions of the picture."""

    track: int
    key: str
    box: tuple[float, float, float, float]


class DeedView(BaseModel):
    """Who did it, and when."""

    by: str
    at: Stamp


class DismissalView(DeedView):
    """Who dismissed it, and why."""

    reason: str


class CaseView(BaseModel):
    """The incident of an alert."""

    id: str
    no: str
    state: str


class PersonName(BaseModel):
    """Somebody who can be sent."""

    id: str
    name: Bilingual


class DispatchView(BaseModel):
    """Somebody was sent; `notified` is `no_channel` until channels exist."""

    id: str
    person: PersonName
    by: str
    at: Stamp
    undo_until: Stamp
    state: str
    notified: str
    why: list[Reason]


class EvidenceView(BaseModel):
    """A clip or the full snapshot of an alert; `url` once there is something to see, `reason` where it is not whole.

    `state` is pending, ready, partial, failed, or removed at the end of its days.
    """

    state: str
    reason: str
    began: Stamp | None
    ended: Stamp | None
    url: str | None
    bytes: int
    sha256: str | None


class AlertView(BaseModel):
    """An alert: its newest revision, its evidence by kind, and what people did. `version` counts only the latter."""

    id: str
    revision: int
    version: int
    code: str
    level: int
    camera: str
    rule: str
    place: str
    began: Stamp
    detected: Stamp
    ended: Stamp | None
    received: Stamp
    count: int
    observed: Mapping[str, Number]
    threshold: Mapping[str, Number]
    subjects: list[SubjectView]
    snapshot: str | None
    evidence: Mapping[str, EvidenceView]
    source: str
    state: str
    acked: DeedView | None
    dismissed: DismissalView | None
    incident: CaseView | None
    dispatch: DispatchView | None


class Suggestion(BaseModel):
    """Whom one click would send, and why."""

    person: PersonName
    why: list[Reason]
    open_tasks: int


class SamePlace(BaseModel):
    """Other alerts of the same camera and place in the last 24 hours."""

    alerts: int
    dismissed_false: int


class HistoryLine(BaseModel):
    """One audited deed."""

    at: Stamp
    actor: str
    action: str
    detail: Mapping[str, Any]


class AlertDetail(AlertView):
    """An alert with what helps to judge it."""

    suggestion: Suggestion | None
    same_place_24h: SamePlace
    history: list[HistoryLine]


class BlindView(BaseModel):
    """A span in which a camera could not have alerted."""

    id: str
    revision: int
    camera: str
    reason: str
    began: Stamp
    ended: Stamp | None


class FlowView(BaseModel):
    """How many crossed a line within one minute, so far."""

    id: str
    revision: int
    camera: str
    line: str
    minute: Stamp
    into: int = Field(serialization_alias="in")
    out: int


class Passed(BaseModel):
    """How many crossed."""

    into: int = Field(serialization_alias="in")
    out: int


class FlowWindow(Passed):
    """A window of the site's clock; for `blind_s` seconds of it nobody could have been counted."""

    began: Stamp
    blind_s: float


class LineFlow(BaseModel):
    """A counted line: today so far, and its newest windows, oldest first; the last one runs."""

    camera: str
    line: str
    today: Passed
    windows: list[FlowWindow]


class FlowBoard(BaseModel):
    """The flow over all counted lines, in windows of so many minutes."""

    now: Stamp
    minutes: int
    lines: list[LineFlow]


class BlindHour(BaseModel):
    """One hour of a camera: seconds blind, by reason; apart from that, seconds in which none of its rules is armed."""

    began: Stamp
    seconds: float
    reasons: Mapping[str, float]
    unarmed_s: float


class BlindCamera(BaseModel):
    """One camera's day; `reasons` are seconds by reason, an hour for each of the day's (23 to 25)."""

    camera: str
    seconds: float
    reasons: Mapping[str, float]
    hours: list[BlindHour]


class BlindDay(BaseModel):
    """Blind time of a local day up to `until`; before `recorded` nobody kept a ledger, None: never."""

    day: date
    first: Stamp
    until: Stamp
    recorded: Stamp | None
    cameras: list[BlindCamera]


class IncidentView(BaseModel):
    """An open case."""

    id: str
    no: str
    state: str
    level: int
    code: str
    camera: str
    opened: Stamp
    version: int
    alerts: list[str]


class DutyPerson(PersonName):
    """Somebody on the roster."""

    grids: list[str]
    on_duty: bool
    open_tasks: int


class Duty(BaseModel):
    """The roster."""

    on: int
    total: int
    people: list[DutyPerson]


class Figures(BaseModel):
    """Today's figures; `mean_ack_s` is from received to acknowledged, None before the first."""

    raised_today: int
    unacked: int
    mean_ack_s: float | None


class WallView(BaseModel):
    """One screen; the feed goes on after `feed_id`."""

    feed_id: int
    now: Stamp
    alerts: list[AlertView]
    incidents: list[IncidentView]
    duty: Duty
    blind_today: Mapping[str, float]
    figures: Figures
