"""Fifty browsers, twenty alerts a second, a web worker killed in the middle: nobody misses one or is told one twice."""

import asyncio
import socket
from contextlib import ExitStack, suppress
from time import monotonic
from uuid import UUID

import pytest
from neighbourhood import Server, ask, at_work, entry_of, make_alert, publish, settled, wait_for
from parts import Part
from sqlalchemy import select
from wall_client import Wall, signed_in

from config.site import Site
from models.tables import feed

BROWSERS = 50
A_SECOND = 20
SECONDS = {"sqlite": 15, "postgresql": 60}
RETRY_S = 1.0
"""How long a browser waits before it comes back; the feed tells it so."""
_SANE_S = 5.0
_HEAD = len(b'data: {"id":"')


class Browser:
    """Follows the feed as a browser does: what is cut off in the middle does not count, and it comes back by itself."""

    def __init__(self, wall: Wall, cookie: str, told: dict[int, float]) -> None:
        self._wall, self._cookie, self._told = wall, cookie, told
        self.ids: list[int] = []
        self.alerts: list[int] = []
        self.late: list[float] = []
        self.came_back = -1

    async def follow(self) -> None:
        while True:
            self.came_back += 1
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._read(*await asyncio.open_connection("127.0.0.1", self._wall.port))
            await asyncio.sleep(RETRY_S)

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        last = self.ids[-1] if self.ids else 0
        headers = {"Host": f"127.0.0.1:{self._wall.port}", "Cookie": f"kanmen_session={self._cookie}"}
        lines = [f"{name}: {value}\r\n" for name, value in {**headers, "Last-Event-ID": last}.items()]
        writer.write(f"GET /api/v1/feed HTTP/1.0\r\n{''.join(lines)}\r\n".encode())
        try:
            assert b" 200 " in await reader.readuntil(b"\n")
            await reader.readuntil(b"\r\n\r\n")
            while event := await reader.readuntil(b"\n\n"):
                if event.startswith(b"id: "):
                    self._take(event)
        finally:
            writer.close()

    def _take(self, event: bytes) -> None:
        number, _, data = event.split(b"\n")[:3]
        alert = UUID(data[_HEAD : _HEAD + 36].decode()).int
        self.ids.append(int(number[4:]))
        self.alerts.append(alert)
        if alert in self._told:  # the desk itself may tell something, too
            self.late.append(monotonic() - self._told[alert])


async def pour(server: Server, told: dict[int, float], seconds: int) -> None:
    """An alert each twentieth of a second, onto the stream."""
    began = monotonic()
    with server.client() as client:
        for number in range(1, seconds * A_SECOND + 1):
            await asyncio.sleep(began + number / A_SECOND - monotonic())
            told[number] = monotonic()
            await asyncio.to_thread(publish, client, [entry_of(make_alert(id=UUID(int=number)), number)])


@pytest.mark.alone
@pytest.mark.fault
async def test_fifty_browsers_miss_nothing_when_a_worker_dies(site: Site, server: Server) -> None:
    seconds = SECONDS["postgresql" if site.database else "sqlite"]
    site = site.model_copy(update={"redis": site.redis_url})
    told: dict[int, float] = {}
    with ExitStack() as held:
        held.enter_context(Part(site, "desk"))
        listener = held.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
        wall, first = Wall(listener.getsockname()[1]), held.enter_context(Part(site, "wall", listener))
        await asyncio.to_thread(wait_for, lambda: at_work(site), "the desk is at work", 60)
        async with signed_in(wall, site) as client:
            cookie = client.cookies["kanmen_session"]
            browsers = [Browser(wall, cookie, told) for _ in range(BROWSERS)]
            following = [asyncio.create_task(browser.follow()) for browser in browsers]
            pouring = asyncio.create_task(pour(server, told, seconds))
            await asyncio.to_thread(wait_for, lambda: all(one.ids for one in browsers), "everybody follows", 60)
            # Who takes a connection is the kernel's choice: all hang on the first, so that its death cuts all off.
            await asyncio.to_thread(held.enter_context, Part(site, "wall", listener))
            await asyncio.sleep(seconds / 2)
            await asyncio.to_thread(first.kill)
            await pouring
            await asyncio.to_thread(wait_for, lambda: len(settled(server)) == len(told), "all are settled", 60)
            await asyncio.to_thread(
                wait_for, lambda: min(len(one.late) for one in browsers) >= len(told), "everybody is told", 60
            )
            await asyncio.sleep(1)
            for task in following:
                task.cancel()
            ended = await asyncio.gather(*following, return_exceptions=True)
    written = [(row.id, UUID(row.subject_id).int) for row in ask(site, select(feed).order_by(feed.c.id))]
    late = sorted(late for browser in browsers for late in browser.late)
    p50, p95, p99 = (late[len(late) * share // 100] for share in (50, 95, 99))
    print(f"{len(late)} told: p50 {p50:.3f} s, p95 {p95:.3f} s, p99 {p99:.3f} s, most {late[-1]:.3f} s")  # noqa: T201

    assert {type(one) for one in ended} == {asyncio.CancelledError}
    assert min(browser.came_back for browser in browsers) >= 1
    assert [alert for _, alert in written if alert in told] == list(told)
    assert [list(zip(browser.ids, browser.alerts, strict=True)) == written for browser in browsers] == [True] * BROWSERS
    assert p95 < _SANE_S
