"""A recording whose Redis dies on the way is over, and what was written of it is kept."""

import json
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import small_site
from redis import Redis, RedisError

from config.read import read_site
from kanmen.record import _Recording
from kanmen.redis_server import server_command
from models import keys
from models.session import LOOKS, PACKETS, SessionWriter


def test_a_redis_that_dies_ends_a_recording_and_takes_nothing_of_it(tmp_path: Path) -> None:
    wait = threading.Event().wait
    with TemporaryDirectory() as short, ThreadPoolExecutor(1) as beside:
        socket = Path(short) / "redis.sock"
        server = subprocess.Popen(server_command(Path(short), socket), stdout=subprocess.DEVNULL)
        try:
            settings = (f"redis: unix://{socket}",)
            site = read_site(small_site.write_site(tmp_path, {"gate-1": "rtsp://127.0.0.1/1"}, settings=settings))
            client = Redis.from_url(site.redis_url)
            while not _answers(client):
                wait(0.05)
            client.set(keys.STATUS, json.dumps({"model": "weights", "cameras": {"gate-1": {"state": "live"}}}))
            recording = _Recording(site, "gate-1", tmp_path, lambda *_: None)
            outcome = beside.submit(recording.run, 60, threading.Event())
            while not client.get(keys.recorded("gate-1")):
                wait(0.05)
            writers = [SessionWriter((tmp_path / name).open("xb")) for name in (PACKETS, LOOKS)]
            wait(1.0)
        finally:
            server.kill()
            server.wait()
        for writer in writers:
            writer.end("nobody asked for more")  # as worker and detect do, which hear of nobody who wants it

        assert outcome.result(60) == "weights"


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False
