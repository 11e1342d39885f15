"""A liaison sees what was pushed of the own cameras and nothing else, looks at its proof, and signs for it."""

from pathlib import Path

import pytest
from handed_over import confirm, hand_over, incident_of
from neighbourhood import DATA, enter, make_alert, make_evidence, make_site, ready
from police_station import Station, police
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import serving, signed_in

from config.site import Site
from models.clock import utc_now
from models.evidence import FolderStore
from models.tables_access import account, audit

pytestmark = [pytest.mark.usefixtures("server"), pytest.mark.database("sqlite")]


@pytest.fixture
def site(folder: Path, database: str | None) -> Site:
    return make_site(folder, database=database, police=police(Station(1).target()))


@pytest.mark.database("sqlite", "postgresql")
async def test_only_what_was_pushed_of_the_own_cameras_is_seen_and_signed_for(engine: AsyncEngine, site: Site) -> None:
    kept = await confirm(engine, site, 1)
    near, far = await confirm(engine, site, 2), await confirm(engine, site, 3, camera="gate-2")
    for one in (near, far):
        await hand_over(engine, site, one)
    near_id, far_id, kept_id = [await incident_of(engine, one) for one in (near, far, kept)]

    async with serving(site) as wall, signed_in(wall, site, "li", "liaison") as liaison:
        async with engine.begin() as connection:
            await connection.execute(update(account).where(account.c.name == "li").values(cameras=["gate-1"]))
        before = (await liaison.get("/api/v1/liaison")).json()["incidents"]
        said = {"target": "station", "status": "SIGNED", "note": "收到", "police_case_no": "PLACEHOLDER-1"}
        answers = [
            await liaison.post(f"/api/v1/liaison/{incident}/receipts", json=said)
            for incident in (near_id, near_id, far_id, kept_id)
        ]
        nowhere = await liaison.post(f"/api/v1/liaison/{near_id}/receipts", json={**said, "target": "none"})
        nonsense = await liaison.post(f"/api/v1/liaison/{near_id}/receipts", json={**said, "status": "CLOSED"})
        after = (await liaison.get("/api/v1/liaison")).json()["incidents"]
        wall_of = await liaison.get("/api/v1/wall")
        pushed = await liaison.post(f"/api/v1/alerts/{kept.id}/push", json={"version": 2})
        del liaison.headers["X-CSRF-Token"]
        forged = await liaison.post(f"/api/v1/liaison/{near_id}/receipts", json=said)

    assert [one["id"] for one in before] == [near_id]
    assert before[0]["police"][0]["received"] is None
    assert [a.status_code for a in answers] == [200, 200, 404, 404]
    assert [a.json()["repeated"] for a in answers[:2]] == [False, True]
    assert (nowhere.status_code, nonsense.status_code, forged.status_code) == (404, 422, 403)
    assert (wall_of.status_code, pushed.status_code) == (403, 403)
    (receipt,) = after[0]["receipts"]
    assert (receipt["status"], receipt["by"], receipt["police_case_no"]) == ("SIGNED", "li", "PLACEHOLDER-1")
    assert after[0]["police"][0]["received"] is not None


async def test_proof_is_shown_to_the_liaison_on_record_and_only_that_of_what_was_pushed(
    engine: AsyncEngine, site: Site
) -> None:
    one, other = (make_alert(began=utc_now(), detected=utc_now()) for _ in range(2))
    await enter(engine, make_evidence(one), ready(one), make_evidence(other), ready(other), first=10)
    FolderStore(site.evidence_path).put(ready(one).key, DATA)
    await confirm(engine, site, 1, id=one.id)
    await confirm(engine, site, 2, id=other.id)
    await hand_over(engine, site, one)
    pushed = await incident_of(engine, one)

    async with serving(site) as wall, signed_in(wall, site, "li", "liaison") as liaison:
        (listed,) = (await liaison.get("/api/v1/liaison")).json()["incidents"]
        (proof,) = listed["evidence"]
        shown = await liaison.get(proof["url"])
        strange = await liaison.get(f"/api/v1/liaison/{pushed}/evidence/{ready(other).id}")
        direct = await liaison.get(f"/api/v1/alerts/{one.id}/evidence/clip")
        async with signed_in(wall, site, "op") as operator:
            operator_sees = await operator.get("/api/v1/liaison")

    assert (proof["kind"], proof["sha256"], shown.content) == ("clip", ready(one).sha256, DATA)
    assert (strange.status_code, direct.status_code, operator_sees.status_code) == (404, 403, 403)
    async with engine.connect() as connection:
        seen = (await connection.execute(select(audit).where(audit.c.action == "clip.viewed"))).all()
    assert [(row.actor, row.subject) for row in seen] == [("li", str(one.id))]
