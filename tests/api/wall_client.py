"""A wall served by a real web worker on loopback, and somebody who is logged in to it."""

import socket
import threading
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from api.accounts import add
from api.rights import Role
from api.sessions import Door
from api.web.process import run as run_wall
from config.site import Site

PASSWORD = "a-long-placeholder"


@dataclass(frozen=True, slots=True)
class Wall:
    """Where the wall is."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, timeout=60, trust_env=False)


@asynccontextmanager
async def serving(site: Site, door: Door = "wall") -> AsyncIterator[Wall]:
    """A web worker in a thread, on a socket that it inherits."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    stop = threading.Event()
    thread = threading.Thread(target=run_wall, args=(site, door, listener.detach(), stop), name="wall")
    thread.start()
    try:
        yield Wall(port)
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()


@asynccontextmanager
async def signed_in(
    wall: Wall,
    site: Site,
    name: str = "op",
    role: Role = "operator",
    *,
    cameras: Collection[str] | None = None,
    person: str | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a session of a new account; an officer's is of the roster's first person unless told otherwise."""
    if role == "officer" and person is None:
        person = site.people[0].id
    once = await add(site, name, role, cameras=cameras, person=person)
    async with wall.client() as client:
        answer = await client.post("/api/v1/login", json={"name": name, "password": once, "new_password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        yield client
