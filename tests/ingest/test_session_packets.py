"""The worker's part of a session: packets from a key picture on, as they came, while it is wanted."""

from pathlib import Path

import av
import numpy as np

from ingest.coded import Coded, micros
from ingest.decoder import Decoder
from ingest.health import Counts
from ingest.mask import Mask
from ingest.opened import Opened
from ingest.session import OPENED, SessionPackets, decode_opened, decode_packet
from ingest.taken import Stamp
from models.session import PACKETS, SessionReader, ended


def coded_of(path: Path) -> list[Coded]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        base = stream.time_base
        context = stream.codec_context
        opened = Opened(context.name, context.width, context.height, base, bytes(context.extradata))
        return [
            Coded(packet, packet.pts, Stamp(7, 1_000_000 + micros(packet.pts, base), 0, settled=True), opened)
            for packet in container.demux(stream)
            if packet.size and packet.pts is not None
        ]


def pictures(coded: list[Coded]) -> list[tuple[int, bytes]]:
    decoder = Decoder(coded[0].opened, Counts(), Mask(()))
    shown = [picture for one in coded for picture in decoder.decode(one)]
    return [(p.stamp.taken, p.frame.to_ndarray(format="rgb24").tobytes()) for p in shown]


class Told:
    """A worker that is told what to record."""

    def __init__(self, folder: Path) -> None:
        self.wanted = ""
        self.told: list[tuple[str, int] | None] = []
        self.packets = SessionPackets(folder, lambda: self.wanted, self.told.append)

    def read(self, file: Path) -> list[Coded]:
        opened, coded = None, []
        for kind, body in SessionReader(file):
            if kind == OPENED:
                opened = decode_opened(body)
            else:
                assert opened is not None
                coded.append(decode_packet(body, opened))
        return coded


def test_recorded_packets_decode_to_the_very_pictures_from_the_next_key_picture_on(
    tmp_path: Path, clip_file: Path
) -> None:
    (tmp_path / "one").mkdir()
    worker, coded = Told(tmp_path), coded_of(clip_file)
    keys = [number for number, one in enumerate(coded) if one.key]
    for number, one in enumerate(coded):
        worker.wanted = "one" if number >= keys[0] + 3 else ""
        worker.packets.offer(one)
    worker.packets.end(5)
    read = worker.read(tmp_path / "one" / PACKETS)

    assert worker.told == [("one", coded[keys[1]].stamp.taken), None]
    assert [(c.pts, c.key, c.stamp) for c in read] == [(c.pts, c.key, c.stamp) for c in coded[keys[1] :]]
    assert np.array_equal(pictures(read), pictures(coded[keys[1] :]))


def test_it_ends_without_a_packet_when_nobody_wants_it_any_more(tmp_path: Path, clip_file: Path) -> None:
    (tmp_path / "one").mkdir()
    worker, coded = Told(tmp_path), coded_of(clip_file)
    worker.wanted = "one"
    worker.packets.offer(coded[0])
    worker.wanted = ""
    worker.packets.look()
    worker.packets.end(5)
    worker.packets.end(5)

    assert worker.told == [("one", coded[0].stamp.taken), None]
    assert ended(tmp_path / "one" / PACKETS) in {None, "nobody asked for more"}


def test_it_writes_neither_over_another_recording_nor_outside_its_folder(tmp_path: Path, clip_file: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / PACKETS).write_bytes(b"an older one")
    worker, coded = Told(tmp_path / "sessions"), coded_of(clip_file)
    for name in ("../one", "nowhere"):
        worker.wanted = name
        for one in coded[:5]:
            worker.packets.offer(one)
    again = Told(tmp_path)
    again.wanted = "one"
    for one in coded:
        again.packets.offer(one)

    assert worker.told == again.told == []
    assert (tmp_path / "one" / PACKETS).read_bytes() == b"an older one"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
