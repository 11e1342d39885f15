"""By which door and under which name a page is asked for, and that TLS is real."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from certificates import make_certificate
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import PASSWORD, Wall, serving, signed_in

from api.accounts import add
from config.listener import Tls
from config.site import Officer, Site
from config.site import Wall as WallSection

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
async def secured(site: Site, tmp_path: Path, engine: AsyncEngine) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that trusts the certificate of a wall with TLS."""
    del engine
    pair = make_certificate(tmp_path)
    wall = WallSection(port=0, names=("kanmen.test",), tls=Tls(certificate=pair.certificate, key=pair.key))
    trusting = ssl.create_default_context(cafile=pair.certificate)
    async with serving(site.model_copy(update={"wall": wall})) as served:
        url = f"https://127.0.0.1:{served.port}"
        async with httpx.AsyncClient(base_url=url, verify=trusting, timeout=10, trust_env=False) as client:
            yield client


async def test_with_tls_the_cookie_is_secure_and_the_browser_told_to_come_by_tls_only(
    site: Site, secured: httpx.AsyncClient
) -> None:
    words = {"name": "op", "password": await add(site, "op", "operator"), "new_password": PASSWORD}
    answer = await secured.post("/api/v1/login", json=words, headers={"Origin": str(secured.base_url)})
    session = await secured.get("/api/v1/session")

    assert (answer.status_code, session.status_code) == (200, 200)
    assert "secure" in answer.headers["set-cookie"].lower().split("; ")
    assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_with_tls_a_page_that_came_without_it_is_another_site(secured: httpx.AsyncClient) -> None:
    origin = str(secured.base_url).replace("https:", "http:")

    answer = await secured.post("/api/v1/login", json={}, headers={"Origin": origin})

    assert (answer.status_code, answer.json()["error"]) == (403, "origin")


async def test_with_tls_nothing_is_served_without_it(secured: httpx.AsyncClient) -> None:
    async with httpx.AsyncClient(trust_env=False) as plain:
        with pytest.raises(httpx.TransportError):
            await plain.get(f"http://127.0.0.1:{secured.base_url.port}/healthz")


async def test_only_the_configured_names_are_answered(secured: httpx.AsyncClient) -> None:
    ours = await secured.get("/healthz", headers={"Host": f"kanmen.test:{secured.base_url.port}"})
    other = await secured.get("/healthz", headers={"Host": "elsewhere.test"})

    assert (ours.status_code, other.status_code) == (200, 421)


async def test_without_tls_no_answer_demands_it(site: Site) -> None:
    async with serving(site) as wall, wall.client() as client:
        answer = await client.get("/healthz")

    assert "strict-transport-security" not in answer.headers


async def test_the_officers_page_answers_also_under_the_name_by_which_phones_ask(site: Site) -> None:
    officer = Officer(port=0, url="https://street.test/")
    async with serving(site.model_copy(update={"officer": officer}), "phone") as page, page.client() as client:
        ours = await client.get("/", headers={"Host": "street.test"})
        other = await client.get("/", headers={"Host": "kanmen.test"})

    assert (ours.status_code, other.status_code) == (200, 421)
    assert officer.address(1) == "https://street.test/"


async def enters(page: Wall, name: str, password: str) -> tuple[int, str]:
    async with page.client() as client:
        answer = await client.post("/api/v1/login", json={"name": name, "password": password})
        return answer.status_code, answer.json().get("error", "")


async def test_officers_come_in_by_their_own_door_and_all_others_by_the_walls(site: Site) -> None:
    async with (
        serving(site) as wall,
        serving(site, "phone") as phone,
        signed_in(wall, site),
        signed_in(phone, site, "jia", "officer"),
    ):
        operator = [await enters(page, "op", PASSWORD) for page in (wall, phone)]
        officer = [await enters(page, "jia", PASSWORD) for page in (wall, phone)]

    assert operator == [(200, ""), (403, "wrong_door")]
    assert officer == [(403, "wrong_door"), (200, "")]


async def test_a_session_of_one_door_opens_no_other_by_whatever_name_its_cookie_goes(site: Site) -> None:
    async with serving(site) as wall, serving(site, "phone") as phone, signed_in(wall, site) as client:
        cookie = client.cookies["kanmen_session"]
        async with phone.client() as other:
            answers = [
                await other.get("/api/v1/session", headers={"Cookie": f"{name}={cookie}"})
                for name in ("kanmen_session", "kanmen_phone")
            ]

    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [(401, "no_session")] * 2


async def test_the_officers_page_has_no_way_to_the_wall(site: Site) -> None:
    async with serving(site, "phone") as phone, signed_in(phone, site, "jia", "officer") as client:
        known = (await client.get("/api/v1/session")).json()
        answers = [await client.get(f"/api/v1/{path}") for path in ("wall", "feed", "flow", "blind")]

    assert known["user"]["rights"] == ["duty"]
    assert "cameras" not in known
    assert {answer.status_code for answer in answers} == {404}
