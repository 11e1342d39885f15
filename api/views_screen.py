"""One screen, as it is shown: the cases, the people on duty, the figures, and all of it together."""

from collections.abc import Mapping

from pydantic import BaseModel

from api.views import AlertView, PersonName, PoliceView, ShelfView, Stamp


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
    police: list[PoliceView]


class DutyPerson(PersonName):
    """Somebody on the roster; `reachable` where the officers' page is open to them."""

    grids: list[str]
    on_duty: bool
    reachable: bool
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


class Unreceived(BaseModel):
    """An incident that was pushed to a target and has no receipt yet."""

    incident: str
    target: str
    pushed: Stamp
    dead: bool


class WallView(BaseModel):
    """One screen; the feed goes on after `feed_id`."""

    feed_id: int
    now: Stamp
    alerts: list[AlertView]
    incidents: list[IncidentView]
    duty: Duty
    blind_today: Mapping[str, float]
    figures: Figures
    unreceived: list[Unreceived]
    shelves: list[ShelfView]
