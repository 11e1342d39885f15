"""A camera's stream: opened over RTSP, drained packet by packet, its errors told without secrets."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from fractions import Fraction
from types import TracebackType
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

import av
from av import error as av_error
from av.container import InputContainer
from av.video.stream import VideoStream

from ingest.opened import Opened, changed, is_h265, parameter_sets
from models.clock import monotonic_now
from models.errors import StreamError, UnauthorisedError

OPEN_S: Final = 5.0
"""What connecting may take, and once more what finding out about the stream may take."""

_OPTIONS: Final = {
    "allowed_media_types": "video",  # with audio beside it, FFmpeg shifts the PTS at the first sender report
    "probesize": "50000",  # bytes; the SDP and one key picture say all
    "analyzeduration": "100000",  # µs; not `nobuffer`, which throws the first key picture away
}

Transport = Literal["tcp", "udp"]
"""Pictures between the replies of the RTSP connection, or as datagrams, which a busy network may lose."""

_DATAGRAM_BUFFER_BYTES: Final = 2**20
"""For a key picture of a main stream; the kernel gives as much of it as it allows."""

_HIDDEN: Final = "***"


class StalledError(StreamError):
    """A connected camera sent nothing for too long, or nothing that can be decoded."""


class CameraStream(AbstractContextManager["CameraStream"]):
    """One connection to a camera; a context manager that hangs up.

    Attributes:
        opened: What the stream is; another object as soon as the camera changes its picture on the way.
    """

    def __init__(self, url: str, read_s: float, transport: Transport = "tcp", open_s: float = OPEN_S) -> None:
        """Connect; a silence of `read_s` seconds will be a stall.

        Raises:
            UnauthorisedError: the camera refuses name or password.
            StreamError: it cannot be reached, or serves no video.
        """
        self._read_s = read_s
        self._sets: frozenset[bytes] = frozenset()
        self._container = _connect(url, transport, open_s, read_s)
        try:
            self._stream, self.opened = _video(self._container)
        except StreamError:
            self._container.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        self._container.close()

    def packets(self) -> Iterator["av.Packet[VideoStream]"]:
        """The packets as they arrive, each with a PTS; `opened` is true of the one that was yielded last.

        Raises:
            StalledError: none came for too long.
            StreamError: the camera hung up; that is how this always ends, if not by a stall.
        """
        first: av.Packet[VideoStream] | None = None
        arriving = self._arriving()
        for packet in arriving:
            self._follow(packet)
            if packet.pts is None:
                packet.pts = packet.dts
            if packet.pts is None:
                first = packet if packet.is_keyframe else first
                continue
            if first is not None:
                # FFmpeg's parser loses the PTS of the very first picture; it lies one picture before the second.
                first.pts = first.dts = packet.pts - (packet.duration or first.duration or 0)
                if first.pts < packet.pts:
                    yield first
                first = None
            yield packet

    def _follow(self, packet: "av.Packet[VideoStream]") -> None:
        """Notice where a camera that was set to another size, or restarted its encoder, sends other parameter sets.

        Raises:
            StreamError: it sends another codec than it has described.
        """
        if self.opened.codec == "h264" and is_h265(bytes(packet)):
            # The other way round FFmpeg throws every packet away: a stall.
            raise StreamError("the camera sends another codec than it has described")
        if not packet.is_keyframe:
            return
        sets = parameter_sets(self.opened.codec, bytes(packet))
        if not sets or frozenset(sets) == self._sets:
            return
        if self._sets:
            self.opened = changed(self.opened, sets, packet) or self.opened
        self._sets = frozenset(sets)

    def _arriving(self) -> Iterator["av.Packet[VideoStream]"]:
        reason, stalled = "the camera hung up", False
        waiting_since = monotonic_now()
        try:
            for packet in self._container.demux(self._stream):
                # Interrupted for silence, FFmpeg first hands out what its parser held, each time anew.
                stalled = monotonic_now() - waiting_since >= self._read_s
                if stalled:
                    break
                if packet.size:
                    yield packet
                waiting_since = monotonic_now()
        except av_error.ExitError:
            stalled = True
        except av_error.FFmpegError as error:
            stalled, reason = isinstance(error, TimeoutError), f"the connection broke: {_said(error)}"
        # Raised here, not in the handlers: FFmpeg's errors carry the address with its password.
        if stalled:
            raise StalledError(f"connected, but nothing came for {self._read_s:g} s")
        raise StreamError(reason)


def _connect(url: str, transport: Transport, open_s: float, read_s: float) -> InputContainer:
    options = {**_OPTIONS, "rtsp_transport": transport, "buffer_size": str(_DATAGRAM_BUFFER_BYTES)}
    try:
        return av.open(url, mode="r", options=options, timeout=(open_s, read_s))
    except (av_error.FFmpegError, UnicodeError, ValueError) as error:
        refused = isinstance(error, av_error.HTTPUnauthorizedError | av_error.HTTPForbiddenError)
        reason = _reason(error, open_s)
    if refused:
        raise UnauthorisedError("the camera refuses the name or the password")
    raise StreamError(reason)


def _video(container: InputContainer) -> tuple[VideoStream, Opened]:
    if not container.streams.video:
        raise StreamError("the camera serves no video")
    stream = container.streams.video[0]
    context = stream.codec_context
    time_base = stream.time_base
    if time_base is None:
        raise StreamError("the camera's video has no time line")
    # PyAV 19 has a rational of its own here.
    seconds = Fraction(time_base.numerator, time_base.denominator)
    return stream, Opened(context.name, context.width, context.height, seconds, bytes(context.extradata or b""))


def _reason(error: Exception, open_s: float) -> str:
    """Why a connection failed, in words that hold no part of the address."""
    told: dict[type[Exception] | tuple[type[Exception], ...], str] = {
        av_error.HTTPNotFoundError: "the camera has no such path (404)",
        av_error.HTTPServerError: "the camera is not ready (5xx)",
        av_error.HTTPClientError: "the camera refuses the request (4xx)",
        av_error.ConnectionRefusedError: "nothing listens at this address and port",
        (av_error.ExitError, av_error.TimeoutError): f"no answer within {open_s:g} s",
        av_error.InvalidDataError: "no answer, or an answer that is not RTSP",
        av_error.FFmpegError: f"cannot connect: {_said(error)}",
    }
    return next((text for kind, text in told.items() if isinstance(error, kind)), "the address cannot be used")


def _said(error: Exception) -> str:
    """FFmpeg's own word for an error, without the file name that it carries."""
    word = getattr(error, "strerror", None)
    return word if isinstance(word, str) and word else type(error).__name__


def place(url: str) -> str:
    """Host and port of an address, to be logged: names, passwords and paths (they may hold either) stay out."""
    parts = urlsplit(url)
    return f"{parts.hostname or '?'}:{parts.port or 554}"


def without_secrets(text: str, url: str) -> str:
    """The text with the address, its query and its password struck out."""
    parts = urlsplit(url)
    secrets = {url, parts.query, parts.password}
    secrets |= {unquote(secret) for secret in secrets if secret}
    for secret in sorted((s for s in secrets if s), key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return re.sub(r"(rtsps?://)[^/\s@]*@", rf"\1{_HIDDEN}@", text)
