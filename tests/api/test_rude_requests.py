"""What no page of ours would send is refused in words, and never makes the server fail."""

import asyncio

import pytest
from wall_client import serving, signed_in

from api.refusals import REFUSALS, RefusalError
from config.site import Site


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
