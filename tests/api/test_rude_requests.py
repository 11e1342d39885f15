"""What no page of ours would send is refused in words, and never makes the server fail."""

import asyncio
from dataclasses import dataclass

import pytest
from neighbourhood import enter, make_alert
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import PASSWORD, Wall, serving, signed_in

from api.accounts import add
from api.logins import Attempt, Doorkeeper
from api.refusals import REFUSALS, RefusalError
from api.rights import Role
from api.sessions import Door, Visit
from api.web.gate import COOKIES
from config.site import Site

pytestmark = pytest.mark.database("sqlite")  # they never get that far


@pytest.mark.usefixtures("engine")
async def test_a_feed_number_that_no_feed_ever_gave_is_as_good_as_none(site: Site) -> None:
    async with (
        serving(site) as wall,
        signed_in(wall, site) as client,
        asyncio.timeout(10),
        client.stream("GET", "/api/v1/feed", headers={"Last-Event-ID": "9" * 5000}) as answer,
    ):
        status = answer.status_code

    assert status == 200


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("origin", ["http://[", "null", "http://127.0.0.1", "http://elsewhere.invalid"])
async def test_an_origin_that_is_not_ours_is_refused_also_where_it_is_no_address(site: Site, origin: str) -> None:
    async with serving(site) as wall, wall.client() as client:
        answer = await client.post("/api/v1/login", json={}, headers={"Origin": origin})

    assert (answer.status_code, answer.json()["error"]) == (403, "origin")


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("body", [rb'{"\ud800": 1}', rb'{"name": "\ud800", "password": "x"}', b"[" * 60_000])
async def test_a_body_that_is_no_text_is_refused(site: Site, body: bytes) -> None:
    async with serving(site) as wall, wall.client() as client:
        answer = await client.post("/api/v1/login", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code in (400, 422)
    assert answer.json()["error"] == "invalid"


def test_every_refusal_can_be_parted_into_its_two_languages() -> None:
    said = {key: str(RefusalError(key)).split(" / ") for key in REFUSALS}

    assert {key for key, words in said.items() if len(words) != 2 or not all(words)} == set()


@dataclass(frozen=True, slots=True)
class Rude:
    """A request as bytes go over the wire, which no client library would write.

    Attributes:
        line: Method and target.
        headers: Beside Host.
        body: What follows.
    """

    line: str
    headers: str = ""
    body: bytes = b""


async def sent(page: Wall, rude: Rude) -> bytes:
    """The whole answer; empty where the connection was closed without one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", page.port)
    head = f"{rude.line} HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\nConnection: close\r\n{rude.headers}\r\n"
    writer.write(head.encode("latin-1") + rude.body)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


SECRET = b"links.key of the site"
CLIMBS = (
    "/../data/links.key",
    "/%2e%2e/data/links.key",
    "/..%2fdata%2flinks.key",
    "/..%5cdata%5clinks.key",
    "/%252e%252e/data/links.key",
    "//data/links.key",
    "/./../../links.key",
    "/index.html/../../../links.key",
    "/\x00links.key",
    "/api/v1/alerts/..%2f..%2flinks.key/snapshot",
    "/api/v1/alerts/00000000-0000-4000-8000-000000000000/evidence/..%2f..%2flinks.key",
    "/api/v1/photos/..%2f..%2flinks.key",
    "/api/v1/links/..%2f..%2flinks.key",
    "/api/v1/tasks/..%2flinks.key/snapshot",
)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("door", ["wall", "phone"])
async def test_no_path_climbs_out_of_a_page(site: Site, door: Door) -> None:
    (site.data / "links.key").write_bytes(SECRET)
    target = str(site.data / "links.key")
    async with serving(site, door) as page:
        answers = [await sent(page, Rude(f"GET {path}")) for path in (*CLIMBS, target, f"/{target}")]

    assert not [answer for answer in answers if SECRET in answer]
    assert {answer[9:12] for answer in answers if answer} <= {b"400", b"401", b"403", b"404", b"422"}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2200-01-01", "9999-12-31"])
@pytest.mark.parametrize("path", ["blind", "blind/hours"])
async def test_a_day_of_no_site_s_life_is_refused(site: Site, path: str, day: str) -> None:
    async with serving(site) as wall, signed_in(wall, site) as client:
        strange = await client.get(f"/api/v1/{path}", params={"day": day})
        last = await client.get(f"/api/v1/{path}", params={"day": "2199-12-31"})

    assert (strange.status_code, strange.json()["error"]) == (422, "invalid")
    assert last.status_code == 200


LARGE = {
    "a body that is too large": Rude("POST /api/v1/login", "Content-Length: 70000\r\n"),
    "a body without an end": Rude("POST /api/v1/login", "Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n"),
    "a length that is none": Rude("POST /api/v1/login", "Content-Length: -1\r\n"),
    "a length of many digits": Rude("POST /api/v1/login", f"Content-Length: {'9' * 5000}\r\n"),
    "two lengths": Rude("POST /api/v1/login", "Content-Length: 2\r\nContent-Length: 70000\r\n", b"{}"),
    "a photo where none is taken": Rude("PUT /api/v1/photos/1", "Content-Length: 4000000\r\n"),
}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("rude", LARGE.values(), ids=LARGE)
async def test_a_body_of_a_size_that_no_page_sends_is_refused_before_it_is_read(site: Site, rude: Rude) -> None:
    async with serving(site) as wall:
        answer = await sent(wall, rude)

    assert answer[9:12] in (b"400", b"413")


@pytest.mark.usefixtures("engine")
async def test_another_sites_page_changes_nothing_though_the_browser_sends_cookie_and_token(
    site: Site, engine: AsyncEngine
) -> None:
    alert = make_alert()
    await enter(engine, alert)
    async with serving(site) as wall, signed_in(wall, site) as client:
        foreign = [
            await client.post(f"/api/v1/alerts/{alert.id}/ack", json={"version": 1}, headers={"Origin": origin})
            for origin in ("https://elsewhere.invalid", "null", wall.url.replace("127.0.0.1", "localhost"))
        ]
        form = await client.post(
            f"/api/v1/alerts/{alert.id}/ack", content="version=1", headers={"Content-Type": "text/plain"}
        )
        stands = (await client.get(f"/api/v1/alerts/{alert.id}")).json()["state"]

    assert {(answer.status_code, answer.json()["error"]) for answer in foreign} == {(403, "origin")}
    assert form.status_code == 422
    assert stands == "RAISED"


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("door", ["wall", "phone"])
async def test_a_cookie_that_somebody_chose_beforehand_never_becomes_a_session(site: Site, door: Door) -> None:
    chosen = "A" * 43
    role: Role = "operator" if door == "wall" else "officer"
    once = await add(site, "op", role, person="officer-1" if role == "officer" else None)
    words = {"name": "op", "password": once, "new_password": PASSWORD}
    name = COOKIES[door]
    async with serving(site, door) as page, page.client() as victim, page.client() as thief:
        answer = await victim.post("/api/v1/login", json=words, headers={"Cookie": f"{name}={chosen}"})
        given = answer.cookies[name]
        stolen = await thief.get("/api/v1/session", headers={"Cookie": f"{name}={chosen}"})
        own = await victim.get("/api/v1/session")

    assert (answer.status_code, own.status_code) == (200, 200)
    assert given != chosen
    assert (stolen.status_code, stolen.json()["error"]) == (401, "no_session")


async def test_an_address_is_shut_after_five_failures_whatever_names_it_tries_and_by_whatever_door(
    site: Site, engine: AsyncEngine
) -> None:
    del site
    doorkeeper = Doorkeeper(engine)

    async def tried(name: str, address: str, door: Door) -> str:
        try:
            await doorkeeper.log_in(Attempt(name, "wrong", None, Visit(door, address, "")))
        except RefusalError as refusal:
            return refusal.key
        return "in"

    doors: tuple[Door, ...] = ("wall", "phone")
    first = [await tried(f"name-{n}", "10.9.8.7", doors[n % 2]) for n in range(5)]
    shut = [await tried("another", "10.9.8.7", door) for door in doors]
    elsewhere = await tried("another", "10.9.8.6", "wall")

    assert first == ["credentials"] * 5
    assert shut == ["throttled"] * 2
    assert elsewhere == "credentials"


SCRIPT = "<script>alert(1)</script>"


@pytest.mark.usefixtures("engine")
async def test_a_script_for_a_name_is_told_as_json_and_nothing_else(site: Site) -> None:
    async with serving(site) as wall, signed_in(wall, site, "boss", "admin") as client:
        terms = {"name": SCRIPT, "role": "operator", "unit": SCRIPT}
        made = await client.post("/api/v1/users/add", json=terms)
        told = await client.get("/api/v1/users")
        lost = await client.get(f"/{SCRIPT}")

    assert made.status_code == 200
    assert SCRIPT in told.text
    for answer in (made, told, lost):
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "script-src" not in answer.headers["content-security-policy"]
        assert answer.headers["content-security-policy"].startswith("default-src 'self'; ")
    assert SCRIPT not in lost.text
