"""A browser's end of the live pictures, and what a camera publishes for it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from neighbourhood import Server, wait_for
from wall_client import Wall
from websockets.asyncio.client import ClientConnection, connect

from models import keys
from models.live import Fragment, Kind

EPOCH = 7


def fragment(kind: Kind, number: int, epoch: int = EPOCH) -> Fragment:
    return Fragment(kind, epoch, number, 1_000_000 + number, number * 40_000, f"{kind}-{number}".encode())


@asynccontextmanager
async def looking(wall: Wall, client: httpx.AsyncClient, *tiles: tuple[str, str]) -> AsyncIterator[ClientConnection]:
    cookie = f"kanmen_session={client.cookies['kanmen_session']}"
    url = f"ws://127.0.0.1:{wall.port}/api/v1/live"
    async with connect(url, origin=wall.url, additional_headers={"Cookie": cookie}, proxy=None) as socket:
        await socket.send(json.dumps({"watch": [{"camera": c, "form": f} for c, f in tiles]}))
        yield socket


def opened(message: bytes | str) -> tuple[str, Fragment]:
    assert isinstance(message, bytes)
    length = message[0]
    return message[1 : 1 + length].decode(), Fragment.unpack(message[1 + length :])


async def receive(socket: ClientConnection, count: int) -> list[tuple[str, Fragment]]:
    async with asyncio.timeout(15):
        return [opened(await socket.recv()) for _ in range(count)]


async def until_leased(server: Server, camera: str, form: str) -> None:
    """As an ingest worker waits before it publishes; then until the wall listens."""
    with server.client() as redis:
        await asyncio.to_thread(wait_for, lambda: redis.exists(keys.lease(camera, form)), "it is leased")
        live = keys.live(camera, form)
        await asyncio.to_thread(wait_for, lambda: redis.pubsub_numsub(live)[0][1], "the wall listens")
