"""Evidence reaches the wall as alerts do, and is shown to whoever may see it, in parts, with a word in the audit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import httpx
import pytest
from neighbourhood import DATA, admitted, enter, make_alert, make_evidence, ready
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import serving, signed_in

from api.desk.admit import Admitted, Rejected
from api.reading import alert_views
from config.site import Site
from models.evidence import FolderStore
from models.tables import feed
from models.tables_access import audit


async def looks(engine: AsyncEngine) -> list[tuple[str, str]]:
    async with engine.connect() as connection:
        rows = await connection.execute(select(audit).where(audit.c.action == "clip.viewed").order_by(audit.c.id))
        return [(row.actor, row.subject) for row in rows]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
async def test_it_is_told_with_its_alert_in_whatever_order_they_come(
    engine: AsyncEngine, order: tuple[int, ...]
) -> None:
    alert = make_alert()
    subjects = (alert, make_evidence(alert), ready(alert))
    for place in order:
        await enter(engine, subjects[place], first=place + 1)
    async with engine.connect() as connection:
        (view,) = await alert_views(connection, [str(alert.id)])
        told = (await connection.execute(select(feed.c.subject_id, feed.c.kind))).all()

    assert view.evidence["clip"].state == "ready"
    assert view.evidence["clip"].sha256 == ready(alert).sha256
    assert {tuple(row) for row in told} == {(str(alert.id), "alert")}


def test_evidence_that_could_leave_its_folder_is_turned_away_at_the_door() -> None:
    alert = make_alert()
    refused = [admitted(make_evidence(alert, key=key), 1) for key in ("../x.mp4", "/etc/passwd", "a/../../b", "A")]

    assert all(isinstance(message, Rejected) for message in refused)
    assert isinstance(admitted(make_evidence(alert), 1), Admitted)


@pytest.mark.database("sqlite")
async def test_a_clip_is_sent_whole_or_in_the_part_that_was_asked_for(site: Site, engine: AsyncEngine) -> None:
    alert = make_alert()
    await enter(engine, alert, make_evidence(alert), ready(alert))
    FolderStore(site.evidence_path).put(ready(alert).key, DATA)
    async with serving(site) as wall, signed_in(wall, site) as client:
        url = (await client.get(f"/api/v1/alerts/{alert.id}")).json()["evidence"]["clip"]["url"]

        async def part(asked: str) -> httpx.Response:
            return await client.get(url, headers={"Range": asked})

        whole = await client.get(url)
        middle, tail, rest, outside = [await part(f"bytes={r}") for r in ("100-199", "-10", "10000-", "99999-")]
        several = await part("bytes=0-1,5-6")
        unchanged = await client.get(url, headers={"If-None-Match": whole.headers["etag"]})

    assert (whole.status_code, whole.content) == (200, DATA)
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    assert (middle.status_code, middle.content) == (206, DATA[100:200])
    assert middle.headers["content-range"] == f"bytes 100-199/{len(DATA)}"
    assert (tail.content, rest.content) == (DATA[-10:], DATA[10000:])
    assert (outside.status_code, outside.headers["content-range"]) == (416, f"bytes */{len(DATA)}")
    assert (several.status_code, several.content) == (200, DATA)
    assert unchanged.status_code == 304


async def test_each_persons_look_is_audited_and_strangers_see_nothing(site: Site, engine: AsyncEngine) -> None:
    alert = make_alert()
    await enter(engine, alert, ready(alert))
    FolderStore(site.evidence_path).put(ready(alert).key, DATA)
    url = f"/api/v1/alerts/{alert.id}/evidence/clip"
    async with serving(site) as wall, signed_in(wall, site) as client, signed_in(wall, site, "other") as other:
        for first in range(0, 3000, 1000):
            await client.get(url, headers={"Range": f"bytes={first}-{first + 999}"})
        await other.get(url, headers={"Range": "bytes=5-"})
        async with wall.client() as stranger:
            refused = await stranger.get(url)
        seen = await looks(engine)

    assert seen == [("op", str(alert.id)), ("other", str(alert.id))]
    assert refused.status_code == 401


@pytest.mark.database("sqlite")
async def test_a_clip_that_still_grows_is_shown_as_far_as_it_is(site: Site, engine: AsyncEngine) -> None:
    alert, later = make_alert(), make_alert()
    await enter(engine, alert, make_evidence(alert), later, make_evidence(later))
    FolderStore(site.evidence_path).growing(make_evidence(alert).key).write_bytes(DATA)
    async with serving(site) as wall, signed_in(wall, site) as client:
        grown = await client.get(f"/api/v1/alerts/{alert.id}/evidence/clip")
        not_yet = await client.get(f"/api/v1/alerts/{later.id}/evidence/clip")

    assert (grown.status_code, grown.content) == (200, DATA)
    assert grown.headers["x-evidence-state"] == "pending"
    assert "etag" not in grown.headers
    assert not_yet.status_code == 204


@pytest.mark.database("sqlite")
async def test_what_failed_says_why_and_has_no_address(site: Site, engine: AsyncEngine) -> None:
    alert = make_alert()
    failed = replace(make_evidence(alert), revision=2, state="failed", reason="storage", began=None, ended=None)
    await enter(engine, alert, failed)
    async with serving(site) as wall, signed_in(wall, site) as client:
        clip = (await client.get(f"/api/v1/alerts/{alert.id}")).json()["evidence"]["clip"]
        answer = await client.get(f"/api/v1/alerts/{alert.id}/evidence/clip")
        reasons = (await client.get("/api/v1/session")).json()["evidence_reasons"]

    assert (clip["state"], clip["reason"], clip["url"]) == ("failed", "storage", None)
    assert (answer.status_code, answer.json()["error"]) == (404, "no_evidence")
    assert "磁盘" in reasons["storage"]["zh"] or "存储" in reasons["storage"]["zh"]


@pytest.mark.database("sqlite")
def test_what_two_threads_keep_under_one_key_at_once_is_whole(tmp_path: Path) -> None:
    store, both = FolderStore(tmp_path), Barrier(2)

    def keep(data: bytes) -> None:
        def slowly(part: Path) -> None:
            part.write_bytes(data[: len(data) // 2])
            both.wait(10)
            part.write_bytes(data)

        store.keep("2026/11/22/a.jpg", slowly)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(keep, (b"a" * 4096, b"b" * 8192)))

    assert store.get("2026/11/22/a.jpg") in (b"a" * 4096, b"b" * 8192)
