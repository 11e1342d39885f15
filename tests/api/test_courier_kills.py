"""A desk that is killed between the commit of a push and its receipt loses none, and keeps each incident's order.

KANMEN_PUSH_KILLS says how often it is killed (10); `-s` shows how often each moment was hit.
"""

import asyncio
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from handed_over import confirm, hand_over, move, pushes
from neighbourhood import make_site, wait_for
from parts import Part
from police_station import Station, open_station, police
from sqlalchemy.ext.asyncio import AsyncEngine

KILLS = int(os.environ.get("KANMEN_PUSH_KILLS", "10"))
SEED = int(os.environ.get("KANMEN_SEED") or random.SystemRandom().randrange(2**32))
SOON = (0.1,) * 5

pytestmark = [pytest.mark.database("sqlite"), pytest.mark.fault, pytest.mark.timeout(60 + 12 * KILLS)]


@pytest.mark.usefixtures("server")
async def test_a_killed_desk_loses_no_push_and_sends_each_under_one_id_and_in_order(
    engine: AsyncEngine, folder: Path
) -> None:
    chance = random.Random(SEED)
    windows: Counter[str] = Counter()
    with open_station(Station()) as station:
        site = make_site(folder, police=police(station.target()))
        one = await confirm(engine, site, 1)
        desk = Part(site, "desk", schedule=SOON)
        for n in range(KILLS):
            moment = ("connected", "heard", "chance")[n % 3]

            def strike(desk: Part = desk) -> None:
                desk.kill()

            if moment != "chance":
                setattr(station, moment, strike)
            by_hand = n % 4 != 1
            if by_hand:  # another incident
                one = await confirm(engine, site, n + 2)
                await hand_over(engine, site, one)
            else:  # the next revision of the same one, which the desk itself writes within a second
                await move(engine, one, f"STATE-{n}")
            if moment == "chance":
                await asyncio.sleep(chance.uniform(0.0, 0.2 if by_hand else 1.4))
                strike()
            await asyncio.to_thread(wait_for, lambda desk=desk: desk.process.poll() is not None, f"a kill: {moment}")
            station.connected = station.heard = lambda: None
            windows[await _where(engine, station, n)] += 1
            desk = Part(site, "desk", schedule=SOON)
            await _until_delivered(engine, n + 1)
        desk.kill()
    sys.stdout.write(f"KANMEN_SEED={SEED} {dict(windows)}\n")

    rows = await pushes(engine)
    assert len(rows) == KILLS
    assert {call.id for call in station.accepted} == {row.id for row in rows}
    assert all(call.genuine for call in station.calls)
    assert len({(call.id, call.body) for call in station.calls}) == len(rows)
    arrived: dict[str, list[int]] = {}
    for call in station.accepted:
        arrived.setdefault(call.data["incident_no"], []).append(call.data["revision"])
    assert all(revisions == list(range(1, len(revisions) + 1)) for revisions in arrived.values()), arrived
    assert {"before it was heard", "heard, before that was written down"} <= set(windows)


async def _where(engine: AsyncEngine, station: Station, before: int) -> str:
    """What had been done about the newest push when the desk was killed."""
    rows = await pushes(engine)
    waiting = [row for row in rows if row.state == "WAITING"]
    if not waiting:
        return "delivered already" if len(rows) > before else "before it was committed"
    if waiting[0].attempts == 0:
        return "before the attempt was written down"
    heard = {call.id for call in station.calls}
    return "heard, before that was written down" if waiting[0].id in heard else "before it was heard"


async def _until_delivered(engine: AsyncEngine, count: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        rows = await pushes(engine)
        if len(rows) == count and all(row.state == "DELIVERED" for row in rows):
            return
        assert time.monotonic() < deadline, (count, rows)
        await asyncio.sleep(0.05)
