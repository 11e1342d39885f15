"""Alerts as the wall and other systems are shown them, and what every shape of the HTTP contract is made of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, PlainSerializer, WithJsonSchema

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


class AsideView(DeedView):
    """Under which shelf an alert came: whose, since when, until when at the latest, and why."""

    shelf: str
    until: Stamp
    reason: str


class ShelfView(DeedView):
    """A rule of a camera that is set aside; `alerts` counts those that rang nobody and last, or came, meanwhile.

    It covers levels from `gravest` on; `over` says when it ended, and `lifted_by` who ended it before its time.
    """

    id: str
    camera: str
    rule: str
    gravest: int
    until: Stamp
    reason: str
    over: Stamp | None
    lifted_by: str | None
    alerts: int


class CaseView(BaseModel):
    """The incident of an alert."""

    id: str
    no: str
    state: str


class ReceiptView(BaseModel):
    """What the police said last of an incident, as their receipt says it."""

    status: str
    revision: int
    by: str
    at: Stamp
    note: str
    police_case_no: str | None


class PoliceView(BaseModel):
    """How the newest push of an incident to one target stands.

    `state` is WAITING, DELIVERED or DEAD, `error` a key, empty where nothing went wrong; `pushed` is when the first
    revision was, `received` when the first receipt came.
    """

    push: str
    target: str
    revision: int
    test: bool
    by: str
    pushed: Stamp
    state: str
    attempts: int
    due: Stamp
    error: str
    delivered: Stamp | None
    received: Stamp | None
    receipt: ReceiptView | None


class PersonName(BaseModel):
    """Somebody who can be sent."""

    id: str
    name: Bilingual


class PhotoView(BaseModel):
    """What an officer photographed; `url` is None at the end of its days."""

    id: str
    at: Stamp
    url: str | None
    sha256: str


class DispatchView(BaseModel):
    """Somebody was sent, and how far they are; `notified` is `inbox` (the phone page) or `no_channel`.

    `version` counts the steps of people; `return_reason` and `verdict` are keys of the session's words, or own words.
    """

    id: str
    version: int
    person: PersonName
    by: str
    at: Stamp
    undo_until: Stamp
    state: str
    notified: str
    why: list[Reason]
    delivered: Stamp | None
    taken: Stamp | None
    on_site: Stamp | None
    handled: Stamp | None
    result: str | None
    returned: Stamp | None
    return_reason: str | None
    verified: Stamp | None
    verified_by: str | None
    verdict: str | None
    photos: list[PhotoView]


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
    """An alert: its newest revision, its evidence by kind, and what people did.

    `version` counts the latter, and each time that it was raised again; `raised` is since when it waits for somebody.
    `shelved` is there while nobody was rung for it.
    """

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
    raised: Stamp
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
    shelved: AsideView | None
    incident: CaseView | None
    dispatch: DispatchView | None
    police: list[PoliceView]


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
    reason_needed: bool
