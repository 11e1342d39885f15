"""How many photos a task takes: so many since each arrival, and none that is refused leaves anything on the disk."""

from typing import Any

import pytest
from officer import click, does, latest, photographs, raised, signed
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import writing
from api.photos import MOST
from api.refusals import RefusalError
from api.verdicts import Verdict, give
from config.site import Site
from models.alert import Alert

OFFICER = signed("li", "officer-1")


@pytest.fixture
async def alert(engine: AsyncEngine, site: Site) -> Alert:
    """One that an officer has gone to, who has taken as many photos as may be."""
    alert = await raised(engine, site)
    await does(engine, await click(engine, site, alert, 1), "take", OFFICER)
    await does(engine, await latest(engine, alert), "arrive", OFFICER)
    await _fill(engine, site, await latest(engine, alert))
    return alert


async def _fill(engine: AsyncEngine, site: Site, row: Row[Any]) -> None:
    for _ in range(MOST):
        await photographs(engine, site, row, OFFICER)


async def _one_more(engine: AsyncEngine, site: Site, alert: Alert) -> str:
    with pytest.raises(RefusalError) as refused:
        await photographs(engine, site, await latest(engine, alert), OFFICER)
    return refused.value.key


def _files(site: Site) -> int:
    return len([path for path in site.evidence_path.rglob("*") if path.is_file()])


async def test_a_task_done_again_takes_photos_anew_and_comes_to_its_end(
    engine: AsyncEngine, site: Site, alert: Alert
) -> None:
    await does(engine, await latest(engine, alert), "handle", OFFICER, "done")
    row = await latest(engine, alert)
    async with writing(engine) as books:
        await give(books, Verdict(row.id, row.version, "photo_unclear", signed("lead", role="shift_lead")))
    await does(engine, await latest(engine, alert), "arrive", OFFICER)
    await _fill(engine, site, await latest(engine, alert))
    refused = await _one_more(engine, site, alert)
    await does(engine, await latest(engine, alert), "handle", OFFICER, "done again")
    ended = await latest(engine, alert)

    assert refused == "too_many_photos"
    assert (ended.state, ended.result) == ("HANDLED", "done again")


async def test_a_photo_too_many_leaves_no_file(engine: AsyncEngine, site: Site, alert: Alert) -> None:
    before = _files(site)
    refused = await _one_more(engine, site, alert)

    assert (refused, before, _files(site)) == ("too_many_photos", MOST, MOST)
