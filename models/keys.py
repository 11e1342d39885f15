"""Every Redis key of Kanmen, in one place."""

from typing import Final

ALERTS: Final = "kanmen:alerts"
"""Stream of journal entries (see models.wire); alerts, blind spans and counts of every origin."""

DESK_GROUP: Final = "desk"
"""Consumer group of the desk on ALERTS."""

STATUS: Final = "kanmen:status"
"""JSON of models.wire.WatchStatus, set once a second by detect with a life of STATUS_LIFE_S."""

STATUS_LIFE_S: Final = 10

DESK: Final = "kanmen:desk"
"""JSON {at, fence, feed_id}: the desk's heartbeat, set once a second with a life of STATUS_LIFE_S."""

WAKE: Final = "kanmen:wake"
"""Pub/sub: desk or wall committed feed rows; the payload is the highest feed id, as text."""

BOXES: Final = "kanmen:boxes"
"""Pub/sub: JSON of models.wire.Boxes, one per analysed frame of a watched camera."""

REHEARSAL: Final = "kanmen:rehearsal"
"""JSON of models.rehearsal.Job: what the detector's side shall rehearse; renewed once a second, else gone."""

REHEARSAL_LIFE_S: Final = 10

LEASE_LIFE_S: Final = 6
"""A wall that still watches renews its lease well within this time."""


def settled(origin: str) -> str:
    """Stream of settled journal numbers of one origin; field `seqs` is a JSON list."""
    return f"kanmen:settled:{origin}"


def witness(origin: str) -> str:
    """Key that a journal's publisher sets once: when it is gone, Redis has been wiped."""
    return f"kanmen:witness:{origin}"


def lease(camera: str, form: str) -> str:
    """Key that lives while somebody watches the camera in this form (`mp4`, `jpeg`; `main`: the main stream as mp4)."""
    return f"kanmen:lease:{form}:{camera}"


def recorded(camera: str) -> str:
    """Key that lives while somebody records the camera; its value is the session's name (see models.session)."""
    return f"kanmen:record:{camera}"


def live(camera: str, form: str) -> str:
    """Pub/sub channel of models.live fragments of one camera in this form."""
    return f"kanmen:live:{form}:{camera}"


def rehearsed(rehearsal: str) -> str:
    """JSON of models.rehearsal.Word: how far a rehearsal is, or what it came to."""
    return f"kanmen:rehearsed:{rehearsal}"
