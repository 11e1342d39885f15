"""Nobody looks at evidence without a reason: it is entered while an alert is handled, and asked for where it is not."""

import json
from typing import Any

import httpx
import pytest
from neighbourhood import DATA, enter, make_alert, ready
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import serving, signed_in

from api.books import writing
from api.rights import Role
from api.roster import synchronise
from config.site import Site
from models.alert import Alert
from models.evidence import FolderStore
from models.tables_access import audit

KEY = "gate-1/snapshot.jpg"


async def make_evident(site: Site, engine: AsyncEngine) -> Alert:
    """An alert with a snapshot and a clip."""
    alert = make_alert(snapshot=KEY)
    await enter(engine, alert, ready(alert))
    store = FolderStore(site.evidence_path)
    store.put(KEY, b"picture")
    store.put(ready(alert).key, DATA)
    async with writing(engine) as books:
        await synchronise(books, site)
    return alert


async def look(client: httpx.AsyncClient, alert: Alert) -> list[tuple[int, str]]:
    """At the snapshot and the clip; and whether a link to the clip can be made."""
    url = f"/api/v1/alerts/{alert.id}"
    answers = [
        await client.get(f"{url}/snapshot"),
        await client.get(f"{url}/evidence/clip"),
        await client.post(f"{url}/evidence/clip/link", json={}),
    ]
    return [(a.status_code, a.json()["error"] if a.status_code >= 400 else "") for a in answers]


async def give(client: httpx.AsyncClient, alert: Alert, reason: str, words: str = "") -> int:
    body = {"reason": reason, "words": words}
    return (await client.post(f"/api/v1/alerts/{alert.id}/reason", json=body)).status_code


async def entered(engine: AsyncEngine, actor: str) -> list[tuple[str, dict[str, Any]]]:
    async with engine.connect() as connection:
        query = select(audit).where(audit.c.actor == actor, audit.c.detail.contains("reason")).order_by(audit.c.id)
        rows = (await connection.execute(query)).all()
    return [(row.action, json.loads(row.detail)) for row in rows]


GOOD = [(200, ""), (200, ""), (200, "")]
ASKED = [(403, "reason_needed"), (403, "reason_needed"), (403, "reason_needed")]


async def test_handling_is_reason_enough_until_the_alert_is_at_its_end(site: Site, engine: AsyncEngine) -> None:
    alert = await make_evident(site, engine)
    async with serving(site) as wall, signed_in(wall, site) as client:
        raised = await look(client, alert)
        sent = await client.post(f"/api/v1/alerts/{alert.id}/dispatch", json={"version": 1})
        confirmed = await look(client, alert)
        needed = [(await client.get(f"/api/v1/alerts/{alert.id}")).json()["reason_needed"]]
        undone = await client.post(f"/api/v1/dispatches/{sent.json()['dispatch']['id']}/undo", json={})
        body = {"version": undone.json()["version"], "reason": "false_alarm"}
        await client.post(f"/api/v1/alerts/{alert.id}/dismiss", json=body)
        dismissed = await look(client, alert)
        needed += [(await client.get(f"/api/v1/alerts/{alert.id}")).json()["reason_needed"]]
    said = await entered(engine, "op")

    assert (raised, confirmed, dismissed) == (GOOD, GOOD, ASKED)
    assert needed == [False, True]
    assert [(action, detail["reason"]) for action, detail in said[:3]] == [
        ("snapshot.viewed", "handling"),
        ("clip.viewed", "handling"),
        ("clip.linked", "handling"),
    ]


@pytest.mark.parametrize("role", ["engineer", "auditor"])
@pytest.mark.database("sqlite")
async def test_who_does_not_handle_says_why_once_per_alert(site: Site, engine: AsyncEngine, role: Role) -> None:
    alert, other = await make_evident(site, engine), make_alert(camera="gate-2", snapshot=KEY)
    await enter(engine, other, first=50)
    async with serving(site) as wall, signed_in(wall, site, "one", role) as client:
        asked = await look(client, alert)
        wordless = await give(client, alert, "other", "  ")
        unknown = await give(client, alert, "handling")
        given = await give(client, alert, "maintenance", "镜头调焦")
        shown = await look(client, alert)
        elsewhere = await look(client, other)
    said = await entered(engine, "one")

    assert (asked[:2], elsewhere[:1]) == (ASKED[:2], ASKED[:1])
    assert (wordless, unknown, given) == (422, 422, 200)
    assert shown[:2] == GOOD[:2]
    assert [(action, detail["reason"], detail["words"]) for action, detail in said] == [
        ("evidence.reasoned", "maintenance", "镜头调焦"),
        ("snapshot.viewed", "maintenance", "镜头调焦"),
        ("clip.viewed", "maintenance", "镜头调焦"),
    ]


@pytest.mark.database("sqlite")
async def test_another_reason_is_another_look(site: Site, engine: AsyncEngine) -> None:
    alert = await make_evident(site, engine)
    async with serving(site) as wall, signed_in(wall, site, "one", "auditor") as client:
        for reason in ("inspection", "inspection", "complaint"):
            await give(client, alert, reason)
            await look(client, alert)
    said = await entered(engine, "one")

    assert [detail["reason"] for action, detail in said if action == "clip.viewed"] == ["inspection", "complaint"]
