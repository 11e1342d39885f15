"""Drains one stream of a camera: connects, hands each packet on with its instant, and connects again, for ever."""

import logging
import random
import threading
from typing import Final, Literal, Protocol

from av.packet import Packet
from av.video.stream import VideoStream

from ingest.backoff import Backoff
from ingest.coded import Coded, micros
from ingest.stream import CameraStream, StalledError, Transport, place
from ingest.taken import TakenClock
from models.clock import Monotonic, monotonic_now, to_micros, utc_now
from models.errors import StreamError, UnauthorisedError

_WELL_S: Final = 10.0
"""Live for so long, a camera is well: the next failure is tried again soon."""

Lost = Literal["disconnected", "unauthorised", "stalled"]


class Receiver(Protocol):
    """Whoever wants a stream's packets; all is called on the thread that drains."""

    def trying(self) -> None:
        """A connection is being made."""

    def connected(self) -> None:
        """A new connection begins."""

    def take(self, coded: Coded, skew_s: float | None) -> None:
        """The next packet, and the camera's clock minus ours in seconds, where the camera said what it shows.

        Raises:
            StreamError: this connection is of no use.
        """

    def spare_s(self, coded: Coded) -> float:
        """So long the packets after this one may lie in the socket, seconds; 0 where they are wanted at once."""

    def lost(self, state: Lost, detail: str, retry_s: float) -> None:
        """The connection failed or ended; `detail` is for people and has no secrets in it."""


class Drain:
    """One stream; its packets go to the receiver.

    Args:
        url, transport: The stream's address and how its pictures travel.
        read_s: A silence of so many seconds is a stall.
        receiver: Who takes the packets.
        name: Of the log.
    """

    def __init__(self, url: str, transport: Transport, read_s: float, receiver: Receiver, name: str) -> None:
        self._url, self._transport, self._read_s = url, transport, read_s
        self._may_rest = transport == "tcp"  # a socket of datagrams that is full loses them
        self._receiver = receiver
        self._log = logging.getLogger(name)
        # The start in µs tells this epoch from those before a restart; it wraps after 36 min, which no slot outlives.
        self._clock = TakenClock(to_micros(utc_now()) % 2**31)
        self._backoff = Backoff(random.Random())  # noqa: S311 (spreads retries, keeps no secret)

    def run(self, ending: threading.Event) -> None:
        """Connect, drain, and connect again, until `ending`."""
        while not ending.is_set():
            self._receiver.trying()
            state: Lost
            try:
                self._drain(ending)
            except UnauthorisedError as error:
                state, detail, wait = "unauthorised", str(error), self._backoff.after_refusal()
            except StalledError as error:
                state, detail, wait = "stalled", str(error), self._backoff.after_failure()
            except StreamError as error:
                state, detail, wait = "disconnected", str(error), self._backoff.after_failure()
            else:
                return
            self._receiver.lost(state, detail, wait)
            self._log.warning("%s: %s; next try in %.1f s", place(self._url), detail, wait)
            ending.wait(wait)

    def _drain(self, ending: threading.Event) -> None:
        """One connection, to its end; returns only at `ending`.

        Raises:
            StreamError: as `ingest.stream` says, or as the receiver does.
        """
        with CameraStream(self._url, self._read_s, self._transport) as stream:
            self._clock.restart()
            self._receiver.connected()
            began: Monotonic | None = None
            opened = stream.opened
            for packet in stream.packets():
                if ending.is_set():
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
                if packet.pts is not None:
                    stamp = self._clock.stamp(micros(packet.pts, opened.time_base), to_micros(utc_now()))
                    coded = Coded(packet, packet.pts, stamp, opened)
                    self._receiver.take(coded, skew_s(packet, stamp.taken))
                    if self._may_rest and (spare_s := self._receiver.spare_s(coded)) > 0:
                        ending.wait(spare_s)


def skew_s(packet: "Packet[VideoStream]", taken: int) -> float | None:
    """Camera's clock minus ours in seconds, where a sender report said what the camera's clock showed."""
    if not packet.has_sidedata("prft"):
        return None
    # FFmpeg's AVProducerReferenceTime: µs since 1970 as int64 in the machine's byte order, then flags.
    wall = int.from_bytes(bytes(packet.get_sidedata("prft"))[:8], "little", signed=True)
    return (wall - taken) / 1_000_000
