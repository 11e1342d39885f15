"""The ingest worker of one camera: its four threads and what passes between them."""

import logging
import random
import threading
import traceback
from collections.abc import Callable
from typing import Final

import av
import av.logging
import cv2
from av.video.stream import VideoStream

from config.site import Camera, Site
from ingest.backoff import Backoff
from ingest.coded import Coded, micros
from ingest.health import CameraHealth, Counts
from ingest.link import Link
from ingest.live import Live
from ingest.pictures import BLANK_S, Pictures
from ingest.sampler import Sampler
from ingest.stream import CameraStream, StalledError, place, without_secrets
from ingest.taken import TakenClock
from models.clock import Monotonic, monotonic_now, to_micros, utc_now
from models.errors import KanmenError, StreamError, UnauthorisedError
from models.slots import SlotWriter

_WELL_S: Final = 10.0
"""Live for so long, a camera is well: the next failure is tried again soon."""

_END_S: Final = 1.5
"""What ending may take; a thread that FFmpeg still holds then is left to the end of the process."""


def run(site: Site, camera_id: str, slots_fd: int, link_fd: int, stop: threading.Event) -> None:
    """Watch a camera until `stop` is set: samples, health and live fragments out, endless reconnects.

    Raises:
        KeyError: the site has no such camera.
        KanmenError: a thread died of a mistake of ours; the worker must be started again.
    """
    Worker(site, site.camera(camera_id), slots_fd, link_fd).run(stop)


class Worker:
    """Wires the parts of one camera. Its threads: `ingest:<camera>` drains the stream and waits for nobody,
    `…:pictures` decodes and samples, `…:live` publishes, `…:link` talks to detect.
    """

    def __init__(self, site: Site, camera: Camera, slots_fd: int, link_fd: int) -> None:
        """The descriptors stay the caller's."""
        self.name = f"ingest:{camera.id}"
        self._log = logging.getLogger(self.name)
        self._url, self._transport = camera.url, camera.transport
        self._read_s = site.health.stall_s
        self._counts = Counts()
        self._link = Link(link_fd, self._counts)
        self._health = CameraHealth(self._counts, self._link.send)
        self._live = Live(camera.id, site.redis_url, self._counts)
        sampler = Sampler(SlotWriter(slots_fd), self._link.send, self._counts, site.health.freeze_s)
        self._pictures = Pictures(self._link, sampler, self._live, self._health, self._counts)
        # The start in µs tells this epoch from those before a restart; it wraps after 36 min, which no slot outlives.
        self._clock = TakenClock(to_micros(utc_now()) % 2**31)
        self._backoff = Backoff(random.Random())  # noqa: S311 (spreads retries, keeps no secret)
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
            self._thread("", self._watch),
            self._thread(":pictures", lambda: self._pictures.run(self._ending)),
            self._thread(":live", lambda: self._live.run(self._ending)),
            self._thread(":link", lambda: self._link.run(self._ending, self._health.message)),
        ]
        for thread in threads:
            thread.start()
        while not stop.wait(0.1) and self._failed is None:
            pass
        self._ending.set()
        deadline = monotonic_now() + _END_S
        for thread in threads:
            thread.join(max(0.0, deadline - monotonic_now()))
        self._link.close()
        if self._failed is not None:
            raise KanmenError(f"{self._failed} died; its log says why")

    def _thread(self, part: str, work: Callable[[], None]) -> threading.Thread:
        name = f"{self.name}{part}"

        def guarded() -> None:
            try:
                work()
            except Exception:  # noqa: BLE001 (a thread's boundary: its death must end the worker, not go unseen)
                self._log.error("%s", without_secrets(traceback.format_exc(), self._url))  # scrubbed
                self._failed = name

        return threading.Thread(target=guarded, name=name, daemon=True)

    def _watch(self) -> None:
        """Connect, drain, and connect again."""
        while not self._ending.is_set():
            self._health.trying()
            try:
                self._drain()
            except UnauthorisedError as error:
                wait = self._backoff.after_refusal()
                self._health.lost("unauthorised", str(error), wait)
            except StalledError as error:
                wait = self._backoff.after_failure()
                self._health.lost("stalled", str(error), wait)
            except StreamError as error:
                wait = self._backoff.after_failure()
                self._health.lost("disconnected", str(error), wait)
            else:
                return
            self._log.warning("%s: %s; next try in %.1f s", place(self._url), self._health.message().detail, wait)
            self._ending.wait(wait)

    def _drain(self) -> None:
        """One connection, to its end; returns only when the worker ends.

        Raises:
            StreamError: as `ingest.stream` says, or packets came and no picture.
        """
        with CameraStream(self._url, self._read_s, self._transport) as stream:
            self._clock.restart()
            self._pictures.connected()
            began: Monotonic | None = None
            opened = stream.opened
            for packet in stream.packets():
                if self._ending.is_set():
                    return
                if began is None:
                    began = monotonic_now()
                    self._log.info("%s: live, %s %dx%d", place(self._url), opened.codec, opened.width, opened.height)
                elif monotonic_now() - began > _WELL_S:
                    self._backoff.reset()
                if stream.opened is not opened:
                    opened = stream.opened
                    self._clock.restart()  # another picture: a new epoch
                    self._log.info("%s: now %dx%d", place(self._url), opened.width, opened.height)
                self._pass_on(packet, stream)
                if self._pictures.is_blank():
                    raise StalledError(f"packets come, but no picture could be decoded for {BLANK_S:g} s")

    def _pass_on(self, packet: "av.Packet[VideoStream]", stream: CameraStream) -> None:
        opened, pts = stream.opened, packet.pts
        if pts is None:
            return
        self._counts.add("packets")
        stamp = self._clock.stamp(micros(pts, opened.time_base), to_micros(utc_now()))
        coded = Coded(packet, pts, stamp, opened)
        self._health.arrived(opened, stamp.epoch, stamp.media, _skew_s(packet, stamp.taken))
        self._live.offer_coded(coded)
        self._pictures.offer(coded)


def _skew_s(packet: "av.Packet[VideoStream]", taken: int) -> float | None:
    """Camera's clock minus ours in seconds, where a sender report said what the camera's clock showed."""
    if not packet.has_sidedata("prft"):
        return None
    # FFmpeg's AVProducerReferenceTime: µs since 1970 as int64 in the machine's byte order, then flags.
    wall = int.from_bytes(bytes(packet.get_sidedata("prft"))[:8], "little", signed=True)
    return (wall - taken) / 1_000_000
