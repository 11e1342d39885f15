"""The officers' page over HTTP: own tasks, cheap to poll, photos of the right kind and size, nothing of the wall."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from officer import EXIF, JPEG, click, latest, raised
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import Wall, serving, signed_in

from api.web.app import create_app
from config.site import Site
from models.evidence import FolderStore
from models.tables import photo
from models.tables_access import account, audit

SHARED = ("/api/v1/login", "/api/v1/logout", "/api/v1/session", "/api/v1/profile/password", "/healthz")
"""What both doors have, each for its own."""
PHOTO = {"Content-Type": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Street:
    """A task that was sent, and its officer on the phone."""

    client: httpx.AsyncClient
    page: Wall
    task: Row[Any]
    engine: AsyncEngine

    def path(self, rest: str = "") -> str:
        return f"/api/v1/tasks/{self.task.id}{rest}"

    async def step(self, name: str, version: int, **words: object) -> httpx.Response:
        return await self.client.post(self.path(f"/{name}"), json={"version": version, **words})

    async def arrive(self) -> None:
        for version, name in enumerate(("take", "arrive"), 1):
            answer = await self.step(name, version)
            assert answer.status_code == 200, answer.text


@pytest.fixture
async def street(site: Site, engine: AsyncEngine) -> AsyncIterator[Street]:
    FolderStore(site.evidence_path).put("shot.jpg", JPEG)
    async with serving(site, "phone") as page, signed_in(page, site, "li", "officer") as client:
        alert = await raised(engine, site, snapshot="shot.jpg")
        yield Street(client, page, await click(engine, site, alert, 1), engine)


async def test_the_inbox_has_what_the_officer_needs_and_is_cheap_to_ask_again(street: Street) -> None:
    first = await street.client.get("/api/v1/inbox")
    same = await street.client.get("/api/v1/inbox", headers={"If-None-Match": first.headers["etag"]})
    await street.client.post(street.path("/delivered"), json={})
    changed = await street.client.get("/api/v1/inbox", headers={"If-None-Match": first.headers["etag"]})
    task = first.json()["tasks"][0]

    assert (first.status_code, same.status_code, same.content, changed.status_code) == (200, 304, b"", 200)
    assert (task["state"], task["what"]["zh"], task["level"], task["photos"]) == ("SENT", "区域入侵", 3, 0)
    assert (task["where"]["en"], task["entrance"], task["grid"]["en"]) == ("Gate 1", "1", "G1")
    assert task["delivered"] is None
    assert changed.json()["tasks"][0]["delivered"] is not None


async def test_the_whole_way_over_http(street: Street, site: Site) -> None:
    shown = await street.client.get(street.path("/snapshot"))
    await street.arrive()
    identity = uuid4()
    sent = [
        await street.client.put(street.path(f"/photos/{identity}"), content=JPEG[:2] + EXIF + JPEG[2:], headers=PHOTO)
        for _ in range(2)
    ]
    done = await street.step("handle", 3, words="moved on\nall clear", late_s=90)
    gone = await street.client.get(street.path("/snapshot"))
    async with street.engine.connect() as connection:
        kept = (await connection.execute(select(photo))).one()
        handled = select(audit.c.detail).where(audit.c.action == "dispatch.handled")
        detail = (await connection.execute(handled)).scalar_one()

    assert (shown.status_code, shown.content, gone.status_code) == (200, JPEG, 404)
    assert [(answer.status_code, answer.json()["photos"]) for answer in sent] == [(200, 1), (200, 1)]
    assert (done.json()["state"], done.json()["photos"]) == ("HANDLED", 1)
    assert FolderStore(site.evidence_path).get(kept.key) == JPEG
    assert '"late_s":90' in detail


async def test_the_task_of_another_does_not_exist(street: Street, site: Site) -> None:
    async with signed_in(street.page, site, "wang", "officer", person="officer-2") as other:
        answers = [
            await other.get(street.path()),
            await other.get(street.path("/snapshot")),
            await other.post(street.path("/delivered"), json={}),
            await other.post(street.path("/take"), json={"version": 1}),
            await other.put(street.path(f"/photos/{uuid4()}"), content=JPEG, headers=PHOTO),
        ]
        inbox = (await other.get("/api/v1/inbox")).json()

    assert [a.status_code for a in answers] == [404] * 5
    assert inbox["tasks"] == []


@pytest.mark.parametrize(
    ("content", "kind", "refused"),
    [
        (b"GIF89a", "image/jpeg", (422, "not_jpeg")),
        (JPEG, "text/html", (422, "not_jpeg")),
        (b"", "image/jpeg", (422, "not_jpeg")),
        (JPEG + bytes(4 * 2**20), "image/jpeg", (413, "too_large")),
    ],
)
async def test_what_is_no_photo_is_refused(street: Street, content: bytes, kind: str, refused: tuple[int, str]) -> None:
    await street.arrive()
    path = street.path(f"/photos/{uuid4()}")
    answer = await street.client.put(path, content=content, headers={"Content-Type": kind})

    assert (answer.status_code, answer.json()["error"]) == refused


async def test_only_a_photo_may_be_large_and_nothing_without_a_token(street: Street) -> None:
    large = bytes(128 * 1024)
    elsewhere = [
        await street.client.put(street.path(), content=large),
        await street.client.put(f"/api/v1/photos/{uuid4()}", content=large),
        await street.client.post(street.path(f"/photos/{uuid4()}"), content=large),
        await street.client.post(street.path("/take"), content=large),
    ]
    del street.client.headers["X-CSRF-Token"]
    untrusted = await street.client.put(street.path(f"/photos/{uuid4()}"), content=JPEG, headers=PHOTO)

    assert {a.status_code for a in elsewhere} == {413}
    assert (untrusted.status_code, untrusted.json()["error"]) == (403, "csrf")


async def test_a_full_disk_is_said_and_nothing_is_entered(street: Street, site: Site) -> None:
    await street.arrive()
    for folder in site.evidence_path.glob("[0-9]*"):
        pytest.fail(f"{folder} is there before any photo")
    (site.evidence_path / f"{street.task.at:%Y}").write_text("where a folder must be")
    answer = await street.client.put(street.path(f"/photos/{uuid4()}"), content=JPEG, headers=PHOTO)
    async with street.engine.connect() as connection:
        rows = (await connection.execute(select(photo))).all()

    assert (answer.status_code, answer.json()["error"], rows) == (507, "storage", [])


async def test_words_with_control_characters_are_refused(street: Street) -> None:
    answer = await street.step("return", 1, words="busy\x1b[2J")

    assert (answer.status_code, answer.json()["error"]) == (422, "invalid")


async def test_nothing_of_the_wall_is_reachable_from_the_street(street: Street, site: Site) -> None:
    told = {
        path: methods for path, methods in create_app(site).openapi()["paths"].items() if not path.startswith(SHARED)
    }
    paths = [(m, re.sub(r"\{[a-z_]+\}", str(uuid4()), path)) for path, methods in told.items() for m in methods]
    answers = [await street.client.request(method.upper(), path) for method, path in paths]
    async with street.page.client() as stranger:
        page = [await stranger.get(path) for path in ("/feed.js", "/wall.css", "/../wall/main.js", "/api/v1/live")]

    assert len(paths) > 15
    assert {a.status_code for a in answers} <= {404, 405}
    assert [a.status_code for a in page] == [404] * 4


async def test_what_was_called_back_says_so_on_the_phone(street: Street, site: Site) -> None:
    alert = await raised(street.engine, site, id=uuid4(), level=1)
    async with serving(site) as wall, signed_in(wall, site) as operator:
        sent = (await operator.post(f"/api/v1/alerts/{alert.id}/dispatch", json={"version": 1})).json()["dispatch"]
        there = [t["id"] for t in (await street.client.get("/api/v1/inbox")).json()["tasks"]]
        await operator.post(f"/api/v1/dispatches/{sent['id']}/undo", json={})
    left = [t["id"] for t in (await street.client.get("/api/v1/inbox")).json()["tasks"]]
    why = (await street.client.get(f"/api/v1/tasks/{sent['id']}")).json()
    late = await street.client.post(f"/api/v1/tasks/{sent['id']}/take", json={"version": 1})

    assert there[0] == sent["id"]
    assert sent["id"] not in left
    assert why["stands"]["zh"] == "已被值班员撤回"
    assert (late.status_code, late.json()["stands"]["zh"]) == (409, "已被值班员撤回")
    assert (await latest(street.engine, alert)).state == "UNDONE"


async def test_the_photo_is_shown_on_the_wall_and_that_is_audited(street: Street, site: Site) -> None:
    await street.arrive()
    identity = uuid4()
    await street.client.put(street.path(f"/photos/{identity}"), content=JPEG, headers=PHOTO)
    await street.step("handle", 3, words="done")
    async with serving(site) as wall, signed_in(wall, site) as operator:
        view = (await operator.get(f"/api/v1/alerts/{street.task.alert_id}")).json()
        shown = await operator.get(view["dispatch"]["photos"][0]["url"])
        again = await operator.get(
            view["dispatch"]["photos"][0]["url"], headers={"If-None-Match": shown.headers["etag"]}
        )
        closed = await operator.post(f"/api/v1/dispatches/{street.task.id}/close", json={"version": 4})
        late = await operator.post(
            f"/api/v1/dispatches/{street.task.id}/rework", json={"version": 4, "reason": "not_solved"}
        )
        async with street.engine.begin() as connection:
            await connection.execute(update(account).where(account.c.name == "op").values(cameras=["gate-2"]))
        foreign = await operator.get(f"/api/v1/photos/{identity}")
    async with street.engine.connect() as connection:
        views = (await connection.execute(select(audit).where(audit.c.action == "photo.viewed"))).all()

    assert (shown.status_code, shown.content, again.status_code) == (200, JPEG, 304)
    assert [v.actor for v in views] == ["op"]
    assert (closed.status_code, closed.json()["incident"]["state"]) == (200, "CLOSED")
    assert (late.status_code, late.json()["stands"]["en"]) == (409, "closed")
    assert foreign.status_code == 404
