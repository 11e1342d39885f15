"""Our own Redis keeps what was written, and listens on nothing but its socket."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from kanmen.redis_server import server_command


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return tmp_path_factory.mktemp("redis")


def _start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(server_command(folder, folder / "s"), stdout=subprocess.DEVNULL)


def _client(folder: Path) -> redis.Redis:
    client = redis.Redis(unix_socket_path=str(folder / "s"))
    deadline = time.monotonic() + 10
    while True:
        try:
            client.ping()
        except redis.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return client


def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    first = _start(folder)
    with _client(folder) as client:
        client.xadd("kanmen:test", {"a": "1"})
    first.terminate()
    first.wait(10)

    second = _start(folder)
    with _client(folder) as client:
        length = client.xlen("kanmen:test")
    second.terminate()
    second.wait(10)

    assert length == 1


def test_it_listens_on_no_network_port(folder: Path) -> None:
    server = _start(folder)
    with _client(folder) as client:
        port = client.config_get("port")["port"]
    mode = (folder / "s").stat().st_mode & 0o777
    server.terminate()
    server.wait(10)

    assert (port, mode) == ("0", 0o600)
