"""The ingest worker of one camera: its threads and what passes between them."""

import logging
import threading
import traceback
from collections.abc import Callable
from functools import partial
from typing import Final

import av
import av.logging
import cv2

from config.site import Camera, Site
from ingest.coded import Coded
from ingest.drain import Drain, Lost
from ingest.evidence import EvidenceKeeper
from ingest.health import CameraHealth, Counts
from ingest.link import Link
from ingest.live import Live
from ingest.main_stream import MainStream
from ingest.mask import Mask
from ingest.masked import Masked
from ingest.pictures import BLANK_S, Pictures
from ingest.ring import Ring
from ingest.sampler import Sampler
from ingest.session import SessionPackets
from ingest.stream import StalledError, without_secrets
from models.clock import monotonic_now
from models.errors import KanmenError
from models.evidence import FolderStore
from models.link import Answer, Health
from models.slots import SlotWriter

RING_SPARE_S: Final = 5.0
"""The ring reaches back so much further than a clip: an alert takes a moment, and a busy evidence thread too."""

_LOOK_S: Final = 0.25
"""How soon the death of a thread ends the worker."""

_END_S: Final = 1.5
"""What ending may take; a thread that FFmpeg still holds then is left to the end of the process."""

_SAVE_S: Final = 0.3
"""What writing the last packets of a recorded session may take beyond that."""


def run(site: Site, camera_id: str, slots_fd: int, link_fd: int, stop: threading.Event) -> None:
    """Watch a camera until `stop` is set: samples, health and live fragments out, endless reconnects.

    Raises:
        KeyError: the site has no such camera.
        KanmenError: a thread died of a mistake of ours; the worker must be started again.
    """
    Worker(site, site.camera(camera_id), slots_fd, link_fd).run(stop)


class Worker:
    """Wires the parts of one camera.

    Its threads: `ingest:<camera>` drains the sub-stream and waits for nobody, `…:main` drains the main stream where
    there is one, `…:pictures` decodes and samples, `…:live` publishes, `…:link` talks to detect, `…:evidence` keeps
    clips and stills.
    """

    def __init__(self, site: Site, camera: Camera, slots_fd: int, link_fd: int) -> None:
        """The descriptors stay the caller's."""
        self.name = f"ingest:{camera.id}"
        self._log = logging.getLogger(self.name)
        self._urls = [url for url in (camera.url, camera.main) if url]
        self._counts = Counts()
        kept_s = site.evidence.clip_before_s + RING_SPARE_S
        self._ring, main_ring = Ring(kept_s), Ring(kept_s)
        main_url = None if camera.masks else camera.main  # nothing covers the main stream: it is not even opened
        rings = (main_ring, self._ring) if main_url else (self._ring,)
        store = FolderStore(site.evidence_path, site.evidence.min_free_bytes)
        self._evidence = EvidenceKeeper(rings, store, self._tell, self._counts, f"{self.name}:evidence")
        self._link = Link(link_fd, self._counts, self._evidence.ask)
        self._health = CameraHealth(self._counts, self._link.send)
        self._live = Live(camera.id, site.redis_url, self._counts)
        sampler = Sampler(SlotWriter(slots_fd), self._link.send, self._counts, site.health.freeze_s)
        self._masked = Masked(Mask(camera.masks), self._ring, self._counts) if camera.masks else None
        self._pictures = Pictures(self._link, sampler, self._live, self._health, self._counts, masked=self._masked)
        self._drains = {"": Drain(camera.url, camera.transport, site.health.stall_s, self, self.name)}
        if main_url:
            main = MainStream(main_ring, self._counts, lambda: self._health.skew_s, self._live)
            name = f"{self.name}:main"
            self._drains[":main"] = Drain(main_url, camera.transport, site.health.stall_s, main, name)
        self._session = SessionPackets(site.sessions_path, self._record_as, self._health.recording)
        self._ending = threading.Event()
        self._failed: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop`.

        Raises:
            KanmenError: a thread died of a mistake of ours.
        """
        av.logging.set_level(None)  # FFmpeg's own words may hold the address with its password
        cv2.setNumThreads(1)
        threads = [
            *(self._thread(part, partial(drain.run, self._ending)) for part, drain in self._drains.items()),
            self._thread(":pictures", lambda: self._pictures.run(self._ending)),
            self._thread(":live", lambda: self._live.run(self._ending)),
            self._thread(":evidence", lambda: self._evidence.run(self._ending)),
            self._thread(":link", lambda: self._link.run(self._ending, self._word)),
        ]
        for thread in threads:
            thread.start()
        while not stop.wait(_LOOK_S) and self._failed is None:
            pass
        self._ending.set()
        deadline = monotonic_now() + _END_S
        for thread in threads:
            thread.join(max(0.0, deadline - monotonic_now()))
        self._session.end(_SAVE_S)
        self._link.close()
        if self._failed is not None:
            raise KanmenError(f"{self._failed} died; its log says why")

    def _word(self) -> Health:
        """What is told to detect once a second."""
        self._session.look()
        return self._health.message()

    def _record_as(self) -> str:
        want = self._link.want()
        return "" if want is None else want.record

    def _thread(self, part: str, work: Callable[[], None]) -> threading.Thread:
        name = f"{self.name}{part}"

        def guarded() -> None:
            try:
                work()
            except Exception:  # noqa: BLE001 (a thread's boundary: its death must end the worker, not go unseen)
                told = traceback.format_exc()
                for url in self._urls:
                    told = without_secrets(told, url)
                self._log.error("%s", told)
                self._failed = name

        return threading.Thread(target=guarded, name=name, daemon=True)

    def _tell(self, answer: Answer) -> bool:
        return self._link.send(answer)

    def trying(self) -> None:
        """The sub-stream is being connected to."""
        self._health.trying()

    def connected(self) -> None:
        """The sub-stream begins."""
        self._pictures.connected()

    def take(self, coded: Coded, skew_s: float | None) -> None:
        """A packet of the sub-stream.

        Raises:
            StalledError: packets came and no picture.
        """
        self._counts.add("packets")
        self._health.arrived(coded.opened, coded.stamp.epoch, coded.stamp.media, skew_s)
        if self._masked is None:  # a masked camera's own packets go to the decoder and nowhere else
            self._counts.add("ring_overflow", self._ring.add(coded))
            self._session.offer(coded)
            self._live.offer_coded(coded)
        self._pictures.offer(coded)
        if self._pictures.is_blank():
            raise StalledError(f"packets come, but no picture could be decoded for {BLANK_S:g} s")

    def spare_s(self, coded: Coded) -> float:
        """Until the next sample comes, nobody waits for packets but who watches them live."""
        return 0.0 if self._live.is_leased("mp4") else self._pictures.spare_s(coded)

    def lost(self, state: Lost, detail: str, retry_s: float) -> None:
        """The sub-stream is away."""
        self._health.lost(state, detail, retry_s)
