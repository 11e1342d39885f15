"""Every role at every endpoint, with what is its own and what is another's: allowed or refused as the table says."""

import json
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import websockets
from neighbourhood import make_site
from officer import JPEG
from rights_table import ALL, PHONE, WALL, Line
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.routing import BaseRoute
from two_gates import pages, people, place, street_in
from wall_client import Wall

from api.rights import ROLES
from api.sessions import Door
from api.web.process import APPS
from config.site import Site

TABLES: dict[Door, dict[str, Line]] = {"phone": PHONE, "wall": WALL}
MEANS = {"forbidden": "refused", "not_found": "hidden", "no_evidence": "hidden", "no_session": "unknown"}
"""What a refusal says about rights; any other one is of somebody who may."""


def ways_of(routes: list[BaseRoute]) -> Iterator[str]:
    """What a page's application answers, whether the contract tells of it or not."""
    for route in routes:
        router = getattr(route, "original_router", None)
        if router is not None:
            yield from ways_of(router.routes)
        elif path := getattr(route, "path", ""):
            methods = getattr(route, "methods", None) or {"WEBSOCKET"}
            yield from (f"{method} {path}" for method in methods - {"HEAD"})


@pytest.mark.parametrize("door", TABLES)
def test_every_way_into_a_page_has_its_line(door: Door, folder) -> None:
    ways = set(ways_of(APPS[door](make_site(folder)).routes))

    assert ways - {"GET /api/openapi.json"} == set(TABLES[door])


async def answer(page: Wall, client: httpx.AsyncClient, way: str, path: str, line: Line) -> tuple[str, str]:
    """What the page says to a request: what it means for rights, and its text."""
    method = way.partition(" ")[0]
    if method == "WEBSOCKET":
        cookie = {"Cookie": client.headers["Cookie"]} if "Cookie" in client.headers else {}
        url = f"ws://127.0.0.1:{page.port}{path}"
        try:
            async with websockets.connect(url, origin=page.url, additional_headers=cookie):
                return "allowed", ""
        except websockets.InvalidStatus as refused:
            return meaning(refused.response.body.decode()), ""
    body = {"json": line.body} if isinstance(line.body, dict) else {}
    if line.body == b"JPEG":
        body = {"content": JPEG, "headers": {"Content-Type": "image/jpeg"}}
    async with client.stream(method, path, **body) as said:
        if said.status_code < 400 and said.headers["content-type"].startswith(("text/event", "video", "image")):
            return "allowed", ""
        text = (await said.aread()).decode()
    return ("allowed", text) if said.status_code < 400 else (meaning(text), text)


def meaning(text: str) -> str:
    key = json.loads(text)["error"]
    return "malformed" if key == "invalid" else MEANS.get(key, "allowed")


@pytest.fixture
async def street(folder) -> AsyncIterator[tuple[Site, AsyncEngine]]:
    async with street_in(folder) as made:
        yield made


async def test_each_role_may_what_the_table_says_and_sees_nothing_of_other_cameras(
    street: tuple[Site, AsyncEngine],
) -> None:
    site, engine = street
    own, other = await place(engine, site, "gate-1"), await place(engine, site, "gate-2")
    wrong, asked = [], 0
    async with pages(site) as served:
        for person in await people(engine):
            page = served[person.door]
            async with httpx.AsyncClient(base_url=page.url, headers=person.headers, trust_env=False) as client:
                table = TABLES[person.door]
                for way in sorted(table, key=lambda way: table[way].last):
                    line = table[way]
                    if line.free:
                        continue
                    for where in (own, other) if line.about else (own,):
                        expected = (
                            "refused" if person.role not in line.roles else "hidden" if where is other else "allowed"
                        )
                        path = where.path(way.partition(" ")[2])
                        said, text = await answer(page, client, way, path, line)
                        asked += 1
                        if said != expected:
                            wrong.append(f"{person.role} at {person.door}, {way}: {said}, not {expected}; {text[:200]}")
                        if not line.whole and where is own and any(s in text for s in ("gate-2", *other.secrets())):
                            wrong.append(
                                f"{person.role} at {person.door}, {way}: tells of another camera; {text[:200]}"
                            )

    assert not wrong, "\n".join(wrong)
    assert asked > 400


async def test_without_a_session_nothing_is_told_and_without_its_token_nothing_is_changed(
    street: tuple[Site, AsyncEngine],
) -> None:
    site, engine = street
    somewhere = await place(engine, site, "gate-1")
    wrong = []
    async with pages(site) as served:
        somebody = {person.door: person for person in await people(engine) if person.role in ("admin", "officer")}
        for door, table in TABLES.items():
            page = served[door]
            cookie = {"Cookie": somebody[door].headers["Cookie"]}
            async with page.client() as stranger, httpx.AsyncClient(base_url=page.url, headers=cookie) as tokenless:
                for way, line in table.items():
                    path = somewhere.path(way.partition(" ")[2]) if not line.free else ""
                    if path and (said := await answer(page, stranger, way, path, line))[0] != "unknown":
                        wrong.append(f"a stranger at {door}, {way}: {said}")
                    if path and way.startswith(("POST", "PUT")):
                        said = await answer(page, tokenless, way, path, line)
                        if '"csrf"' not in said[1]:
                            wrong.append(f"without its token at {door}, {way}: {said}")

    assert not wrong, "\n".join(wrong)
    assert set(ROLES) == ALL
