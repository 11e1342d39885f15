"""A real Redis and a real database for the tests of the desk and the wall."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from neighbourhood import Server, make_site
from sqlalchemy.ext.asyncio import AsyncEngine

from api import passwords
from config.site import Site
from models.dialect import open_engine
from models.migrations import upgrade


@pytest.fixture(autouse=True)
def light_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take no time: hundreds of tests log somebody in. What tests the login itself has real ones."""
    if request.path.name != "test_login.py":
        monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: a unix socket's name has room for about a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="km") as name:
        yield Path(name)


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    (folder / "redis").mkdir()
    server = Server(folder / "redis")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def site(folder: Path, database: str | None) -> Site:
    return make_site(folder, database=database)


@pytest.fixture
async def engine(site: Site) -> AsyncIterator[AsyncEngine]:
    """The site's database, up to date."""
    engine = open_engine(site.database_url)
    await upgrade(engine)
    yield engine
    await engine.dispose()
