"""A recording beside another one, and one whose Redis is wiped or dies on the way."""

import json
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import small_site
from redis import Redis

from config.read import read_site
from config.site import Site
from kanmen.recording import Recording
from kanmen.redis_server import server_command
from models import keys
from models.errors import KanmenError
from models.session import LOOKS, PACKETS, SessionWriter

wait = threading.Event().wait


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A Redis and its address."""
    with TemporaryDirectory() as folder:
        socket = Path(folder) / "redis.sock"
        process = subprocess.Popen(server_command(Path(folder), socket), stdout=subprocess.DEVNULL)
        while not socket.exists():
            wait(0.05)
        yield process, f"unix://{socket}"
        process.kill()
        process.wait()


@pytest.fixture
def site(tmp_path: Path, server: tuple[subprocess.Popen[bytes], str]) -> Site:
    """A site of one camera, of which detect has just said that it is live."""
    path = small_site.write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/1"}, settings=(f"redis: {server[1]}",))
    with Redis.from_url(server[1]) as client:
        client.set(keys.STATUS, json.dumps({"model": "weights", "cameras": {"gate-1": {"state": "live"}}}))
    return read_site(path)


def _until_asked_for(site: Site) -> None:
    with Redis.from_url(site.redis_url) as client:
        while not client.get(keys.recorded("gate-1")):
            wait(0.05)


def _writers(folder: Path) -> list[SessionWriter]:
    """What worker and detect write into."""
    return [SessionWriter((folder / name).open("xb")) for name in (PACKETS, LOOKS)]


def test_a_camera_that_is_recorded_already_is_refused_and_a_wiped_redis_hears_of_the_first_again(
    site: Site, tmp_path: Path
) -> None:
    stop = threading.Event()
    with ThreadPoolExecutor(1) as beside:
        first = beside.submit(Recording(site, "gate-1", tmp_path, lambda *_: None).run, 60, stop)
        _until_asked_for(site)
        with pytest.raises(KanmenError, match="somebody records it already"):
            Recording(site, "gate-1", tmp_path, lambda *_: None).run(1, threading.Event())
        with Redis.from_url(site.redis_url) as client:
            client.flushall()
        _until_asked_for(site)
        for writer in _writers(tmp_path):
            writer.end("nobody asked for more")
        stop.set()

        assert first.result(60) == "weights"


def test_a_redis_that_dies_ends_a_recording_and_takes_nothing_of_it(
    site: Site, server: tuple[subprocess.Popen[bytes], str], tmp_path: Path
) -> None:
    records = threading.Event()

    def progress(what: str, _: float, __: float) -> None:
        if what.startswith("Recording"):
            records.set()

    with ThreadPoolExecutor(1) as beside:
        outcome = beside.submit(Recording(site, "gate-1", tmp_path, progress).run, 60, threading.Event())
        _until_asked_for(site)
        writers = _writers(tmp_path)
        assert records.wait(10)
        server[0].kill()
        for writer in writers:
            writer.end("nobody asked for more")  # as worker and detect do, which hear of nobody who wants it

        assert outcome.result(60) == "weights"
