"""There is one desk: a second one waits, and a late one may not write."""

import threading
from pathlib import Path

import pytest
from neighbourhood import Server, ask, desk_thread, wait_for
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.books import writing
from api.desk.lease import Lease, holder_of, only_one_here
from api.desk.process import run as run_desk
from config.site import Site
from models import keys
from models.clock import utc_now
from models.errors import LeaseLostError
from models.tables import desk_lease


async def test_our_own_restarted_desk_takes_the_lease_at_once_and_fences_the_old_one(engine: AsyncEngine) -> None:
    old, new = Lease(engine, "here"), Lease(engine, "here")
    assert await old.take()
    assert await new.take()

    assert (old.fence, new.fence) == (1, 2)
    with pytest.raises(LeaseLostError):
        await old.renew()
    with pytest.raises(LeaseLostError):
        async with writing(engine, old.guard) as books:
            books.note("x", "y", "z")


async def test_a_foreign_desk_waits_until_the_lease_is_over(engine: AsyncEngine) -> None:
    first, foreign = Lease(engine, "here"), Lease(engine, "elsewhere")
    await first.take()
    early = await foreign.take()
    async with engine.begin() as connection:
        await connection.execute(update(desk_lease).values(expires=utc_now()))
    late = await foreign.take()

    assert (early, late) == (False, True)
    with pytest.raises(LeaseLostError):
        await first.renew()


async def test_a_released_lease_is_free_at_once(engine: AsyncEngine) -> None:
    first, foreign = Lease(engine, "here"), Lease(engine, "elsewhere")
    await first.take()
    await first.release()

    assert await foreign.take()


def test_a_desk_names_itself_after_its_folder(tmp_path: Path) -> None:
    assert holder_of(tmp_path) == holder_of(tmp_path)
    assert holder_of(tmp_path) != holder_of(tmp_path / "other")


def test_two_desks_of_one_folder_do_not_run_at_once(tmp_path: Path) -> None:
    with only_one_here(tmp_path) as first, only_one_here(tmp_path) as second:
        pass
    with only_one_here(tmp_path) as third:
        pass

    assert (first, second, third) == (True, False, True)


def test_a_desk_whose_lease_was_taken_ends(site: Site, server: Server) -> None:
    with pytest.raises(LeaseLostError):
        _run_until_robbed(site, server)


def _run_until_robbed(site: Site, server: Server) -> None:
    with desk_thread(site), server.client() as client:
        wait_for(lambda: client.get(keys.DESK), "the desk is at work")
        _steal(site)
        wait_for(lambda: "desk" not in {t.name for t in threading.enumerate()}, "it has ended")


def _steal(site: Site) -> None:
    ask(site, update(desk_lease).values(holder="thief", fence=desk_lease.c.fence + 1))


@pytest.mark.database("sqlite")
def test_a_desk_that_is_told_to_stop_while_it_waits_stops(site: Site) -> None:
    stop = threading.Event()
    with only_one_here(site.data):
        thread = threading.Thread(target=run_desk, args=(site, stop))
        thread.start()
        stop.set()
        thread.join(5)

    assert not thread.is_alive()
