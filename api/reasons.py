"""Why somebody looks at evidence: entered by itself while an alert is handled, asked for where it is at its end."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.reading import OPEN_INCIDENT, UNDECIDED
from api.refusals import RefusalError
from api.sessions import Signed
from models.clock import utc_now
from models.tables import alert, incident
from models.tables_access import audit

Given = Literal["review", "complaint", "police", "inspection", "maintenance", "other"]

GIVEN: Final[Mapping[Given, tuple[str, str]]] = {
    "review": ("复查处置情况", "review of the handling"),
    "complaint": ("投诉或申诉", "a complaint"),
    "police": ("协助公安", "help for the police"),
    "inspection": ("审计检查", "inspection"),
    "maintenance": ("设备维护", "maintenance"),
    "other": ("其他（须说明）", "other (say what)"),
}
"""What a person may choose: (zh, en); `other` needs words."""
ENTERED: Final[Mapping[str, tuple[str, str]]] = {
    "handling": ("处置报警", "handling the alert"),
    "link": ("凭链接查看", "by a link"),
    "liaison": ("公安核阅推送", "the police read a push"),
}
"""What is entered by itself."""
REASONS: Final[Mapping[str, tuple[str, str]]] = {**{str(key): words for key, words in GIVEN.items()}, **ENTERED}
HOLDS: Final = timedelta(hours=12)
"""A reason is given once per alert and shift."""
ACTION: Final = "evidence.reasoned"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody looks.

    Attributes:
        key: Of GIVEN or ENTERED.
        words: What the person said beside it; may be empty.
    """

    key: str
    words: str = ""

    def detail(self) -> dict[str, str]:
        """For the audit row of what was looked at."""
        return {"reason": self.key, **({"words": self.words} if self.words else {})}

    def stands_in(self, details: Iterable[str]) -> bool:
        """Whether one of these details of the audit says the same."""
        known: Iterable[dict[str, Any]] = map(json.loads, details)
        return any((d.get("reason"), d.get("words", "")) == (self.key, self.words) for d in known)


async def reason_of(connection: AsyncConnection, signed: Signed, alert_id: str) -> Reason:
    """Why the account looks at the evidence of this alert.

    Raises:
        RefusalError: reason_needed.
    """
    if signed.may("handle") and await _is_in_hand(connection, alert_id):
        return Reason("handling")
    query = select(audit.c.detail).where(
        audit.c.subject == alert_id,
        audit.c.action == ACTION,
        audit.c.actor == signed.name,
        audit.c.at > utc_now() - HOLDS,
    )
    given = (await connection.execute(query.order_by(audit.c.id.desc()).limit(1))).scalar_one_or_none()
    if given is None:
        raise RefusalError("reason_needed")
    said = json.loads(given)
    return Reason(said["reason"], said.get("words", ""))


async def is_reasoned(connection: AsyncConnection, signed: Signed, alert_id: str) -> bool:
    """Whether the account may look without being asked why."""
    try:
        await reason_of(connection, signed, alert_id)
    except RefusalError:
        return False
    return True


async def _is_in_hand(connection: AsyncConnection, alert_id: str) -> bool:
    query = (
        select(alert.c.state, incident.c.state.label("case"))
        .outerjoin(incident, incident.c.id == alert.c.incident_id)
        .where(alert.c.id == alert_id)
    )
    row = (await connection.execute(query)).one_or_none()
    return row is not None and (row.state in UNDECIDED or (row.state != "DISMISSED" and row.case in OPEN_INCIDENT))
