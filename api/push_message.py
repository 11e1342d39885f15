"""What the police are told of an incident: a CloudEvent whose bytes are written once and never change."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.links import POLICE, Link, Links
from config.police import Target
from config.site import Camera, Site
from models.clock import to_micros
from models.codes import CODES
from models.tables import alert, evidence
from models.tables_access import audit

log: Final = logging.getLogger("police")

_TYPE: Final = "cn.sipailou.incident.pushed.v1"
_TEST_TYPE: Final = "cn.sipailou.incident.pushed.test.v1"
"""A receiver that does not look at `test` does not know this type: an exercise never sends a patrol out."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One message to one target.

    Attributes:
        id: Of the message, for life.
        target: To whom.
        revision: The how-manieth about this incident to this target.
        test: It is not real.
        by: Account of whoever pushed it first; the links are theirs.
        at: When it is pushed.
        asked: When the first revision was: from then on a receipt is waited for.
    """

    id: str
    target: Target
    revision: int
    test: bool
    by: str
    at: datetime
    asked: datetime


class Messages:
    """Writes messages for one site.

    Args:
        site: Its configuration.
        links: Makes the links to evidence.
    """

    def __init__(self, site: Site, links: Links) -> None:
        self._site, self._links = site, links

    async def written(self, connection: AsyncConnection, case: Row[Any], occasion: Occasion) -> str:
        """The body, JSON, of a message about an incident's row."""
        query = select(alert).where(alert.c.incident_id == case.id).order_by(alert.c.detected, alert.c.id)
        alerts = (await connection.execute(query)).all()
        first = alerts[0]
        data = {
            "incident_no": case.no,
            "revision": occasion.revision,
            "state": case.state,
            "source_kind": "replay" if any(row.source == "replay" for row in alerts) else "live",
            "test": occasion.test,
            "began": self._time(first.began),
            "detected": self._time(first.detected),
            "pushed": self._time(occasion.at),
            "alert": self._alert(case, first),
            "place": self._place(case.camera),
            "verification": await self._verification(connection, [row.id for row in alerts]),
            "ask": {
                "type": "police_assist",
                "ack_deadline": self._time(occasion.asked + timedelta(seconds=self._site.police.ack_s)),
            },
            "evidence": await self._evidence(connection, [row.id for row in alerts], occasion),
        }
        event = {
            "specversion": "1.0",
            "id": occasion.id,
            "source": self._site.police.source or f"/kanmen/{self._site.id}",
            "type": _TEST_TYPE if occasion.test else _TYPE,
            "subject": f"incident/{case.no}",
            "time": self._time(occasion.at),
            "datacontenttype": "application/json",
            "data": data,
        }
        return json.dumps(event, ensure_ascii=False, separators=(",", ":"))

    def _time(self, at: datetime) -> str:
        """RFC 3339 on the site's clock."""
        return at.astimezone(self._site.zone).isoformat(timespec="seconds")

    def _alert(self, case: Row[Any], first: Row[Any]) -> dict[str, Any]:
        code = CODES.get(first.code)
        camera = self._camera(case.camera)
        lines = {line.id for line in camera.lines} if camera else set[str]()
        return {
            "code": first.code,
            "name_zh": code.zh if code else first.code,
            "level": case.level,
            "evidence_basis": f"detector+tracker+{'line' if first.place in lines else 'zone'}",
            "params": first.threshold,
            "observed": first.observed,
        }

    def _place(self, camera_id: str) -> Mapping[str, str]:
        camera = self._camera(camera_id)
        place = {"camera_id": camera_id}
        return place | {"entrance": camera.entrance, "grid_code": camera.grid} if camera else place

    def _camera(self, camera_id: str) -> Camera | None:
        return next((camera for camera in self._site.cameras if camera.id == camera_id), None)

    async def _verification(self, connection: AsyncConnection, alerts: list[str]) -> dict[str, str] | None:
        """Who said that it is true; a case is accepted again also by whoever takes a dispatch back."""
        query = (
            select(audit.c.actor, audit.c.at)
            .where(audit.c.subject.in_(alerts), audit.c.action == "alert.confirmed")
            .order_by(audit.c.id.desc())
            .limit(1)
        )
        row = (await connection.execute(query)).one_or_none()
        return {"by": row.actor, "verdict": "confirmed", "at": self._time(row.at)} if row else None

    async def _evidence(
        self, connection: AsyncConnection, alerts: list[str], occasion: Occasion
    ) -> list[dict[str, Any]]:
        """What is whole by now; nothing in it is made unrecognisable, so none is called masked."""
        query = (
            select(evidence)
            .where(evidence.c.alert_id.in_(alerts), evidence.c.sha256.is_not(None), evidence.c.removed.is_(None))
            .order_by(evidence.c.kind.desc(), evidence.c.at)
        )
        rows = (await connection.execute(query)).all()
        return [{"kind": row.kind, **self._link(row, occasion), "sha256": row.sha256, "masked": False} for row in rows]

    def _link(self, row: Row[Any], occasion: Occasion) -> dict[str, str]:
        police = self._site.police
        if police.public_url is None:
            return {}
        expires = occasion.at + timedelta(hours=police.link_h)
        maker = f"{POLICE}{occasion.target.id}"
        try:
            token = self._links.made(Link(row.id, row.sha256, maker, to_micros(expires)))
        except OSError as error:
            log.warning("the police get no link to evidence: %s", error)  # better than to keep the incident from them
            return {}
        return {"url": f"{police.public_url}/api/v1/links/{token}", "expires": self._time(expires)}
