"""Whoever keeps the accounts does so on a page: each deed is audited with who did it, and nobody locks the site out."""

import json
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import Wall, serving, signed_in

from config.site import Site
from models.tables_access import audit

NEW = {"name": "new", "role": "operator", "unit": "街道办", "cameras": ["gate-1"]}


async def deeds(engine: AsyncEngine, actor: str) -> list[tuple[str, str, dict[str, Any]]]:
    async with engine.connect() as connection:
        rows = await connection.execute(select(audit).where(audit.c.actor == actor).order_by(audit.c.id))
        return [(row.action, row.subject, json.loads(row.detail)) for row in rows if row.subject != actor]


async def post(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    return await client.post(f"/api/v1/{path}", json=body)


async def logged_in(wall: Wall, name: str, password: str) -> int:
    async with wall.client() as stranger:
        body = {"name": name, "password": password, "new_password": "another placeholder"}
        return (await post(stranger, "login", **body)).status_code


async def test_an_account_is_made_and_its_password_is_told_once(site: Site, engine: AsyncEngine) -> None:
    del engine
    async with serving(site) as wall, signed_in(wall, site, "chief", "admin") as client:
        made = await post(client, "users/add", **NEW)
        again = await post(client, "users/add", **NEW)
        told = (await client.get("/api/v1/users")).json()
        came_in = await logged_in(wall, "new", made.json()["password"])
        sitting = {one["name"]: one["sessions"] for one in (await client.get("/api/v1/users")).json()["users"]}

    (new,) = [one for one in told["users"] if one["name"] == "new"]
    assert (new["role"], new["unit"], new["cameras"], new["one_time"]) == ("operator", "街道办", ["gate-1"], True)
    assert made.json()["password"] not in json.dumps(told)
    assert (again.status_code, again.json()["error"]) == (409, "account_exists")
    assert came_in == 200
    assert sitting == {"chief": 1, "new": 1}
    assert [one["id"] for one in told["people"]] == ["officer-1", "officer-2", "officer-3"]


async def test_every_deed_at_accounts_names_who_did_it_and_from_where(site: Site, engine: AsyncEngine) -> None:
    async with serving(site) as wall, signed_in(wall, site, "chief", "admin") as client:
        password = (await post(client, "users/add", **NEW)).json()["password"]
        await logged_in(wall, "new", password)
        await post(client, "users/change", **{**NEW, "role": "shift_lead"})
        for deed in ("disable", "enable", "reset", "end"):
            assert (await post(client, f"users/{deed}", name="new")).status_code == 200
    found = await deeds(engine, "chief")

    assert [(action, subject) for action, subject, _ in found] == [
        ("account.made", "new"),
        ("account.changed", "new"),
        ("account.disabled", "new"),
        ("account.enabled", "new"),
        ("account.reset", "new"),
        ("account.sessions_ended", "new"),
    ]
    assert {detail["from"] for _, _, detail in found} == {"127.0.0.1"}
    assert password not in json.dumps([detail for _, _, detail in found])


async def test_whoever_is_put_out_is_out(site: Site, engine: AsyncEngine) -> None:
    del engine
    async with (
        serving(site) as wall,
        signed_in(wall, site, "chief", "admin") as client,
        signed_in(wall, site) as other,
    ):
        before = await other.get("/api/v1/session")
        await post(client, "users/end", name="op")
        ended = await other.get("/api/v1/session")

    assert (before.status_code, ended.status_code) == (200, 401)


async def test_nobody_locks_the_site_or_themselves_out(site: Site, engine: AsyncEngine) -> None:
    del engine
    async with serving(site) as wall, signed_in(wall, site, "chief", "admin") as client:
        last = await post(client, "users/change", name="chief", role="operator")
        async with signed_in(wall, site, "second", "admin"):
            oneself = await post(client, "users/disable", name="chief")
        nobody = await post(client, "users/end", name="nobody")

    assert (last.status_code, last.json()["error"]) == (409, "last_admin")
    assert (oneself.status_code, oneself.json()["error"]) == (409, "yourself")
    assert (nobody.status_code, nobody.json()["error"]) == (404, "no_account")
