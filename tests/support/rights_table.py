"""Who may do what, by role and endpoint: every door of the programme and every way through it has its line here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Subject = Literal["", "camera", "task"]
"""What an endpoint is about: nothing of its own, something of one camera, or a task of one officer."""

ALL: Final = frozenset({"operator", "shift_lead", "engineer", "officer", "liaison", "auditor", "admin"})
WATCH: Final = frozenset({"operator", "shift_lead", "engineer", "auditor", "admin"})
HANDLE: Final = frozenset({"operator", "shift_lead", "admin"})
"""They also dispatch, push and share; engineers never do."""
RECORD: Final = frozenset({"auditor", "admin"})
ACCOUNTS: Final = frozenset({"admin"})
CONFIGURE: Final = frozenset({"engineer", "admin"})
OFFICER: Final = frozenset({"officer"})
LIAISE: Final = frozenset({"liaison"})
NOBODY: Final = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Line:
    """An endpoint.

    Attributes:
        roles: Who may; ALL: everybody with a session.
        about: See Subject: what is somebody else's answers as if it did not exist.
        body: What is sent; bytes are a JPEG.
        free: It asks for no session, and what it asks for instead has tests of its own.
        whole: It is told undivided by cameras.
        last: It ends the session that asks, so it is asked last.
    """

    roles: frozenset[str]
    about: Subject = ""
    body: Mapping[str, Any] | bytes | None = field(default=None)
    free: bool = False
    whole: bool = False
    last: bool = False


_SEEN: Final = {"version": 1}
_SPARE: Final = {"name": "spare"}
_TERMS: Final = {"name": "spare", "role": "operator", "cameras": ["gate-1"]}
_REHEARSAL: Final = {
    "camera": "gate-1",
    "since": "2026-11-22T04:00:00Z",
    "until": "2026-11-22T05:00:00Z",
    "rules": "rules: []",
}
_SHELF: Final = {"camera": "gate-1", "rule": "INTRUDE:yard", "until": "2026-11-22T05:00:00Z", "reason": "x"}
_FREE: Final = Line(NOBODY, free=True)
_BOTH: Final[dict[str, Line]] = {
    "GET /healthz": _FREE,
    "POST /api/v1/login": _FREE,
    "POST /api/v1/logout": Line(ALL, last=True),
    "GET /api/v1/session": Line(ALL),
    "POST /api/v1/profile/password": Line(ALL, body={"old": "x", "new": "a-long-placeholder"}),
}

WALL: Final[dict[str, Line]] = {
    **_BOTH,
    "GET /api/v1/wall": Line(WATCH),
    "GET /api/v1/feed": Line(WATCH),
    "WEBSOCKET /api/v1/live": Line(WATCH),
    "GET /api/v1/flow": Line(WATCH),
    "GET /api/v1/blind": Line(WATCH),
    "GET /api/v1/blind/hours": Line(WATCH),
    "GET /api/v1/alerts/{alert_id}": Line(WATCH, "camera"),
    "GET /api/v1/alerts/{alert_id}/snapshot": Line(WATCH, "camera"),
    "GET /api/v1/alerts/{alert_id}/evidence/{kind}": Line(WATCH, "camera"),
    "GET /api/v1/photos/{photo_id}": Line(WATCH, "camera"),
    "POST /api/v1/alerts/{alert_id}/reason": Line(WATCH, "camera", {"reason": "review"}),
    "POST /api/v1/alerts/{alert_id}/ack": Line(HANDLE, "camera", _SEEN),
    "POST /api/v1/alerts/{alert_id}/accept": Line(HANDLE, "camera", _SEEN),
    "POST /api/v1/alerts/{alert_id}/dismiss": Line(HANDLE, "camera", {**_SEEN, "reason": "test"}),
    "POST /api/v1/alerts/{alert_id}/dispatch": Line(HANDLE, "camera", _SEEN),
    "POST /api/v1/shelves": Line(HANDLE, body=_SHELF),
    "POST /api/v1/shelves/{shelf_id}/lift": Line(HANDLE, "camera"),
    "POST /api/v1/dispatches/{dispatch_id}/undo": Line(HANDLE, "camera"),
    "POST /api/v1/dispatches/{dispatch_id}/close": Line(HANDLE, "camera", _SEEN),
    "POST /api/v1/dispatches/{dispatch_id}/rework": Line(HANDLE, "camera", {**_SEEN, "reason": "not_solved"}),
    "POST /api/v1/alerts/{alert_id}/evidence/{kind}/link": Line(HANDLE, "camera", {"minutes": 1}),
    "POST /api/v1/alerts/{alert_id}/push": Line(HANDLE, "camera", _SEEN),
    "POST /api/v1/pushes/{push_id}/again": Line(HANDLE, "camera"),
    "GET /api/v1/liaison": Line(LIAISE),
    "POST /api/v1/liaison/{incident_id}/receipts": Line(LIAISE, "camera", {"target": "station", "status": "RECEIVED"}),
    "GET /api/v1/liaison/{incident_id}/evidence/{evidence_id}": Line(LIAISE, "camera"),
    "GET /api/v1/links/{token}": _FREE,
    "POST /api/v1/receipts": _FREE,
    "GET /api/v1/profile/sessions": Line(ALL),
    "POST /api/v1/profile/sessions/end": Line(ALL, body={"key": "0" * 16}),
    "POST /api/v1/profile/sessions/end-others": Line(ALL),
    "GET /api/v1/users": Line(ACCOUNTS),
    "POST /api/v1/users/add": Line(ACCOUNTS, body=_TERMS),
    "POST /api/v1/users/change": Line(ACCOUNTS, body=_TERMS),
    "POST /api/v1/users/reset": Line(ACCOUNTS, body=_SPARE),
    "POST /api/v1/users/disable": Line(ACCOUNTS, body=_SPARE),
    "POST /api/v1/users/enable": Line(ACCOUNTS, body=_SPARE),
    "POST /api/v1/users/end": Line(ACCOUNTS, body=_SPARE),
    "GET /api/v1/rehearsals": Line(CONFIGURE),
    "POST /api/v1/rehearsals": Line(CONFIGURE, body=_REHEARSAL),
    "GET /api/v1/rehearsals/{rehearsal_id}": Line(CONFIGURE, "camera"),
    "POST /api/v1/rehearsals/{rehearsal_id}/cancel": Line(CONFIGURE, "camera"),
    "GET /api/v1/record": Line(RECORD, whole=True),
    "GET /api/v1/record/export": Line(RECORD, whole=True),
    "GET /api/v1/record/chain": Line(RECORD),
    "POST /api/v1/record/chain/check": Line(RECORD),
}

PHONE: Final[dict[str, Line]] = {
    **_BOTH,
    "GET /api/v1/inbox": Line(OFFICER),
    "GET /api/v1/tasks/{task_id}": Line(OFFICER, "task"),
    "GET /api/v1/tasks/{task_id}/snapshot": Line(OFFICER, "task"),
    "POST /api/v1/tasks/{task_id}/delivered": Line(OFFICER, "task"),
    "POST /api/v1/tasks/{task_id}/{step}": Line(OFFICER, "task", {**_SEEN, "words": ""}),
    "PUT /api/v1/tasks/{task_id}/photos/{photo_id}": Line(OFFICER, "task", b"JPEG"),
}
