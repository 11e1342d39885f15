"""All real clips, damaged ones too, through the simulator into a worker: each is looked at, or refused in words."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from ingest_worker import Watch

from config.site import Site
from models.errors import FootageError
from scenes.camera import SimulatedCamera
from scenes.footage import open_footage
from scenes.simulator import SimulatorThread

pytestmark = pytest.mark.timeout(400)

_LOOK_S = 20.0
"""What a camera may take to its first sample or its named trouble; on a free machine it is less than two."""

_AT_ONCE = 6
_PACKETS = 75
"""Of the one clip whose transcoding takes a minute, the beginning is enough."""


def _beginning(path: Path, folder: Path) -> Path:
    """The first packets of a file, untouched."""
    short = folder / path.name
    with av.open(str(path)) as source, av.open(str(short), "w") as made:
        copied = made.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(source.streams.video[0])):
            if packet.dts is None or number >= _PACKETS:
                break
            packet.stream = copied
            made.mux(packet)
    return short


def test_every_clip_is_looked_at_or_refused_in_words(footage: Path, tmp_path: Path, make_site: Callable[..., Site]):
    items = json.loads((footage / "manifest.json").read_text(encoding="utf-8"))["items"]
    files = [footage / item["file"] for item in items if "codec" in item]
    said: dict[str, str] = {}
    cameras: dict[str, SimulatedCamera] = {}
    for number, path in enumerate(files):
        short = _beginning(path, tmp_path) if path.name == "retail02_h265.mp4" else path
        try:
            cameras[path.name] = SimulatedCamera(f"c{number}", open_footage(short, tmp_path / "cache"))
        except FootageError as error:
            said[path.name] = str(error)
    with SimulatorThread(list(cameras.values())) as simulator:
        waiting = list(cameras.items())
        while waiting:
            some, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
            watches = {name: Watch(make_site(simulator.url(camera.name))) for name, camera in some}
            for watch in watches.values():
                watch.__enter__()
            try:
                until = time.monotonic() + _LOOK_S
                while time.monotonic() < until and not all(w.samples or w.error for w in watches.values()):
                    time.sleep(0.1)
            finally:
                for watch in watches.values():
                    watch.stop.set()
                took = [watch.end() for watch in watches.values()]
            for name, watch in watches.items():
                assert watch.error is None, name
                last = watch.healths[-1]
                said[name] = f"{len(watch.samples) > 0 and 'looked at'} {last.state} {last.detail} {last.counts}"
            assert max(took) < 10

    lost = {name: words for name, words in said.items() if not words.startswith("looked at") and name not in words}
    assert len(said) == len(files) > 20
    assert not lost
    assert sum(words.startswith("looked at") for words in said.values()) >= len(files) - 2
