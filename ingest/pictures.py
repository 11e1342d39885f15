"""The decoding thread of a camera: it may fall behind, the demuxer that feeds it never waits for it."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import Final

from ingest.coded import Coded
from ingest.decoder import Decoder
from ingest.gathering import spare_s
from ingest.grid import Grid
from ingest.health import CameraHealth, Counts
from ingest.link import Link
from ingest.live import Live
from ingest.mask import Mask
from ingest.masked import Masked
from ingest.sampler import Sampler
from models.clock import Monotonic, monotonic_now, to_micros, utc_now
from models.errors import StreamError
from models.link import Want

QUEUE_PACKETS: Final = 64
"""Two and a half seconds at 25 pictures a second, a start-up burst included: older ones are no live picture."""

BLANK_S: Final = 15.0
"""Packets, yet not one picture: longer than any camera's GOP."""

_LOOK_S: Final = 0.25
"""The longest that packets gather before they are decoded, and how soon the thread notices that it shall stop."""


class Pictures:
    """Decodes while detect wants samples or somebody watches JPEG; else nothing is decoded at all.

    Packets gather until one comes that is a sample, first in the socket (`spare_s`), then here: a burst costs far less
    processor time than as many one by one, between which others take the caches, and no sample comes later for it.
    """

    def __init__(
        self,
        link: Link,
        sampler: Sampler,
        live: Live,
        health: CameraHealth,
        counts: Counts,
        *,
        masked: Masked | None,
    ) -> None:
        self._link = link
        self._sampler = sampler
        self._live = live
        self._health = health
        self._counts = counts
        self._masked = masked
        self._mask = masked.mask if masked else Mask(())
        self._queue: Queue[Coded] = Queue(QUEUE_PACKETS)
        self._grid: Grid | None = None
        self._due = threading.Event()
        self._waits_for_key = True
        self._overflown = False
        self._blank_since: Monotonic | None = None

    def offer(self, coded: Coded) -> None:
        """From the demuxer's thread: decode this, if anybody wants it and the decoder keeps up."""
        want, shown = self._link.want(), self._live.is_leased("jpeg")
        if want is None and not shown:
            self._waits_for_key, self._overflown, self._blank_since = True, False, None
            return
        self._blank_since = self._blank_since or monotonic_now()
        if self._waits_for_key and not coded.key:
            if self._overflown:
                self._counts.add("decode_overflow")
            return
        try:
            self._queue.put_nowait(coded)
        except Full:
            self._waits_for_key = self._overflown = True
            self._counts.add("decode_overflow")
        else:
            self._waits_for_key = self._overflown = False
        if shown or want is None or self._is_sample(coded, want):
            self._due.set()

    def spare_s(self, coded: Coded) -> float:
        """From the demuxer's thread: so long the packets after this one may wait, seconds; at most 0: not at all."""
        if self._grid is None or self._link.want() is None or self._live.is_leased("jpeg"):
            return 0.0
        return spare_s(self._grid, coded, to_micros(utc_now()))

    def connected(self) -> None:
        """From the demuxer's thread: a new connection begins."""
        self._waits_for_key, self._overflown, self._blank_since = True, False, None

    def is_blank(self) -> bool:
        """From the demuxer's thread: pictures are wanted and packets come, but nothing has been decoded for long."""
        since = self._blank_since
        return since is not None and monotonic_now() - since > BLANK_S

    def run(self, stop: threading.Event) -> None:
        """Decode until `stop`."""
        decoder: Decoder | None = None
        while not stop.is_set():
            self._due.wait(_LOOK_S)
            self._due.clear()
            for coded in self._gathered():
                if stop.is_set():
                    return
                if decoder is None or decoder.opened is not coded.opened:
                    decoder = self._decoder(coded)
                if decoder is not None:
                    self._decode(decoder, coded)

    def _is_sample(self, coded: Coded, want: Want) -> bool:
        """Whether the packet's picture lies on the grid; with B-frames some neighbour of it may, which does no harm."""
        if self._grid is None or self._grid.fps != want.fps:
            self._grid = Grid(want.fps)
        return self._grid.is_sample(coded.stamp.epoch, coded.pts, coded.opened.time_base)

    def _gathered(self) -> Iterator[Coded]:
        with suppress(Empty):
            while True:
                yield self._queue.get_nowait()

    def _decoder(self, coded: Coded) -> Decoder | None:
        try:
            return Decoder(coded.opened, self._counts, self._mask)
        except StreamError:
            self._counts.add("corrupt")  # `is_blank` ends the connection and says so
            return None

    def _decode(self, decoder: Decoder, coded: Coded) -> None:
        for picture in decoder.decode(coded):
            self._blank_since = monotonic_now()
            self._health.decoded(picture.stamp.taken)
            self._sampler.see(picture, self._link.want())
            self._health.looked(self._sampler.frozen)
            self._live.offer_picture(picture)
            if self._masked is not None:
                self._masked.take(picture)
