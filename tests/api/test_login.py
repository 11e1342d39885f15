"""Who may come in, and how often somebody may try."""

import asyncio

import pytest
from argon2 import PasswordHasher
from neighbourhood import make_site
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import PASSWORD, Wall, serving, signed_in

from api import passwords
from api.accounts import add, first_admin, reset
from api.terms import AccountError
from api.web.app import create_app
from config.site import Site
from models.tables_access import account, audit, login_failure, session

pytestmark = pytest.mark.database("sqlite")  # what the door does; how it is kept is marked below


async def login(wall: Wall, **words: str) -> tuple[int, dict]:
    async with wall.client() as client:
        answer = await client.post("/api/v1/login", json=words)
        return answer.status_code, answer.json()


@pytest.mark.database("sqlite", "postgresql")
async def test_a_one_time_password_must_be_replaced_and_works_once(site: Site) -> None:
    once = await add(site, "张三", "operator")
    async with serving(site) as wall:
        asked = await login(wall, name="张三", password=once)
        weak = await login(wall, name="张三", password=once, new_password="short")
        same = await login(wall, name="张三", password=once, new_password=once)
        good = await login(wall, name="张三", password=once, new_password=PASSWORD)
        again = await login(wall, name="张三", password=once)
        later = await login(wall, name="张三", password=PASSWORD)

    assert (asked[0], asked[1]["error"]) == (403, "new_password_required")
    assert (weak[0], weak[1]["error"]) == (422, "weak_password")
    assert same[1]["error"] == "weak_password"
    assert good[0] == 200
    assert good[1]["user"] == {"name": "张三", "role": "operator"}
    assert (again[0], again[1]["error"]) == (401, "credentials")
    assert later[0] == 200


@pytest.mark.database("sqlite", "postgresql")
async def test_the_first_admin_is_made_exactly_once(site: Site) -> None:
    first = await asyncio.to_thread(first_admin, site)
    second = await asyncio.to_thread(first_admin, site)

    assert first is not None
    assert second is None


async def test_an_account_cannot_be_made_twice_and_can_be_reset(site: Site) -> None:
    await add(site, "op", "operator")
    with pytest.raises(AccountError, match="already"):
        await add(site, "op", "admin")
    with pytest.raises(AccountError, match="no account"):
        await reset(site, "nobody")
    with pytest.raises(AccountError, match="cannot be a name"):
        await add(site, " op", "admin")

    assert len(await reset(site, "op")) > 10


async def test_a_session_lives_until_logout_and_is_stored_hashed(site: Site, engine: AsyncEngine) -> None:
    async with serving(site) as wall, signed_in(wall, site) as client:
        cookie = client.cookies["kanmen_session"]
        answer = await client.get("/api/v1/session")
        async with engine.connect() as connection:
            stored = (await connection.execute(select(session.c.token))).scalars().all()
        out = await client.post("/api/v1/logout", json={})
        client.cookies.set("kanmen_session", cookie)
        after = await client.get("/api/v1/session")

    assert answer.json()["user"]["name"] == "op"
    assert "secret-of-the-camera" not in answer.text
    assert cookie not in stored
    assert out.status_code == 200
    assert (after.status_code, after.json()["error"]) == (401, "no_session")


async def test_the_cookie_is_for_the_browser_alone(site: Site) -> None:
    once = await add(site, "op", "operator")
    async with serving(site) as wall, wall.client() as client:
        words = {"name": "op", "password": once, "new_password": PASSWORD}
        answer = await client.post("/api/v1/login", json=words)

    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "samesite=lax" in answer.headers["set-cookie"].lower()


@pytest.mark.database("sqlite", "postgresql")
async def test_five_failures_of_a_name_shut_it_for_a_while_even_at_once(site: Site) -> None:
    await add(site, "op", "operator")
    async with serving(site) as wall:
        answers = await asyncio.gather(*(login(wall, name="op", password=f"wrong-{n}") for n in range(8)))
        other = await login(wall, name="nobody", password="wrong")

    statuses = sorted(status for status, _ in answers)
    throttled = next(body for status, body in answers if status == 429)
    assert statuses == [401] * 5 + [429] * 3
    assert throttled["error"] == "throttled"
    assert 0 < throttled["retry_after_s"] <= 301
    assert other[0] == 401


async def test_a_right_password_clears_the_failures_of_its_name(site: Site, engine: AsyncEngine) -> None:
    async with serving(site) as wall, signed_in(wall, site):
        for _ in range(4):
            await login(wall, name="op", password="wrong")
        right = await login(wall, name="op", password=PASSWORD)
        async with engine.connect() as connection:
            left = (await connection.execute(select(login_failure))).all()

    assert right[0] == 200
    assert left == []


async def test_a_disabled_account_is_out_at_once(site: Site, engine: AsyncEngine) -> None:
    async with serving(site) as wall, signed_in(wall, site) as client:
        async with engine.begin() as connection:
            await connection.execute(update(account).values(disabled=True))
        answer = await client.get("/api/v1/wall")
        again = await login(wall, name="op", password=PASSWORD)

    assert answer.status_code == 401
    assert again[0] == 401


async def test_a_change_needs_the_csrf_token(site: Site) -> None:
    async with serving(site) as wall, signed_in(wall, site) as client:
        client.headers["X-CSRF-Token"] = "guessed"
        wrong = await client.post("/api/v1/logout", json={})
        del client.headers["X-CSRF-Token"]
        missing = await client.post("/api/v1/logout", json={})

    assert [(a.status_code, a.json()["error"]) for a in (wrong, missing)] == [(403, "csrf")] * 2


async def test_strangers_are_turned_away_before_anything_is_read(site: Site) -> None:
    async with serving(site) as wall, wall.client() as client:
        rebound = await client.get("/healthz", headers={"Host": "evil.example"})
        foreign = await client.post("/api/v1/login", json={}, headers={"Origin": "http://evil.example"})
        huge = await client.post("/api/v1/login", content=b"x" * 70_000)
        health = await client.get("/healthz")

    assert (rebound.status_code, rebound.json()["error"]) == (421, "host")
    assert (foreign.status_code, foreign.json()["error"]) == (403, "origin")
    assert (huge.status_code, huge.json()["error"]) == (413, "too_large")
    assert health.json() == {"ok": True}
    assert "frame-ancestors 'none'" in health.headers["content-security-policy"]
    assert "unsafe-inline" not in health.headers["content-security-policy"]
    assert health.headers["x-content-type-options"] == "nosniff"


async def test_a_malformed_request_is_not_echoed(site: Site) -> None:
    await add(site, "op", "operator")
    async with serving(site) as wall, wall.client() as client:
        answer = await client.post("/api/v1/login", json={"name": "op", "password": "s3cret" * 100})

    assert answer.status_code == 422
    assert "s3cret" not in answer.text


async def test_before_the_desk_has_run_the_page_is_served_and_the_api_says_starting(site: Site) -> None:
    async with serving(site) as wall, wall.client() as client:
        health = await client.get("/healthz")
        early = await client.get("/api/v1/session")
        await add(site, "op", "operator")
        now = await client.get("/api/v1/session")

    assert health.status_code == 200
    assert (early.status_code, early.json()["error"]) == (503, "starting")
    assert now.status_code == 401


def test_an_unknown_name_costs_the_same_work() -> None:
    assert not PasswordHasher().check_needs_rehash(passwords._NOBODY)
    assert not passwords.matches(None, "anything")


async def test_logins_and_failures_are_audited(site: Site, engine: AsyncEngine) -> None:
    async with serving(site) as wall, signed_in(wall, site):
        await login(wall, name="op", password="wrong")
        async with engine.connect() as connection:
            actions = (await connection.execute(select(audit.c.action).order_by(audit.c.id))).scalars().all()

    assert actions == ["account.made", "account.password_changed", "login", "login.failed"]


def test_the_contract_is_published(tmp_path) -> None:
    paths = create_app(make_site(tmp_path)).openapi()["paths"]

    assert {"/api/v1/wall", "/api/v1/alerts/{alert_id}/dispatch", "/api/v1/dispatches/{dispatch_id}/undo"} <= set(paths)
