"""Two cameras, at each of which something was begun, and people of every role with a session at each door."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from neighbourhood import DATA, enter, make_site, ready
from officer import JPEG, click, raised
from police_station import Station, police
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine
from wall_client import Wall, serving

from api.accounts import COMMAND_LINE, make
from api.books import writing
from api.jpeg import stripped
from api.links import Links
from api.push_message import Messages
from api.pushing import Outbox
from api.rehearsals import Asked, ask
from api.rights import ROLES
from api.sessions import Door, Visit, begin
from api.terms import Terms
from api.web.gate import COOKIES
from config.site import Site
from models.dialect import open_engine
from models.evidence import FolderStore
from models.migrations import upgrade
from models.tables import photo
from models.tables_access import account
from models.tables_police import push
from models.tables_shelf import shelf

DOORS: tuple[Door, ...] = ("phone", "wall")
"""The wall comes second: there a session ends all others of its account."""
CAMERAS = frozenset({"gate-1"})
"""What everybody may see."""


@dataclass(frozen=True, slots=True)
class Person:
    """A session of a role at a door."""

    door: Door
    role: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """All that was begun at one camera, by the names that paths have for it."""

    alert_id: str
    dispatch_id: str
    photo_id: str
    push_id: str
    incident_id: str
    evidence_id: str
    rehearsal_id: str
    shelf_id: str
    kind: str = "clip"
    step: str = "take"

    def path(self, path: str) -> str:
        return path.format(**{name: getattr(self, name) for name in self.__slots__}, task_id=self.dispatch_id)

    def secrets(self) -> tuple[str, ...]:
        return (
            self.alert_id,
            self.dispatch_id,
            self.photo_id,
            self.push_id,
            self.incident_id,
            self.rehearsal_id,
            self.shelf_id,
        )


async def place(engine: AsyncEngine, site: Site, camera: str) -> Place:
    """An alert with snapshot, clip, a task that was sent, its photo, and a push."""
    store = FolderStore(site.evidence_path)
    store.put(f"{camera}.jpg", JPEG)
    alert = await raised(engine, site, camera=camera, snapshot=f"{camera}.jpg")
    await enter(engine, ready(alert), first=1 + len(camera) + int(camera[-1]))
    store.put(ready(alert).key, DATA)
    task = await click(engine, site, alert, 1)
    async with writing(engine) as books:
        sha256 = hashlib.sha256(stripped(JPEG)).hexdigest()
        values = {"by": "x", "at": books.at, "key": f"{camera}.jpg", "bytes": len(JPEG), "sha256": sha256}
        await books.connection.execute(insert(photo).values(id=str(alert.id), dispatch_id=task.id, **values))
        messages = Messages(site, Links(site.links_path))
        seen = await Outbox(site, messages).push(books, str(alert.id), 2, "chief")
        assert seen.incident
        query = select(push.c.id).where(push.c.incident_id == seen.incident.id)
        pushed = (await books.connection.execute(query)).scalar_one()
        asked = Asked(camera, books.at - timedelta(hours=1), books.at, "rules: []")
        rehearsed = await ask(books, "x", asked)
        shelf_id = f"00000000-0000-4000-8000-{int(camera[-1]):012}"
        until = books.at + timedelta(hours=1)
        values = {"camera": camera, "rule": alert.rule, "gravest": 3, "reason": "x", "by": "x", "until": until}
        await books.connection.execute(insert(shelf).values(id=shelf_id, at=books.at, **values))
    evidenced = str(ready(alert).id)
    return Place(str(alert.id), task.id, str(alert.id), pushed, seen.incident.id, evidenced, rehearsed, shelf_id)


async def people(engine: AsyncEngine) -> list[Person]:
    """Each role with a session at each door, a right to one camera, and where it is an officer's to one task."""
    found = []
    async with writing(engine) as books:
        await make(books, COMMAND_LINE, "spare", Terms("operator", cameras=CAMERAS), "")
        for role in ROLES:
            person = "officer-1" if role == "officer" else None
            await make(books, COMMAND_LINE, role, Terms(role, cameras=CAMERAS, person=person), "")
            row = (await books.connection.execute(select(account).where(account.c.name == role))).one()
            for door in DOORS:
                cookie, signed = await begin(books, row, Visit(door, "127.0.0.1", ""))
                headers = {"Cookie": f"{COOKIES[door]}={cookie}", "X-CSRF-Token": signed.csrf}
                found.append(Person(door, role, headers))
    return found


@asynccontextmanager
async def street_in(folder: Path) -> AsyncIterator[tuple[Site, AsyncEngine]]:
    """A site with police, its database, and no time to undo."""
    site = make_site(folder, undo_s=0, police=police(Station(port=9).target()))
    engine = open_engine(site.database_url)
    try:
        await upgrade(engine)
        yield site, engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def pages(site: Site) -> AsyncIterator[dict[Door, Wall]]:
    """Both pages, served."""
    async with AsyncExitStack() as stack:
        yield {door: await stack.enter_async_context(serving(site, door)) for door in DOORS}
