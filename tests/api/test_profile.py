"""One's own account: the password is changed by who knows the old one, and sessions are seen and ended."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import PASSWORD, Wall, serving, signed_in

from config.site import Site

OTHER = "another placeholder"


@asynccontextmanager
async def elsewhere(wall: Wall, agent: str) -> AsyncIterator[httpx.AsyncClient]:
    """Another browser of `op`."""
    async with wall.client() as client:
        client.headers["User-Agent"] = agent
        answer = await client.post("/api/v1/login", json={"name": "op", "password": PASSWORD})
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        yield client


async def change(client: httpx.AsyncClient, old: str, new: str) -> tuple[int, str]:
    answer = await client.post("/api/v1/profile/password", json={"old": old, "new": new})
    return answer.status_code, answer.json().get("error", "")


async def status(client: httpx.AsyncClient) -> int:
    return (await client.get("/api/v1/session")).status_code


async def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(site: Site, engine: AsyncEngine) -> None:
    del engine
    async with serving(site) as wall, signed_in(wall, site) as here, elsewhere(wall, "b") as there:
        wrong = await change(here, "not the password", OTHER)
        weak = await change(here, PASSWORD, "short")
        same = await change(here, PASSWORD, PASSWORD)
        before = await status(there)
        done = await change(here, PASSWORD, OTHER)
        after = [await status(here), await status(there)]
        async with wall.client() as client:
            logins = [
                (await client.post("/api/v1/login", json={"name": "op", "password": password})).status_code
                for password in (PASSWORD, OTHER)
            ]

    assert (wrong, weak, same) == ((401, "credentials"), (422, "weak_password"), (422, "weak_password"))
    assert (before, done) == (200, (200, ""))
    assert after == [200, 401]
    assert logins == [401, 200]


@pytest.mark.database("sqlite")
async def test_guessing_the_old_password_is_throttled(site: Site, engine: AsyncEngine) -> None:
    del engine
    async with serving(site) as wall, signed_in(wall, site) as client:
        tries = [await change(client, f"guess {n}", OTHER) for n in range(6)]

    assert tries == [(401, "credentials")] * 5 + [(429, "throttled")]


async def test_sessions_are_listed_and_ended_one_by_one_or_all_others(site: Site, engine: AsyncEngine) -> None:
    del engine
    async with (
        serving(site) as wall,
        signed_in(wall, site) as here,
        signed_in(wall, site, "stranger") as stranger,
        elsewhere(wall, "b") as b,
        elsewhere(wall, "c") as c,
        elsewhere(wall, "d") as d,
    ):
        listed = {one["agent"]: one for one in (await here.get("/api/v1/profile/sessions")).json()}
        body = {"key": listed["b"]["key"]}
        foreign = await stranger.post("/api/v1/profile/sessions/end", json=body)
        await here.post("/api/v1/profile/sessions/end", json=body)
        again = await here.post("/api/v1/profile/sessions/end", json=body)
        one_by_one = [await status(b), await status(c)]
        await here.post("/api/v1/profile/sessions/end-others")
        all_others = [await status(c), await status(d), await status(here), await status(stranger)]

    assert [agent for agent, one in listed.items() if one["this"]] == [here.headers["User-Agent"]]
    assert {one["address"] for one in listed.values()} == {"127.0.0.1"}
    assert (foreign.status_code, again.status_code) == (404, 404)
    assert one_by_one == [401, 200]
    assert all_others == [401, 401, 200, 200]
